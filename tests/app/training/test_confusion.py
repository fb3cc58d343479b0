"""The confusion matrix of the validation set, after every epoch."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.protocol.events import Epoch, EpochConfusion
from app.training.runs import METRICS, Run
from app.training.trainer import train
from app.training.training_session import begin
from tests.app.training.projects import chain, project


def test_the_matrix_counts_what_the_accuracy_of_its_epoch_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.trainer.CONFUSION_EVERY", 0.0)
    session = begin(project(epochs=2), None, tmp_path / "run")
    events = list(train(session))
    epochs = [event for event in events if isinstance(event, Epoch)]
    matrices = [event for event in events if isinstance(event, EpochConfusion)]
    assert [matrix.epoch for matrix in matrices] == [epoch.epoch for epoch in epochs] == [1, 2]
    for epoch, matrix in zip(epochs, matrices, strict=True):
        assert matrix.classes == tuple("0123456789")
        assert matrix.counts.shape == (10, 10)
        assert matrix.counts.sum() == session.validation.samples
        assert matrix.counts.trace() / matrix.counts.sum() == pytest.approx(epoch.validation["accuracy"])


def test_the_log_keeps_the_last_matrix_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.trainer.CONFUSION_EVERY", 0.0)
    session = begin(project(epochs=3), None, tmp_path / "run")
    *_, last = (event for event in train(session) if isinstance(event, EpochConfusion))
    kept = Run.open(tmp_path / "run").history().confusion
    assert kept == last.to_json() and kept["epoch"] == 3
    assert (tmp_path / "run" / METRICS).read_bytes().count(b'"event":"confusion"') == 1


def test_fast_epochs_have_one_now_and_then_and_the_last_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.training.trainer.CONFUSION_EVERY", 1e6)
    session = begin(project(epochs=4), None, tmp_path / "run")
    assert [event.epoch for event in train(session) if isinstance(event, EpochConfusion)] == [1, 4]


def test_numbers_have_none(tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    session = begin(project(network, {"source": "diabetes"}, epochs=1), None, tmp_path / "run")
    assert not any(isinstance(event, EpochConfusion) for event in train(session))
