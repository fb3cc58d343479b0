"""What a network looks like inside, as arrays: filters, feature maps of a sample, histograms of weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor, fx, nn

from app.data.dataset import Array
from app.data.prepare import Part, Prepared
from app.insight.find_modules import walk
from app.insight.value_ranges import value_ranges
from app.numerics.histogram import histogram
from app.protocol.views import Histogram, NetworkViews
from app.protocol.watch import Watch
from app.training.batches import Batch
from app.training.trainable import Model
from app.training.weights import Weights
from graph.layers.value_range import ANYTHING, NO_NEGATIVE, Range
from graph.modules.fixed_conv import FixedConv2d
from graph.modules.time_distributed import TimeDistributed

MOST_FILTERS = 256
"""Filters of a layer that are shown, at most."""
MOST_CHANNELS = 64
"""Input channels of each filter that are shown, at most."""
MOST_VALUES = 2**20
"""Values in one feature map array, at most."""
BINS = 64
FIRST = 64
"""Training samples from which it is told whether inputs can be negative."""

TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, FixedConv2d, *TRANSPOSED)


def snapshot(model: Model, watch: Watch, weights: Weights | None = None) -> NetworkViews:
    """The views that ``watch`` asks for, without those on cards.

    Histograms of gradients are made where ``weights`` are those of a training. Layers that are gone or have no filters
    are left out. The random state and the mode of the network stay as they are.
    """
    kernels: dict[str, Array] = {}
    added: dict[str, Array] = {}
    for id_ in watch.filters:
        network = model.project.network
        owner = network.node(id_).tied if id_ in network else None
        weights_of_layer = filters(model.module, owner or id_)
        if weights_of_layer is not None:
            kernels[id_] = weights_of_layer
        biases_of_layer = biases(model.module, owner or id_)
        if biases_of_layer is not None:
            added[id_] = biases_of_layer
    batch = sample_of(model, watch.sample) if watch.maps else None
    maps = feature_maps(model, watch.maps, batch) if batch is not None else {}
    named = (
        {name: parameter.detach() for name, parameter in model.module.named_parameters()} if watch.histograms else {}
    )
    slopes = weights.by_parameter(weights.gradients) if watch.histograms and weights is not None else {}
    return NetworkViews(
        filters=kernels,
        biases=added,
        maps=maps,
        ranges={id_: known for id_, known in ranges_of(model).items() if id_ in maps} if maps else {},
        input=_capped(batch.inputs[0][0]) if batch is not None else None,
        weights=histograms(named),
        gradients=histograms(slopes),
    )


def filters(module: nn.Module, layer: str) -> Array | None:
    """Kernels of a convolution, float32 (filters, input channels, *kernel size); None for any other layer.

    A layer inside a block is named by its path, ``block1.conv1``.
    A transposed convolution stores them the other way round; here each is listed by the map that it makes.
    """
    convolution = _convolution(module, layer)
    if convolution is None:
        return None
    kernels = convolution.weight.detach()
    if isinstance(convolution, TRANSPOSED):
        kernels = kernels.transpose(0, 1)
    return _array(kernels[:MOST_FILTERS, :MOST_CHANNELS])


def biases(module: nn.Module, layer: str) -> Array | None:
    """What a convolution adds to each of its `filters`, float32 (filters,); None for a layer without biases."""
    convolution = _convolution(module, layer)
    bias = convolution.bias if convolution is not None else None
    return _array(bias[:MOST_FILTERS]) if isinstance(bias, Tensor) else None


def _convolution(module: nn.Module, layer: str) -> Any:
    """The convolution at a path, None where another layer or none is."""
    found = dict(module.named_modules(remove_duplicate=False)).get(layer) or dict(walk(module)).get(layer)
    return found if isinstance(found, CONVOLUTIONS) else None


def feature_maps(model: Model, layers: tuple[str, ...], batch: Batch) -> dict[str, Array]:
    """What ``layers`` give for a batch of one sample, by their ids.

    Each is float32 (*sizes), without the batch, for the layer's first output; a huge one is cut to its first channels.
    """
    return {id_: _capped(value[0]) for id_, value in outputs_of(model, layers, batch).items()}


def outputs_of(model: Model, layers: tuple[str, ...], batch: Batch) -> dict[str, Tensor]:
    """What ``layers`` give for a batch by their first output, (batch, *sizes); those that are gone are left out."""
    with model.evaluating():
        seen = LayerOutputs(model.compiled.module, frozenset(layers))
        seen.run(*batch.inputs)
    return seen.outputs


def ranges_of(model: Model) -> dict[str, Range]:
    """The range of what each layer of a model can give, by its path."""
    return value_ranges(model.project.network, entering(model))


def entering(model: Model) -> dict[str, Range]:
    """The range of what each input layer gives by its id: nothing below 0 where the first training samples are so."""
    fields = zip(model.compiled.inputs, model.objective.inputs, strict=True)
    first = {id_: np.asarray(model.prepared.train.arrays[name][:FIRST]) for id_, name in fields}
    return {id_: NO_NEGATIVE if values.size and np.nanmin(values) >= 0 else ANYTHING for id_, values in first.items()}


def sample_of(model: Model, position: int) -> Batch:
    """The sample at ``position`` in the data set, as a batch of one; see `one_sample`."""
    return model.feed(one_sample(model.prepared, position)).pick(0)


def one_sample(prepared: Prepared, position: int) -> Part:
    """The sample at ``position`` in the data set, alone.

    A sample that is in no part, or beyond the end, stands for the nearest one that is in a part.
    """
    parts = [part for part in prepared.parts.values() if part.samples]
    part = min(parts, key=lambda part: int(np.abs(part.indices - position).min()))
    index = int(np.abs(part.indices - position).argmin())
    alone = {name: values[index : index + 1] for name, values in part.arrays.items()}
    return Part(alone, part.indices[index : index + 1])


def histograms(tensors: Mapping[str, Tensor]) -> dict[str, Histogram]:
    """The spread of each tensor's finite values."""
    spreads: dict[str, Histogram] = {}
    for name, tensor in tensors.items():
        values = tensor.detach().float().reshape(-1).cpu().numpy()
        counts, edges = histogram(values[np.isfinite(values)], BINS)
        spreads[name] = Histogram(counts.astype(np.int64), edges.astype(np.float32))
    return spreads


