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

MID_FROM = 0.25
"""Zoom from which cards show their names."""

PICTURES_FROM = 0.4
"""Zoom from which the small pictures below cards can be told apart."""

MINIMUM, MAXIMUM = 0.02, 4.0
"""The range of the zoom; 1 is 100 %."""


def level_at(zoom: float) -> Level:
    """The level of detail at a zoom (1 is 100 %)."""
    if zoom >= NEAR_FROM:
        return Level.NEAR
    return Level.MID if zoom >= MID_FROM else Level.FAR
