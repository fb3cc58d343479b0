"""A label that has little room is written in two smaller lines before a word of it is left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from widgets.look.elided_label import ElidedLabel

TEXT = "What a layer makes of one sample, map by map"


@pytest.fixture
def label(qtbot: QtBot) -> ElidedLabel:
    made = ElidedLabel(look="faint")
    qtbot.addWidget(made)
    font = made.font()
    font.setPixelSize(18)
    made.setFont(font)
    made.setText(TEXT)
    made.show()
    return made


def inked_rows(picture: QImage) -> list[int]:
    """Rows of pixels with ink in them."""
    ground = picture.pixel(picture.width() - 1, 0)
    wide = range(picture.width())
    return [y for y in range(picture.height()) if any(picture.pixel(x, y) != ground for x in wide)]


def test_it_is_smaller_in_two_lines_and_then_elided(label: ElidedLabel) -> None:
    whole = label.fontMetrics().horizontalAdvance(TEXT)
    said = []
    for share in (1.05, 0.6, 0.2):
        label.resize(round(whole * share), 34)
        rows = inked_rows(label.grab().toImage())
        gaps = sum(after - before > 1 for before, after in pairwise(rows))
        said.append((gaps, label.toolTip()))
    assert said[0] == (0, "") and said[1] == (1, "")  # two lines have a gap between them
    assert said[2][1] == TEXT


def test_where_two_lines_have_no_room_it_is_elided(label: ElidedLabel) -> None:
    label.resize(round(label.fontMetrics().horizontalAdvance(TEXT) * 0.6), 22)
    label.grab()
    assert label.toolTip() == TEXT


def test_what_is_cut_is_small_in_two_lines_and_so_shows_more(label: ElidedLabel) -> None:
    label.resize(round(label.fontMetrics().horizontalAdvance(TEXT) * 0.3), 34)
    font, shown = label._fitting()
    usual = label.fontMetrics().elidedText(TEXT, Qt.TextElideMode.ElideRight, label.width())
    assert font.pixelSize() == 13 and TEXT.startswith(shown.removesuffix("…")) and len(shown) > 1.5 * len(usual)
    rows = inked_rows(label.grab().toImage())
    assert sum(after - before > 1 for before, after in pairwise(rows)) == 1 and label.toolTip() == TEXT
