"""The next layer along the wires or beside it, as arrow keys go through a network."""

from __future__ import annotations

from graph.network import Network, Position

ASIDE = 2.0
"""How much more a pixel across the way counts than one along it, where the card that lies next is looked for."""


def neighbour(network: Network, current: str | None, dx: float, dy: float) -> str | None:
    """The layer that one step leads to from ``current``, or the first that feeds another if there is none.

    Right goes along a wire, left against it, each to the nearest card in height; up and down go to the next layer
    that shares a source or a target, or else to the card that lies next in that direction. From a card that is
    vertical, whose wires run downwards, it is the other way about. From a card without wires all go by place.
    """
    if current is None or current not in network:
        ordered = network.ordered()
        return next((id_ for id_ in ordered if network.out_of(id_)), ordered[0] if ordered else None)
    place, axis = network.node(current).position, 0 if network.node(current).vertical else 1
    along_wires = dx if axis else dy
    into, out_of = network.into(current).values(), network.out_of(current)
    if along_wires and (into or out_of):
        ends = [c.target for c in out_of] if along_wires > 0 else [c.source for c in into]
        return _nearest(network, place, ends, axis)
    siblings = [id_ for id_ in _siblings(network, current) if _offset(network, place, id_, (dx, dy))[0] > 0]
    return _nearest(network, place, siblings, axis) or beside(network, place, dx, dy)


def beside(network: Network, place: Position, dx: float, dy: float) -> str | None:
    """The layer whose card lies next to a place in the direction of a step by one, if there is one."""

    def distance(id_: str) -> tuple[float, str]:
        along, across = _offset(network, place, id_, (dx, dy))
        return along + ASIDE * across, id_

    ids = [id_ for id_ in network.ids if _offset(network, place, id_, (dx, dy))[0] > 0]
    return min(ids, key=distance, default=None)


def _siblings(network: Network, current: str) -> list[str]:
    sources = {c.source for c in network.into(current).values()}
    targets = {c.target for c in network.out_of(current)}
    ids = [c.target for source in sources for c in network.out_of(source)]
    ids += [c.source for target in targets for c in network.into(target).values()]
    return [id_ for id_ in dict.fromkeys(ids) if id_ != current]


def _offset(network: Network, place: Position, other: str, step: Position) -> Position:
    """How far a card lies from a place along a step by one, and to either side of it."""
    x, y = network.node(other).position[0] - place[0], network.node(other).position[1] - place[1]
    return x * step[0] + y * step[1], abs(x * step[1]) + abs(y * step[0])


def _nearest(network: Network, place: Position, ids: list[str], axis: int) -> str | None:
    """The nearest of the layers, places along ``axis`` (0: x, 1: y) counting most."""

    def distance(id_: str) -> tuple[float, str]:
        there = network.node(id_).position
        return abs(there[axis] - place[axis]) + 0.3 * abs(there[1 - axis] - place[1 - axis]), id_

    return min(ids, key=distance, default=None)
