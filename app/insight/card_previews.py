"""What the cards on the canvas show of a training: small pictures, and how the layers fare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.nn.functional import adaptive_avg_pool2d

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.find_modules import walk
from app.insight.layer_arrays import CONVOLUTIONS, LayerOutputs, entering, outputs_of
from app.insight.value_ranges import colour_ends, value_ranges
from app.protocol.diagnostics import Diagnostic, Kind
from app.protocol.views import CardPicture
from app.training.batches import Batch
from app.training.trainable import Model
from app.training.weights import Weights
from graph.layers.io import Input, Output
from graph.layers.value_range import ANYTHING, Range
from graph.modules.loop import Loop
from graph.modules.repeat import Repeat
from graph.modules.time_distributed import TimeDistributed

SAMPLES = 64
"""Samples that are looked at, at most."""

PICTURES = 7
"""Pictures on a card, at most."""

SIDE = 24
"""Largest side of a picture in pixels; one strip is as long as all pictures together."""

DEAD_FROM, SATURATED_FROM = 0.5, 0.6
"""Share of units that are dead, or of values that are saturated, from which it is said."""

FLAT: Mapping[type[nn.Module], tuple[float, float]] = {nn.Sigmoid: (0.01, 0.99), nn.Tanh: (-0.98, 0.98)}
"""Values beyond which these functions are flat."""

SHARES: Range = (0.0, 1.0)
"""Values of the first and last colour of gates."""

VANISHED, EXPLODED = 1e-4, 10.0
"""Share of the largest layer's gradient (root mean square), and multiple of the weights' norm, that are told of."""


@dataclass
class _Seen:
    """What was met in one pass: outputs wanted by path, and how the units of activations fared by module."""

    wanted: frozenset[str]
    values: dict[str, Tensor] = field(default_factory=dict)
    gates: dict[str, Tensor] = field(default_factory=dict)
    greatest: dict[int, Tensor] = field(default_factory=dict)
    flat: defaultdict[int, list[Tensor]] = field(default_factory=lambda: defaultdict(list))

    def take(self, path: str, module: nn.Module, inputs: tuple[Any, ...], result: Any) -> None:
        """A module gave something."""
        if path in self.wanted and isinstance(module, nn.LSTM | nn.GRU) and module.num_layers == 1:
            self.gates[path] = _gates(module, inputs[0][0], result[0][0])
        if not isinstance(result, Tensor):
            return
        if path in self.wanted:
            self.values.setdefault(path, result)
        if isinstance(module, nn.ReLU):
            now = _by_unit(result).amax(dim=1)
            before = self.greatest.get(id(module))
            self.greatest[id(module)] = now if before is None else torch.maximum(now, before)
        elif type(module) in FLAT:
            low, high = FLAT[type(module)]
            self.flat[id(module)].append(((result < low) | (result > high)).float().mean())


def look(
    model: Model, weights: Weights | None, cards: Sequence[str]
) -> tuple[dict[str, CardPicture], dict[str, tuple[Diagnostic, ...]]]:
    """Pictures for the cards, and what may be wrong with layers, by path.

    A picture shows the filters of a convolution, or what the layer gives for one sample: its first maps, a sequence as
    features over time, a vector as one row; of an input, the sample. Of an LSTM or GRU it shows the gates, units over
    time. Gradients are judged where ``weights`` are those of a training that has taken a step.
    """
    modules = list(walk(model.compiled.module))
    kernels = {path: _kernels(module) for path, module in modules if path in cards and _drawn(module)}
    pictures = {path: CardPicture("filters", values, colour_ends(ANYTHING, values)) for path, values in kernels.items()}
    seen = _pass(model, modules, frozenset(cards) - pictures.keys())
    pictures |= {
        path: CardPicture("gates", _array(_small(gates[None])[0]), SHARES) for path, gates in seen.gates.items()
    }
    ranges = value_ranges(model.project.network, entering(model)) if seen.values else {}
    for path, outputs in seen.values.items():
        shown = _pictures(outputs)
        if shown is not None and path not in seen.gates:
            ends = colour_ends(ranges.get(path, ANYTHING), shown)
            pictures[path] = CardPicture(_shows(model, path, outputs[0]), shown[0], ends)
    diagnostics = _of_activations(model, modules, seen)
    for path, diagnostic in _of_gradients(modules if weights is not None else []).items():
        diagnostics[path].append(diagnostic)
    return pictures, {path: tuple(listed) for path, listed in diagnostics.items()}


def pictures_of(model: Model, layers: Sequence[str], batch: Batch) -> dict[str, CardPicture]:
    """What ``layers`` give for a batch of one sample, as small pictures by id; those that are gone are left out."""
    seen, ends = outputs_of(model, tuple(layers), batch), _ends_of(model, tuple(layers))
    pictures = {id_: _pictures(values) for id_, values in seen.items()}
    return {
        id_: CardPicture(_shows(model, id_, seen[id_][0]), shown[0], ends[id_])
        for id_, shown in pictures.items()
        if shown is not None
    }


_ENDS: WeakKeyDictionary[Model, tuple[object, dict[str, Range]]] = WeakKeyDictionary()
"""Of the models that samples were tried on last: what the ends hold for, and the ends by layer."""


def _ends_of(model: Model, layers: tuple[str, ...]) -> dict[str, Range]:
    """The values of the first and last colour of each layer, from the first training samples; kept for each model."""
    weights = sum(parameter._version for parameter in model.module.parameters())
    known = _ENDS.get(model)
    if known is None or known[0] != (layers, weights):
        ranges = value_ranges(model.project.network, entering(model))
        seen = outputs_of(model, layers, _first(model))
        pictures = {id_: _pictures(values) for id_, values in seen.items()}
        ends = {id_: colour_ends(ranges[id_], shown) for id_, shown in pictures.items() if shown is not None}
        known = _ENDS[model] = (layers, weights), ends
    return known[1]


def _shows(model: Model, path: str, values: Tensor) -> Literal["maps", "picture", "frames"]:
    """What a layer gives (*sizes): maps, or as an input a picture or a video of the data."""
    network = model.project.network
    if path not in network or not isinstance(network.layer(path), Input):
        return "maps"
    return "picture" if values.dim() == 3 else "frames" if values.dim() == 4 else "maps"


def _pass(model: Model, modules: Sequence[tuple[str, nn.Module]], wanted: frozenset[str]) -> _Seen:
    """Run some samples through the network; neither mode nor weights nor random numbers change."""
    seen, batch = _Seen(wanted), _first(model)
    with ExitStack() as stack:
        for path, module in modules:
            handle = module.register_forward_hook(
                lambda module, inputs, result, path=path: seen.take(path, module, inputs, result)
            )
            stack.callback(handle.remove)
        stack.enter_context(model.evaluating())
        outer = LayerOutputs(model.compiled.module, frozenset(path for path in wanted if "." not in path))
        outer.run(*batch.inputs)
    seen.values.update(outer.outputs)
    return seen


def _first(model: Model) -> Batch:
    """The first training samples, as many as are looked at."""
    part, size = model.prepared.train, _samples(model)
    first = Part({name: values[:size] for name, values in part.arrays.items()}, part.indices[:size])
    return next(model.feed(first).in_order(size))


def _samples(model: Model) -> int:
    return max(1, min(SAMPLES, model.evaluation_size, model.prepared.train.samples))


def _gates(module: nn.LSTM | nn.GRU, x: Tensor, states: Tensor) -> Tensor:
    """Gates (n, units, time) of the forward direction for one sequence (time, features) and the states it led to.

    They are input, forget and output gate of an LSTM, reset and update gate of a GRU.
    """
    size, weights = module.hidden_size, dict(module.named_parameters())
    output_size = module.proj_size or size  # of what the cell remembers, this is what it tells itself
    before = torch.cat([states.new_zeros(1, output_size), states[:-1, :output_size]])
    sums = x @ weights["weight_ih_l0"].T + before @ weights["weight_hh_l0"].T
    if module.bias:
        sums = sums + weights["bias_ih_l0"] + weights["bias_hh_l0"]
    gates = torch.sigmoid(sums).reshape(len(x), -1, size).permute(1, 2, 0)
    return gates[[0, 1, 3]] if isinstance(module, nn.LSTM) else gates[:2]


def _by_unit(values: Tensor) -> Tensor:
    """What a layer gives (n, *sizes) as (units, everything else)."""
    axis = {2: 1, 3: 2, 4: 1, 5: 2}.get(values.dim(), 0)
    return values.movedim(axis, 0).flatten(1)


def _drawn(module: nn.Module) -> bool:
    return isinstance(module, CONVOLUTIONS)


def _kernels(module: nn.Module) -> Array:
    """The first kernels, the mean over their channels; those of one dimension as channels over time."""
    assert isinstance(module, CONVOLUTIONS)
    kernels = module.weight.detach().float()
    if module.transposed:
        kernels = kernels.transpose(0, 1)
    kernels = kernels[:PICTURES]
    if kernels.dim() == 3:
        return _array(_small(kernels[None])[0])
    while kernels.dim() > 3:
        kernels = kernels.mean(dim=1)
    return _array(_small(kernels[None])[0])


def _pictures(values: Tensor) -> Array | None:
    """What a layer gives (samples, *sizes) as pictures (samples, n, height, width); None for tokens."""
    if not values.is_floating_point():
        return None
    values = values.float()
    match values.dim():
        case 2:
            wide = min(values.shape[1], PICTURES * SIDE)
            return _array(adaptive_avg_pool2d(values[:, None, None], (1, wide)))
        case 3:  # features over time
            long, wide = min(values.shape[1], PICTURES * SIDE), min(values.shape[2], SIDE)
            return _array(adaptive_avg_pool2d(values.transpose(1, 2)[:, None], (wide, long)))
        case 4:
            return _array(_small(values[:, :PICTURES]))
        case 5:
            return _array(_small(values[:, :PICTURES].mean(dim=2)))
    return None


def _small(pictures: Tensor) -> Tensor:
    """Pictures (samples, n, height, width) of at most `SIDE` pixels each way."""
    height, width = (min(size, SIDE) for size in pictures.shape[2:])
    return adaptive_avg_pool2d(pictures, (height, width))


def _array(values: Tensor) -> Array:
    return np.ascontiguousarray(values.cpu().numpy(), dtype=np.float32)


def _of_activations(
    model: Model, modules: Sequence[tuple[str, nn.Module]], seen: _Seen
) -> defaultdict[str, list[Diagnostic]]:
    """Dead and saturated units; of a repeated block's the worst. An answer may well lie at its end of the range."""
    worst: dict[str, Diagnostic] = {}
    samples = _samples(model)
    for path, module in modules:
        diagnostic = None
        if id(module) in seen.greatest:
            greatest = seen.greatest[id(module)]
            dead = int((greatest <= 0).sum())
            if dead >= DEAD_FROM * len(greatest):
                diagnostic = Diagnostic(Kind.DEAD, dead, len(greatest), samples)
        elif id(module) in seen.flat and not _answers(model, path):
            share = float(torch.stack(seen.flat[id(module)]).mean())
            diagnostic = Diagnostic(Kind.SATURATED, share, 0, samples) if share >= SATURATED_FROM else None
        if diagnostic is not None and (path not in worst or diagnostic.amount > worst[path].amount):
            worst[path] = diagnostic
    ailments: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for path, ailment in worst.items():
        ailments[path].append(ailment)
    return ailments


