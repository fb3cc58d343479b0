"""The rows of the user's table: the column that is predicted stands first, and nothing empty stands in a corner."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.graph.networks import section
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.data_view import DataView
from widgets.data.row_table import WIDEST
from widgets.look.stylesheet import set_stylesheet, stylesheet
from widgets.look.theme import DARK, LIGHT, Theme

TITLE, TEXT = Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole


def open_table(qtbot: QtBot, link: DirectLink, tmp_path: Path, columns: int) -> DataView:
    """The data view of a table of ``columns`` numbers, with the classes in the last column but one."""
    names = [*(f"measure {number}" for number in range(columns)), "species", "remark"]
    lines = [
        ",".join(
            [
                *(f"{(row * 7 + place) % 83 / 10}" for place in range(columns)),
                "oak elm".split()[row % 2],
                f"tree {row}" + " goes on" * 24,
            ]
        )
        for row in range(60)
    ]
    table = tmp_path / "trees.csv"
    table.write_text("\n".join([",".join(names), *lines]))
    view = make_view(qtbot, link, Document(), (1024, 560))
    view.sources.file_chosen.emit(table)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.samples.tabs.currentWidget() is view.rows
    return view


def columns_in_view(view: DataView) -> list[str]:
    """The headings of the columns that stand wholly in view, from left to right."""
    header, width = view.rows.horizontalHeader(), view.rows.viewport().width()
    shown = [header.logicalIndex(place) for place in range(header.count())]
    inside = [
        place
        for place in shown
        if header.sectionViewportPosition(place) >= 0
        and header.sectionViewportPosition(place) + header.sectionSize(place) <= width
    ]
    return [str(view.rows.held.headerData(place, TITLE, TEXT)) for place in inside]


@pytest.mark.parametrize("columns", [3, 200, 300])
def test_the_target_stands_first_and_says_what_it_is(
    qtbot: QtBot, link: DirectLink, tmp_path: Path, columns: int
) -> None:
    view = open_table(qtbot, link, tmp_path, columns)
    assert columns_in_view(view)[0] == "★ species\ntarget, category"
    assert columns_in_view(view)[1] == "measure 0\nnumber"
    if columns == 300:  # more than are listed: the target has its row, and its star, among the first 200
        assert view.form.columns.row("species").star.isChecked()
        assert len(view.form.columns.names) == 201


def test_another_target_takes_its_place(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    view = open_table(qtbot, link, tmp_path, 3)
    star = view.form.columns.row("measure 1").star
    qtbot.mouseClick(star, Qt.MouseButton.LeftButton)
    assert view.document is not None and section(view.document, "data")["options"]["target"] == "measure 1"
    assert columns_in_view(view)[0].split("\n")[0] == "★ measure 1"
    held, header = view.rows.held, view.rows.horizontalHeader()
    titles = [str(held.headerData(header.logicalIndex(place), TITLE, TEXT)) for place in range(4)]
    headings = [title.split("\n")[0] for title in titles]
    assert headings == ["★ measure 1", "measure 0", "measure 2", "species"]
    widths = [view.rows.columnWidth(place) for place in range(5)]
    view.rows.resizeColumnsToContents()
    assert [view.rows.columnWidth(place) for place in range(5)] == widths, "also of the two that have other headings"


def test_a_long_text_is_cut_and_whole_in_its_tooltip(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    view = open_table(qtbot, link, tmp_path, 3)
    held = view.rows.held
    assert view.rows.columnWidth(4) == WIDEST
    assert held.data(held.index(7, 4), Qt.ItemDataRole.ToolTipRole) == held.data(held.index(7, 4), TEXT)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_nothing_stands_between_the_scroll_bars(qtbot: QtBot, link: DirectLink, tmp_path: Path, theme: Theme) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    set_stylesheet(application, stylesheet(theme))
    view = open_table(qtbot, link, tmp_path, 30)
    rows = view.rows
    assert rows.verticalScrollBar().isVisible() and rows.horizontalScrollBar().isVisible()
    image = rows.grab().toImage()
    left, top = rows.verticalScrollBar().width(), rows.horizontalScrollBar().height()
    corner = QRect(QPoint(rows.width() - left, rows.height() - top), QPoint(rows.width() - 5, rows.height() - 5))
    assert _colours(image, corner) == {QColor(theme.raised).name()}


def _colours(image: QImage, area: QRect) -> set[str]:
    ratio = image.devicePixelRatio()
    return {
        image.pixelColor(int(x * ratio), int(y * ratio)).name()
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    }
