"""Places of cards that are brought in line or spread evenly, and layers that are taken out of the flow."""

from __future__ import annotations

from graph.drawing import cards
from graph.editing.aligning import aligned, distributed
from graph.editing.edits import take_out
from tests.graph.networks import chain, layer


def test_gaps_become_equal_and_the_outermost_cards_stay() -> None:
    document = chain([layer("relu"), layer("tanh"), layer("sigmoid")])
    first, second, third = (node.id for node in document.network)
    with document.transaction("Move"):
        document.move({first: (0.0, 0.0), second: (250.0, 30.0), third: (1000.0, 60.0)})
    places = distributed(document.network, [first, second, third], 0)
    widths = [cards.box(document.network.node(id_))[2] for id_ in (first, second, third)]
    assert places[first] == (0.0, 0.0)
    assert places[third] == (1000.0, 60.0)
    gap = places[second][0] - widths[0]
    assert gap > 0
    assert gap == places[third][0] - places[second][0] - widths[1]
    assert places[second][1] == 30.0


def test_cards_without_room_keep_the_usual_gap() -> None:
    document = chain([layer("relu"), layer("tanh")])
    first, second = (node.id for node in document.network)
    with document.transaction("Move"):
        document.move({first: (0.0, 0.0), second: (10.0, 5.0)})
    width = cards.box(document.network.node(first))[2]
    places = distributed(document.network, [first, second], 0)
    assert places[second] == (width + cards.COLUMN_GAP, 5.0)


def test_right_edges_come_in_line_with_the_outermost() -> None:
    document = chain([layer("relu"), layer("conv2d")])
    places = aligned(document.network, [node.id for node in document.network], "right")
    edges = {id_: place[0] + cards.box(document.network.node(id_))[2] for id_, place in places.items()}
    assert len(set(edges.values())) == 1
    assert max(edges.values()) == max(sum(cards.box(node)[0:3:2]) for node in document.network)


def test_what_fed_a_group_feeds_what_it_fed_and_wires_inside_stay() -> None:
    document = chain([layer("relu"), layer("tanh"), layer("sigmoid"), layer("flatten")])
    first, second, third, last = (node.id for node in document.network)
    with document.transaction("Take out"):
        take_out(document, [second, third])
    wires = {(wire.source, wire.target) for wire in document.network.connections}
    assert wires == {(second, third), (first, last)}