def _answers(model: Model, path: str) -> bool:
    """Whether all that a layer gives goes straight to an output."""
    network = model.project.network
    after = network.out_of(path) if path in network else []
    return bool(after) and all(isinstance(network.layer(wire.target), Output) for wire in after)


def _of_gradients(modules: Sequence[tuple[str, nn.Module]]) -> dict[str, Diagnostic]:
    """Gradients that vanish against the largest layer's, that explode against the weights, or that are not there."""
    size: defaultdict[str, float] = defaultdict(float)
    against: defaultdict[str, float] = defaultdict(float)
    for path, module in modules:
        if isinstance(module, fx.GraphModule | Repeat | TimeDistributed | Loop | nn.Sequential):
            continue
        for weight in module.parameters():
            if weight.dim() > 1 and weight.grad is not None:
                norm = float(weight.grad.norm())
                size[path] = max(size[path], norm / weight.numel() ** 0.5)
                against[path] = max(against[path], norm / max(float(weight.detach().norm()), 1e-12))
    largest = max(size.values(), default=0.0)
    diagnostics: dict[str, Diagnostic] = {}
    for path, own in size.items():
        if own == 0:
            diagnostics[path] = Diagnostic(Kind.STILL)
        elif against[path] > EXPLODED:
            diagnostics[path] = Diagnostic(Kind.EXPLODING, against[path])
        elif own < VANISHED * largest:
            diagnostics[path] = Diagnostic(Kind.VANISHING, largest / own)
    return diagnostics
