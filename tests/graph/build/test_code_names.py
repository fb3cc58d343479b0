"""Exported code whatever layers and blocks are called: it runs, and gives what the network gives."""

from __future__ import annotations

import pytest
import torch

from graph.build.code import generate
from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.editing import block_edits
from graph.layers.io import Input
from graph.network import Network
from graph.shapes import image, vector
from graph.structure.blocks import Block
from graph.structure.grouping import group
from tests.graph.networks import layer, wire
from tests.graph.test_naming import FOREIGN


def same_in_code(network: Network) -> str:
    """The exported code, held against the network on the same weights and input."""
    module = compile_network(network).module.eval()
    text = generate(network)
    names: dict[str, type[torch.nn.Module]] = {}
    exec(text, names)
    exported = names["Network"]().eval()
    exported.load_state_dict(module.state_dict())
    compiled = compile_network(network)
    shapes = [compiled.layer_info[id_].outputs["out"].sizes for id_ in compiled.inputs]
    values = [torch.randn(2, *(size or 5 for size in sizes)) for sizes in shapes]
    for one, other in zip(_several(module(*values)), _several(exported(*values)), strict=True):
        assert torch.equal(one, other)
    return text


def _several(result: object) -> tuple[torch.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)  # type: ignore[return-value]


def dense_chain(*names: str) -> Document:
    document = Document()
    with document.transaction("Draw"):
        last = document.add(Input(shape=vector(4)))
        for number, name in enumerate(names):
            following = document.add(layer("dense", units=3 + number % 2), name=name)
            document.connect(wire(last, following))
            last = following
        document.connect(wire(last, document.add(layer("output"))))
    return document


def test_layers_in_every_script() -> None:
    text = same_in_code(dense_chain(*FOREIGN).network)
    assert all(f"self.{name} = nn.Linear" in text for name in FOREIGN)


@pytest.mark.parametrize("name", ["none", "true", "network", "loop", "repeat", "nn", "load", "json", "数据", "ΐ", "x"])
def test_a_block_called_like_something_in_the_file(name: str) -> None:
    document = dense_chain("dense1", "dense2", "dense3")
    with document.transaction("Group"):
        made = block_edits.group_in_place(document, Checker(document), ["dense1", "dense2"])
        document.rename(made, name)
        inner = document.network.layer_as(name, Block)
        document.set_values(name, body=inner.body)
    assert "class Network(nn.Module)" in same_in_code(document.network)


def test_a_block_called_repeat_beside_one_that_is_repeated() -> None:
    document = Document()
    with document.transaction("Draw"):
        last = document.add(Input(shape=vector(4)))
        for name in ("dense1", "dense2", "dense3"):
            following = document.add(layer("dense", units=4), name=name)
            document.connect(wire(last, following))
            last = following
        document.connect(wire(last, document.add(layer("output"))))
        for id_, name in (("dense1", "repeat"), ("dense3", "twice")):
            document.rename(block_edits.group_in_place(document, Checker(document), [id_]), name)
        document.set_values("twice", repeat=2, shared=True)
    text = same_in_code(document.network)
    assert "Repeat(Twice(), 2)" in text
    assert "class Repeatb(nn.Module)" in text


@pytest.mark.parametrize("names", [("nn", "tanh1"), ("input1", "nn")])
def test_a_layer_called_nn_hides_no_function_of_torch(names: tuple[str, str]) -> None:
    document = Document()
    with document.transaction("Draw"):
        last = document.add(Input(shape=image(2, 6, 6)), name=names[0])
        for kind, name in (("tanh", names[1]), ("pyramid_pool2d", "pool1"), ("output", "output1")):
            document.add(layer(kind), name=name)
            document.connect(wire(last, name))
            last = name
    assert "nn.functional" in same_in_code(document.network)


def test_a_layer_called_like_the_port_of_another() -> None:
    document = Document()
    with document.transaction("Draw"):
        document.add(Input(shape=vector(4)))
        document.add(layer("dense", units=3), name="a")
        document.add(layer("tanh"), name="b")
        document.connect(wire("input1", "a"))
        document.connect(wire("a", "b"))
        for source in ("a", "b"):
            document.connect(wire(source, document.add(layer("sigmoid"), name=f"{source}_end")))
            document.connect(wire(f"{source}_end", document.add(layer("output"))))
        block = group(document, Checker(document), ["a", "b"])
        ports = document.network.node(block).outputs
        assert len(ports) == 2
        document.rename("a_end", f"{block}_{ports[1]}")
        document.rename("b_end", f"{block}_{ports[0]}")
    same_in_code(document.network)
