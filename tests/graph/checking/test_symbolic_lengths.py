"""Sequences of open length: branches that are not equally long are refused, with what repairs them."""

from __future__ import annotations

import pytest
import torch

from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Input
from graph.network import Connection
from graph.project import network_json, parse_network
from graph.shapes import Shape, sequence, tokens, video
from graph.structure.blocks import Body, Loop
from graph.structure.grouping import group
from tests.graph.networks import chain, layer, wire

STEPS = sequence(None, 5)


def errors(checker: Checker) -> list[Problem]:
    return [problem for problem in checker.problems if problem.severity is Severity.ERROR]


def skipping(merge: Layer, *branch: Layer, shape: Shape = STEPS) -> Document:
    """An input that meets itself behind ``branch``."""
    document = chain([layer("input", shape=shape), *branch])
    last = document.network.ids[-1]
    with document.transaction("Meet"):
        met = document.add(merge, (0, 0), name="met")
        out = document.add(layer("output"), (0, 0))
        document.connect(Connection("input1", "out", met, "in1"))
        document.connect(Connection(last, "out", met, "in2"))
        document.connect(wire(met, out))
    return document


def two_inputs(merge: Layer, first: Input, second: Input) -> Document:
    document = Document()
    with document.transaction("Draw"):
        for name, each in (("a", first), ("b", second)):
            document.add(each, (0, 0), name=name)
        document.add(merge, (0, 0), name="met")
        document.add(layer("output"), (0, 0), name="out")
        document.connect(Connection("a", "out", "met", "in1"))
        document.connect(Connection("b", "out", "met", "in2"))
        document.connect(wire("met", "out"))
    return document


@pytest.mark.parametrize("kind", ["add", "multiply", "average", "concatenate"])
@pytest.mark.parametrize(
    ("branch", "length"),
    [
        (layer("average_pool1d"), "T / 2"),
        (layer("max_pool1d", kernel_size=3, stride=2), "(T − 1) / 2"),
        (layer("conv1d", filters=5, padding="valid"), "(T − 2)"),
        (layer("conv1d", filters=5, padding="causal", stride=2), "(T + 1) / 2"),
    ],
)
def test_a_branch_that_changes_the_length_is_refused_and_repaired(kind: str, branch: Layer, length: str) -> None:
    document = skipping(layer(kind), branch)
    checker = Checker(document)
    (problem,) = errors(checker)
    assert f"a sequence T × 5 (in1) and a sequence {length} × 5 (in2) arrive." in problem.message
    with pytest.raises(NetloomError, match="T × 5"):
        compile_network(document.network)
    problem.fixes[0].apply(document)
    assert checker.ok
    for steps in (7, 10):
        out = compile_network(document.network).module(torch.randn(2, steps, 5))
        assert out.shape[:2] == (2, steps)


def test_branches_that_change_the_length_alike_meet() -> None:
    document = skipping(layer("add"), layer("average_pool1d", kernel_size=4), shape=STEPS)
    with document.transaction("The other branch too"):
        document.disconnect(Connection("input1", "out", "met", "in1"))
        for name, source in (("halved", "input1"), ("quartered", "halved")):
            document.add(layer("max_pool1d"), (0, 0), name=name)
            document.connect(wire(source, name))
        document.connect(Connection("quartered", "out", "met", "in1"))
    checker = Checker(document)
    assert checker.ok
    assert str(checker.layer_info("met").outputs["out"]) == "T / 4 × 5"
    with document.transaction("Another step"):
        document.set_layer("halved", layer("max_pool1d", kernel_size=3))
    assert "T / 6 × 5" in errors(checker)[0].message
    document.undo()
    assert checker.ok


def test_what_keeps_the_length_keeps_the_symbol() -> None:
    branch = [layer("gru", hidden_size=5, output_mode="sequence"), layer("time_distributed_dense", units=5)]
    assert Checker(skipping(layer("add"), layer("conv1d", filters=5), *branch, layer("dropout"))).ok
    assert Checker(chain([layer("input", shape=tokens(None)), layer("embedding")])).layer_info("embedding1").outputs[
        "out"
    ].described() == ("a sequence T × 32")


