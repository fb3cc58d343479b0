"""Moving the selection along wires by keyboard."""

from __future__ import annotations

from graph.network import Network


def neighbour(network: Network, current: str | None, dx: int, dy: int) -> str | None:
    """The layer that one step leads to from ``current``, or the first layer if there is none.

    Right goes along a wire, left against it, each to the nearest card in height; up and down go to the next layer
    that shares a source or a target, or else to the nearest card above or below.
    """
    if current is None or current not in network:
        return next(iter(network.ordered()), None)
    if dx:
        ends = [c.target for c in network.out_of(current)] if dx > 0 else []
        ends = ends or ([c.source for c in network.into(current).values()] if dx < 0 else [])
        return _nearest(network, current, ends)
    return _nearest(
        network, current, [id_ for id_ in _siblings(network, current) if _beyond(network, current, id_, dy)]
    )


def _siblings(network: Network, current: str) -> list[str]:
    sources = {c.source for c in network.into(current).values()}
    targets = {c.target for c in network.out_of(current)}
    found = [c.target for source in sources for c in network.out_of(source)]
    found += [c.source for target in targets for c in network.into(target).values()]
    siblings = [id_ for id_ in dict.fromkeys(found) if id_ != current]
    return siblings or [id_ for id_ in network.ids if id_ != current]


def _beyond(network: Network, current: str, other: str, dy: int) -> bool:
    return (network.node(other).position[1] - network.node(current).position[1]) * dy > 0


def _nearest(network: Network, current: str, ids: list[str]) -> str | None:
    x, y = network.node(current).position

    def distance(id_: str) -> tuple[float, str]:
        there = network.node(id_).position
        return abs(there[1] - y) + 0.3 * abs(there[0] - x), id_

    return min(ids, key=distance, default=None)
