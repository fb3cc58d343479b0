"""Blocks, loops, muted and linked layers: checked, compiled and written like any other layer."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from graph.build.code import generate
from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Connection
from graph.project import Project, parse_project, project_bytes, project_json
from graph.shapes import image, sequence, tokens, vector
from graph.structure.blocks import Block, Body, Loop
from graph.structure.inner_document import InnerDocument
from tests.foreign_process import ForeignProcess
from tests.graph.networks import chain, layer, wire


def residual(filters: int = 4) -> Body:
    """Two convolutions and a skip."""
    document = Document()
    with document.transaction("Draw"):
        start = document.add(layer("input", shape=image(filters, 8, 8)), name="x")
        a, b = document.add(layer("conv2d", filters=filters)), document.add(layer("conv2d", filters=filters))
        add, out = document.add(layer("add")), document.add(layer("output"), name="y")
        for each in (wire(start, a), wire(a, b), wire(start, add, "in1"), wire(b, add, "in2"), wire(add, out)):
            document.connect(each)
    return Body.of(document.network)


def around(block: Block, channels: int = 4) -> Document:
    """Input, the block, Output."""
    document = Document()
    with document.transaction("Draw"):
        start, end = document.add(layer("input", shape=image(channels, 8, 8))), document.add(layer("output"))
        middle = document.add(block)
        document.connect(Connection(start, "out", middle, "x"))
        document.connect(Connection(middle, "y", end, "in"))
    return document


def lstm_cell(features: int, hidden: int) -> Body:
    """An LSTM cell drawn from gates, products and sums."""
    document = Document()
    with document.transaction("Draw"):
        for name, size in (("x", features), ("h", hidden), ("c", hidden)):
            document.add(layer("input", shape=vector(size)), name=name)
        document.add(layer("concatenate"), name="both")
        document.connect(wire("x", "both", "in1"))
        document.connect(wire("h", "both", "in2"))
        for gate, squash in (("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid")):
            document.add(layer("dense", units=hidden), name=f"{gate}_sum")
            document.add(layer(squash), name=gate)
            document.connect(wire("both", f"{gate}_sum"))
            document.connect(wire(f"{gate}_sum", gate))
        for name, kind, ins in (
            ("keep", "multiply", ("f", "c")),
            ("write", "multiply", ("i", "g")),
            ("cell", "add", ("keep", "write")),
        ):
            document.add(layer(kind), name=name)
            for port, source in zip(("in1", "in2"), ins, strict=True):
                document.connect(wire(source, name, port))
        document.add(layer("tanh"), name="squashed")
        document.connect(wire("cell", "squashed"))
        document.add(layer("multiply"), name="shown")
        document.connect(wire("o", "shown", "in1"))
        document.connect(wire("squashed", "shown", "in2"))
        for y, (name, source) in enumerate((("h_next", "shown"), ("c_next", "cell"))):
            document.add(layer("output"), (900, 100 * y), name=name)
            document.connect(wire(source, name))
    return Body.of(document.network)


def drawn_lstm(mode: str = "sequence") -> Document:
    loop = Loop(body=lstm_cell(3, 5), states=(("h_next", "h"), ("c_next", "c")), output_mode=mode)  # type: ignore[arg-type]
    document = Document()
    with document.transaction("Draw"):
        start, end = document.add(layer("input", shape=sequence(7, 3))), document.add(layer("output"))
        document.add(loop)
        document.connect(Connection(start, "out", "loop1", "x"))
        document.connect(Connection("loop1", "h_next", end, "in"))
    return document


def test_a_block_is_one_layer_with_the_costs_of_those_inside() -> None:
    checker = Checker(around(Block(body=residual())))
    assert checker.ok
    facts = checker.layer_info("block1")
    assert facts.outputs == {"y": image(4, 8, 8)}
    assert facts.parameters == 2 * (4 * 4 * 9 + 4)
    assert facts.receptive_size == (5, 5)


def test_repetitions_multiply_costs_and_receptive_field_and_shared_ones_keep_the_weights() -> None:
    once = Checker(around(Block(body=residual()))).layer_info("block1")
    thrice = Checker(around(Block(body=residual(), repeat=3))).layer_info("block1")
    shared = Checker(around(Block(body=residual(), repeat=3, shared=True))).layer_info("block1")
    assert (thrice.parameters, thrice.flops) == (3 * once.parameters, 3 * once.flops)
    assert (shared.parameters, shared.flops) == (once.parameters, 3 * once.flops)
    assert thrice.receptive_size == shared.receptive_size == (13, 13)


def test_a_problem_inside_is_told_at_the_block() -> None:
    checker = Checker(around(Block(body=residual()), channels=3))
    (problem,) = checker.problems
    assert problem.message.startswith("block1: inside, add1: Add")


def test_a_body_is_read_and_written_inside_its_block() -> None:
    document = around(Block(body=residual(), repeat=2, label="Residual"))
    project = Project(document.network)
    again = parse_project(project_json(project))
    assert project_bytes(again) == project_bytes(project)
    assert again.network.layer("block1") == document.network.layer("block1")
    value = project_json(project)
    value["network"]["layers"][1]["settings"]["body"]["layers"][0]["kind"] = "os"
    with pytest.raises(NetloomError, match="no layer of kind 'os'"):
        parse_project(value)


@pytest.mark.parametrize(
    "block",
    [
        Block(body=residual()),
        Block(body=residual(), repeat=3),
        Block(body=residual(), repeat=2, shared=True),
    ],
    ids=["once", "repeated", "shared"],
)
def test_blocks_compile_and_export_alike(block: Block, tmp_path: Path, foreign: ForeignProcess) -> None:
    assert_exported_alike(around(block), torch.randn(2, 4, 8, 8), tmp_path, foreign)


def assert_exported_alike(document: Document, x: torch.Tensor, folder: Path, foreign: ForeignProcess) -> None:
    """The exported file alone, with the exported weights, computes what the compiled module computes."""
    compiled = compile_network(document.network)
    assert sum(p.numel() for p in compiled.module.parameters()) == Checker(document).parameters
    (folder / "network.py").write_text(generate(document.network), encoding="utf-8")
    save_file(compiled.module.state_dict(), folder / "weights.safetensors")
    torch.save(x, folder / "x.pt")
    program = (
        "import torch, network\n"
        "torch.save(network.load('weights.safetensors')(torch.load('x.pt')), 'y.pt')\n"
        "print('true')\n"
    )
    assert foreign.run(folder, program)
    torch.testing.assert_close(compiled.module.eval()(x), torch.load(folder / "y.pt"))


def test_submodules_inside_blocks_carry_their_path() -> None:
    module = compile_network(around(Block(body=residual(), repeat=2)).network).module
    assert "block1.1.conv2.weight" in module.state_dict()


@pytest.mark.parametrize("mode", ["sequence", "last"])
def test_a_drawn_lstm_equals_the_built_in_with_the_same_weights(
    mode: str, tmp_path: Path, foreign: ForeignProcess
) -> None:
    document = drawn_lstm(mode)
    assert Checker(document).ok, Checker(document).problems
    compiled = compile_network(document.network)
    reference = torch.nn.LSTM(3, 5, batch_first=True)
    state, weights = compiled.module.state_dict(), dict(reference.named_parameters())
    for index, gate in enumerate("ifgo"):  # torch's order of gates
        rows = slice(5 * index, 5 * index + 5)
        weight = torch.cat((weights["weight_ih_l0"][rows], weights["weight_hh_l0"][rows]), dim=1)
        state[f"loop1.cell.{gate}_sum.weight"].copy_(weight.detach())
        state[f"loop1.cell.{gate}_sum.bias"].copy_((weights["bias_ih_l0"] + weights["bias_hh_l0"])[rows].detach())
    x = torch.randn(4, 7, 3)
    expected = reference(x)[0]
    torch.testing.assert_close(
        compiled.module(x), expected if mode == "sequence" else expected[:, -1], atol=1e-5, rtol=1e-5
    )
    assert_exported_alike(document, x, tmp_path, foreign)


def test_a_state_that_changes_its_size_is_refused() -> None:
    loop = Loop(body=lstm_cell(3, 5), states=(("h_next", "x"), ("c_next", "c")))
    document = drawn_lstm()
    with document.transaction("Wrong states"):
        document.set_layer("loop1", loop)
        document.connect(Connection("input1", "out", "loop1", "h"))
    assert "holds a vector of 3, but h_next renews it by a vector of 5" in Checker(document).problems[0].message


def test_a_muted_layer_hands_its_input_on() -> None:
    document = chain([layer("input", shape=vector(4)), layer("dense", units=4), layer("tanh"), layer("output")])
    checker = Checker(document)
    with document.transaction("Mute"):
        document.mute("tanh1", True)
    module = compile_network(document.network).module
    x = torch.randn(3, 4)
    torch.testing.assert_close(module(x), module.dense1(x))  # type: ignore[operator]
    assert "tanh" not in generate(document.network)
    with document.transaction("Mute a size"):
        document.set_values("dense1", units=9)
        document.mute("dense1", True)
    assert checker.layer_info("output1").outputs["out"] == vector(4)
    assert checker.parameters == 0
    document.undo()
    document.undo()
    assert checker.layer_info("tanh1").outputs["out"] == vector(4)
    with pytest.raises(NetloomError, match="an end of the network"), document.transaction("Mute the end"):
        document.mute("output1", True)


def test_a_muted_merge_hands_on_what_is_connected() -> None:
    document = chain([layer("input", shape=vector(4)), layer("output")])
    with document.transaction("Merge"):
        add = document.add(layer("add"))
        document.disconnect(wire("input1", "output1"))
        document.connect(wire("input1", add, "in2"))
        document.connect(wire(add, "output1"))
        document.mute(add, True)
    assert Checker(document).ok
    assert compile_network(document.network).module(torch.ones(1, 4)).tolist() == [[1.0] * 4]


def test_linked_layers_use_one_set_of_weights(tmp_path: Path, foreign: ForeignProcess) -> None:
    document = chain([layer("input", shape=vector(4)), *[layer("dense", units=4)] * 2, layer("output")])
    with document.transaction("Link"):
        document.tie("dense2", "dense1")
    checker = Checker(document)
    assert checker.ok and checker.parameters == 20
    module = compile_network(document.network).module
    x = torch.randn(3, 4)
    torch.testing.assert_close(module(x), module.dense1(module.dense1(x)))  # type: ignore[operator]
    assert_exported_alike(document, x, tmp_path, foreign)
    with document.transaction("Rename"):
        document.rename("dense1", "first")
    assert document.network.node("dense2").tied == "first"
    with document.transaction("Change one"):
        document.set_values("first", bias=False)
    assert not checker.ok
    checker.problems[0].fixes[0].apply(document)
    assert checker.ok
    with document.transaction("Remove the owner"):
        document.remove("first")
    assert document.network.node("dense2").tied is None
    document.undo()
    assert document.network.node("dense2").tied == "first"


def test_layers_that_cannot_share_say_why() -> None:
    document = chain(
        [layer("input", shape=vector(4)), layer("dense", units=5), layer("dense", units=5), layer("output")]
    )
    with document.transaction("Link"):
        document.tie("dense2", "dense1")
    with pytest.raises(NetloomError, match="needs weights of other sizes"):
        compile_network(document.network)


def test_what_arrives_at_the_owner_and_does_not_fit_is_said_there_alone() -> None:
    document = chain([layer("input", shape=tokens(5)), layer("dense", units=5), layer("output")])
    with document.transaction("Draw a second chain"):
        names = [document.add(each) for each in (layer("input", shape=vector(4)), layer("dense", units=5))]
        names.append(document.add(layer("output")))
        for before, after in itertools.pairwise(names):
            document.connect(wire(before, after))
        document.tie("dense2", "dense1")
    assert [problem.message.partition(":")[0] for problem in Checker(document).problems] == ["dense1"]


def test_a_block_shows_settings_of_layers_inside_as_its_own() -> None:
    block = Block(body=residual(), exposed=("conv1.filters", "conv2.bias", "gone.units"))
    shown = {spec.name: (spec.label, value) for spec, value in block.exposed_settings()}
    assert shown == {"conv1.filters": ("conv1 filters", 4), "conv2.bias": ("conv2 bias", True)}
    changed = block.with_exposed("conv1.filters", 8)
    assert changed.body.network.layer("conv1").values()["filters"] == 8
    assert block.body.network.layer("conv1").values()["filters"] == 4
    with pytest.raises(NetloomError, match="filters"):
        block.with_exposed("conv1.filters", -3)


def test_exposed_settings_reach_through_nested_blocks() -> None:
    inner = Block(body=residual(), exposed=("conv1.filters",))
    outer = Block(body=Body.of(around(inner).network), exposed=("block1.conv1.filters",))
    ((spec, value),) = outer.exposed_settings()
    assert (spec.label, value) == ("block1 conv1 filters", 4)
    ((_, after),) = outer.with_exposed("block1.conv1.filters", 6).exposed_settings()
    assert after == 6


def test_exposed_settings_are_kept_in_the_file() -> None:
    document = around(Block(body=residual(), exposed=("conv1.filters",)))
    content = project_bytes(Project(document.network))
    again = parse_project(json.loads(content), "x").network
    assert again == document.network or project_bytes(Project(again)) == content
    assert again.layer("block1").exposed == ("conv1.filters",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["filters", "", "a.", "a b.c"])
def test_an_exposed_setting_is_a_path(path: str) -> None:
    with pytest.raises(NetloomError, match="exposed"):
        Block(body=residual()).changed(exposed=(path,))


def test_what_names_a_layer_inside_follows_its_new_name() -> None:
    document = around(Block(body=residual(), exposed=("conv1.filters",)))
    inner = InnerDocument(document, "block1")
    with inner.transaction("Rename"):
        inner.rename("conv1", "edges")
    assert inner.block.exposed == ("edges.filters",)
    document.undo()
    assert inner.block.exposed == ("conv1.filters",)
    loops = drawn_lstm()
    cell = InnerDocument(loops, "loop1")
    with cell.transaction("Rename"):
        cell.rename("h_next", "h_new")
    assert isinstance(cell.block, Loop)
    assert ("h_new", "h") in cell.block.states
