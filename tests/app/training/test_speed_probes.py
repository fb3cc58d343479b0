"""Measuring the machine: every curve is measured, and whoever stops it finds all as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch

from app.system.progress import Progress, Steps, Work
from app.training import speed_probes
from app.training.calibration import Calibration, curve_names, keep, known_calibration
from app.training.speed_probes import Probe, calibration_steps, clock, probes, seconds_of
from graph.layers.dense import Dense
from graph.shapes import vector
from tests.app.cli.calling import Caller
from tests.app.training.test_calibration import measured


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is measured once, and of each kind the smallest alone; temporary folders have a place of their own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    few = {probe.curve: probe for probe in reversed(probes())}
    monkeypatch.setattr(speed_probes, "PIECE", 0.0)
    monkeypatch.setattr(speed_probes, "ROUNDS", 1)
    monkeypatch.setattr(speed_probes, "EPOCHS", 2)
    monkeypatch.setattr(speed_probes, "SAMPLES", (60, 120))
    monkeypatch.setattr(speed_probes, "WEIGHTS_MEASURED", (1_000,))
    monkeypatch.setattr(speed_probes, "probes", lambda: list(few.values()))
    monkeypatch.setattr(speed_probes, "_speedup", lambda: 1.0)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Caller:
    """The command line."""
    return Caller(capsys)


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).iterdir())


def test_a_probe_measures_its_layers_alone() -> None:
    wide = Probe("matrix", vector(256), (Dense(units=256),) * 2, (Dense(units=256),), 1.0)
    narrow = Probe("matrix", vector(8), (Dense(units=8),) * 2, (Dense(units=8),), 1.0)
    assert seconds_of(wide) > seconds_of(narrow) > 0
    assert clock() <= clock()


def test_every_kind_of_work_is_measured(quick: None, netloom_home: Path) -> None:
    assert {str(probe.curve) for probe in probes()} | {"weights"} == set(curve_names())
    before, threads, state = folders(), torch.get_num_threads(), torch.get_rng_state()
    work = Work(calibration_steps())
    told = list[Progress]()
    while not work.advance(0):
        assert work.progress is not None
        told.append(work.progress)
    assert [progress.done for progress in told] == list(range(len(told)))
    assert {progress.whole for progress in told} == {len(told)}
    keep(work.result)
    assert known_calibration() == work.result
    assert work.result.step > 0 and work.result.epoch > 0
    assert (folders(), torch.get_num_threads()) == (before, threads)
    assert torch.equal(torch.get_rng_state(), state)


def test_one_that_is_stopped_keeps_nothing_and_leaves_all_as_it_was(
    quick: None, netloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_probes, "probes", list)
    before, threads, state = folders(), torch.get_num_threads(), torch.get_rng_state()
    steps = calibration_steps()
    for _ in range(3):  # in the middle of a training
        next(steps)
    assert folders() != before
    steps.close()
    assert (folders(), torch.get_num_threads()) == (before, threads)
    assert torch.equal(torch.get_rng_state(), state)
    assert known_calibration() is None


def nothing_done() -> Steps[Calibration]:
    """What was measured, without measuring it."""
    yield Progress("Measuring", 0, 1)
    return measured()


def test_the_command_line_keeps_what_was_measured(
    call: Caller, netloom_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_probes, "calibration_steps", nothing_done)
    told = call("calibrate", "--json").json
    assert (told["file"], set(told["curves"])) == (str(netloom_home / "calibration.json"), set(curve_names()))
    assert known_calibration() == measured()
    assert "calibration.json" in call("calibrate").out
    (tmp_path / "file").touch()
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "file" / "home"))
    assert "Set NETLOOM_HOME" in call.refused("calibrate")
