"""What the user asks of a training that runs: pause, one step, go on, stop, and what to look at."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.errors import NetloomError


@dataclass(frozen=True)
class Watch:
    """What snapshots show while training.

    ``filters`` and ``maps`` are ids of layers; ``sample`` is the position in the data set of the sample whose feature
    maps are shown; ``every`` is in seconds. ``cards`` are paths of layers whose cards show a small picture, and
    ``health`` says whether it is told what ails the layers.
    """

    filters: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    sample: int = 0
    histograms: bool = False
    every: float = 0.5
    cards: tuple[str, ...] = ()
    health: bool = False

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Watch:
        """From the fields of a ``watch`` message.

        Raises
        ------
        NetloomError
            if they make no sense.
        """
        maps = fields.get("maps") or {}
        try:
            return cls(
                filters=tuple(str(id_) for id_ in fields.get("filters") or ()),
                maps=tuple(str(id_) for id_ in maps.get("layers", ())),
                sample=max(0, int(maps.get("sample", 0))),
                histograms=bool(fields.get("histograms", False)),
                every=max(0.05, float(fields.get("every", 0.5))),
                cards=tuple(str(path) for path in fields.get("cards") or ()),
                health=bool(fields.get("health", False)),
            )
        except (AttributeError, TypeError, ValueError):
            raise NetloomError("A request to watch the training cannot be understood; send lists of layers.") from None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.filters or self.maps or self.histograms or self.live)

    @property
    def live(self) -> bool:
        """Whether cards on the canvas show something."""
        return bool(self.cards or self.health)


class Control:
    """Wishes of the user, read by the trainer between two steps.

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
        """Whether there is nothing to do until the next wish."""
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

    def wait(self) -> None:
        """Block until there is something to do."""
        while self.idle:
            self._changed.clear()
            if self.idle:
                self._changed.wait(timeout=1.0)

    def _notify(self) -> None:
        self.asked = self.paused or self.stopping
        self._changed.set()
