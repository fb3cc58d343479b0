"""What a problem names as its remedy is a button wherever problems are listed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.conftest import digits_project
from widgets.panels.problems import NONE, NONE_YET
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def test_without_data_a_button_leads_to_where_it_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    project = digits_project()
    sections = {name: value for name, value in project.sections.items() if name != "data"}
    window.session.start_from(type(project)(project.network, sections))
    window.show_workbench("network")
    problems = window.workbench.problems
    assert not problems.rows and problems._none_text.text() == NONE_YET
    qtbot.mouseClick(problems.choose_data, LEFT)
    assert window.workbench.workspace == "data"
    window.session.start_from(digits_project())
    window.show_workbench("network")
    assert problems._none_text.text() == NONE and not problems.choose_data.isVisible()


def test_the_settings_of_a_layer_offer_what_repairs_it(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_from(digits_project(5))
    window.show_workbench("network")
    problems, notes = window.workbench.problems, window.workbench.inspector.layer.notes
    qtbot.waitUntil(lambda: bool(problems.rows))
    row = next(row for row in problems.rows if row.problem.layer and row.buttons)
    window.workbench.canvas.select([str(row.problem.layer)])
    assert notes.problem.text() == row.problem.message
    assert [button.text() for button in notes.repairs] == [button.text() for button in row.buttons]
    qtbot.mouseClick(notes.repairs[0], LEFT)
    qtbot.waitUntil(lambda: not problems.rows)
    assert not notes.problem.isVisible() and not any(button.isVisible() for button in notes.repairs)
    window.session.document.undo()
    qtbot.waitUntil(lambda: bool(problems.rows) and notes.repairs[0].isVisible())
