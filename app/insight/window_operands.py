"""What a convolution or pooling layer works on for one sample: its input, its kernels, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, fx, nn

from app.data.dataset import Array
from app.data.prepare import Prepared, prepare
from app.insight.layer_arrays import one_sample
from app.protocol.window_values import LayerOperands
from app.training.batches import Feed
from app.training.objective import input_field
from app.training.plan import Plan
from app.training.trainable import Model, data_of
from graph.build.compile import Compiled, compile_network
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.modules.fixed_conv import FixedConv2d
from graph.modules.repeat import Repeat
from graph.modules.separable import SeparableConv2d
from graph.modules.subsampling import Subsampling
from graph.modules.table_conv import TableConv2d
from graph.naming import fresh_name
from graph.network import Connection, Network, Node
from graph.project import Project
from graph.structure.blocks import Block, Timed

MOST_VALUES = 2**21
"""Weights, and values of the output, that are sent at most; of a larger layer only those of its first maps."""


@dataclass(frozen=True, eq=False)
class RunnableNetwork:
    """A network that can be run on samples: in training, loaded, or only just initialised."""

    network: Network
    compiled: Compiled
    prepared: Prepared
    inputs: list[str]
    device: torch.device

    @classmethod
    def of(cls, model: Model) -> RunnableNetwork:
        """The network of a model, with the weights it has now."""
        return cls(model.project.network, model.compiled, model.prepared, model.objective.inputs, model.device)

    @classmethod
    def fresh(cls, project: Project, layer: str, base: Path | None = None) -> RunnableNetwork:
        """The network of a project with the weights that training would start from; no random state is touched.

        Where the network cannot run yet, what leads to ``layer`` is built alone.

        Raises
        ------
        NetloomError
            if that cannot be built either, or data and network do not fit together.
        """
        prepared = prepare(data_of(project), base)
        network, compiled = project.network, None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(Plan.of(project).seed)
            try:
                compiled = compile_network(network)
            except NetloomError:
                compiled = None
            if compiled is None or layer.partition(".")[0] not in compiled.layer_info:
                network = leading_to(network, layer.partition(".")[0])
                compiled = compile_network(network)
        inputs = [input_field(network, prepared, id_) for id_ in compiled.inputs]
        compiled.module.eval()
        return cls(network, compiled, prepared, inputs, torch.device("cpu"))


def leading_to(network: Network, id: str) -> Network:
    """The layer ``id`` with all that it depends on, and an output behind it.

    Raises
    ------
    NetloomError
        if there is no such layer.
    """
    wanted, waiting = set[str](), [id]
    while waiting:
        layer = waiting.pop()
        if layer not in wanted:
            wanted.add(layer)
            node = network.node(layer)
            waiting += [connection.source for connection in network.into(layer).values()]
            waiting += [node.tied] if node.tied else []
    nodes = [network.node(layer) for layer in network.ids if layer in wanted]
    connections = [
        connection for connection in network.connections if connection.source in wanted and connection.target in wanted
    ]
    end = fresh_name("output", network.ids)
    last = Connection(id, network.node(id).outputs[0], end, "in")
    return Network([*nodes, Node(end, Output(), (0.0, 0.0))], [*connections, last])


def look(runnable: RunnableNetwork, path: str, sample: int) -> LayerOperands:
    """What the layer at ``path`` does with a sample; a layer inside blocks is called ``block1.conv1``.

    Parameters
    ----------
    runnable
        the network; it is left as it is, mode and random state included.
    sample
        position in the data set; one that is in no part stands for the nearest that is.

    Raises
    ------
    NetloomError
        if there is no such layer, or it is none whose values can be worked out.
    """
    layer, sources = _layer_at(runnable.network, path)
    part = one_sample(runnable.prepared, sample)
    feed = Feed(part, runnable.inputs, [], runnable.device)
    arriving, leaving, module = _pass_through(runnable, feed.pick(0).inputs, path)
    numbers = {} if module is None else numbers_of(module)
    index = int(part.indices[0])
    target = runnable.prepared.dataset.target_field()
    inputs = zip(runnable.compiled.inputs, runnable.inputs, strict=True)
    return LayerOperands(
        kind=layer.kind,
        settings=layer.values(),
        sample=index,
        samples=runnable.prepared.dataset.samples,
        target_field=target.facts,
        target=np.asarray(target.values[index : index + 1]),
        standardised=any(id_ in sources and name in runnable.prepared.scalers for id_, name in inputs),
        values=planes(_array(arriving)),
        **_capped({"output": planes(_array(leaving)), **numbers}),
    )


def _layer_at(network: Network, path: str) -> tuple[Layer, set[str]]:
    """The layer at ``path``, and the ids of the layers in front of it, none where it is inside a block."""
    *blocks, id_ = path.split(".")
    inner = network
    for name in blocks:
        block = inner.layer(name)
        if not isinstance(block, Block):
            raise NetloomError(f"{name} is no block: there is no {path}. Choose another layer.")
        if isinstance(block, Timed):
            raise NetloomError(f"{path}: what runs once per step is not worked out by hand; choose another layer.")
        inner = block.body.network
    node = inner.node(id_)
    if not node.layer.can_follow():
        raise NetloomError(f"{path} ({node.layer.title}) is neither a convolution nor a pooling layer; choose one.")
    if node.muted:
        raise NetloomError(f"{path} is muted: data passes it by unchanged. Unmute it to see it work.")
    return node.layer, set() if blocks else {connection.source for connection in inner.into(id_).values()}


def _pass_through(
    runnable: RunnableNetwork, inputs: tuple[Tensor, ...], path: str
) -> tuple[Tensor, Tensor, nn.Module | None]:
    """What arrives at a layer and what leaves it, without the batch, and its module."""
    *blocks, id_ = path.split(".")
    module, network = runnable.compiled.module, runnable.network
    mode = module.training
    module.eval()
    try:
        with torch.inference_mode():
            for name in blocks:
                inputs = _passage(module, name, inputs).arriving
                block = cast(Block, network.layer(name))
                module, network = _first(getattr(module, network.node(name).tied or name)), block.body.network
            passage = _passage(module, id_, inputs)
    finally:
        runnable.compiled.module.train(mode)
    if passage.leaving is None:
        raise NetloomError(f"{path} leads to no output of its block; connect it to see it work.")
    return passage.arriving[0][0], passage.leaving[0], getattr(module, network.node(id_).tied or id_, None)


def _passage(module: fx.GraphModule, layer: str, inputs: tuple[Tensor, ...]) -> _Passage:
    passage = _Passage(module, layer)
    passage.run(*inputs)
    return passage


def _first(module: nn.Module) -> fx.GraphModule:
    """The network inside a block, the first of them where it is repeated."""
    inner = module.body if isinstance(module, Repeat) else module[0] if isinstance(module, nn.Sequential) else module
    return cast(fx.GraphModule, inner)


class _Passage(fx.Interpreter):
    """Runs a network and keeps what arrives at one layer and what leaves it."""

    def __init__(self, module: fx.GraphModule, layer: str) -> None:
        super().__init__(module)
        self._layer = layer
        self.arriving: tuple[Tensor, ...] = ()
        self.leaving: Tensor | None = None

    def run_node(self, n: fx.Node) -> Any:
        """Run one node; the layer's first node takes what arrives, one marked with a port gives what leaves."""
        if n.meta.get("layer") != self._layer:
            return super().run_node(n)
        if not self.arriving:
            args, _ = self.fetch_args_kwargs_from_env(n)
            self.arriving = tuple(arg for arg in args if isinstance(arg, Tensor))
        result = super().run_node(n)
        if "port" in n.meta and isinstance(result, Tensor):
            self.leaving = result
        return result


