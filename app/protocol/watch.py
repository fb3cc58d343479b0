"""What the worker is asked to send of the network's inside while it trains: only what can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Watch:
    """Layers whose filters and feature maps are on screen, and whether histograms are.

    ``sample`` is the position in the data set of the sample that feature maps are made of; ``every`` is the time
    between two snapshots in seconds. ``cards`` are paths of layers whose cards show a small picture; ``health`` says
    that marks of what ails layers are shown.
    """

    filters: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    sample: int = 0
    histograms: bool = False
    every: float = 0.5
    cards: tuple[str, ...] = ()
    health: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is something to send."""
        return bool(self.filters or self.maps or self.histograms or self.cards or self.health)

    def fields(self) -> Mapping[str, Any]:
        """The fields of the ``watch`` message."""
        maps = {"layers": list(self.maps), "sample": self.sample} if self.maps else None
        return {
            "filters": list(self.filters),
            "maps": maps,
            "histograms": self.histograms,
            "every": self.every,
            "cards": list(self.cards),
            "health": self.health,
        }
