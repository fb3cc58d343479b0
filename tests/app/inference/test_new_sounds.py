"""New sounds for a network that learned words by CTC: `predict` spells a WAV file, and Try it opens it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from app.inference.entered_sample import read_entered, sample_of_file
from app.inference.input_forms import inputs_of
from app.project.presets import preset
from app.training.training_session import load_model
from graph.project import write_project
from tests.app.cli.calling import Caller


def test_a_wav_file_is_spelled_and_opened_as_a_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = Caller(capsys)
    project = preset("spoken_ctc").project
    project.sections["data"] = {"source": "spoken_words", "options": {"samples": 20}}
    project.sections["plan"] = {"epochs": 1, "batch_size": 8, "loss": "ctc"}
    write_project(tmp_path / "p.netloom", project)
    assert call("train", tmp_path / "p.netloom", "--out", tmp_path / "run", "--json").code == 0
    _, model = load_model(tmp_path / "run")
    fields = model.prepared.dataset.fields
    wave = np.asarray(fields["waveform"].values)[4, :, 0]
    wavfile.write(tmp_path / "new.wav", 8000, wave)
    said = call("predict", tmp_path / "run", tmp_path / "new.wav")
    assert said.code == 0 and said.out.startswith("new.wav: ")
    assert set(said.out.split(": ")[1].split()) <= set(fields["word"].vocabulary)
    inputs = inputs_of(model, tmp_path)
    sample, count, name, notes = sample_of_file(inputs, tmp_path / "new.wav", 0, tmp_path)
    assert (count, name, notes) == (1, "new.wav", ())
    read = read_entered(inputs, sample).arrays["spectrogram"]
    assert read[0] == pytest.approx(np.asarray(fields["spectrogram"].values)[4], abs=1e-4)
