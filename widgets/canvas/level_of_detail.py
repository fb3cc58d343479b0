"""Levels of detail, by zoom."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """How much of a card is shown."""

    FAR = 0
    """Plain tiles in the family's colour."""
    MID = 1
    """Name and colour."""
    NEAR = 2
    """Everything."""


NEAR_FROM = 0.6
"""Zoom from which cards show everything."""

LARGEST_TEXT = 1.35
"""How much larger than usual text on cards can be, whose size is the same in all looks."""

MID_FROM = 0.22
"""Zoom from which cards show their names, however many there are."""

NAMES_FROM, FEW = 0.15, 200
"""Zoom from which the cards of a network of so many at most show them, in the smallest type that can be read."""

PICTURES_FROM = MID_FROM
"""Zoom from which cards show the small pictures below them: wherever they show their names."""

MINIMUM, MAXIMUM = 0.02, 4.0
"""The range of the zoom; 1 is 100 %."""


def level_at(zoom: float, scale: float = 1.0, cards: int = FEW + 1) -> Level:
    """The level of detail at a zoom (1 is 100 %), for text that is ``scale`` times as large as usual and so many cards.

    Small text on cards would be lost beside large text elsewhere: cards then show everything from a larger zoom on.
    """
    if zoom >= NEAR_FROM * max(scale / LARGEST_TEXT, 1.0):
        return Level.NEAR
    return Level.MID if zoom >= (NAMES_FROM if cards <= FEW else MID_FROM) else Level.FAR
