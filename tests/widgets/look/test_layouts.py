"""Rows, columns and labels made by one call are what Qt's own calls would have made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.look.labels import text_label
from widgets.look.layouts import BesideOrBelow, Stretch, hbox, vbox


def test_a_row_holds_widgets_layouts_and_stretches_in_order(qtbot: QtBot) -> None:
    parent, first, second = QWidget(), QLabel("a"), QLabel("b")
    qtbot.addWidget(parent)
    inner = vbox(second, spacing=3)
    row = hbox((first, 2, Qt.AlignmentFlag.AlignTop), Stretch(1), (inner, 4), parent=parent, spacing=5)
    assert parent.layout() is row
    assert [row.stretch(index) for index in range(row.count())] == [2, 1, 4]
    assert row.contentsMargins() == QMargins()
    assert (row.spacing(), inner.spacing()) == (5, 3)
    assert first.parent() is parent
    assert second.parent() is parent
    top = row.itemAt(0)
    assert top is not None
    assert top.alignment() == Qt.AlignmentFlag.AlignTop


def test_margins_of_none_are_the_styles(qtbot: QtBot) -> None:
    given, styled = QWidget(), QWidget()
    for widget in (given, styled):
        qtbot.addWidget(widget)
    assert vbox(parent=given, margins=(1, 2, 3, 4)).contentsMargins() == QMargins(1, 2, 3, 4)
    assert vbox(parent=styled, margins=None).contentsMargins().left() > 0


def test_a_label_takes_its_look_and_manners(qtbot: QtBot) -> None:
    field = QWidget()
    label = text_label("a", look="error", wrap=True, selectable=True, hidden=True, indent=4, buddy=field)
    for widget in (field, label):
        qtbot.addWidget(widget)
    assert (label.text(), label.property("tone"), label.indent()) == ("a", "error", 4)
    assert label.wordWrap()
    assert label.isHidden()
    assert label.buddy() is field
    assert label.textInteractionFlags() == Qt.TextInteractionFlag.TextSelectableByMouse
    faint = text_label("b", label, look="faint")
    assert faint.property("faint") is True
    assert faint.parent() is label


@pytest.mark.parametrize("words", ["Saved.", "It cannot be done now, for something else goes on. " * 4])
def test_buttons_stand_beside_words_or_below_them_and_the_height_is_known_before(qtbot: QtBot, words: str) -> None:
    pane, label, button = QWidget(), text_label(words, wrap=True), QPushButton("Repair it and go on")
    qtbot.addWidget(pane)
    row = BesideOrBelow(label, hbox(Stretch(1), button), parent=pane)
    pane.show()
    heights = {}
    for width in range(700, row.minimumSize().width(), -30):
        known = pane.heightForWidth(width)
        pane.resize(width, known)
        QApplication.processEvents()
        heights[width] = pane.heightForWidth(width)
        assert known == heights[width], width
        assert button.width() >= button.sizeHint().width() and label.height() >= label.heightForWidth(label.width())
        assert not label.geometry().intersects(button.geometry())
    assert list(heights.values()) == sorted(heights.values()), "the narrower the higher, without leaps"
    assert button.geometry().top() >= label.geometry().bottom()
