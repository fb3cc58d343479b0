"""Examples and lessons are searched each for itself; a search with no hits here leads to those elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def test_a_search_without_lessons_leads_to_the_examples(window: MainWindow, qtbot: QtBot) -> None:
    start = window.start
    window.show_lessons()
    qtbot.keyClicks(start.search, "image captioning")
    assert not [card for card in start.lessons.cards if card.isVisible()]
    assert start.lessons.other.isVisible() and start.lessons.other.text().endswith("with these words")
    qtbot.mouseClick(start.lessons.other, LEFT)
    shown = [card for card in start.gallery.cards if card.isVisible()]
    assert shown and start.lessons.other.text().startswith(f"Show {len(shown)} example")
    assert start.search.text() == "image captioning" and start.search.hasFocus()
    start.search.clear()
    assert not start.lessons.other.isVisible() and not start.gallery.other.isVisible()


def test_a_search_of_one_topic_leads_to_examples_of_all(window: MainWindow, qtbot: QtBot) -> None:
    start = window.start
    start.topics.button(1).setChecked(True)
    window.show_lessons()
    qtbot.keyClicks(start.search, "image captioning")
    qtbot.mouseClick(start.lessons.other, LEFT)
    assert [card for card in start.gallery.cards if card.isVisible()]


def test_words_that_nothing_has_offer_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.show_lessons()
    qtbot.keyClicks(window.start.search, "xyzzy")
    assert window.start.lessons.nothing.isVisible() and not window.start.lessons.other.isVisible()


def test_each_tab_keeps_its_own_search(window: MainWindow, qtbot: QtBot) -> None:
    start = window.start
    examples, lessons = (start.kinds.button(index) for index in (0, 1))
    qtbot.keyClicks(start.search, "lstm")
    found = [card for card in start.gallery.cards if card.isVisible()]
    assert 0 < len(found) < len(start.gallery.cards)
    qtbot.mouseClick(lessons, LEFT)
    assert start.search.text() == "" and start.search.placeholderText() == "Search lessons, say pooling"
    assert all(card.isVisible() for card in start.lessons.cards)
    qtbot.keyClicks(start.search, "pooling")
    few = [card for card in start.lessons.cards if card.isVisible()]
    assert 0 < len(few) < len(start.lessons.cards)
    qtbot.mouseClick(examples, LEFT)
    assert start.search.text() == "lstm" and [card for card in start.gallery.cards if card.isVisible()] == found
    start.search.clear()
    assert all(card.isVisible() for card in start.gallery.cards)
    qtbot.mouseClick(lessons, LEFT)
    assert start.search.text() == "pooling"
    assert len([card for card in start.lessons.cards if card.isVisible()]) == len(few)