def test_joined_along_time_both_lengths_count() -> None:
    document = skipping(layer("concatenate", along="time"), layer("average_pool1d"))
    assert str(Checker(document).layer_info("met").outputs["out"]) == "(T + T / 2) × 5"
    assert compile_network(document.network).module(torch.randn(2, 9, 5)).shape == (2, 13, 5)


def test_videos_too() -> None:
    document = skipping(layer("add"), layer("conv3d", filters=2, time_stride=2), shape=video(None, 2, 6, 6))
    (problem,) = errors(Checker(document))
    assert "a video T × 2 × 6 × 6 (in1) and a video (T + 1) / 2 × 2 × 6 × 6 (in2)" in problem.message


def test_a_loop_over_unequal_sequences_is_refused() -> None:
    inner = two_inputs(layer("add"), Input(shape=sequence(1, 5)), Input(shape=sequence(1, 5)))
    with inner.transaction("One step"):
        for name in ("a", "b"):
            inner.set_layer(name, layer("input", shape=Shape(STEPS.kind, (1, 5))))
    loop = Loop(body=Body.of(inner.network))
    document = chain([layer("input", shape=STEPS), layer("average_pool1d")])
    with document.transaction("Meet"):
        document.add(loop, (0, 0), name="loop")
        document.connect(Connection("input1", "out", "loop", "a"))
        document.connect(Connection("pool1", "out", "loop", "b"))
    assert any(
        "must be equally long, but T (a) and T / 2 (b) steps arrive" in problem.message
        for problem in Checker(document).problems
    )


def test_inside_a_block_the_lengths_are_those_outside() -> None:
    document = skipping(layer("add"), layer("average_pool1d"))
    checker = Checker(document)
    with document.transaction("Group"):
        block = group(document, checker, ["pool1", "met"])
    assert "inside, " in errors(Checker(document))[0].message
    assert "T / 2" in errors(Checker(document))[0].message
    written = network_json(document.network)
    assert "open_length" not in str(written)
    assert network_json(parse_network(written, "again")) == written
    assert document.network.layer_as(block, type(document.network.layer(block))) == parse_network(
        written, "again"
    ).layer(block)


def test_two_inputs_meet_where_the_data_brings_them_equally_long() -> None:
    document = two_inputs(layer("add"), Input(shape=STEPS, field="x"), Input(shape=STEPS, field="y"))
    targets = {"z": sequence(24, 5)}
    assert Checker(document).ok  # without data nothing is known of either
    assert Checker(document, DataSpec({"x": sequence(24, 5), "y": sequence(24, 5)}, targets, "x", "z")).ok
    checker = Checker(document, DataSpec({"x": sequence(24, 5), "y": sequence(12, 5)}, targets, "x", "z"))
    (problem,) = errors(checker)
    assert problem.message.endswith("arrive. T is 24 in “x”, 12 in “y”.")
    checker.set_data_spec(DataSpec({"x": sequence(24, 5), "y": sequence(24, 5)}, targets, "x", "z"))
    assert checker.ok


def test_an_open_length_meets_a_fixed_one_where_the_data_brings_it() -> None:
    document = skipping(layer("add"), layer("adaptive_pool1d", size=8))
    assert Checker(document).ok
    assert Checker(document, DataSpec({"x": sequence(8, 5)}, {"y": sequence(8, 5)}, "x", "y")).ok
    (problem,) = errors(Checker(document, DataSpec({"x": sequence(9, 5)}, {"y": sequence(8, 5)}, "x", "y")))
    assert problem.layer == "met"


def test_an_output_is_as_long_as_its_target() -> None:
    document = chain([layer("input", shape=STEPS), layer("average_pool1d"), layer("output")])
    spec = DataSpec({"x": sequence(24, 5)}, {"y": sequence(24, 5), "half": sequence(12, 5)}, "x", "y")
    (problem,) = errors(Checker(document, spec))
    assert "a sequence T / 2 × 5 arrives. T is 24 in “x”." in problem.message
    with document.transaction("Predict the half"):
        document.set_layer("output1", layer("output", target="half"))
    assert Checker(document, spec).ok