def numbers_of(module: nn.Module) -> dict[str, Array]:
    """``weights``, ``scale`` and ``bias`` of a layer's module as `window_sums.Case` wants them, those it has."""
    tensors: dict[str, Any] = {}
    if isinstance(module, nn.Conv2d | FixedConv2d):
        tensors = {"weights": module.weight, "bias": getattr(module, "bias", None)}
    elif isinstance(module, nn.Conv1d):
        tensors = {"weights": module.weight[:, :, None], "bias": module.bias}
    elif isinstance(module, SeparableConv2d):
        deep, mixing = module.depthwise.weight, module.pointwise.weight
        tensors = {"weights": mixing * deep[:, 0][None], "bias": module.pointwise.bias}
    elif isinstance(module, TableConv2d):
        tensors = {"weights": _by_filter(module), "bias": module.bias}
    elif isinstance(module, Subsampling):
        tensors = {"scale": module.weight, "bias": module.bias}
    return {name: _array(value) for name, value in tensors.items() if value is not None}


def _by_filter(module: TableConv2d) -> Tensor:
    """The weights (filters, most channels seen, *kernel), with zeros behind."""
    filters = module.get_buffer("filter")
    counts = torch.bincount(filters, minlength=module.filters)
    whole = module.weight.new_zeros(module.filters, int(counts.max()), *module.kernel_size)
    starts = torch.repeat_interleave(torch.cumsum(counts, 0) - counts, counts)
    return whole.index_put((filters, torch.arange(len(filters), device=filters.device) - starts), module.weight)


def planes(values: Array) -> Array:
    """Values (C, H, W), of a sequence (T, F) or of a vector (F,) as (channels, height, width)."""
    return values if values.ndim == 3 else values.T[:, None, :] if values.ndim == 2 else values[:, None, None]


def _capped(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays, cut to as many maps as `MOST_VALUES` allows."""
    most = max(1, MOST_VALUES // max(array[:1].size for array in arrays.values()))
    return {name: array[:most] for name, array in arrays.items()}


def _array(values: Tensor) -> Array:
    return np.ascontiguousarray(values.detach().float().cpu().numpy())
