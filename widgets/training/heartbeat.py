"""Heartbeat: tells whether a worker that is awaited still answers, or is stopped or hangs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

EVERY_MS = 1000
MISSED = 3
"""Pings without a sign of life from which on a worker counts as silent; while it loads, `MISSED_LOADING`."""
MISSED_LOADING = 30


class Heartbeat(QObject):
    """Pings the worker each second while something is awaited of it, and counts the pings that nothing came after.

    ``silent_changed`` carries whether the worker is silent. Ticks are counted, not seconds: while this window itself
    is held up, no ping is missed. Where nothing is awaited nothing is sent, so that an idle window stays idle.
    """

    silent_changed = Signal(bool)

    def __init__(self, ping: Callable[[], None], awaited: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ping, self._awaited = ping, awaited
        self._heard, self._missed, self.loading, self.silent = True, 0, True, False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        """Whether it pings."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Something is awaited from now on."""
        if not self._timer.isActive():
            self._heard, self._missed = True, 0
            self._timer.start(EVERY_MS)

    def reset(self) -> None:
        """Another worker takes the place of this one, or none."""
        self._timer.stop()
        self.loading = True
        self._note(silent=False)

    def hear(self) -> None:
        """Something came from the worker."""
        self._heard = True
        self._note(silent=False)

    def _tick(self) -> None:
        if not self._awaited():
            self._timer.stop()
            self._note(silent=False)
            return
        self._missed = 0 if self._heard else self._missed + 1
        self._heard = False
        self._ping()
        if self._missed >= (MISSED_LOADING if self.loading else MISSED):
            self._note(silent=True)

    def _note(self, *, silent: bool) -> None:
        if silent != self.silent:
            self.silent = silent
            self.silent_changed.emit(silent)
