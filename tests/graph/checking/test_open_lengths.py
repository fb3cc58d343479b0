"""Networks of open length: what fits at no length is told, what fits at some is left in peace."""

from __future__ import annotations

import pytest

from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.checking.open_lengths import at_length, open_inputs
from graph.document import Document
from graph.layers.base import Layer
from graph.network import Connection
from graph.shapes import Shape, sequence, vector
from tests.graph.networks import chain, layer


def branched(*branch: Layer, length: int | None = None) -> Document:
    """A sequence times what a branch makes of it."""
    document = chain([layer("input", shape=sequence(length, 2)), *branch, layer("output")])
    with document.transaction("Branch"):
        end = document.network.into("output1")["in"]
        document.disconnect(end)
        product = document.add(layer("multiply"))
        first, second = document.network.node(product).inputs
        document.connect(Connection("input1", "out", product, first))
        document.connect(Connection(end.source, end.source_port, product, second))
        document.connect(Connection(product, "out", "output1", "in"))
    return document


def checked(document: Document) -> Checker:
    checker = Checker(document)
    checker.close()
    return checker


def test_half_a_sequence_never_meets_the_whole() -> None:
    checker = checked(branched(layer("average_pool1d")))
    (problem,) = checker.problems
    assert problem.severity is Severity.ERROR and problem.layer == "multiply1"
    assert "a sequence T × 2 (in1) and a sequence T / 2 × 2 (in2)" in problem.message


@pytest.mark.parametrize(
    "branch",
    [
        (layer("tanh"),),
        (layer("conv1d", filters=2),),
        (layer("conv1d", filters=2, stride=1), layer("tanh")),
    ],
)
def test_lengths_that_meet_at_some_length_are_left_in_peace(branch: tuple[Layer, ...]) -> None:
    assert checked(branched(*branch)).problems == ()


def test_known_lengths_are_told_by_the_checker_itself() -> None:
    checker = checked(branched(layer("average_pool1d"), length=8))
    assert not checker.ok
    assert open_inputs(checker.network) == {}


def test_a_network_is_known_at_any_length() -> None:
    checker = checked(chain([layer("input", shape=sequence(None, 2)), layer("average_pool1d"), layer("output")]))
    inputs = open_inputs(checker.network)
    assert inputs == {"input1": sequence(None, 2)}
    known = at_length(checker, {id_: shape.with_length(11) for id_, shape in inputs.items()})
    shape: Shape = known.layer_info("output1").outputs["out"]
    assert shape == sequence(5, 2) and vector(3).with_length(9) == vector(3)
