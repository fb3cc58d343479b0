"""Layered layout: places for cards so that data runs one way, with few crossings and room for skips."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import networkx as nx

from graph.drawing import cards
from graph.drawing.folding import PER_ROW, RowPart, fold, fold_down, fold_down_to_fit, fold_to_fit
from graph.garbage_collection import undisturbed
from graph.network import Network, Position

Direction = Literal["right", "down"]

LARGE = 1000
"""Layers above which ordering by barycentres replaces fast-sugiyama, which then takes seconds."""

SWEEPS = 4
"""Passes over the columns when ordering by barycentres, and when straightening."""

LANE = 28.0
"""Height that a skip connection takes in the columns that it passes."""


def arrange(
    network: Network,
    ids: Collection[str] | None = None,
    direction: Direction = "right",
    per_row: int | None = PER_ROW,
) -> dict[str, Position]:
    """Places for the layers, from inputs to outputs.

    The same network always gets the same places, whatever the order in which it was drawn. The arrangement keeps
    its top left corner where the chosen cards have theirs.

    Parameters
    ----------
    network
        the network; it is only read.
    ids
        the layers to arrange among themselves; None for all.
    direction
        where the data runs to.
    per_row
        columns after which a drawing to the right goes on in a new row below; None never folds.
    """
    chosen = _chosen(network, ids)
    if not chosen:
        return {}
    if direction == "right":
        return _anchored(network, fold(_parts(network, chosen), per_row))
    return _anchored(network, fold_down(_parts(network, chosen, cards.WIDTH), _heights(network, chosen), None))


def oriented_network(network: Network, ids: Collection[str] | None, vertical: bool) -> Network:
    """The same network with the cards of ``ids`` (None: all) vertical or not, to measure before anything is edited."""
    group = set(network.ids if ids is None else ids)
    if all(node.vertical == vertical for node in network if node.id in group):
        return network
    nodes = (replace(node, vertical=vertical) if node.id in group else node for node in network)
    return Network(nodes, network.connections)


def arrange_to_fit(
    network: Network,
    room: tuple[float, float],
    ids: Collection[str] | None = None,
    direction: Direction = "right",
) -> dict[str, Position]:
    """Places as `arrange` finds them, in rows (or columns) of such a length that all fits ``room`` at the largest zoom.

    Parameters
    ----------
    room
        width and height that the drawing may fill, in pixels; it is shown at 100 % or less.
    """
    chosen = _chosen(network, ids)
    if not chosen:
        return {}
    with undisturbed():
        if direction == "right":
            return _anchored(network, fold_to_fit(_parts(network, chosen), room))
        parts, heights = _parts(network, chosen, cards.WIDTH), _heights(network, chosen)
        return _anchored(network, fold_down_to_fit(parts, heights, room))


def clear_of_others(network: Network, places: Mapping[str, Position]) -> dict[str, Position]:
    """The places, all moved down together as far as it takes to cover no other card."""
    others = [cards.box(node) for node in network if node.id not in places]
    drop = 0.0
    while True:
        own = [(x, y + drop, *cards.box(network.node(id_))[2:]) for id_, (x, y) in places.items()]
        hit = next(((mine, other) for mine in own for other in others if _covers(mine, other)), None)
        if hit is None:
            return {id_: (x, y + drop) for id_, (x, y) in places.items()}
        mine, other = hit
        drop += math.ceil((other[1] + other[3] + cards.ROW_GAP - mine[1]) / cards.GRID) * cards.GRID


def _covers(box: cards.Box, other: cards.Box) -> bool:
    across = box[0] < other[0] + other[2] and other[0] < box[0] + box[2]
    return across and box[1] < other[1] + other[3] and other[1] < box[1] + box[3]


def _heights(network: Network, chosen: Sequence[str]) -> dict[str, float]:
    return {id_: cards.box(network.node(id_))[3] for id_ in chosen}


def _chosen(network: Network, ids: Collection[str] | None) -> Sequence[str]:
    if ids is None:
        return network.ids
    group = set(ids)
    return [id_ for id_ in network.ids if id_ in group]


def _simple(network: Network, chosen: Sequence[str]) -> nx.DiGraph[str]:
    """The chosen layers in topological order, equals by name, with one edge for any number of connections."""
    group = set(chosen)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(id_ for id_ in network.ordered() if id_ in group)
    for id_ in list(graph):
        graph.add_edges_from((c.source, id_) for c in sorted(network.into(id_).values()) if c.source in group)
    return graph


def _columns(graph: nx.DiGraph[str]) -> dict[str, int]:
    """The column of each layer: the longest way from an input, but sources stand right before what they feed."""
    columns: dict[str, int] = {}
    for id_ in graph:
        columns[id_] = max((columns[before] + 1 for before in graph.predecessors(id_)), default=0)
    for id_ in reversed(list(graph)):
        if not graph.in_degree(id_) and graph.out_degree(id_):
            columns[id_] = min(columns[after] for after in graph.successors(id_)) - 1
    return columns


class _Grid:
    """Columns of cells: layers, and lanes that skip connections take through columns between."""

    def __init__(self, graph: nx.DiGraph[str], columns: Mapping[str, int], heights: Mapping[str, float]) -> None:
        self.cells: defaultdict[int, list[str]] = defaultdict(list)
        self.height: dict[str, float] = dict(heights)
        self.before: defaultdict[str, list[str]] = defaultdict(list)
        self.after: defaultdict[str, list[str]] = defaultdict(list)
        self.lanes: set[str] = set()
        for id_ in graph:
            self.cells[columns[id_]].append(id_)
        for source, target in graph.edges:
            self._lead(source, target, columns)

    def _lead(self, source: str, target: str, columns: Mapping[str, int]) -> None:
        last = source
        for column in range(columns[source] + 1, columns[target]):
            lane = f"{source} {target} {column}"
            self.lanes.add(lane)
            self.height[lane] = LANE
            self.cells[column].append(lane)
            self._join(last, lane)
            last = lane
        self._join(last, target)

    def _join(self, source: str, target: str) -> None:
        self.after[source].append(target)
        self.before[target].append(source)

    def reorder(self, places: Mapping[str, float]) -> None:
        """Order each column by places; equals stay in the order they have."""
        for cells in self.cells.values():
            cells.sort(key=lambda cell: places[cell])


def _parts(network: Network, chosen: Sequence[str], breadth: float | None = None) -> list[RowPart]:
    """The connected parts: few crossings, chains straight. ``breadth`` stands for the cards' heights if given."""
    graph = _simple(network, chosen)
    columns = _columns(graph)
    heights = {id_: breadth or cards.box(network.node(id_))[3] for id_ in graph}
    parts = []
    for component in nx.weakly_connected_components(graph):
        ordered: nx.DiGraph[str] = nx.DiGraph()
        ordered.add_nodes_from(id_ for id_ in graph if id_ in component)
        ordered.add_edges_from((s, t) for s, t in graph.edges if s in component)
        grid = _Grid(ordered, columns, heights)
        _order(grid)
        tops = _straighten(grid)
        own = {id_: columns[id_] for id_ in ordered}
        parts.append(
            RowPart(own, {id_: tops[id_] for id_ in own}, {id_: heights[id_] for id_ in own}, tuple(ordered.edges))
        )
    return parts


