"""Comparing in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from graph.project import write_project
from tests.widgets.conftest import digits_project
from widgets.canvas.comparison_layer import Differing
from widgets.shell.actions.comparison_actions import DIFFERENCES, ComparisonActions
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 20_000


def rows(window: MainWindow) -> list[tuple[str, str, str]]:
    assert window.part(ComparisonActions).panel is not None
    found = (window.part(ComparisonActions).panel.list.topLevelItem(row) for row in range(99))
    return [(item.text(0), item.text(1), item.text(2)) for item in found if item is not None]


def test_the_open_network_is_compared_with_its_file(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    document = window.session.document
    with document.transaction("Edit"):
        document.set_values("conv1", filters=8)
        document.remove("output4")
    window.commands["compare_saved"].trigger()
    panel = window.part(ComparisonActions).panel
    assert panel is not None
    assert panel.isVisible()
    assert rows(window) == [("−", "output4", "Output"), ("~", "conv1", "filters: 16 → 8")]
    assert panel.title.text() == "Compared with the saved version: 1 removed, 1 changed"
    item = panel.list.topLevelItem(1)
    assert item is not None
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(item).center())
    assert window.workbench.selected == ("conv1",)
    document.undo()
    qtbot.waitUntil(lambda: rows(window) == [])
    assert "no difference" in panel.title.text()
    qtbot.mouseClick(panel.cross, LEFT)
    assert not panel.isVisible()
    assert window.workbench.problems.isVisible()
    assert not window.commands["compare_stop"].isEnabled()


def test_another_file_and_one_that_is_broken(window: MainWindow, project_file: Path, tmp_path: Path) -> None:
    window.files.open(project_file)
    other = tmp_path / "other.netloom"
    write_project(other, digits_project(units=12))
    window.part(ComparisonActions).with_file(other)
    assert rows(window) == [("~", "dense3", "units: 12 → 10")]
    other.write_text("{", "utf-8")
    window.part(ComparisonActions).with_file(other)
    assert "broken" in window.banners.notices[0].text
    window.files.open(project_file)
    assert not window.part(ComparisonActions).open


def test_differences_are_drawn_on_the_canvas(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    canvas, document = window.workbench.canvas, window.session.document
    with document.transaction("Edit"):
        document.set_values("conv1", filters=8)
        document.remove("output4")
        document.add(document.network.layer("flatten2"), (0.0, 300.0), "spare")
    plain = canvas.grab().toImage()
    window.commands["compare_saved"].trigger()
    shown = canvas.surface.extras[DIFFERENCES]
    assert isinstance(shown, Differing)
    assert set(shown.ghosts) == {"output4"}
    assert not any(card.rect.intersects(shown.ghosts["output4"]) for card in canvas.board.cards.values())
    assert shown.description("conv1") == "Changed: filters: 16 → 8; −80 parameters"
    assert shown.description("spare").startswith("Added")
    assert shown.description("input0") == ""
    assert canvas.navigation.visible_region().contains(shown.ghosts["output4"])
    assert canvas.grab().toImage() != plain
    # A click on the row of a removed layer brings the place where it stood into view.
    assert window.part(ComparisonActions).panel is not None
    listed = window.part(ComparisonActions).panel.list
    canvas.navigation.center_on(QPointF(-4000, 0))
    row = listed.topLevelItem(0)
    assert row is not None
    qtbot.mouseClick(listed.viewport(), LEFT, pos=listed.visualItemRect(row).center())
    qtbot.waitUntil(lambda: canvas.navigation.visible_region().contains(shown.ghosts["output4"]), timeout=PATIENCE)
    qtbot.mouseClick(window.part(ComparisonActions).panel.cross, LEFT)
    assert canvas.surface.extras == {}


def test_a_drawn_comparison_follows_edits_and_into_blocks(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    canvas, document = window.workbench.canvas, window.session.document
    canvas.select(["conv1", "flatten2"])
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    canvas.setFocus()
    (block,) = [id_ for id_ in document.network.ids if id_.startswith("block")]
    window.files.save()
    window.commands["compare_saved"].trigger()
    window.workbench.block_navigation.enter(block)
    inner = window.workbench.block_navigation.document
    with inner.transaction("Edit"):
        inner.set_values("conv1", filters=8)

    def told(id_: str) -> str:
        found = canvas.surface.extras.get(DIFFERENCES)
        return found.description(id_) if found is not None else ""

    qtbot.waitUntil(lambda: told("conv1") == "Changed: filters: 16 → 8", timeout=PATIENCE)
    window.workbench.leave_block()
    qtbot.waitUntil(lambda: told(block).startswith("Changed: 1 difference inside"), timeout=PATIENCE)
