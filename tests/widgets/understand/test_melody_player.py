"""Playing a melody by Qt Multimedia, or what stands in its place here: it is a part that need not be installed."""

from __future__ import annotations

import sys
from enum import Enum
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QIODevice, QObject, Signal
from pytestqt.qtbot import QtBot

from app.numerics.melody import RATE, samples_of
from tests.widgets.understand.silent import Silent
from widgets.look.theme import ThemeSource
from widgets.understand.melody_pane import MelodyPane
from widgets.understand.melody_player import multimedia


class State(Enum):
    ActiveState, IdleState, StoppedState = range(3)


class Format:
    SampleFormat = SimpleNamespace(Int16="16 bits")

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self.setSampleRate = self.setChannelCount = self.setSampleFormat = self.facts.append


class Sink(QObject):
    """What plays: it remembers what it was given."""

    stateChanged = Signal(object)  # noqa: N815 - as Qt calls it
    made: ClassVar[list[Sink]] = []

    def __init__(self, device: object, format_: Format, parent: QObject) -> None:
        super().__init__(parent)
        self.format, self.heard, self.silenced = format_, b"", False
        Sink.made.append(self)

    def start(self, source: QIODevice) -> None:
        self.heard = bytes(source.readAll().data())

    def stop(self) -> None:
        self.silenced = True


def installed(monkeypatch: pytest.MonkeyPatch, *, device: bool) -> None:
    output = SimpleNamespace(isNull=lambda: not device)
    devices = SimpleNamespace(defaultAudioOutput=lambda: output)
    found = SimpleNamespace(
        QMediaDevices=devices, QAudioFormat=Format, QAudioSink=Sink, QAudio=SimpleNamespace(State=State)
    )
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", found)
    Sink.made.clear()


def pane(silent: Silent, qtbot: QtBot) -> MelodyPane:
    made = MelodyPane(ThemeSource(), silent.panel.subject)
    qtbot.addWidget(made)
    made.tokens = ("c4", "e4")
    made.show()
    return made


@pytest.mark.parametrize("there", [False, True])
def test_without_the_module_or_a_device_there_is_no_button(
    silent: Silent, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there:
        installed(monkeypatch, device=False)
    else:
        monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    assert multimedia() is None
    made = pane(silent, qtbot)
    assert not made.play.isVisible() and made.save.isVisible()


def test_a_melody_is_heard_until_it_ends_is_stopped_or_hidden(
    silent: Silent, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, device=True)
    made = pane(silent, qtbot)
    assert made.play.isVisible() and made.player is not None
    made.play.click()
    [sink] = Sink.made
    assert sink.heard == samples_of(("c4", "e4")) and sink.format.facts == [RATE, 1, "16 bits"]
    assert made.player.playing and made.play.text() == "Stop"
    sink.stateChanged.emit(State.ActiveState)
    assert made.player.playing
    sink.stateChanged.emit(State.IdleState)
    assert sink.silenced and not made.player.playing and made.play.text() == "Play"
    made.play.click()
    made.play.click()
    assert Sink.made[-1].silenced and len(Sink.made) == 2
    made.play.click()
    made.hide()
    assert Sink.made[-1].silenced and not made.player.playing
