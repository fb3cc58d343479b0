"""Fixes: where the layers that they add find their place."""

from __future__ import annotations

import pytest

from graph.checking.fixes import Append, Insert, Prepend
from graph.document import Document
from graph.drawing.cards import STEP
from graph.network import Position
from tests.graph.networks import chain, layer

RELU = layer("relu")


def drawn(*places: Position) -> Document:
    """A loose layer at each place: relu1, relu2, and so on."""
    document = Document()
    with document.transaction("Draw"):
        for place in places:
            document.add(RELU, place)
    return document


def place_of_new(document: Document, fix: Append | Prepend) -> Position:
    before = set(document.network.ids)
    with document.transaction("Fix"):
        fix.apply(document)
    (new,) = set(document.network.ids) - before
    return document.network.node(new).position


def test_a_layer_is_appended_right_of_its_source_or_of_everything() -> None:
    assert place_of_new(drawn(), Append(None, RELU)) == (0, 0)
    assert place_of_new(drawn((10, 50), (300, 20)), Append(None, RELU)) == (300 + STEP, 20)
    assert place_of_new(drawn((10, 50), (300, 20)), Append("relu1", RELU)) == (10 + STEP, 50)


@pytest.mark.parametrize(
    ("others", "row"),
    [([], 0), ([0], 1), ([0, 1], 2), ([2], 0), ([1], 0)],
    ids=["free", "taken", "both", "far", "near"],
)
def test_a_layer_is_prepended_in_its_row_or_in_the_next_that_is_free(others: list[int], row: int) -> None:
    document = drawn((500, 40), *[(500 - STEP, 40 + below * STEP / 2) for below in others])
    place = place_of_new(document, Prepend("relu1", "in", layer("input")))
    assert place == (500 - STEP, 40 + row * STEP / 2)


def test_an_inserted_layer_moves_its_target_and_what_follows_in_that_row() -> None:
    document = chain([layer("input"), RELU, RELU])
    with document.transaction("Draw"):
        document.add(RELU, (STEP, STEP))
        Insert("relu1", "in", layer("tanh")).apply(document)
    places = {node.id: node.position for node in document.network}
    assert places == {
        "input1": (0, 0),
        "tanh1": (STEP, 0),
        "relu1": (2 * STEP, 0),
        "relu2": (3 * STEP, 0),
        "relu3": (STEP, STEP),
    }


def test_an_inserted_layer_moves_nothing_where_there_is_room_and_stands_as_its_target_does() -> None:
    document = chain([layer("input"), RELU, layer("output")])
    with document.transaction("Draw"):
        document.set_vertical(document.network.ids, True)
        document.move({"input1": (0, 0), "relu1": (0, 400), "output1": (0, 800)})
        Insert("relu1", "in", layer("tanh")).apply(document)
    places = {node.id: node.position for node in document.network}
    assert document.network.node("tanh1").vertical
    assert places["tanh1"][0] == 0
    assert 0 < places["tanh1"][1] < 400
    assert (places["relu1"], places["output1"]) == ((0, 400), (0, 800))


def test_a_layer_inserted_before_a_free_input_takes_the_place_of_what_it_feeds() -> None:
    document = drawn((40, 40), (40 + STEP, 40))
    with document.transaction("Fix"):
        Insert("relu1", "in", layer("tanh")).apply(document)
    places = {node.id: node.position for node in document.network}
    assert places == {"tanh1": (40, 40), "relu1": (40 + STEP, 40), "relu2": (40 + 2 * STEP, 40)}
