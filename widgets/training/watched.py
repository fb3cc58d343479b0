"""What of a network's inside is on screen, in panels and on the canvas, as one request to the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from app.protocol.watch import Watch
from widgets.training.worker_link import WorkerLink

CARDS_EVERY = 1.0
"""Seconds between two looks where only cards show something."""


@dataclass(frozen=True)
class Watched:
    """What panels want, the paths of layers whose cards show a small picture, and whether marks of health are shown."""

    panels: Watch = field(default_factory=Watch)
    cards: tuple[str, ...] = ()
    health: bool = False

    @property
    def together(self) -> Watch:
        """What panels and canvas want together; for the canvas alone a look now and then is enough."""
        every = CARDS_EVERY if self.panels.empty else self.panels.every
        return replace(self.panels, cards=self.cards, health=self.health, every=every)


class Watching:
    """Tells the worker what is watched: whenever that changes while ``is_training``, and when a training begins."""

    def __init__(self, link: WorkerLink, is_training: Callable[[], bool]) -> None:
        self._link, self._is_training = link, is_training
        self._watched = Watched()

    def change(self, watched: Callable[[Watched], Watched]) -> None:
        """Watch something else from now on."""
        before, self._watched = self._watched, watched(self._watched)
        if self._watched != before and self._is_training():
            self._link.send(self._watched.together)

    def begin(self) -> None:
        """A training has begun, which knows nothing of it yet."""
        if not self._watched.together.empty:
            self._link.send(self._watched.together)
