"""A layer beside the open end of a chain: where it is offered a wire, and what the wire joins."""

from __future__ import annotations

import pytest

from graph.document import Document
from graph.drawing import cards
from graph.editing.open_ends import OpenEnd, join, offered_line, open_end_beside
from graph.network import Connection
from tests.graph.networks import layer, wire


@pytest.fixture
def document() -> Document:
    """input1 feeds relu1, which feeds nothing; dense1 further right is fed by nothing."""
    document = Document()
    with document.transaction("Draw"):
        document.add(layer("input"), (0, 0))
        document.add(layer("relu"), (224, 0))
        document.add(layer("dense"), (900, 0))
        document.connect(wire("input1", "relu1"))
    return document


@pytest.mark.parametrize(
    ("kind", "place", "end"),
    [
        ("tanh", (448, 0), OpenEnd("relu1", "out", True)),
        ("tanh", (500, 40), OpenEnd("relu1", "out", True)),
        ("tanh", (700, 0), OpenEnd("dense1", "in", False)),
        ("input", (700, 0), OpenEnd("dense1", "in", False)),
        ("output", (448, 0), OpenEnd("relu1", "out", True)),
        ("input", (448, 0), None),
        ("tanh", (448, 200), None),
        ("tanh", (224, 200), None),
        ("output", (700, 0), None),
    ],
)
def test_only_what_is_beside_an_open_end_is_offered_a_wire(
    document: Document, kind: str, place: tuple[float, float], end: OpenEnd | None
) -> None:
    assert open_end_beside(document.network, layer(kind), place) == end


def test_the_offer_is_the_wire_that_will_be(document: Document) -> None:
    end = open_end_beside(document.network, layer("tanh"), (452, 12))
    assert end is not None
    line = offered_line(document.network, layer("tanh"), (452, 12), end)
    assert line.start == (400, cards.FIRST_PORT)
    assert line.end == (452, 12 + cards.FIRST_PORT)
    with document.transaction("Add"):
        added = document.add(layer("tanh"), (452, 12))
        join(document, added, end)
    assert document.network.at(added, "in") == Connection("relu1", "out", added, "in")
    assert document.network.node(added).position == (452, 0)  # level with its neighbour


def test_a_chain_that_runs_downwards_is_gone_on_with_downwards(document: Document) -> None:
    with document.transaction("Turn"):
        document.set_vertical(["relu1"], True)
    end = open_end_beside(document.network, layer("tanh"), (230, 120))
    assert end == OpenEnd("relu1", "out", True)
    with document.transaction("Add"):
        added = document.add(layer("tanh"), (230, 120))
        join(document, added, OpenEnd("relu1", "out", True))
    assert document.network.node(added).vertical
    assert document.network.node(added).position == (224, 120)


def test_only_the_layers_named_are_looked_at(document: Document) -> None:
    assert open_end_beside(document.network, layer("tanh"), (448, 0), near=["input1"]) is None
