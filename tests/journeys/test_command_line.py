"""From a preset to a network in other hands, by command line, each step in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.journeys.terminal import PATIENCE, begun, netloom, told

ASK = """
import json, sys, torch
sys.path.insert(0, ".")
from net import load
network = load("net.safetensors")
values = torch.tensor(json.load(open("samples.json")), dtype=torch.float32)
with torch.no_grad():
    print(json.dumps(network(values).softmax(1).tolist()))
"""


def test_from_a_preset_to_exported_code(tmp_path: Path) -> None:
    """new, check, train, runs, evaluate, predict, resume, export; then the exported file answers by itself."""
    assert told(tmp_path, "new", "digits.netloom", "--preset", "digits_mlp")["parameters"] == 2410
    assert told(tmp_path, "check", "digits.netloom")["ok"]
    finished = told(tmp_path, "train", "digits.netloom", "--epochs", 2, "--out", "runs/first")
    assert (finished["status"], finished["run"]) == ("completed", "runs/first")
    [listed] = told(tmp_path, "runs", "runs")
    assert listed["test"] == finished["test"]
    assert told(tmp_path, "evaluate", "runs/first")["metrics"] == pytest.approx(finished["test"], rel=1e-5)
    resumed = told(tmp_path, "resume", "runs/first", "--epochs", 4)
    assert (resumed["status"], resumed["epoch"]) == ("completed", 4)
    assert resumed["test"]["loss"] < finished["test"]["loss"]

    samples = np.random.default_rng(0).random((5, 1, 8, 8)).astype(np.float32)
    np.save(tmp_path / "samples.npy", samples)
    predictions = told(tmp_path, "predict", "runs/first", "samples.npy")["predictions"]
    answers = [list(one["probabilities"].values()) for one in predictions]

    files = told(tmp_path, "export", "runs/first", "--to", "code", "-o", "net.py")["files"]
    assert files == ["net.py", "net.safetensors"]
    (tmp_path / "samples.json").write_text(json.dumps(standardised(samples).tolist()), "utf-8")
    alone = subprocess.run(
        [sys.executable, "-I", "-c", ASK], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    np.testing.assert_allclose(np.array(json.loads(alone.stdout)), answers, atol=1e-5)


def standardised(samples: np.ndarray) -> np.ndarray:
    """Pictures as the preset's network was trained on them."""
    from app.data.data_choice import DataChoice
    from app.data.prepare import prepare

    return prepare(DataChoice.of("digits")).scalers["image"].apply(samples)


def test_ctrl_c_stops_after_the_current_step_and_the_run_goes_on(tmp_path: Path) -> None:
    """What is interrupted twice ends where the same training without interruption ends, bit for bit."""
    whole = told(tmp_path, "train", "preset:digits_mlp", "--epochs", 100, "--out", "whole")
    training = begun(tmp_path, "train", "preset:digits_mlp", "--epochs", 100, "--out", "run", "--json")
    assert training.stdout is not None
    assert json.loads(training.stdout.readline())["event"] == "started"
    training.send_signal(signal.SIGINT)
    out, err = training.communicate(timeout=PATIENCE)
    finished = json.loads(out.splitlines()[-1])
    assert (training.returncode, err) == (0, "")
    assert (finished["event"], finished["status"]) == ("finished", "stopped")
    assert finished["epoch"] < 100
    resumed = told(tmp_path, "resume", "run")
    assert (resumed["status"], resumed["epoch"]) == ("completed", 100)
    assert resumed["test"] == whole["test"]
    assert (tmp_path / "run/weights.safetensors").read_bytes() == (tmp_path / "whole/weights.safetensors").read_bytes()


def test_a_wrong_command_line_and_a_missing_file(tmp_path: Path) -> None:
    wrong, missing = netloom(tmp_path, "trian", "a.netloom"), netloom(tmp_path, "check", "a.netloom", "--json")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert (missing.returncode, missing.stdout) == (1, "")
    for result in (wrong, missing):
        assert result.stderr.count("\n") == 1
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        ("layers --json", "torch pandas sklearn PySide6 app.data"),
        ("check preset:digits_cnn --json", "torch pandas sklearn PySide6"),
        ("presets --json", "torch pandas sklearn PySide6"),
        ("runs --json", "torch pandas sklearn PySide6"),
        ("export preset:lenet --to svg -o lenet.svg", "torch pandas sklearn PySide6"),
    ],
)
def test_a_verb_loads_only_what_it_needs(tmp_path: Path, arguments: str, forbidden: str) -> None:
    program = (
        "import sys, main, contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    assert main.main({arguments.split()!r}) == 0\n"
        f"print([name for name in {forbidden.split()!r} if name in sys.modules])"
    )
    root = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{program}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.stdout == "[]\n", result.stdout + result.stderr
