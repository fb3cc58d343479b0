"""What of a network's inside is on screen, in panels and on the canvas, as one request to the worker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.protocol.watch import Watch

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
