"""A merge of very many branches: its shape, the module that is built, gradients, and the exported code."""

from __future__ import annotations

import pytest
import torch

from graph.build.code import generate
from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.io import Input
from graph.network import Connection, Network
from graph.shapes import sequence, vector
from tests.graph.networks import layer

WIDE = 256


@pytest.mark.parametrize(("kind", "features"), [("concatenate", 3 * WIDE), ("add", 3), ("multiply", 3), ("average", 3)])
def test_a_merge_takes_256_branches(kind: str, features: int) -> None:
    document = Document()
    with document.transaction("Draw"):
        start = document.add(Input(shape=vector(4)))
        dense = document.add(layer("dense", units=3))
        document.connect(Connection(start, "out", dense, "in"))
        merge = document.add(layer(kind, inputs=WIDE))
        for number in range(1, WIDE + 1):
            document.connect(Connection(dense, "out", merge, f"in{number}"))
        end = document.add(layer("output"))
        document.connect(Connection(merge, "out", end, "in"))
    checker = Checker(document)
    assert checker.ok
    assert checker.layer_info(merge).outputs["out"] == vector(features)
    module = compile_network(document.network).module
    with torch.no_grad():  # near 1, so that a product of so many neither vanishes nor explodes
        for parameter in module.parameters():
            parameter.fill_(1.0 if parameter.ndim == 1 else 1e-4)
    values = torch.randn(2, 4)
    loss = module(values).square().sum()
    loss.backward()
    gradients = [parameter.grad for parameter in module.parameters()]
    assert gradients
    assert all(gradient is not None and torch.count_nonzero(gradient) for gradient in gradients)
    names: dict[str, type[torch.nn.Module]] = {}
    exec(generate(document.network), names)
    exported = names["Network"]()
    exported.load_state_dict(module.state_dict())
    assert torch.equal(exported(values), module(values))


def merged(kind: str, branches: int, steps: int | None = None) -> Network:
    """As many inputs of the network as the merge has branches, sequences where ``steps`` is not None."""
    document = Document()
    with document.transaction("Draw"):
        merge = document.add(layer(kind, inputs=branches))
        for number in range(1, branches + 1):
            start = document.add(Input(shape=vector(4) if steps is None else sequence(steps or None, 4)))
            document.connect(Connection(start, "out", merge, f"in{number}"))
        document.connect(Connection(merge, "out", document.add(layer("output")), "in"))
    assert Checker(document).ok
    return document.network


@pytest.mark.parametrize("steps", [None, 3, 0])
@pytest.mark.parametrize("branches", [2, 15, 16, 17, 40])
@pytest.mark.parametrize("kind", ["add", "multiply", "average"])
def test_few_and_many_branches_are_merged_alike(kind: str, branches: int, steps: int | None) -> None:
    network = merged(kind, branches, steps)
    torch.manual_seed(3)
    sizes = (2, 4) if steps is None else (2, steps or 5, 4)
    compiled = compile_network(network)
    arriving = {id_: 1 + torch.randn(sizes) / 4 for id_ in compiled.inputs}
    values = [arriving[f"input{number}"] for number in range(1, branches + 1)]
    wanted = values[0]
    for value in values[1:]:
        wanted = wanted * value if kind == "multiply" else wanted + value
    wanted = wanted / branches if kind == "average" else wanted
    result = compiled.module(*arriving.values())
    if branches <= 16:
        assert torch.equal(result, wanted)  # as ever, to the last bit
    else:
        torch.testing.assert_close(result, wanted)
    text = generate(network)
    assert ("torch.stack" in text) is (branches > 16)
    names: dict[str, type[torch.nn.Module]] = {}
    exec(text, names)
    assert torch.equal(names["Network"]()(*arriving.values()), result)
