"""The layered layout: data runs one way, nothing overlaps, and the same network always looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Literal

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.drawing import cards
from graph.drawing.folding import FOLD_GAP, RowPart, breaks, fold, fold_to_fit
from graph.drawing.layout import LARGE, arrange, arrange_to_fit, clear_of_others, oriented_network
from graph.layers.catalogue import catalogue
from graph.layers.io import Input
from graph.network import Connection, Network, Node
from tests.graph.networks import layer as layer_of

RELU = catalogue()["relu"]()
CONV = catalogue()["conv2d"]()


def network_of(edges: set[tuple[int, int]], count: int) -> Network:
    """Merging layers ``n00`` ... with an edge from the first of each pair to the second."""
    network = Network()
    for index in range(count):
        fed = sum(target == index for _, target in edges)
        layer = layer_of("add", inputs=fed) if fed > 1 else RELU if fed else Input()
        network.insert_node(Node(f"n{index:02}", layer, (0.0, 0.0)))
    taken: dict[int, int] = {}
    for source, target in sorted(edges):
        port = network.node(f"n{target:02}").inputs[taken.get(target, 0)]
        taken[target] = taken.get(target, 0) + 1
        network.insert_connection(Connection(f"n{source:02}", "out", f"n{target:02}", port))
    return network


def chain(count: int) -> Network:
    return network_of({(index, index + 1) for index in range(count - 1)}, count)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    count = draw(st.integers(1, 14))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    edges = draw(st.sets(st.sampled_from(pairs), max_size=18)) if pairs else set()
    return network_of(edges, count)


def boxes(network: Network, places: dict[str, tuple[float, float]]) -> dict[str, cards.Box]:
    return {id_: (*places[id_], *cards.box(network.node(id_))[2:]) for id_ in places}


@given(networks(), st.sampled_from(["right", "down"]))
def test_no_card_covers_another_and_data_runs_one_way(network: Network, direction: Literal["right", "down"]) -> None:
    places = arrange(network, direction=direction, per_row=None)
    assert set(places) == set(network.ids)
    found = sorted(boxes(network, places).items())
    for index, (_, (x, y, width, height)) in enumerate(found):
        for _, (x2, y2, width2, height2) in found[index + 1 :]:
            assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
    axis = 0 if direction == "right" else 1
    for wire in network.connections:
        assert places[wire.source][axis] < places[wire.target][axis]


@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_drawing_does_not_matter(network: Network, random: Random) -> None:
    nodes, wires = list(network), list(network.connections)
    random.shuffle(nodes)
    random.shuffle(wires)
    assert arrange(Network(nodes, wires)) == arrange(network)


@given(networks(), st.integers(1, 7))
def test_folded_rows_read_like_text_and_no_card_covers_another(network: Network, per_row: int) -> None:
    places = arrange(network, per_row=per_row)
    found = boxes(network, places)
    assert max(x for x, _ in places.values()) <= (per_row - 1) * (cards.WIDTH + cards.COLUMN_GAP)
    for a, (x, y, width, height) in found.items():
        for b, (x2, y2, width2, height2) in found.items():
            assert a == b or x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
    for wire in network.connections:
        source, target = found[wire.source], found[wire.target]
        assert source[0] < target[0] or source[1] + source[3] < target[1]


@given(networks(), st.integers(300, 2000), st.integers(200, 1200))
def test_the_fitting_fold_is_never_worse_than_one_row(network: Network, width: int, height: int) -> None:
    def zoom(places: dict[str, tuple[float, float]]) -> float:
        found = boxes(network, places).values()
        across = max(x + w for x, _, w, _ in found)
        down = max(y + h for _, y, _, h in found)
        return min(1.0, width / across, height / down)

    fitted = arrange_to_fit(network, (width, height))
    assert set(fitted) == set(network.ids)
    assert zoom(fitted) >= zoom(arrange(network, per_row=None)) - 0.03


def test_a_long_chain_is_folded_into_even_rows() -> None:
    places = arrange(chain(14), per_row=5)
    rows = sorted({y for _, y in places.values()})
    assert [sum(y == row for _, y in places.values()) for row in rows] == [5, 5, 4]
    assert all(b - a > FOLD_GAP for a, b in pairwise(rows))
    assert [places[f"n{index:02}"][0] for index in (0, 5, 10)] == [0.0, 0.0, 0.0]


def test_rows_break_where_the_fewest_wires_are_cut() -> None:
    # The fifth column lies under a skip; a column earlier nothing does.
    network = network_of({(i, i + 1) for i in range(9)} | {(4, 6)}, 10)
    places = arrange(network, per_row=6)
    assert places["n04"][1] == places["n06"][1]


def test_a_chain_fits_a_window_at_work_size() -> None:
    network = chain(14)
    places = arrange_to_fit(network, (880.0, 700.0))
    assert max(x for x, _ in places.values()) + cards.WIDTH <= 880 * 1.1
    assert max(y for _, y in places.values()) <= 700


def test_a_chain_is_a_straight_line() -> None:
    places = arrange(chain(12), per_row=None)
    assert {y for _, y in places.values()} == {0.0}
    xs = [x for x, _ in sorted(places.values())]
    assert {b - a for a, b in pairwise(xs)} == {cards.WIDTH + cards.COLUMN_GAP}


def test_a_skip_leaves_the_chain_straight() -> None:
    network = network_of({(0, 1), (1, 2), (2, 3), (3, 4), (1, 4), (4, 5)}, 6)
    places = arrange(network, per_row=None)
    assert len({y for _, y in places.values()}) == 1


def test_the_top_left_corner_and_other_cards_stay() -> None:
    network = chain(5)
    for index, id_ in enumerate(network.ids):
        network.replace_node(Node(id_, network.layer(id_), (40.0 + index * 7, 900.0 - index * 8)))
    places = arrange(network, ["n01", "n02", "n03"])
    assert set(places) == {"n01", "n02", "n03"}
    assert min(x for x, _ in places.values()) == pytest.approx(47, abs=2)
    assert min(y for _, y in places.values()) == pytest.approx(876, abs=2)


def test_crossed_wires_are_uncrossed() -> None:
    # Two chains drawn crosswise between the same ends.
    network = network_of({(0, 1), (0, 2), (1, 4), (2, 3), (3, 5), (4, 5)}, 6)
    places = arrange(network)
    assert (places["n01"][1] < places["n02"][1]) == (places["n04"][1] < places["n03"][1])


def test_a_large_network_is_laid_out_too() -> None:
    count = LARGE + 200
    edges = {(index, index + 1) for index in range(count - 1)} | {
        (index, index + 3) for index in range(0, count - 3, 4)
    }
    network = network_of(edges, count)
    assert nx.is_directed_acyclic_graph(network.graph)
    places = arrange(network)
    assert len(set(places.values())) == count


def test_nothing_to_arrange() -> None:
    assert arrange(Network()) == {}
    assert arrange(chain(3), []) == {}


@given(networks(), st.integers(300, 2000), st.integers(200, 1200))
def test_columns_read_downwards_and_no_card_covers_another(network: Network, width: int, height: int) -> None:
    vertical = oriented_network(network, None, True)
    places = arrange_to_fit(vertical, (width, height), direction="down")
    found = boxes(vertical, places)
    assert set(found) == set(network.ids)
    for a, (x, y, across, down) in found.items():
        for b, (x2, y2, across2, down2) in found.items():
            assert a == b or x + across <= x2 or x2 + across2 <= x or y + down <= y2 or y2 + down2 <= y
    for wire in network.connections:
        source, target = found[wire.source], found[wire.target]
        assert source[1] + source[3] < target[1] or source[0] + source[2] < target[0]


@given(networks(), st.integers(0, 3))
def test_a_part_laid_out_covers_none_of_the_rest(network: Network, count: int) -> None:
    laid = Network(
        [replace(network.node(id_), position=place) for id_, place in arrange(network).items()], network.connections
    )
    chosen = list(laid.ids)[: count + 1]
    places = clear_of_others(laid, arrange(laid, chosen, "down"))
    own = boxes(laid, places)
    others = [cards.box(node) for node in laid if node.id not in places]
    for x, y, width, height in own.values():
        for x2, y2, width2, height2 in others:
            assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y


def test_rows_are_as_even_as_trying_every_way_finds() -> None:
    columns = {f"n{index}": index for index in range(23)}
    edges = [(f"n{a}", f"n{b}") for a in range(23) for b in range(a + 1, 23) if (a * b) % 5 == 1 or b == a + 1]
    part = RowPart(columns, dict.fromkeys(columns, 0.0), dict.fromkeys(columns, 76.0), edges)
    cuts = [sum(columns[s] < column <= columns[t] for s, t in edges) for column in range(24)]
    for per_row in (3, 5, 8, 22):
        shortest = max(1, int(per_row * 0.6))
        prices = {0: (0.0, [0])}
        for end in range(1, 24):
            ways = [
                (prices[s][0] + (per_row - end + s) ** 2 + (8 * cuts[end] if end < 23 else 0), -s, [*prices[s][1], end])
                for s in prices
                if end - per_row <= s <= end - (1 if end == 23 else shortest)
            ]
            if ways:
                price, _, way = min(ways)
                prices[end] = (price, way)
        assert breaks(part, per_row) == prices[23][1][:-1]


def test_a_very_long_chain_is_laid_out_as_large_as_trying_every_row_length_makes_it() -> None:
    columns = {f"n{index}": index for index in range(400)}
    edges = [(f"n{index}", f"n{index + 1}") for index in range(399)]
    part = RowPart(columns, dict.fromkeys(columns, 0.0), dict.fromkeys(columns, 76.0), edges)

    def zoom(places: Mapping[str, tuple[float, float]]) -> float:
        width, height = max(x for x, _ in places.values()) + cards.WIDTH, max(y for _, y in places.values()) + 76
        return min(1000 / width, 600 / height)

    best = max(zoom(fold([part], per_row)) for per_row in range(5, 80))
    assert zoom(fold_to_fit([part], (1000, 600))) >= best * 0.95


@pytest.mark.parametrize("direction", ["right", "down"])
def test_a_small_edit_moves_little(direction: Literal["right", "down"]) -> None:
    network = network_of({*((index, index + 1) for index in range(9)), (2, 5)}, 10)
    before = arrange(network, direction=direction, per_row=None)
    grown = Network(list(network), network.connections)
    grown.insert_node(Node("tail", RELU, (0.0, 0.0)))
    grown.insert_connection(Connection("n09", "out", "tail", "in"))
    after = arrange(grown, direction=direction, per_row=None)
    assert {id_: after[id_] for id_ in before} == before
