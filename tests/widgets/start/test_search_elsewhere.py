"""A search of the start page that finds nothing here and something there leads to it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow

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
