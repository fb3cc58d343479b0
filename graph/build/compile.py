"""A network as a torch module: a `torch.fx.GraphModule` whose submodules carry the layers' names."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from torch import fx, nn

from graph.build.order import Program, program
from graph.checking.layer_info import VALUE_BYTES, LayerInfo
from graph.errors import NetloomError
from graph.layers.construct import NESTED, Argument, BuildStep, Construct, Module, Ref
from graph.modules import loop, repeat, time_distributed
from graph.network import Network
from graph.structure.blocks import Block, Loop, loop_arguments
from graph.structure.time_distributed import TimeDistributed

Values = dict[tuple[str, str], fx.Node]
"""The fx node behind each (layer, output port)."""


@dataclass(frozen=True)
class Compiled:
    """The module, and the ids of the input and output layers in the order of its arguments and results.

    ``module(*inputs)`` takes one tensor per input, ``[batch, *sizes]``, and returns one tensor, or a tuple of them
    where the network has several outputs. ``layer_info`` are the checked shapes and costs by layer.
    """

    module: fx.GraphModule
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layer_info: Mapping[str, LayerInfo]


def compile_network(network: Network) -> Compiled:
    """Build the module of ``network``, freshly initialised from torch's random state.

    Layers are built in an order that follows from the network alone, so the same seed gives the same weights.

    Raises
    ------
    NetloomError
        if the network has errors, or its weights are more than the memory of this machine.
    """
    plan = program(network)
    _refuse_beyond_memory(plan.layer_info)
    return Compiled(_graph_module(plan, "Network"), plan.inputs, plan.outputs, plan.layer_info)


def _refuse_beyond_memory(layer_info: Mapping[str, LayerInfo]) -> None:
    """Refuse weights that cannot be made: some systems give out such memory, and end the program once it is used."""
    needed, there = VALUE_BYTES * sum(facts.parameters for facts in layer_info.values()), _memory()
    if not there or needed <= there:
        return
    largest = max(layer_info, key=lambda id_: layer_info[id_].parameters)
    raise NetloomError(
        f"The weights of this network take {needed / 2**30:,.0f} GB, and this machine has {there / 2**30:,.0f} GB of "
        f"memory; make {largest}, which has {layer_info[largest].parameters:,} of them, smaller."
    )


def _memory() -> int:
    """Bytes of memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 0


def _graph_module(plan: Program, name: str) -> fx.GraphModule:
    root, traced, values = nn.Module(), fx.Graph(), Values()
    for id_ in plan.inputs:
        values[id_, "out"] = traced.placeholder(id_)
    for id_ in plan.order:
        if id_ not in plan.inputs:
            _add_layer(plan, id_, root, traced, values)
    results = tuple(values[id_, "out"] for id_ in plan.outputs)
    traced.output(results[0] if len(results) == 1 else results)
    traced.lint()
    return fx.GraphModule(root, traced, name)


def _nested(plan: Program, id_: str) -> nn.Module:
    """The module of a block: its inner network, its repetitions one after another, its loop, or for all frames."""
    block = cast(Block, plan.network.layer(id_))
    parts: list[nn.Module] = [_graph_module(part, "Block") for part in plan.parts(id_)]
    if isinstance(block, Loop):
        return loop.Loop(parts[0], **loop_arguments(block))
    whole = parts[0]
    if block.repeat > 1:
        whole = repeat.Repeat(whole, block.repeat) if block.shared else nn.Sequential(*parts)
    return time_distributed.TimeDistributed(whole) if isinstance(block, TimeDistributed) else whole


def build_module(module: Module) -> nn.Module:
    """The torch module that a layer owns."""
    try:
        built = resolve(module.target)(**module.arguments)
    except (MemoryError, OverflowError):
        raise _too_large(module) from None
    except (RuntimeError, TypeError) as error:
        if any(word in str(error).lower() for word in ("memory", "overflow", "too large")):
            raise _too_large(module) from None
        raise
    return cast(nn.Module, built)


def _too_large(module: Module) -> NetloomError:
    name = module.target.rpartition(".")[2]
    return NetloomError(f"The weights of a layer ({name}) do not fit into the memory of this machine; make it smaller.")


def resolve(target: str) -> Any:
    """The object with a dotted name; only the catalogue's own constructs name any."""
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _add_layer(plan: Program, id_: str, root: nn.Module, traced: fx.Graph, values: Values) -> None:
    construct = plan.construct(id_)
    owner = plan.owner(id_)
    if construct.module is not None and not hasattr(root, owner):
        nested = construct.module.target == NESTED
        root.add_module(owner, _nested(plan, id_) if nested else build_module(construct.module))
    results: dict[str | int, fx.Node] = {port: values[source] for port, source in plan.sources(id_).items()}
    for index, step in enumerate(construct.steps):
        results[index] = _add_step(traced, owner, step, results)
    _name_result(construct, id_, results)
    for port, ref in construct.outputs.items():
        values[id_, port] = results[ref.at]


def _add_step(traced: fx.Graph, owner: str, step: BuildStep, results: Mapping[str | int, fx.Node]) -> fx.Node:
    args = tuple(_argument(argument, results) for argument in step.args)
    kwargs = {name: _argument(argument, results) for name, argument in step.kwargs.items()}
    if step.op == "own":
        return traced.call_module(owner, args, kwargs)
    if step.op == "method":
        return traced.call_method(step.target, args, kwargs)
    return traced.call_function(resolve(step.target), args, kwargs)


def _argument(argument: Argument, results: Mapping[str | int, fx.Node]) -> Any:
    if isinstance(argument, Ref):
        return results[argument.at]
    if isinstance(argument, tuple):
        return tuple(_argument(part, results) for part in argument)
    return argument


def _name_result(construct: Construct, id_: str, results: Mapping[str | int, fx.Node]) -> None:
    """Record on the fx nodes which layer made them, for feature maps and messages."""
    for index in range(len(construct.steps)):
        results[index].meta["layer"] = id_
    for port, ref in construct.outputs.items():
        if isinstance(ref.at, int):
            results[ref.at].meta["port"] = port
