"""What the user asks of a training that runs: pause, one step, go on, stop, and what to look at."""

from __future__ import annotations

import math
import threading
import time

from app.protocol.watch import Watch


class Control:
    """What the user asks of a training, read by the trainer between two steps.

    Every method may be called from another thread or from a signal handler. ``asked`` is a plain attribute, so that
    the trainer can look at it before every step for nothing.
    """

    def __init__(self, paused: bool = False) -> None:
        self.asked = paused
        self.paused = paused
        self.stopping = False
        self.watch = Watch()
        self._steps = 0
        self._changed = threading.Event()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until the next request."""
        return self.paused and not self.stopping and self._steps == 0

    def pause(self) -> None:
        """Wait before the next step."""
        self._steps = 0
        self.paused = True
        self._notify()

    def go(self) -> None:
        """Go on after a pause."""
        self.paused = False
        self._notify()

    def step(self) -> None:
        """Do one step, then be paused."""
        self._steps += 1
        self.paused = True
        self._notify()

    def stop(self) -> None:
        """End after the current step."""
        self.stopping = True
        self._notify()

    def take_step(self) -> bool:
        """Whether a single step was asked for; it is counted off."""
        if self._steps == 0:
            return False
        self._steps -= 1
        return True

    def wait(self, seconds: float = math.inf) -> None:
        """Block until there is something to do, or so many ``seconds`` are over."""
        end = time.monotonic() + seconds
        while self.idle and time.monotonic() < end:
            self._changed.clear()
            if self.idle:
                self._changed.wait(timeout=min(1.0, seconds))

    def _notify(self) -> None:
        self.asked = self.paused or self.stopping
        self._changed.set()
