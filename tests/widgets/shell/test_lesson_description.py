"""The description of a lesson's project: of the lesson, not of the example that it starts from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.shell.test_lesson_guide import OWN, pane_of
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize("example", ["", "preset:digits_cnn"])
def test_the_description_of_a_lessons_project_is_of_the_lesson(window: MainWindow, qtbot: QtBot, example: str) -> None:
    window.open_lesson("first_cnn")
    pane, side = pane_of(window), window.workbench.side_panel
    if example:
        pane.text.linked.emit(example)
    qtbot.mouseClick(pane.leave, LEFT)
    assert side.reading is side.description and side.description.isVisible()
    page = side.description.reader.toPlainText()
    assert page.startswith("A first CNN\n") and "reach 98" in page
    assert "baseline" not in page.lower()
    side.description.reader.linked.emit("lesson:first_cnn")
    assert pane.isVisible()


def test_a_lesson_from_a_file_describes_its_project_without_a_link(window: MainWindow, tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps(OWN), "utf-8")
    window.open_lesson(own)
    assert window.workbench.description.text == "# My own\n\nA test\n\nThis network belongs to a lesson."
