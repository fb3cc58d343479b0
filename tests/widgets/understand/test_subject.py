"""A run that is only asked for is waited for, and shows itself once it begins; one that is gone is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.training_messages import Train
from graph.project import write_project
from tests.app.protocol import samples
from tests.widgets.conftest import digits_project
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

WAITS = "The training starts…"


def folder_of(controller: TrainingController) -> Path:
    assert controller.run is not None and not controller.run.exists()
    return controller.run


def test_a_run_shows_itself_once_it_begins(silent: Silent) -> None:
    panel, controller, document = silent.panel, silent.panel._controller, make_document("digits", 1)
    silent.open(document, "Filters")
    controller.train(document)
    run = folder_of(controller)
    panel.show_run(run)
    assert (panel.notice.text, panel.views.nothing.text()) == ("", WAITS)
    run.mkdir(parents=True)  # the worker makes the folder, and then its files one by one
    panel.show_run(run)
    assert panel.notice.text == ""
    run.rmdir()
    silent.link.training_event.emit(samples.started(run=str(saved_run(run, document))))
    assert panel.subject.run is not None and panel.subject.run.path == run
    assert panel.subject.live and panel.views.nothing.text() != WAITS


def test_a_training_that_was_refused_leaves_no_folder_to_complain_of(silent: Silent) -> None:
    controller, document = silent.panel._controller, make_document("digits", 1)
    silent.open(document, "Filters")
    controller.train(document)
    run = folder_of(controller)
    silent.refuse(Train.__name__, "No room is left.")
    silent.panel.show_run(run)
    assert not controller.active and silent.panel.notice.text == ""
    assert silent.panel.views.nothing.text() not in ("", WAITS)


def test_a_run_that_is_gone_is_told(silent: Silent, tmp_path: Path) -> None:
    silent.open(make_document("digits", 1), "Filters")
    silent.panel.show_run(tmp_path / "gone")
    assert "there is no such folder" in silent.panel.notice.text


@pytest.mark.built("workbench")
def test_understand_is_calm_while_a_training_starts(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    """Nothing is said of a folder, neither in Understand nor beside the curves, whatever else is opened meanwhile."""
    other = project_file.with_name("other.netloom")
    write_project(other, digits_project(5))
    window.files.open(project_file)
    tabs = window.bar.spaces
    qtbot.mouseClick(window.bar.train, Qt.MouseButton.LeftButton)
    controller = window.training.controller
    assert controller is not None
    run = folder_of(controller)
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.place_of("understand"))
    panel, training = window.workbench.panel("understand"), window.workbench.panel("train")
    assert isinstance(panel, UnderstandPanel) and isinstance(training, TrainPanel)
    assert panel.isVisible() and (panel.notice.text, panel.views.nothing.text()) == ("", WAITS)
    window.files.open(other)
    assert panel.views.nothing.text() != WAITS, "another project's training starts"
    window.files.open(project_file)
    assert (panel.notice.text, training.notice.text, panel.views.nothing.text()) == ("", "", WAITS)
    document = window.session.document
    controller.link.training_event.emit(samples.started(run=str(saved_run(run, document))))
    assert panel.subject.run is not None and panel.subject.run.path == run and panel.notice.text == ""
