"""The curves of a run that is over as a TensorBoard event file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.exchange.event_file_out import export_event_file
from app.training.event_files import EVENTS, PREFIX, past_scalars
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.app.training.projects import project
from tests.event_reader import curves_in


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with event files that were written in training."""
    session = begin(project(epochs=2), None, tmp_path_factory.mktemp("runs") / "run")
    session.tensorboard = True
    list(train(session))
    return session.run


def test_it_is_what_a_training_writes(run: Run, tmp_path: Path) -> None:
    file = export_event_file(run, tmp_path / "logs" / "first")
    assert file.parent == tmp_path / "logs" / "first" and file.name.startswith(PREFIX)
    assert curves_in(file.parent) == curves_in(run.path / EVENTS)


def test_times_are_counted_from_when_the_run_was_begun(run: Run) -> None:
    begun = time.mktime(time.strptime(run.environment["created"], "%Y-%m-%dT%H:%M:%S"))
    times = [each.time for each in past_scalars(run)]
    assert times == sorted(times)
    spent = sum(epoch["seconds"] for epoch in run.history().epochs)
    assert begun < times[0] < times[-1] == pytest.approx(begun + spent, abs=1e-3)


def test_it_writes_over_its_own_file_and_mixes_no_runs(run: Run, tmp_path: Path) -> None:
    assert export_event_file(run, tmp_path) == export_event_file(run, tmp_path)
    with pytest.raises(NetloomError, match="another run, which would be mixed"):
        export_event_file(run, run.path / EVENTS)
    (tmp_path / "file").touch()
    with pytest.raises(NetloomError, match="TensorBoard reads folders"):
        export_event_file(run, tmp_path / "file")


def test_a_run_without_a_step_has_no_curves(tmp_path: Path) -> None:
    made = Run.create(tmp_path / "run", project_json(Project()), {"created": "2026-01-01T00:00:00"})
    with pytest.raises(NetloomError, match="no step"):
        export_event_file(made, tmp_path / "out")
    assert not (tmp_path / "out").exists()