class LayerOutputs(fx.Interpreter):
    """Runs the network and keeps what the wanted layers give.

    The compiler marks the nodes by which a layer's values leave with the names of the layer and of the port. A layer
    inside a block is named by its path, ``block1.conv1``; one that works on every frame gives (batch, time, *sizes).
    Blocks that run more than once are not looked into.
    """

    def __init__(self, module: fx.GraphModule, layers: frozenset[str]) -> None:
        super().__init__(module)
        self._layers = layers
        self.outputs: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        """Run one node; keep its result if it leaves a wanted layer."""
        layer = str(n.target if n.op == "placeholder" else n.meta.get("layer"))
        inside = frozenset(path.partition(".")[2] for path in self._layers if path.startswith(f"{layer}."))
        result = self._run_inside(n, layer, inside) if inside and n.op == "call_module" else super().run_node(n)
        leaves = n.op == "placeholder" or "port" in n.meta
        if leaves and layer in self._layers and isinstance(result, Tensor):
            self.outputs.setdefault(layer, result)
        return result

    def _run_inside(self, n: fx.Node, layer: str, wanted: frozenset[str]) -> Any:
        """Run a block, and keep what layers inside give."""
        block = self.fetch_attr(str(n.target))
        body = block.body if isinstance(block, TimeDistributed) else block
        if not isinstance(body, fx.GraphModule):
            return super().run_node(n)
        seen = LayerOutputs(body, wanted)
        whole = TimeDistributed(_Running(seen)) if isinstance(block, TimeDistributed) else _Running(seen)
        clips = self.fetch_args_kwargs_from_env(n)[0]
        result = whole(*clips)
        for path, value in seen.outputs.items():
            frames = (
                value.reshape(*clips[0].shape[:2], *value.shape[1:]) if isinstance(block, TimeDistributed) else value
            )
            self.outputs.setdefault(f"{layer}.{path}", frames)
        return result


class _Running(nn.Module):
    """What an interpreter runs, as a module."""

    def __init__(self, seen: LayerOutputs) -> None:
        super().__init__()
        self._seen = seen

    def forward(self, *inputs: Tensor) -> Any:
        """Run it."""
        return self._seen.run(*inputs)


def _capped(values: Tensor) -> Array:
    """``values`` (*sizes) as an array of at most `MOST_VALUES`, cut along the first axis."""
    if values.numel() > MOST_VALUES and values.dim() > 0:
        values = values[: max(1, MOST_VALUES * len(values) // values.numel())]
    return _array(values)


def _array(values: Tensor) -> Array:
    values = values.detach()
    values = values.float() if values.is_floating_point() else values
    return np.ascontiguousarray(values.cpu().numpy())
