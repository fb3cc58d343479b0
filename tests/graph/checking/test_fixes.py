"""Fixes: where the layers that they add find their place."""

from __future__ import annotations

import pytest

from graph.checking.fixes import CARD_STEP, Append, Insert, Prepend
from graph.document import Document
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
    assert place_of_new(drawn((10, 50), (300, 20)), Append(None, RELU)) == (300 + CARD_STEP, 20)
    assert place_of_new(drawn((10, 50), (300, 20)), Append("relu1", RELU)) == (10 + CARD_STEP, 50)


@pytest.mark.parametrize(
    ("others", "row"),
    [([], 0), ([0], 1), ([0, 1], 2), ([2], 0), ([1], 0)],
    ids=["free", "taken", "both", "far", "near"],
)
def test_a_layer_is_prepended_in_its_row_or_in_the_next_that_is_free(others: list[int], row: int) -> None:
    document = drawn((500, 40), *[(500 - CARD_STEP, 40 + below * CARD_STEP / 2) for below in others])
    place = place_of_new(document, Prepend("relu1", "in", layer("input")))
    assert place == (500 - CARD_STEP, 40 + row * CARD_STEP / 2)


def test_an_inserted_layer_moves_its_target_and_what_follows_in_that_row() -> None:
    document = chain([layer("input"), RELU, RELU])
    with document.transaction("Draw"):
        document.add(RELU, (CARD_STEP, CARD_STEP))
        Insert("relu1", "in", layer("tanh")).apply(document)
    places = {node.id: node.position for node in document.network}
    assert places == {
        "input1": (0, 0),
        "tanh1": (CARD_STEP, 0),
        "relu1": (2 * CARD_STEP, 0),
        "relu2": (3 * CARD_STEP, 0),
        "relu3": (CARD_STEP, CARD_STEP),
    }
