"""The next layer along the wires or beside it, as arrow keys go through a network."""

from __future__ import annotations

from graph.network import Network


def neighbour(network: Network, current: str | None, dx: float, dy: float) -> str | None:
    """The layer that one step leads to from ``current``, or the first layer if there is none.

    Right goes along a wire, left against it, each to the nearest card in height; up and down go to the next layer
    that shares a source or a target, or else to the nearest card above or below. From a card that is vertical, whose
    wires run downwards, it is the other way about.
    """
    if current is None or current not in network:
        return next(iter(network.ordered()), None)
    axis = 0 if network.node(current).vertical else 1
    if not axis:
        dx, dy = dy, dx
    if dx:
        ends = [c.target for c in network.out_of(current)] if dx > 0 else []
        ends = ends or ([c.source for c in network.into(current).values()] if dx < 0 else [])
        return _nearest(network, current, ends, axis)
    beyond = [id_ for id_ in _siblings(network, current) if _beyond(network, current, id_, dy, axis)]
    return _nearest(network, current, beyond, axis)


def _siblings(network: Network, current: str) -> list[str]:
    sources = {c.source for c in network.into(current).values()}
    targets = {c.target for c in network.out_of(current)}
    ids = [c.target for source in sources for c in network.out_of(source)]
    ids += [c.source for target in targets for c in network.into(target).values()]
    siblings = [id_ for id_ in dict.fromkeys(ids) if id_ != current]
    return siblings or [id_ for id_ in network.ids if id_ != current]


def _beyond(network: Network, current: str, other: str, step: float, axis: int) -> bool:
    return (network.node(other).position[axis] - network.node(current).position[axis]) * step > 0


def _nearest(network: Network, current: str, ids: list[str], axis: int) -> str | None:
    """The nearest of the layers, places along ``axis`` (0: x, 1: y) counting most."""
    here = network.node(current).position

    def distance(id_: str) -> tuple[float, str]:
        there = network.node(id_).position
        return abs(there[axis] - here[axis]) + 0.3 * abs(there[1 - axis] - here[1 - axis]), id_

    return min(ids, key=distance, default=None)
