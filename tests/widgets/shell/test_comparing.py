"""Comparing in the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.project import write_project
from tests.widgets.shell.conftest import digits_project
from widgets.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def rows(window: MainWindow) -> list[tuple[str, str, str]]:
    assert window.comparing.panel is not None
    found = (window.comparing.panel.list.topLevelItem(row) for row in range(99))
    return [(item.text(0), item.text(1), item.text(2)) for item in found if item is not None]


def test_the_open_network_is_compared_with_its_file(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    assert window.session is not None
    assert window.bench is not None
    document = window.session.document
    with document.transaction("Edit"):
        document.set_values("conv1", filters=8)
        document.remove("output4")
    window.commands["compare_saved"].trigger()
    panel = window.comparing.panel
    assert panel is not None
    assert panel.isVisible()
    assert rows(window) == [("−", "output4", "Output"), ("~", "conv1", "filters: 16 → 8")]
    assert panel.title.text() == "Compared with the saved version: 1 removed, 1 changed"
    item = panel.list.topLevelItem(1)
    assert item is not None
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(item).center())
    assert window.bench.selected == ("conv1",)
    document.undo()
    qtbot.waitUntil(lambda: rows(window) == [])
    assert "no difference" in panel.title.text()
    qtbot.mouseClick(panel.cross, LEFT)
    assert not panel.isVisible()
    assert window.bench.problems.isVisible()
    assert not window.commands["compare_stop"].isEnabled()


def test_another_file_and_one_that_is_broken(window: MainWindow, project_file: Path, tmp_path: Path) -> None:
    window.files.open(project_file)
    other = tmp_path / "other.netloom"
    write_project(other, digits_project(units=12))
    window.comparing.with_file(other)
    assert rows(window) == [("~", "dense3", "units: 12 → 10")]
    other.write_text("{", "utf-8")
    window.comparing.with_file(other)
    assert "broken" in window.banners.notices[0].text
    window.files.open(project_file)
    assert not window.comparing.open
