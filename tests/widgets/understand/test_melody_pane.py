"""A melody that goes on: its piano roll grows, and it is saved as sound; words have neither."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.text_messages import ContinueText
from graph.document import Document
from tests.widgets.understand.silent import Silent, saved_run
from tests.widgets.understand.test_text_tab import grown, opened, token
from widgets.look import file_dialogs
from widgets.understand.text_tab import TextTab


def melodious(silent: Silent, path: Path) -> TextTab:
    """The tab on a run that has learned melodies."""
    project = preset("melodies_lstm").project
    silent.panel.resize(1200, 500)
    silent.panel.subject.show_run(saved_run(path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Text that goes on")
    silent.panel.show()
    return silent.panel.view(TextTab)


def test_the_roll_grows_and_is_saved_as_sound(
    silent: Silent, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = melodious(silent, tmp_path / "run")
    assert not tab.melody.isVisible()
    qtbot.keyClicks(tab.beginning, "c4 d4")
    qtbot.keyClick(tab.beginning, Qt.Key.Key_Return)
    silent.reply(ContinueText, grown(token("e4", 0.5)))
    assert tab.melody.isVisible()
    before = tab.melody.roll.grab().toImage()
    silent.reply(ContinueText, grown(token("e4", 0.5), token("o", 0.9), token("(end)", 1.0), done=40, ended=True))
    assert tab.melody.roll.grab().toImage() != before
    assert tab.melody.tokens == ("c4", "d4", "e4", "o")
    roll = tab.melody.roll
    assert roll.sentence_at(QPointF(roll.width() - 30, 20)) == "Quarter 4: o, written by the network"
    assert "Quarter 1: c4, given" in roll.sentence_at(QPointF(60, 20))
    path = tmp_path / "tune"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(path), ""))
    qtbot.mouseClick(tab.melody.save, Qt.MouseButton.LeftButton)
    with wave.open(str(path.with_suffix(".wav"))) as file:
        assert file.getnframes() > 4 * 0.3 * file.getframerate()


def test_a_file_that_cannot_be_written_is_told(
    silent: Silent, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = melodious(silent, tmp_path / "run")
    tab.write.click()
    silent.reply(ContinueText, grown(token("e4", 0.5), token("g4", 0.5)))
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / "no" / "such" / "x.wav"), ""))
    with qtbot.waitSignal(silent.panel.subject.failed):
        qtbot.mouseClick(tab.melody.save, Qt.MouseButton.LeftButton)


def test_words_have_no_roll(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    tab.write.click()
    silent.reply(ContinueText, grown(token("are", 0.9), token("in", 0.9)))
    assert not tab.melody.isVisible()
