"""The usual button of a row stands out, and never is it one that calls something off."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from widgets.look.buttons import CALLS_OFF, mark_usual
from widgets.look.theme import ThemeSource
from widgets.shell.banners import Banners, Notice
from widgets.training.inline_notice import InlineNotice


def test_a_button_follows_what_it_is_called_at_the_moment(qtbot: QtBot) -> None:
    button = QPushButton("Search")
    qtbot.addWidget(button)
    for text, usual in (("Search", True), ("&Stop", False), ("Search", True)):
        button.setText(text)
        mark_usual(button)
        assert button.property("primary") is usual
    mark_usual(button, False)
    assert button.property("primary") is False


@pytest.mark.parametrize("word", CALLS_OFF)
def test_the_only_button_of_work_in_progress_is_not_the_usual_one(qtbot: QtBot, word: str) -> None:
    banners, line = Banners(ThemeSource()), InlineNotice()
    qtbot.addWidget(banners)
    qtbot.addWidget(line)
    banners.say(Notice("Exporting model.py…", choices=((word, lambda: None),), key="export", open=True))
    line.say("Looking at 800 pictures…", "ok", (word, lambda: None))
    for row in (banners, line):
        button = next(each for each in row.findChildren(QPushButton) if each.text() == word)
        assert not button.property("primary")
    banners.say(Notice("Wrote model.py.", "ok", (("Show in folder", lambda: None),), "export"))
    (button,) = [each for each in banners.findChildren(QPushButton) if not each.isHidden() and each.text() != word]
    assert button.property("primary")