def _order(grid: _Grid) -> None:
    """Order the cells of each column so that few wires cross."""
    if all(len(cells) == 1 for cells in grid.cells.values()):
        return
    _sweep(grid)
    if len(grid.height) - len(grid.lanes) > LARGE:
        return
    swept = {column: list(cells) for column, cells in grid.cells.items()}
    crossed = _crossings(grid)
    if crossed and _order_by_sugiyama(grid) and _crossings(grid) >= crossed:
        grid.cells.update(swept)


def _order_by_sugiyama(grid: _Grid) -> bool:
    """Take the order that fast-sugiyama finds; whether it kept our columns apart."""
    from fast_sugiyama import from_edges

    cells = [cell for column in sorted(grid.cells) for cell in grid.cells[column]]
    number = {cell: index for index, cell in enumerate(cells)}
    edges = [(number[cell], number[after]) for cell in cells for after in grid.after[cell]]
    layouts = from_edges(edges, vertex_spacing=10, dummy_vertices=False, ranking_type="up", check_layout=False)
    places = {cells[int(index)]: float(place[0]) for component in layouts for index, place in component[0]}
    if len(places) != len(cells):
        return False
    grid.reorder(places)
    return True


def _sweep(grid: _Grid) -> None:
    """Order cells by the mean place of their neighbours, to and fro, and keep the best order met."""
    best = {column: list(cells) for column, cells in grid.cells.items()}
    fewest = _crossings(grid)
    for sweep in range(SWEEPS * 2):
        forth = sweep % 2 == 0
        for column in sorted(grid.cells, reverse=not forth):
            _order_column(grid, column, forth)
        crossed = _crossings(grid)
        if crossed < fewest:
            best, fewest = {column: list(cells) for column, cells in grid.cells.items()}, crossed
        if not crossed:
            break
    grid.cells.update(best)


