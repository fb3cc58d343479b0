"""The curves of a run as a table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.exchange.curve_table import curve_rows, export_curves
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.app.training.projects import project


def test_every_epoch_is_a_row(tmp_path: Path) -> None:
    session = begin(project(epochs=2), None, tmp_path / "run")
    list(train(session))
    rows = curve_rows(session.run)
    assert [row["epoch"] for row in rows] == [1, 2]
    epochs = session.run.history().epochs
    assert [row["validation loss"] for row in rows] == [epoch["validation"]["loss"] for epoch in epochs]
    export_curves(session.run, tmp_path / "curves.csv")
    read = list(csv.DictReader((tmp_path / "curves.csv").read_text("utf-8").splitlines()))
    assert list(read[0]) == list(rows[0]) and float(read[1]["train loss"]) == rows[1]["train loss"]


def test_a_run_without_an_epoch_has_none(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", project_json(Project()), {"created": "2026-01-01T00:00:00"})
    with pytest.raises(NetloomError, match="no epoch"):
        export_curves(run, tmp_path / "curves.csv")
    assert not (tmp_path / "curves.csv").exists()
