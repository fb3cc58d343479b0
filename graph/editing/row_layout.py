"""Where layers go that were added in a row: as a layout would place them, in rows that are wider than they are high."""

from __future__ import annotations

from collections.abc import Sequence

from graph.drawing.layout import arrange_to_fit, clear_of_others
from graph.network import Network, Position

LANDSCAPE = 2.5
"""How much wider than high the room is that such rows are laid out for, at least: so is the canvas beside what is
trained and looked at, where a drawing of many short rows would be too small to read.
"""

MOST = 200
"""Layers of a network that is laid out as a whole, at most: more would be waited for."""


def row_places(before: Network, after: Network, added: Sequence[str], room: tuple[float, float]) -> dict[str, Position]:
    """Places for the layers ``added`` to ``before``, which made ``after`` of it, in a view of ``room`` pixels.

    Layers that stand as the layout had placed them, or a single one, are laid out anew together with those that were
    added; where a person placed them they stay, and the new ones are laid out among themselves, clear of them. A
    drawing from top to bottom keeps its places.
    """
    if len(added) < 2 or any(node.vertical for node in after):
        return {}
    room = room[0], min(room[1], room[0] / LANDSCAPE)
    if len(before) < 2 or (len(before) <= MOST and _as_laid_out(before, room)):
        return arrange_to_fit(after, room)
    return clear_of_others(after, arrange_to_fit(after, room, added))


def _as_laid_out(network: Network, room: tuple[float, float]) -> bool:
    return all(network.node(id_).position == place for id_, place in arrange_to_fit(network, room).items())
