"""Grouping, ungrouping, and editing inside a block."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build.compile import compile_network
from graph.changes import LayerSet
from graph.checking.check import Checker
from graph.diff import changes_between
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.project import Project, parse_project, project_bytes, project_json
from graph.shapes import vector
from graph.structure.blocks import Block, Body
from graph.structure.grouping import group, ungroup
from graph.structure.inner_document import InnerDocument
from tests.graph.networks import chain, layer, wire


def saved(document: Document) -> bytes:
    return project_bytes(Project(document.network))


def diamond() -> Document:
    """A skip around two layers, and a tail."""
    document = chain([layer("input", shape=vector(6)), layer("dense", units=6), layer("relu")])
    with document.transaction("Draw"):
        for name, kind in (("add1", "add"), ("tanh1", "tanh"), ("dense2", "dense"), ("output1", "output")):
            document.add(layer(kind), (900.0, 0.0), name)
        document.connect(wire("input1", "add1", "in1"))
        document.connect(wire("relu1", "add1", "in2"))
        for source, target in (("add1", "tanh1"), ("tanh1", "dense2"), ("dense2", "output1")):
            document.connect(wire(source, target))
    return document


def answers(document: Document) -> torch.Tensor:
    """What the network says with every weight set alike, so that names and order do not matter."""
    compiled = compile_network(document.network)
    with torch.no_grad():
        for parameter in compiled.module.parameters():
            parameter.copy_(torch.linspace(-1, 1, parameter.numel()).reshape(parameter.shape))
        outputs: torch.Tensor = compiled.module.eval()(torch.linspace(-1, 1, 12).reshape(2, 6))
        return outputs


@given(ids=st.sets(st.sampled_from(["dense1", "relu1", "add1", "tanh1", "dense2"]), min_size=1))
@settings(deadline=None)
def test_a_grouped_network_says_the_same_and_comes_back(ids: set[str]) -> None:
    document = diamond()
    before, said = saved(document), answers(document)
    checker = Checker(document)
    try:
        with document.transaction("Group"):
            made = group(document, checker, ids, "Residual")
    except NetloomError as error:
        assert "come back" in str(error)
        assert saved(document) == before
        return
    assert checker.ok
    torch.testing.assert_close(answers(document), said)
    document.undo()
    assert saved(document) == before
    document.redo()
    with document.transaction("Ungroup"):
        back = ungroup(document, made)
    assert set(back) == ids
    assert set(document.network.connections) == set(diamond().network.connections)


def test_a_group_that_data_leaves_and_enters_again_is_refused() -> None:
    document = diamond()
    with pytest.raises(NetloomError, match="come back at add1"), document.transaction("Group"):
        group(document, Checker(document), {"dense1", "add1"})


def test_ends_of_the_network_stay_outside() -> None:
    document = diamond()
    with pytest.raises(NetloomError, match="input1 is an end"), document.transaction("Group"):
        group(document, Checker(document), {"input1", "dense1"})


def test_a_repeated_block_is_not_taken_apart() -> None:
    document = diamond()
    with document.transaction("Group"):
        made = group(document, Checker(document), {"dense1", "relu1"}, "b")
        document.set_values(made, repeat=3)
    with pytest.raises(NetloomError, match="runs once"), document.transaction("Ungroup"):
        ungroup(document, made)


def opened() -> tuple[Document, InnerDocument]:
    document = diamond()
    with document.transaction("Group"):
        group(document, Checker(document), {"dense1", "relu1"}, "part")
    return document, InnerDocument(document, "part")


def test_an_edit_inside_is_one_change_of_the_block_outside() -> None:
    document, inner = opened()
    told = list[Commit]()
    document.subscribe(told.append)
    with inner.transaction("Set units"):
        inner.set_values("dense1", units=9)
    assert [commit.name for commit in told] == ["Set units"]
    assert [type(change) for change in told[0].changes] == [LayerSet]
    block = document.network.layer("part")
    assert isinstance(block, Block)
    assert block.body.network.layer("dense1") == layer("dense", units=9)


def test_undo_comes_back_inside_as_the_changes_that_matter() -> None:
    document, inner = opened()
    with inner.transaction("Set units", merge="units"):
        inner.set_values("dense1", units=9)
    with inner.transaction("Set units", merge="units"):
        inner.set_values("dense1", units=99)
    told = list[Commit]()
    inner.subscribe(told.append)
    assert inner.undo_names[0] == "Set units"
    assert inner.undo()
    assert inner.network.layer("dense1") == layer("dense", units=6)
    assert [type(change) for change in told[0].changes] == [LayerSet]
    assert inner.redo()
    assert inner.network.layer("dense1") == layer("dense", units=99)
    document.undo()
    document.undo()
    assert not inner.alive


def test_a_block_inside_a_block_opens_too() -> None:
    document, inner = opened()
    with inner.transaction("Group"):
        group(inner, Checker(inner), {"relu1"}, "deep")
    innermost = InnerDocument(inner, "deep")
    assert innermost.path == ("part", "deep")
    before = saved(document)
    with innermost.transaction("Replace"):
        innermost.set_layer("relu1", layer("tanh"))
    assert saved(document) != before
    assert innermost.undo()
    assert saved(document) == before
    assert innermost.network.layer("relu1") == layer("relu")


def test_wires_outside_follow_the_ends_that_are_renamed_inside() -> None:
    document, inner = opened()
    before, wires = saved(document), document.network.connections
    (entry,), (exit_,) = inner.block.inner_inputs(), inner.block.inner_outputs()
    with inner.transaction("Rename twice"):
        inner.rename(entry, "first")
        inner.rename("first", "image")
    with inner.transaction("Rename"):
        inner.rename(exit_, "answer")
    assert len(document.network.connections) == len(wires)
    assert document.network.at("part", "image") is not None
    assert [c.source_port for c in document.network.out_of("part")] == ["answer"] * len(
        [c for c in wires if c.source == "part"]
    )
    document.undo()
    document.undo()
    assert saved(document) == before


def test_a_block_without_outputs_can_be_grouped() -> None:
    document = chain([layer("input"), layer("relu")])
    empty, checker = Document(), Checker(document)
    with document.transaction("Add"):
        made = document.add(Block(body=Body.of(empty.network)))
    with document.transaction("Group"):
        outer = group(document, checker, {made})
    block = document.network.layer(outer)
    assert isinstance(block, Block)
    assert block.body.network.ids == (made,)


def test_taking_a_block_apart_drops_a_link_to_one_of_its_ends() -> None:
    document = chain([layer("input"), layer("relu"), layer("dense")])
    with document.transaction("Group"):
        made = group(document, Checker(document), {"relu1", "dense1"})
    inner = InnerDocument(document, made)
    with inner.transaction("Link"):
        inner.tie("relu1", inner.block.inner_outputs()[0])
    with document.transaction("Ungroup"):
        ungroup(document, made)
    assert document.network.node("relu1").tied is None


def test_a_failed_edit_inside_leaves_both_as_they_were() -> None:
    document, inner = opened()
    before = saved(document), saved(inner)
    with pytest.raises(NetloomError), inner.transaction("Wrong"):
        inner.remove("relu1")
        inner.rename("dense1", "class")
    assert (saved(document), saved(inner)) == before


def test_renaming_the_block_is_followed() -> None:
    document, inner = opened()
    with document.transaction("Rename"):
        document.rename("part", "stage")
    with inner.transaction("Set units"):
        inner.set_values("dense1", units=9)
    assert inner.path == ("stage",)


def test_the_difference_between_two_networks_leads_from_one_to_the_other() -> None:
    document = diamond()
    old = parse_project(project_json(Project(document.network))).network
    with document.transaction("Many edits"):
        document.remove("tanh1")
        document.connect(wire("add1", "dense2"))
        document.set_values("dense1", units=6, bias=False)
        document.mute("relu1", True)
        document.move({"add1": (5.0, 5.0)})
        document.add(layer("relu"))
    other = Document(old)
    with other.transaction("Follow"):
        pass
    other.follow(Commit("Follow", changes_between(old, document.network)))
    assert saved(other) == saved(document)
    assert changes_between(document.network, document.network) == ()
