"""The summary table: sorted, opened, copied, exported, and in step with the canvas."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.project.summary import COLUMNS as HEADINGS
from graph.checking.check import Checker
from graph.document import Document
from tests.graph.networks import chain, layer, lenet
from widgets.look import file_dialogs
from widgets.look.theme import ThemeSource
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS
from widgets.summary.summary_model import COLUMNS, SHARE
from widgets.summary.summary_view import Summary
from widgets.understand.backprop.backprop_tab import BackpropTab
from widgets.understand.understand_panel import UnderstandPanel

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton
PARAMETERS = next(number for number, column in enumerate(COLUMNS) if column.title == "Parameters")


def preset_file(name: str) -> Path:
    return PRESETS / f"{name}.netloom"


def shown(summary: Summary, column: int = 0) -> list[str]:
    model = summary.model
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def make(qtbot: QtBot, document: Document) -> Summary:
    summary = Summary(ThemeSource("light"))
    qtbot.addWidget(summary)
    summary.resize(1100, 400)
    summary.set_document(document, Checker(document))
    summary.show()
    return summary


def click_heading(qtbot: QtBot, summary: Summary, column: int) -> None:
    header = summary.tree.header()
    place = header.rect().center()
    place.setX(header.sectionViewportPosition(column) + 12)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)


def test_headings_sort_both_ways_and_back(qtbot: QtBot) -> None:
    document = lenet()
    summary = make(qtbot, document)
    drawn = shown(summary)
    assert drawn == document.network.ordered()
    orders = []
    for _ in range(3):
        click_heading(qtbot, summary, PARAMETERS)
        orders.append(shown(summary, PARAMETERS))
    numbers = [[int(text.replace(",", "")) for text in order] for order in orders[:2]]
    assert numbers[0] == sorted(numbers[0])
    assert numbers[1] == sorted(numbers[1], reverse=True)
    assert shown(summary) == drawn


def test_an_edit_changes_facts_and_moves_nothing(qtbot: QtBot) -> None:
    document = chain([layer("input"), *[layer("conv2d")] * 998, layer("output")])
    summary = make(qtbot, document)
    resets: list[object] = []
    summary.model.modelReset.connect(lambda: resets.append(1))
    with document.transaction("Edit"):
        document.set_values("conv500", filters=5)
    qtbot.waitUntil(lambda: summary.model.index(500, PARAMETERS).data() == f"{16 * 9 * 5 + 5:,}")
    assert resets == []
    with document.transaction("Remove"):
        document.remove("conv998")
    qtbot.waitUntil(lambda: summary.model.rowCount() == 999)


def test_totals_stand_under_their_columns(qtbot: QtBot) -> None:
    document = lenet()
    summary = make(qtbot, document)
    texts = summary.line.texts()
    checker = Checker(document)
    assert texts[0] == f"Total of {len(document.network)} layers"
    assert texts[PARAMETERS] == f"{checker.parameters:,}"
    assert f"parameters {checker.parameters:,}" in summary.line.accessibleDescription()
    shares = [summary.model.index(row, PARAMETERS).data(SHARE) for row in range(summary.model.rowCount())]
    assert sum(shares) == pytest.approx(1.0)


def test_a_block_opens_and_stays_open(qtbot: QtBot) -> None:
    document = Document(preset("resnet110").project.network)
    summary = make(qtbot, document)
    model, tree = summary.model, summary.tree
    row = next(row for row in range(model.rowCount()) if model.hasChildren(model.index(row, 0)))
    block = model.index(row, 0)
    name = str(block.data())
    tree.setCurrentIndex(block)
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert tree.isExpanded(block)
    inner = [model.row_at(model.index(place, 0, block)) for place in range(model.rowCount(block))]
    assert sum(part.parameters for part in inner) == model.row_at(block).parameters
    with document.transaction("Remove"):
        document.remove(next(one.id for one in document.network if one.layer.kind == "output"))
    qtbot.waitUntil(lambda: not model.row_at(model.index(0, 0)).used)
    assert tree.isExpanded(model.find([name]))


def test_copying_rows_and_the_whole_table(qtbot: QtBot) -> None:
    summary = make(qtbot, lenet())
    tree, model = summary.tree, summary.model
    board = QGuiApplication.clipboard()
    for place in (1, 2):
        chosen = tree.selectionModel()
        chosen.select(model.index(place, 0), chosen.SelectionFlag.Select | chosen.SelectionFlag.Rows)
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = board.text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Layer", "conv1", "tanh1"]
    assert "2 selected rows copied" in summary.note.text()
    qtbot.mouseClick(summary.copy, LEFT)
    assert len(board.text().splitlines()) == model.rowCount() + 2


def test_the_command_shows_it_and_a_click_goes_to_the_layer(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open(preset_file("residual_cnn"))
    workbench = window.workbench
    window.commands["summary"].trigger()
    summary = workbench.summary
    qtbot.waitUntil(lambda: summary.isVisible() and summary.model.rowCount() > 10)
    index = summary.model.find(["conv2"])
    summary.tree.scrollTo(index)
    qtbot.mouseClick(summary.tree.viewport(), LEFT, pos=summary.tree.visualRect(index).center())
    assert workbench.selected == ("conv2",)
    workbench.canvas.select(["relu1"])
    marked = summary.tree.selectionModel().selectedRows()
    assert [summary.model.row_at(one).name for one in marked] == ["relu1"]
    asked: list[str] = []
    target = tmp_path / "told"

    def answer(_parent: QWidget, _title: str, start: str, _kind: str, _verb: str) -> tuple[str, str]:
        asked.append(Path(start).name)
        return str(target), ""

    monkeypatch.setattr(file_dialogs, "ask_save", answer)
    window.commands["export_summary"].trigger()
    assert asked == ["residual-cnn-summary.csv"]
    with target.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    assert tuple(written[0]) == HEADINGS
    assert len(written) == summary.model.rowCount() + 2
    summary.export(tmp_path / "gone" / "table.csv")
    assert any("table.csv" in notice.text for notice in window.banners.notices)


def test_return_enters_the_block_of_a_layer_inside(window: MainWindow, qtbot: QtBot) -> None:
    window.files.open(preset_file("resnet110"))
    workbench = window.workbench
    workbench.show_summary()
    summary = workbench.summary
    qtbot.waitUntil(lambda: summary.model.rowCount() > 3)
    model = summary.model
    block = next(
        index for row in range(model.rowCount()) if model.hasChildren(index := model.index(row, 0, QModelIndex()))
    )
    name = model.row_at(block).name
    summary.tree.expand(block)
    inner = model.index(0, 0, block)
    inside = model.row_at(inner).name
    summary.tree.setCurrentIndex(inner)
    qtbot.keyClick(summary.tree, Qt.Key.Key_Return)
    assert workbench.block_navigation.path == (name,)
    assert workbench.selected == (inside,)
    qtbot.waitUntil(lambda: summary.model.find([inside]).isValid())


def test_the_command_for_one_step_by_hand_opens_its_tab(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    workbench = window.workbench
    window.commands["backprop"].trigger()
    panel = workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    assert workbench.workspace == "understand"
    assert panel.tab is panel.view(BackpropTab)
