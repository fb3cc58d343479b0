"""Which views of a network's inside are wanted while it trains: only what can be seen is made and sent."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Command


@dataclass(frozen=True, kw_only=True)
class Watch(Command):
    """Layers whose filters and feature maps are on screen, and whether histograms are.

    ``sample`` is the position in the data set of the sample that feature maps are made of; ``every`` is the time
    between two snapshots in seconds. ``cards`` are paths of layers whose cards show a small picture; ``health`` says
    whether layers are examined for what may be wrong with them.
    """

    filters: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    sample: int = 0
    histograms: bool = False
    every: float = 0.5
    cards: tuple[str, ...] = ()
    health: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.filters or self.maps or self.histograms or self.live)

    @property
    def live(self) -> bool:
        """Whether cards on the canvas show something."""
        return bool(self.cards or self.health)
