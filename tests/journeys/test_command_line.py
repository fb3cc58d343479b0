"""From a preset to a network in other hands, by command line.

A training that is begun or interrupted has a process of its own, as at a terminal; what goes on with it, compares with
it or reads what it left is called in the test's, which has torch already.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.app.cli.calling import Caller
from tests.foreign_process import ForeignProcess
from tests.journeys.terminal import PATIENCE, begun, netloom, told

ASK = """
import json, torch
from net import load
network = load("net.safetensors")
values = torch.tensor(json.load(open("samples.json")), dtype=torch.float32)
with torch.no_grad():
    print(json.dumps(network(values).softmax(1).tolist()))
"""

EPOCHS = 40
"""Enough that a training is still going on when it is interrupted, which is as soon as it has begun."""


@pytest.fixture
def here(tmp_path: Path, call: Caller, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Calls a verb in the test's folder and process, and gives what it tells as JSON, of several lines the last."""
    monkeypatch.chdir(tmp_path)

    def told_here(*arguments: object) -> Any:
        result = call(*arguments, "--json")
        assert (result.code, result.err) == (0, "")
        return json.loads(result.out.splitlines()[-1])

    return told_here


def test_from_a_preset_to_exported_code(tmp_path: Path, here: Callable[..., Any], foreign: ForeignProcess) -> None:
    """new, check, train, runs, evaluate, predict, resume, export; then the exported file answers by itself."""
    assert here("new", "digits.netloom", "--preset", "digits_mlp")["parameters"] == 2410
    assert here("check", "digits.netloom")["ok"]
    finished = told(tmp_path, "train", "digits.netloom", "--epochs", 2, "--out", "runs/first")
    assert (finished["status"], finished["run"]) == ("completed", "runs/first")
    [listed] = here("runs", "runs")
    assert listed["test"] == finished["test"]
    assert here("evaluate", "runs/first")["metrics"] == pytest.approx(finished["test"], rel=1e-5)
    resumed = here("resume", "runs/first", "--epochs", 4)
    assert (resumed["status"], resumed["epoch"]) == ("completed", 4)
    assert resumed["test"]["loss"] < finished["test"]["loss"]

    samples = np.random.default_rng(0).random((5, 1, 8, 8)).astype(np.float32)
    np.save(tmp_path / "samples.npy", samples)
    predictions = here("predict", "runs/first", "samples.npy")["predictions"]
    answers = [list(one["probabilities"].values()) for one in predictions]

    files = here("export", "runs/first", "--to", "code", "-o", "net.py")["files"]
    assert files == ["net.py", "net.safetensors"]
    (tmp_path / "samples.json").write_text(json.dumps(standardised(samples).tolist()), "utf-8")
    np.testing.assert_allclose(np.array(foreign.run(tmp_path, ASK)), answers, atol=1e-5)


def standardised(samples: np.ndarray) -> np.ndarray:
    """Pictures as the preset's network was trained on them."""
    from app.data.data_choice import DataChoice
    from app.data.prepare import prepare

    return prepare(DataChoice.of("digits")).scalers["image"].apply(samples)


def test_ctrl_c_stops_after_the_current_step_and_the_run_goes_on(tmp_path: Path, here: Callable[..., Any]) -> None:
    """What is interrupted ends where the same training without interruption ends, bit for bit."""
    whole = here("train", "preset:digits_mlp", "--epochs", EPOCHS, "--out", "whole")
    training = begun(tmp_path, "train", "preset:digits_mlp", "--epochs", EPOCHS, "--out", "run", "--json")
    assert training.stdout is not None
    assert json.loads(training.stdout.readline())["event"] == "started"
    training.send_signal(signal.SIGINT)
    out, err = training.communicate(timeout=PATIENCE)
    finished = json.loads(out.splitlines()[-1])
    assert (training.returncode, err) == (0, "")
    assert (finished["event"], finished["status"]) == ("finished", "stopped")
    assert finished["epoch"] < EPOCHS
    resumed = here("resume", "run")
    assert (resumed["status"], resumed["epoch"]) == ("completed", EPOCHS)
    assert resumed["test"] == whole["test"]
    assert (tmp_path / "run/weights.safetensors").read_bytes() == (tmp_path / "whole/weights.safetensors").read_bytes()


def test_a_wrong_command_line_and_a_missing_file(tmp_path: Path) -> None:
    wrong, missing = netloom(tmp_path, "trian", "a.netloom"), netloom(tmp_path, "check", "a.netloom", "--json")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert (missing.returncode, missing.stdout) == (1, "")
    for result in (wrong, missing):
        assert result.stderr.count("\n") == 1
        assert "Traceback" not in result.stderr


VERBS = (
    "layers --json",
    "check preset:digits_cnn --json",
    "presets --json",
    "runs --json",
    "export preset:lenet --to svg -o lenet.svg",
)


def test_a_verb_loads_only_what_it_needs(tmp_path: Path) -> None:
    """One after another in one process, so what one of them loads is found there; data is only for those after it."""
    program = (
        "import sys, main, contextlib, io\n"
        f"for verb in {VERBS!r}:\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        assert main.main(verb.split()) == 0\n"
        "    data = ['app.data'] if verb.startswith('layers') else []\n"
        "    found = [name for name in ['torch', 'pandas', 'sklearn', 'PySide6', *data] if name in sys.modules]\n"
        "    print(verb, found)"
    )
    root = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{program}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.stdout.splitlines() == [f"{verb} []" for verb in VERBS], result.stdout + result.stderr
