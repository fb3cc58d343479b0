"""A file that a project names and that is missing: what is said of it goes as soon as it is put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.data.sources.table import Table
from graph.project import Project, write_project
from tests.widgets.conftest import chain
from tests.widgets.data.conftest import DirectLink
from widgets.data.data_view import DataView
from widgets.shell.project_problems import LOOK_MS, ProjectProblems
from widgets.shell.window import MainWindow

ROWS = "a,b,y\n" + "".join(f"{row},{row % 7},{row % 2}\n" for row in range(40))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table beside which a project stands that learns from it; the table is away."""
    network = chain(("input", {}), ("dense", {"units": 2}), ("output", {}))
    data = {"source": Table.kind, "options": {"path": "rows.csv", "target": "y"}}
    write_project(tmp_path / "rows.netloom", Project(network, {"data": data}))
    return tmp_path / "rows.csv"


def missing(window: MainWindow) -> list[str]:
    return [problem.message for problem in window.session.problems if "is not there" in problem.message]


@pytest.mark.built("workbench")
def test_a_file_that_is_put_back_is_noticed_by_itself(window: MainWindow, table: Path, qtbot: QtBot) -> None:
    window.files.open(table.with_suffix(".netloom"))
    (message,) = missing(window)
    assert str(table) in message and "put it back" in message
    window.training.train()
    assert message in window.notices[0]
    looking = window.part(ProjectProblems)._looking
    assert looking.isActive() and looking.interval() == LOOK_MS
    looking.setInterval(5)
    table.write_text(ROWS, "utf-8")
    qtbot.waitUntil(lambda: not missing(window))
    qtbot.waitUntil(lambda: window.notices == ())
    assert not looking.isActive(), "a file that is there is not looked for"


@pytest.mark.built("workbench")
def test_what_came_or_went_meanwhile_is_seen_once_the_window_is_in_front(window: MainWindow, table: Path) -> None:
    window.files.open(table.with_suffix(".netloom"))
    window.part(ProjectProblems)._looking.stop()
    window.activateWindow()
    for there in (True, False, True):
        table.write_text(ROWS, "utf-8") if there else table.unlink()
        QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
        assert bool(missing(window)) is not there
    assert not window.part(ProjectProblems)._looking.isActive()


@pytest.mark.built("workbench")
def test_weights_to_start_from_are_looked_for_as_well(window: MainWindow, table: Path) -> None:
    table.write_text(ROWS, "utf-8")
    window.files.open(table.with_suffix(".netloom"))
    problems, document = window.part(ProjectProblems), window.session.document
    assert not problems._looking.isActive()
    with document.transaction("Start from weights"):
        document.set_section("start", {"weights": "first.safetensors"})
    assert problems._looking.isActive()
    document.undo()
    assert not problems._looking.isActive()


@pytest.mark.built("data")
def test_data_asks_again_for_what_was_refused(
    window: MainWindow, table: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, direct = window.workbench.panel("data"), DirectLink()
    assert isinstance(view, DataView)
    for part in (view, view.details):
        monkeypatch.setattr(part, "_link", direct)
    window.files.open(table.with_suffix(".netloom"))
    window.show_workspace("data")
    qtbot.waitUntil(lambda: "is not there" in view.notice.text)
    table.write_text(ROWS, "utf-8")
    window.part(ProjectProblems).look()
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.notice.text == ""
