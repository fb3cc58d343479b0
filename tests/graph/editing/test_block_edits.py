"""Grouping in place, naming, loops and blocks on every frame, and weights that are tied."""

from __future__ import annotations

from itertools import pairwise

import pytest

from graph.checking.check import Checker
from graph.document import Document
from graph.editing import block_edits, edits
from graph.errors import NetloomError
from graph.network import Connection
from graph.structure.blocks import Block, Loop
from graph.structure.time_distributed import TimeDistributed
from tests.graph.networks import layer


@pytest.fixture
def document() -> Document:
    document = Document()
    with document.transaction("Draw"):
        ids = [document.add(layer(kind), (index * 240.0, 40.0)) for index, kind in enumerate(("input", "relu", "tanh"))]
        for source, target in pairwise(ids):
            document.connect(Connection(source, "out", target, "in"))
    return document


def test_a_group_stands_where_its_first_layer_stood_and_takes_a_name(document: Document) -> None:
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, Checker(document), ["relu1", "tanh1"])
        block_edits.rename_layer(document, made, " first_stage ")
    assert document.network.node("first_stage").position == (240.0, 40.0)
    assert document.network.at("first_stage", "x") == Connection("input1", "out", "first_stage", "x")


@pytest.mark.parametrize(("label", "after"), [("", ""), ("Residual", "Residual"), ("First stage!", "")])
def test_a_block_has_one_name_and_a_label_that_only_repeats_it_goes(document: Document, label: str, after: str) -> None:
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, Checker(document), ["relu1", "tanh1"])
        document.rename(made, "first_stage")
        document.set_values("first_stage", label=label)
    with document.transaction("Rename"):
        block_edits.rename_layer(document, "first_stage", "encoder")
    assert block_edits.block_of(document, "encoder").label == after
    document.undo()
    assert block_edits.block_of(document, "first_stage").label == label


def test_a_block_is_refused_the_names_that_any_layer_is_refused(document: Document) -> None:
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, Checker(document), ["relu1", "tanh1"])
    for name, reason in (("First stage!", "First_stage"), ("input1", "already called"), ("class", "uses the word")):
        with pytest.raises(NetloomError, match=reason), document.transaction("Rename"):
            block_edits.rename_layer(document, made, name)
    assert made in document.network


def test_a_block_runs_as_a_loop_on_every_frame_and_once(document: Document) -> None:
    checker = Checker(document)
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, checker, ["relu1", "tanh1"])
    with document.transaction("Loop"):
        block_edits.run_as_loop(document, made, [("y", "x")])
    assert isinstance(document.network.layer(made), Loop)
    with document.transaction("Once"):
        block_edits.run_once(document, made)
    assert type(document.network.layer(made)) is Block
    with document.transaction("Frames"):
        assert block_edits.run_on_every_frame(document, checker, [made]) == made
    assert isinstance(document.network.layer(made), TimeDistributed)


def test_what_is_no_block_or_no_end_is_refused(document: Document) -> None:
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, Checker(document), ["relu1", "tanh1"])
    for states, reason in (([("y", "z")], "no such ends"), ([("y", "x"), ("y", "x")], "one state only")):
        with pytest.raises(NetloomError, match=reason), document.transaction("Loop"):
            block_edits.run_as_loop(document, made, states)
    with pytest.raises(NetloomError, match="no block"):
        block_edits.block_of(document, "input1")


def test_weights_are_tied_to_the_first_of_one_kind(document: Document) -> None:
    with document.transaction("Add"):
        first = document.add(layer("dense"), (0, 300))
        second = document.add(layer("dense"), (240, 300))
        document.set_values(first, units=7)
        edits.tie_weights(document, [first, second])
    assert document.network.node(second).tied == first
    assert document.network.layer(second).values()["units"] == 7
    with pytest.raises(NetloomError, match="same kind"), document.transaction("Tie"):
        edits.tie_weights(document, ["relu1", "tanh1"])
