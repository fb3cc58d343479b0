"""A merge of very many branches: its shape, the module that is built, gradients, and the exported code."""

from __future__ import annotations

import torch

from graph.build.code import generate
from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.io import Input
from graph.network import Connection
from graph.shapes import vector
from tests.graph.networks import layer

WIDE = 256


def test_concatenate_takes_256_branches() -> None:
    document = Document()
    with document.transaction("Draw"):
        start = document.add(Input(shape=vector(4)))
        dense = document.add(layer("dense", units=3))
        document.connect(Connection(start, "out", dense, "in"))
        merge = document.add(layer("concatenate", inputs=WIDE))
        for number in range(1, WIDE + 1):
            document.connect(Connection(dense, "out", merge, f"in{number}"))
        end = document.add(layer("output"))
        document.connect(Connection(merge, "out", end, "in"))
    checker = Checker(document)
    assert checker.ok
    assert checker.layer_info(merge).outputs["out"] == vector(3 * WIDE)
    module = compile_network(document.network).module
    values = torch.randn(2, 4)
    loss = module(values).square().sum()
    loss.backward()
    assert all(torch.count_nonzero(weight.grad) for weight in module.parameters() if weight.grad is not None)
    names: dict[str, type[torch.nn.Module]] = {}
    exec(generate(document.network), names)
    exported = names["Network"]()
    exported.load_state_dict(module.state_dict())
    assert torch.equal(exported(values), module(values))
