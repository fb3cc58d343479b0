"""A melody as sound from the loudspeakers, by Qt Multimedia where that is installed and finds a device to play on."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Signal

from app.numerics.melody import RATE


def multimedia() -> ModuleType | None:
    """Return Qt Multimedia where it can be loaded and there is something to play on; it comes with PySide6 Addons,
    which Netloom does not ask for.
    """
    try:
        found = import_module("PySide6.QtMultimedia")
    except ImportError:
        return None
    return None if found.QMediaDevices.defaultAudioOutput().isNull() else found


class MelodyPlayer(QObject):
    """Plays samples of one channel, 16 bits and `RATE` a second. `stopped` says that they ended, or were stopped."""

    stopped = Signal()

    def __init__(self, found: ModuleType, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found = found
        self._sink: Any = None
        self._buffer = QBuffer(self)

    @property
    def playing(self) -> bool:
        """Whether something is heard."""
        return self._sink is not None

    def play(self, samples: bytes) -> None:
        """Play these, in the place of what is heard."""
        self.stop()
        format_ = self._found.QAudioFormat()
        format_.setSampleRate(RATE)
        format_.setChannelCount(1)
        format_.setSampleFormat(self._found.QAudioFormat.SampleFormat.Int16)
        self._buffer.setData(QByteArray(samples))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._sink = self._found.QAudioSink(self._found.QMediaDevices.defaultAudioOutput(), format_, self)
        self._sink.stateChanged.connect(self._on_state)
        self._sink.start(self._buffer)

    def stop(self) -> None:
        """Be silent."""
        if self._sink is None:
            return
        sink, self._sink = self._sink, None
        sink.stop()
        sink.deleteLater()
        self._buffer.close()
        self.stopped.emit()

    def _on_state(self, state: Any) -> None:
        """Idle: all was read; stopped: the device is gone."""
        states = self._found.QAudio.State
        if self._sink is not None and state in (states.IdleState, states.StoppedState):
            self.stop()
