"""Layers by a pattern: what is made, where it stands, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.drawing import cards
from graph.drawing.layout import _covers
from graph.editing.patterns import LayerPattern, insert_pattern, start_of
from graph.errors import NetloomError
from graph.layers.dense import Dense
from graph.shapes import image, sequence, vector
from tests.graph.networks import chain, layer, lenet

DIGITS = DataSpec({"image": image(1, 8, 8)}, {"label": vector(10)}, "image", "label")


def kinds(document: Document) -> list[str]:
    return [document.network.layer(id_).kind for id_ in document.network.ordered()]


def test_the_textbook_pattern_in_an_empty_network() -> None:
    document = Document()
    with document.transaction("Insert"):
        insert_pattern(document, LayerPattern(), None, None, DIGITS)
    stage = ["conv2d", "relu", "conv2d", "relu", "max_pool2d"]
    assert kinds(document) == ["input", *stage, *stage, "flatten", "dense", "relu", "dense", "output"]
    checker = Checker(document, DIGITS)
    assert checker.problems == ()
    assert checker.parameters == 25_274  # as the preset of the same pattern
    assert document.undo_names == ("Insert",)
    document.undo()
    assert len(document.network) == 0


@given(
    n=st.integers(1, 4),
    m=st.integers(0, 3),
    k=st.integers(0, 3),
    pool=st.sampled_from(["max", "average", "none"]),
    normalise=st.booleans(),
    flat=st.booleans(),
)
def test_any_numbers_make_a_network_that_checks(n: int, m: int, k: int, pool: str, normalise: bool, flat: bool) -> None:
    pattern = LayerPattern().changed(convolutions=n, stages=m, dense=k, pool=pool, normalise=normalise, answers=3)
    document = chain([layer("input", shape=sequence(32, 2) if flat else image(3, 32, 32))])
    start = start_of(document.network, [])
    assert start == "input1"
    with document.transaction("Insert"):
        made = insert_pattern(document, pattern, start, document.network.layer(start).shape, None)  # type: ignore[attr-defined]
    assert Checker(document).ok
    found = kinds(document)
    assert sum("conv" in kind for kind in found) == n * m
    assert sum("pool" in kind for kind in found) == (0 if pool == "none" else m)
    assert found.count("dense") == k + 1
    assert found.count("batch_norm") == (n * m if normalise else 0)
    last = document.network.layer(made[-1])
    assert isinstance(last, Dense)
    assert last.units == 3
    boxes = [cards.box(node) for node in document.network]
    assert not any(_covers(one, other) for one in boxes for other in boxes if one is not other)


def test_what_followed_follows_the_pattern() -> None:
    document = lenet()
    checker = Checker(document)
    before = {node.id: node.position for node in document.network}
    with document.transaction("Insert"):
        made = insert_pattern(
            document,
            LayerPattern(stages=0, dense=2, answers=84),
            "tanh3",
            checker.layer_info("tanh3").outputs["out"],
            None,
        )
    assert document.network.at("dense2", "in") is not None
    assert document.network.at("dense2", "in").source == made[-1]  # type: ignore[union-attr]
    assert checker.ok
    assert all(document.network.node(id_).position == place for id_, place in before.items())
    boxes = [cards.box(node) for node in document.network]
    assert not any(_covers(one, other) for one in boxes for other in boxes if one is not other)


@pytest.mark.parametrize(("others", "kept"), [(4, False), (5, True)])
def test_only_a_network_of_few_layers_is_laid_out_as_a_whole(others: int, kept: bool) -> None:
    document = chain([layer("input", shape=vector(8)), *[layer("relu")] * (others - 2), layer("output")])
    by_hand = {node.id: (node.position[0], 40.0 * number) for number, node in enumerate(document.network)}
    with document.transaction("Insert"):
        document.move(by_hand)
        insert_pattern(document, LayerPattern(stages=0), "relu1", vector(8), None)
    assert ({id_: document.network.node(id_).position for id_ in by_hand} == by_hand) is kept


def test_where_it_goes_on_from() -> None:
    network = lenet().network
    assert start_of(network, ["conv1"]) == "conv1"
    assert start_of(network, ["output1"]) == "dense2"
    assert start_of(Document().network, []) is None
    with pytest.raises(NetloomError, match="Select the layer"):
        start_of(network, [])


def test_what_does_not_fit_is_refused_with_a_remedy() -> None:
    with pytest.raises(NetloomError, match="set the stages M to 0"):
        LayerPattern().layers(vector(10))
    with pytest.raises(NetloomError, match="set the stages M to 3"):
        LayerPattern(stages=5).layers(image(1, 8, 8))
    document = chain([layer("input")])
    with pytest.raises(NetloomError, match="not known"), document.transaction("Insert"):
        insert_pattern(document, LayerPattern(), "input1", None, None)
    assert kinds(document) == ["input"]


def test_the_least_of_everything_is_one() -> None:
    least = LayerPattern(convolutions=1, filters=1, kernel=1, answers=1)
    assert (least.convolutions, least.filters, least.kernel, least.answers) == (1, 1, 1, 1)
    for name in ("convolutions", "filters", "kernel", "answers"):
        with pytest.raises(ValueError, match="must be at least 1, not 0"):
            LayerPattern.model_validate({name: 0})


def test_it_is_written_as_textbooks_do() -> None:
    assert LayerPattern().formula() == "[[convolution, ReLU] × 2, max pool] × 2, [dense, ReLU] × 1, dense"
    assert LayerPattern(stages=0, dense=0).formula() == "dense"
    plain = LayerPattern(pool="none", normalise=True, activation="tanh", dense=0, convolutions=3)
    assert plain.formula() == "[[convolution, batch norm, Tanh] × 3] × 2, dense"
