"""The search for faults in painted words finds each kind, and nothing where words are whole."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.shell.painted_words import cut_paint, overlapping_paint, shortened_paint
from widgets.look.layouts import vbox
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

Words = list[tuple[str, float, float]]


class Sheet(PaintedView):
    """Writes words at places."""

    def __init__(self, words: Words) -> None:
        super().__init__(ThemeSource("light"), "Sheet", "")
        self.words = words

    def is_empty(self) -> bool:
        return not self.words

    def paint(self, painter: QPainter, area: QRectF) -> None:
        for text, x, y in self.words:
            painter.drawText(QPointF(x, y), text)


def window_with(qtbot: QtBot, words: Words) -> QWidget:
    window = QWidget()
    sheet = Sheet(words)
    sheet.setFixedSize(200, 100)
    vbox(sheet, parent=window)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ([("whole", 20, 40), ("and apart", 20, 70)], (0, 0, 0)),
        ([("beyond the right edge", 150, 40)], (1, 0, 0)),
        ([("above", 20, 2)], (1, 0, 0)),
        ([("one", 20, 40), ("over another", 24, 42)], (0, 0, 1)),
        ([("probabil…", 20, 40)], (0, 1, 0)),
        ([], (0, 0, 0)),
    ],
)
def test_each_kind_of_fault_is_found(qtbot: QtBot, words: Words, faults: tuple[int, int, int]) -> None:
    window = window_with(qtbot, words)
    found = cut_paint(window), shortened_paint(window), overlapping_paint(window)
    assert tuple(map(len, found)) == faults, found


def test_what_is_scrolled_to_is_no_fault(qtbot: QtBot) -> None:
    sheet = Sheet([("far down", 20, 380)])
    sheet.setFixedSize(200, 400)
    area: QScrollArea = scrolled(sheet)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    window = QWidget()
    vbox(area, parent=window)
    qtbot.addWidget(window)
    window.resize(240, 120)
    window.show()
    assert not cut_paint(window)
