"""How long the window keeps its event loop from turning, on any machine: in units of one fixed piece of work."""

from __future__ import annotations

import statistics
import time
from collections import deque

from PySide6.QtCore import QAbstractEventDispatcher

WORK = 40_000
"""Steps of the piece of work: a hundred of them in Python take about as long as a window needs to place a widget."""
KEPT = 5
"""Latest measurements of the machine that are reckoned with."""


def work() -> float:
    """Do the piece of work. Returns the seconds of this thread's processor time that it took."""
    before = time.thread_time()
    held: dict[int, tuple[int, str]] = {}
    for step in range(WORK):
        held[step % 977] = (step, str(step))
    return time.thread_time() - before


class Stalls:
    """Measures acts: each from `begin` to `end`.

    An act may turn the event loop itself, such as a click on a menu, which waits there until the menu is closed. What
    stalls is only the longest stretch in which the loop neither waits nor ends. Processor time is measured, and divided
    by that of a piece of work done a moment ago: neither a busy machine nor a slow one looks like a stall.
    """

    def __init__(self) -> None:
        self._units: deque[float] = deque([work() for _ in range(KEPT)], KEPT)
        self._since = self._longest = 0.0
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None
        dispatcher.aboutToBlock.connect(self._mark)

    @property
    def unit(self) -> float:
        """Seconds of processor that the piece of work takes here and now."""
        return statistics.median(self._units)

    def _mark(self) -> None:
        now = time.thread_time()
        self._longest, self._since = max(self._longest, now - self._since), now

    def begin(self) -> None:
        """An act begins."""
        self._longest, self._since = 0.0, time.thread_time()

    def end(self) -> float:
        """The act is over. Returns the longest stretch in pieces of work."""
        self._mark()
        return self._longest / self.unit

    def measure(self) -> None:
        """See how fast the machine is now."""
        self._units.append(work())

    def leave(self) -> None:
        """Measure no more."""
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None
        dispatcher.aboutToBlock.disconnect(self._mark)
