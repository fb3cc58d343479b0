"""What is said of a network is what torch does: shapes, parameters, exported code, the file read back."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from graph.build.code import generate
from graph.build.compile import Compiled, compile_network
from graph.checking.check import Checker
from graph.checking.open_lengths import at_length, open_inputs
from graph.document import Document
from graph.network import Network
from graph.project import Project, decode, parse_project, project_bytes
from graph.shapes import Kind
from tests.battery.promise import Promise, Round
from tests.battery.random_networks import LONG, network

NETWORKS = 10
"""In one round."""


LENGTHS = (LONG, LONG + 1)
"""Steps of what has an open length, one after the other."""


def samples(compiled: Compiled, batch: int = 3, length: int = LENGTHS[0]) -> list[Tensor]:
    """A batch at every input; open lengths are ``length`` steps."""
    return [_sample(compiled, name, batch, length) for name in compiled.inputs]


def _sample(compiled: Compiled, name: str, batch: int, length: int) -> Tensor:
    shape = compiled.layer_info[name].outputs["out"]
    sizes = [batch, *(length if size is None else size for size in shape.sizes)]
    # Every table of tokens, whose random sizes begin at 1, holds token 0.
    return torch.zeros(sizes, dtype=torch.int64) if shape.kind is Kind.TOKENS else torch.rand(sizes) + 0.1


def outputs(module: Any, inputs: list[Tensor]) -> tuple[Tensor, ...]:
    """What comes out, always as a tuple, with the same random numbers each time."""
    torch.manual_seed(0)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = module(*inputs)
    return result if isinstance(result, tuple) else (result,)


def same(one: tuple[Tensor, ...], other: tuple[Tensor, ...], exactly: bool = True) -> bool:
    """Bit for bit, whatever is not a number included; or nearly, for vectors that each use shortens anew."""
    return len(one) == len(other) and all(
        mine.shape == its.shape and _alike(mine.nan_to_num(7.0), its.nan_to_num(7.0), exactly)
        for mine, its in zip(one, other, strict=True)
    )


def _alike(mine: Tensor, its: Tensor, exactly: bool) -> bool:
    return torch.equal(mine, its) if exactly else torch.allclose(mine, its, rtol=1e-3, atol=1e-5)


def runs_at(drawn: Network, compiled: Compiled, length: int) -> bool:
    """Whether an open network runs at a length: just where the check says so, with the sizes that it says."""
    checker = Checker(Document(drawn))
    checker.close()
    inputs = open_inputs(drawn)
    said = at_length(checker, {id_: shape.with_length(length) for id_, shape in inputs.items()})
    try:
        results = outputs(compiled.module.eval(), samples(compiled, length=length))
    except Exception:
        assert not said.ok, f"at {length} steps it should run"
        return False
    assert said.ok, f"at {length} steps it runs, against {[problem.message for problem in said.problems][:1]}"
    for name, result in zip(compiled.outputs, results, strict=True):
        (shape,) = said.layer_info(name).inputs.values()
        assert tuple(result.shape[1:]) == shape.sizes, (name, length, shape.sizes, result.shape)
        (symbolic,) = compiled.layer_info[name].inputs.values()
        if (symbol := symbolic.open_length) is not None:
            steps = {origin.name: length for origin in symbol.origins}
            assert symbol.at(steps) == result.shape[1], (name, length, str(symbol), result.shape)
    return True


def check(drawn: Network) -> None:
    """All that is promised of one network."""
    torch.manual_seed(0)
    compiled = compile_network(drawn)
    if open_inputs(drawn) and not all(runs_at(drawn, compiled, length) for length in LENGTHS):
        return
    torch.manual_seed(0)
    module = compile_network(drawn).module.eval()
    exported = _from_code(drawn, module)  # before anything runs: embeddings of a largest length change their weights
    inputs = samples(compiled)
    results = outputs(module, inputs)
    for name, result in zip(compiled.outputs, results, strict=True):
        (shape,) = compiled.layer_info[name].inputs.values()
        told = [len(inputs[0]), *shape.sizes]
        assert all(size in (None, found) for size, found in zip(told, result.shape, strict=True)), (
            name,
            told,
            result.shape,
        )
    counted = sum(facts.parameters for facts in compiled.layer_info.values())
    assert counted == sum(each.numel() for each in module.parameters()), "parameters"
    exactly = all(node.layer.values().get("max_norm") is None for node in drawn)
    assert same(results, outputs(exported, inputs), exactly), "the exported code computes something else"
    content = project_bytes(Project(drawn, {}))
    again = parse_project(decode(content, "saved")).network
    assert project_bytes(Project(again, {})) == content, "the file is not read as it was written"
    torch.manual_seed(0)
    assert same(results, outputs(compile_network(again).module.eval(), inputs), exactly), (
        "the network read back differs"
    )


def _from_code(drawn: Network, module: torch.nn.Module) -> torch.nn.Module:
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(generate(drawn), "exported", "exec"), names)
    made = names["Network"]()
    made.load_state_dict(module.state_dict())
    assert isinstance(made, torch.nn.Module)
    return made.eval()


def play(round: Round) -> int:
    """Ten networks."""
    for number in range(NETWORKS):
        drawn = network(round.chance).network
        try:
            check(drawn)
        except Exception as error:
            error.add_note(f"network {number} of the round:\n{project_bytes(Project(drawn, {})).decode()[:6000]}")
            raise
    return NETWORKS


PROMISE = Promise("what is said of a network is what torch does", 10_000, play)