def _order_column(grid: _Grid, column: int, forth: bool) -> None:
    neighbours = grid.before if forth else grid.after
    place = {cell: index for index, cell in enumerate(grid.cells.get(column - 1 if forth else column + 1, []))}

    def mean(cell: str) -> tuple[float, bool]:
        known = [place[other] for other in neighbours[cell] if other in place]
        own = float(grid.cells[column].index(cell))
        # Lanes go above layers where both would stand: a skip is read best above the chain.
        return (sum(known) / len(known) if known else own), cell not in grid.lanes

    ranks = {cell: mean(cell) for cell in grid.cells[column]}
    grid.cells[column].sort(key=lambda cell: ranks[cell])


def _crossings(grid: _Grid) -> int:
    """Number of pairs of wires that cross between neighbouring columns."""
    total = 0
    for column in sorted(grid.cells):
        place = {cell: index for index, cell in enumerate(grid.cells.get(column + 1, []))}
        ends = [sorted(place[after] for after in grid.after[cell] if after in place) for cell in grid.cells[column]]
        total += _inversions([end for places in ends for end in places])
    return total


def _inversions(values: list[int]) -> int:
    """Pairs out of order, by merging."""
    if len(values) < 2:
        return 0
    middle = len(values) // 2
    left, right = values[:middle], values[middle:]
    count = _inversions(left) + _inversions(right)
    left.sort()
    right.sort()
    index = 0
    for value in right:
        while index < len(left) and left[index] <= value:
            index += 1
        count += len(left) - index
    return count


def _straighten(grid: _Grid) -> dict[str, float]:
    """Tops of all cells: as near to their neighbours as their order in the column allows."""
    tops: dict[str, float] = {}
    for column in sorted(grid.cells):
        _settle(grid, column, tops, grid.before)
    for sweep in range(SWEEPS):
        backward = sweep % 2 == 0
        for column in sorted(grid.cells, reverse=backward):
            _settle(grid, column, tops, grid.after if backward else grid.before)
    return tops


def _settle(grid: _Grid, column: int, tops: dict[str, float], neighbours: Mapping[str, list[str]]) -> None:
    cells = grid.cells[column]
    wanted_tops, weights, offsets, offset = [], [], [], 0.0
    for cell in cells:
        linked = [other for other in neighbours.get(cell, []) if other in tops]
        real = [other for other in linked if other not in grid.lanes] if cell not in grid.lanes else linked
        chosen = real or linked
        wanted_top = sum(tops[other] for other in chosen) / len(chosen) if chosen else tops.get(cell, offset)
        wanted_tops.append(wanted_top - offset)
        weights.append(1e-4 if cell in grid.lanes else 1.0 if chosen else 0.2)
        offsets.append(offset)
        offset += grid.height[cell] + cards.ROW_GAP * (0.5 if cell in grid.lanes else 1.0)
    for cell, place, shift in zip(cells, _monotone(wanted_tops, weights), offsets, strict=True):
        tops[cell] = place + shift


def _monotone(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising numbers nearest to the wishes (weighted least squares, by pooling neighbours)."""
    pools: list[tuple[float, float, int]] = []
    for wanted, weight in zip(values, weights, strict=True):
        mean, total, count = wanted, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, many + count
        pools.append((mean, total, count))
    return [mean for mean, _, count in pools for _ in range(count)]


def _anchored(network: Network, places: Mapping[str, Position]) -> dict[str, Position]:
    """The places moved so that the top left corner stays, on the grid."""
    old = [network.node(id_).position for id_ in places]
    dx = min(x for x, _ in old) - min(x for x, _ in places.values())
    dy = min(y for _, y in old) - min(y for _, y in places.values())

    def snapped(value: float) -> float:
        return round(value / cards.GRID) * cards.GRID

    return {id_: (snapped(x + dx), snapped(y + dy)) for id_, (x, y) in places.items()}
