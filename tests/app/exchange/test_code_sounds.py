"""Exported code of a network on sounds makes the spectrogram of a WAV file itself, and says what `predict` says."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from scipy.io import wavfile

from app.data.data_choice import DataChoice
from app.data.sources.synthetic.spoken import MadeSounds
from app.exchange.code_sounds import spectrogram_code
from app.exchange.export import export_code
from app.project.fit_preset import fit_preset
from app.training.runs import Run
from graph.project import write_project
from tests.app.cli.calling import Caller


@pytest.mark.parametrize("layout", ["picture", "columns"])
def test_the_code_makes_the_spectrogram_of_the_data(layout: Literal["picture", "columns"], tmp_path: Path) -> None:
    import torch

    source = MadeSounds(samples=10, layout=layout, seconds=0.3, bands=12)
    data = source.load()
    sound, seen = (np.asarray(data.fields[name].values)[3] for name in ("waveform", "spectrogram"))
    names: dict[str, Any] = {"torch": torch, "math": math, "wave": wave}
    exec(spectrogram_code(source, layout), names)
    assert names["spectrogram"](torch.from_numpy(sound[:, 0])).numpy() == pytest.approx(seen, abs=1e-4)
    wavfile.write(tmp_path / "two.wav", 8000, np.round(np.repeat(sound, 2, axis=1) * 32767).astype(np.int16))
    assert names["read"](str(tmp_path / "two.wav")).shape == (1, *seen.shape)
    wavfile.write(tmp_path / "slow.wav", 4000, np.zeros(100, np.int16))
    with pytest.raises(ValueError, match="must be 16-bit PCM at 8000 Hz"):
        names["read"](str(tmp_path / "slow.wav"))


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["picture", "columns"])
def test_exported_code_hears_what_predict_hears(
    tmp_path: Path, call: Caller, layout: Literal["picture", "columns"]
) -> None:
    source = MadeSounds(samples=40, layout=layout)
    project = fit_preset(DataChoice(source=source), tmp_path, None, "sounds")
    project.sections["plan"] = {"epochs": 1, "batch_size": 8}
    write_project(tmp_path / "p.netloom", project)
    assert call("train", tmp_path / "p.netloom", "--out", tmp_path / "run", "--json").code == 0
    sound = np.asarray(source.load().fields["waveform"].values)[3, :, 0]
    wavfile.write(tmp_path / "new.wav", 8000, np.round(sound * 32767).astype(np.int16))
    said = call("predict", tmp_path / "run", tmp_path / "new.wav", "--json").json
    opened = Run.open(tmp_path / "run")
    export_code(opened.project.network, "sounds", tmp_path / "net.py", opened)
    command = [sys.executable, "-P", "net.py", "net.safetensors", "new.wav"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    [answer] = printed.splitlines()
    theirs = json.loads(answer.replace("'", '"'))
    ours = said["predictions"][0]
    assert theirs["class"] == ours["class"]
    assert theirs["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-4)
    lint = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", "net.py"]
    subprocess.run(lint, cwd=tmp_path, check=True)
