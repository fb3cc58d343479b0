"""Adding layers on wires, behind others and at loose ends, and where they go."""

from __future__ import annotations

import pytest

from graph.document import Document
from graph.drawing import cards
from graph.editing.adding import add_at, add_at_end, add_behind, followed
from graph.editing.matching import LooseEnd
from graph.editing.neighbours import neighbour
from graph.editing.placing import at_port, behind, centred, clear_place
from graph.network import Connection
from tests.graph.networks import layer


@pytest.fixture
def document() -> Document:
    document = Document()
    with document.transaction("Draw"):
        document.add(layer("input"), (0, 0))
        document.add(layer("relu"), (240, 0))
        document.connect(Connection("input1", "out", "relu1", "in"))
    return document


def test_a_layer_goes_onto_a_wire(document: Document) -> None:
    with document.transaction("Add"):
        added = add_at(document, layer("dropout"), (208, 38), document.network.connections[0])
    assert {str(wire) for wire in document.network.connections} == {
        "input1.out -> dropout1.in",
        "dropout1.out -> relu1.in",
    }
    assert document.network.node(added).position == (224, 0)  # room was made


def test_a_layer_follows_another_and_takes_its_direction(document: Document) -> None:
    assert followed(document.network, ["relu1"], layer("tanh")) == "relu1"
    assert followed(document.network, ["relu1", "input1"], layer("tanh")) is None
    assert followed(document.network, ["relu1"], layer("input")) is None  # nothing feeds an input
    with document.transaction("Add"):
        document.set_vertical(["relu1"], True)
        added = add_behind(document, layer("tanh"), "relu1", (480, 0))
    assert document.network.at(added, "in") == Connection("relu1", "out", added, "in")
    assert document.network.node(added).vertical


@pytest.mark.parametrize("output", [True, False])
def test_a_layer_at_a_loose_end_has_its_port_there(document: Document, output: bool) -> None:
    end = LooseEnd("relu1", "out" if output else "in", output)
    with document.transaction("Add"):
        node = document.network.node(add_at_end(document, layer("tanh"), (600, 300), end))
    port = cards.input_place(node, "in") if output else cards.output_place(node, "out")
    assert port == (600, 300)
    wanted = Connection("relu1", "out", node.id, "in") if output else Connection(node.id, "out", "relu1", "in")
    assert wanted in document.network.connections


def test_places_are_on_the_grid() -> None:
    for place in (centred(layer("relu"), 101.3, 57.9), at_port(layer("relu"), (3.3, 9.9), vertical=True, output=True)):
        assert all(part % cards.GRID == 0 for part in place)


def test_a_row_goes_on_in_the_next_where_the_view_ends(document: Document) -> None:
    network = document.network
    x, y = behind(network, "relu1", -100, 2000)
    assert x > 240 and y == 0
    x, y = behind(network, "relu1", -100, 500)
    assert x == 0 and y > 76
    assert behind(network, "relu1", 100, 500)[1] == 0  # the start of the row is out of view


def test_a_card_covers_no_other(document: Document) -> None:
    assert clear_place(document.network, (0, 500)) == (0, 500)
    assert clear_place(document.network, (10, 10))[1] > 70


@pytest.mark.parametrize("place", [(0, 0), (1000, 0), (500, -200), (500, 200)])
def test_a_card_in_another_column_or_row_is_not_in_the_way(place: tuple[float, float]) -> None:
    document = Document()
    with document.transaction("Draw"):
        document.add(layer("relu"), (500, 0))
    assert clear_place(document.network, place) == place


def test_arrows_go_along_wires(document: Document) -> None:
    assert neighbour(document.network, None, 1, 0) == "input1"
    assert neighbour(document.network, "input1", 1, 0) == "relu1"
    assert neighbour(document.network, "relu1", -1, 0) == "input1"
    assert neighbour(document.network, "relu1", 1, 0) is None


def test_a_layer_without_wires_is_left_by_place_and_reached_from_below_or_above(document: Document) -> None:
    with document.transaction("Add"):
        document.add(layer("tanh"), (100, 300))
    network = document.network
    assert [neighbour(network, "tanh1", dx, dy) for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1))] == [
        "relu1", "input1", "input1", None,
    ]  # fmt: skip
    assert neighbour(network, "relu1", 0, 1) == "tanh1"
