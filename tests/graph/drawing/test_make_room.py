"""Room for a layer on a wire: cards keep their order, none covers another, and no more moves than has to."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.checking.fixes import Fix, Insert
from graph.document import Document
from graph.drawing import cards
from graph.editing.adding import add_at, add_behind
from graph.network import Annotation, AnnotationKind, Connection
from tests.graph.networks import layer, wire

STEP = cards.WIDTH + cards.COLUMN_GAP


def row(*kinds: str, step: float = STEP, vertical: bool = False) -> Document:
    """A chain as close as cards are laid out."""
    document = Document()
    with document.transaction("Draw"):
        ids = [
            document.add(layer(kind), (0, 160 * index) if vertical else (step * index, 0))
            for index, kind in enumerate(kinds)
        ]
        document.set_vertical(ids, vertical)
        for source, target in itertools.pairwise(ids):
            document.connect(wire(source, target))
    return document


def places(document: Document) -> dict[str, tuple[float, float]]:
    return {node.id: node.position for node in document.network}


def on_wire(document: Document, target: str, x: float, y: float = 38) -> str:
    with document.transaction("Add"):
        return add_at(document, layer("dropout"), (x, y), document.network.at(target, "in"))


def covered(document: Document) -> list[tuple[str, str]]:
    """Pairs of cards of which one covers the other."""
    boxes = {node.id: cards.box(node) for node in document.network}
    return [
        (a, b)
        for a, b in itertools.combinations(boxes, 2)
        if all(
            boxes[a][i] < boxes[b][i] + boxes[b][i + 2] and boxes[b][i] < boxes[a][i] + boxes[a][i + 2] for i in (0, 1)
        )
    ]


def test_what_follows_moves_on_and_keeps_its_order() -> None:
    document = row("input", "dense", "relu", "output")
    on_wire(document, "relu1", 400)
    assert places(document) == {
        "input1": (0, 0),
        "dense1": (STEP, 0),
        "dropout1": (2 * STEP, 0),
        "relu1": (3 * STEP, 0),
        "output1": (4 * STEP, 0),
    }
    document.undo()
    assert places(document)["output1"] == (3 * STEP, 0)


def test_nothing_moves_where_there_is_room() -> None:
    document = row("input", "relu", "output", step=600)
    on_wire(document, "relu1", 400)
    assert places(document) == {"input1": (0, 0), "dropout1": (312, 0), "relu1": (600, 0), "output1": (1200, 0)}


def test_free_space_behind_takes_up_what_is_needed() -> None:
    document = row("input", "relu", "dense", "output")
    with document.transaction("Move"):
        document.move({"output1": (2000, 0)})
    on_wire(document, "relu1", 200)
    assert places(document)["dense1"] == (3 * STEP, 0)
    assert places(document)["output1"] == (2000, 0)


def test_the_next_row_stays_where_it_is() -> None:
    document = row("input", "dense", "relu", "dense", "tanh", "output")
    with document.transaction("Fold"):
        document.move({"dense2": (0, 300), "tanh1": (STEP, 300), "output1": (2 * STEP, 300)})
    on_wire(document, "dense1", 180)
    after = places(document)
    assert [after[id_] for id_ in ("input1", "dropout1", "dense1", "relu1")] == [(STEP * n, 0) for n in range(4)]
    assert [after[id_] for id_ in ("dense2", "tanh1", "output1")] == [(STEP * n, 300) for n in range(3)]
    # On the wire that leads back to the next row, the layer goes to the end of the first.
    on_wire(document, "dense2", 300, 200)
    assert places(document)["dropout2"] == (4 * STEP, 0)
    assert after["dense2"] == places(document)["dense2"]


@pytest.mark.parametrize("by_repair", [False, True], ids=["dropped", "by repair"])
@pytest.mark.parametrize("free", [0, 30], ids=["as close as laid out", "a little apart"])
def test_a_card_that_it_does_not_feed_leaves_it_a_gap(by_repair: bool, free: int) -> None:
    document = row("input", "conv2d", "relu", "flatten", "dense", "output")
    with document.transaction("Draw"):
        document.move({"conv1": (STEP + free, 0), "dense1": (0, 160), "output1": (STEP, 160)})
        document.disconnect(Connection("flatten1", "out", "dense1", "in"))
        document.connect(wire("input1", "dense1"))
    if by_repair:
        Fix("Insert Flatten", (Insert("dense1", "in", layer("flatten")),)).apply(document)
    else:
        on_wire(document, "dense1", STEP, 38)
    after = places(document)
    added = document.network.into("dense1")["in"].source
    assert after[added] == (STEP, 0)
    assert [after[id_] for id_ in ("conv1", "relu1")] == [(2 * STEP, 0), (3 * STEP, 0)]


def test_downwards_as_well() -> None:
    document = row("input", "dense", "output", vertical=True)
    added = on_wire(document, "dense1", 88, 130)
    after = places(document)
    assert document.network.node(added).vertical
    assert {place[0] for place in after.values()} == {0}
    assert after["input1"][1] < after[added][1] < after["dense1"][1] < after["output1"][1]
    assert not covered(document)


def test_a_frame_grows_with_what_it_holds() -> None:
    document = row("input", "dense", "relu", "output")
    frame = Annotation("f", AnnotationKind.FRAME, "Hidden", (STEP - 30, -80, 2 * STEP + 20, 300))
    with document.transaction("Frame"):
        document.set_annotation("f", frame)
    on_wire(document, "relu1", 400)
    left, top, width, height = document.network.annotations["f"].area
    assert (left, top, height) == (STEP - 30, -80, 300)
    assert left + width >= 3 * STEP + cards.WIDTH


def test_a_layer_between_others_takes_all_that_follow() -> None:
    document = row("input", "relu", "output")
    with document.transaction("Skip"):
        add = document.add(layer("add"), (3 * STEP, 0))
        document.connect(wire("relu1", add, "in1"))
        document.connect(wire("input1", add, "in2"))
    with document.transaction("Add"):
        added = add_behind(document, layer("batch_norm"), "relu1", (0, 0))
    assert document.network.successors("relu1") == {added}
    assert document.network.successors(added) == {"output1", add}
    assert document.network.at(add, "in2") == Connection("input1", "out", add, "in2")
    assert not covered(document)


def test_a_layer_without_an_output_leaves_the_flow_beside_it_alone() -> None:
    document = row("input", "relu", "dense")
    with document.transaction("Add"):
        added = add_behind(document, layer("output"), "relu1", (STEP * 2, 200))
    assert document.network.successors("relu1") == {"dense1", added}
    assert document.network.node(added).position == (STEP * 2, 200)


@given(
    gaps=st.lists(st.integers(0, 400), min_size=3, max_size=8),
    heights=st.lists(st.integers(-1, 1), min_size=9, max_size=9),
    at=st.integers(0, 7),
    x=st.integers(-300, 2500),
)
def test_cards_keep_their_order_and_cover_none(gaps: list[int], heights: list[int], at: int, x: int) -> None:
    document = Document()
    with document.transaction("Draw"):
        left, ids = 0.0, list[str]()
        for index, gap in enumerate([0, *gaps]):
            left += gap
            ids.append(document.add(layer("relu"), (left, 160.0 * heights[index])))
            left += cards.WIDTH
        for source, target in itertools.pairwise(ids):
            document.connect(wire(source, target))
    target = ids[1 + at % len(gaps)]
    added = on_wire(document, target, x, 20)
    order = [*ids[: ids.index(target)], added, *ids[ids.index(target) :]]
    starts = [document.network.node(id_).position[0] for id_ in order]
    assert starts == sorted(starts)
    assert [(a, b) for a, b in covered(document) if added in (a, b)] == []


@pytest.mark.parametrize("kind", ["relu"])
def test_a_card_in_the_way_is_pushed_on(kind: str) -> None:
    document = row("input", "dense", "output")
    with document.transaction("Add"):
        document.add(layer(kind), (3 * STEP - 20, 0), "bystander")
    on_wire(document, "dense1", 180)
    assert not covered(document)
