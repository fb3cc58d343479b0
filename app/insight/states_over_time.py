"""Gates and states of a recurrent layer for one sample, and the norms of gradients through time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.insight.activations import cut_of, differentiating, numbers
from app.insight.find_modules import walk
from app.insight.layer_arrays import sample_of
from app.insight.recurrent_states import Track, is_recurrent, kind_of, watching
from app.protocol.recurrent_values import GradientsOverTime, RecurrentLayer, StatesOverTime
from app.system.number_format import format_percent
from app.training.batches import Batch
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.shapes import Kind

MOST_UNITS = 256
"""Units, and features of what arrives, that are given at most."""
MOST_SAMPLES = 64
"""Samples over which the norm of a gradient is averaged, at most."""
MOST_VALUES = 2**24
"""Numbers that a layer may keep for the way back, about; longer sequences are averaged over fewer samples."""
KEPT = 16
"""Numbers that each unit keeps at each step, about."""


def states_over_time(
    model: Model, layer: str = "", sample: int = 0, *, level: int = 0, backward: bool = False
) -> StatesOverTime:
    """What a recurrent layer does with the sample at a position of the data set, step by step.

    Parameters
    ----------
    model
        the network, and the data that the sample is of.
    layer
        the path of the layer; empty for the first recurrent one.
    sample
        a position in the data set.
    level, backward
        which of stacked layers (from 0), and which direction; the nearest that the layer has.

    Raises
    ------
    NetloomError
        if the layer is not recurrent, or the network's outputs do not depend on it.
    """
    batch, path = sample_of(model, sample), recurrent_path(model, layer)
    with differentiating(model), watching(model.module, path) as tracks:
        outputs = model.module(*batch.inputs)
        loss = model.objective.loss(outputs, batch.targets)
        track, chosen = _chosen(model, path, tracks, level, backward)
        slopes: tuple[Tensor | None, ...] = torch.autograd.grad(loss, _states(track), allow_unused=True)
    steps = int(track.own[0].sum())
    return StatesOverTime(
        layer=chosen,
        loss=loss.item(),
        arriving=_stacked(track.arriving, steps),
        values={name: _stacked(values, steps) for name, values in track.values.items()},
        gradients={
            name: _stacked(_filled(gradients, track.values[name]), steps)
            for name, gradients in _by_state(track, slopes)
        },
        **_input_of(model, batch, len(track.arriving), steps),
        **_prediction(model, outputs, batch),
    )


def gradients_over_time(
    model: Model, layer: str = "", sample: int | None = None, *, level: int = 0, backward: bool = False
) -> GradientsOverTime:
    """How large the loss's gradient is at each time step of a recurrent layer, chosen as in `states_over_time`.

    It is that of the sample at a position of the data set, or a mean over training samples where ``sample`` is None.
    """
    path = recurrent_path(model, layer)
    if sample is None:
        feed = model.feed(cut_of(model.prepared.train, 0, _samples(model, path)))
        batch = next(feed.in_order(feed.samples))
    else:
        batch = sample_of(model, sample)
    weights = [weight for weight in model.module.parameters() if weight.requires_grad]
    with differentiating(model), watching(model.module, path) as tracks:
        loss = model.objective.training_loss(model.module(*batch.inputs), batch.targets)
        track, chosen = _chosen(model, path, tracks, level, backward)
        states = _states(track)
        slopes: tuple[Tensor | None, ...] = torch.autograd.grad(loss, [*states, *weights], allow_unused=True)
    squares = (float(slope.double().square().sum()) for slope in slopes[len(states) :] if slope is not None)
    total, clip = math.sqrt(sum(squares)), model.plan.clip
    return GradientsOverTime(
        layer=chosen,
        norms={name: _norms(gradients, track.own) for name, gradients in _by_state(track, slopes)},
        samples=batch.size,
        loss=loss.item(),
        total_norm=total,
        clip=clip,
        clipped_norm=min(total, clip) if clip else total,
        sample=sample,
    )


def recurrent_path(model: Model, layer: str) -> str:
    """The path of a recurrent layer, of the first one where ``layer`` is empty.

    Raises
    ------
    NetloomError
        if it is not recurrent.
    """
    paths = [path for path, module in walk(model.module) if is_recurrent(module)]
    if not paths:
        raise NetloomError("This network has no recurrent layer: nothing is carried from one time step to the next.")
    if layer and layer not in paths:
        raise NetloomError(f"{layer} is no recurrent layer of this network; choose one of {', '.join(paths)}.")
    return layer or paths[0]


def _chosen(
    model: Model, path: str, tracks: list[list[Track]], level: int, backward: bool
) -> tuple[Track, RecurrentLayer]:
    """The track of a level and direction, and what it is one of."""
    if not tracks:
        raise NetloomError(f"The network's outputs do not depend on {path}, so there is nothing to see.")
    level = max(0, min(level, len(tracks) - 1))
    backward = backward and len(tracks[level]) > 1
    cell = kind_of(dict(walk(model.module))[path])
    layer = RecurrentLayer(path, cell, level, len(tracks), len(tracks[level]), backward)
    return tracks[level][int(backward)], layer


def _states(track: Track) -> list[Tensor]:
    """The states at all steps, one state after the other."""
    return [value for name in track.states for value in track.values[name]]


def _by_state(track: Track, slopes: Sequence[Tensor | None]) -> Iterator[tuple[str, Sequence[Tensor | None]]]:
    """Gradients of what `_states` lists, for each state those of its steps."""
    count = len(track.arriving)
    for at, name in enumerate(track.states):
        yield name, slopes[at * count : (at + 1) * count]


def _filled(slopes: Sequence[Tensor | None], values: Sequence[Tensor]) -> list[Tensor]:
    """The gradients, zeros where the loss does not depend on a value."""
    return [torch.zeros_like(value) if slope is None else slope for slope, value in zip(slopes, values, strict=True)]


def _norms(slopes: Sequence[Tensor | None], own: Tensor) -> Array:
    """Mean norms (time,) of gradients of the mean loss, each step over the samples that have it, up to the last one."""
    samples = len(own)
    norms = np.zeros(int(own.any(dim=0).sum()))
    for time, slope in enumerate(slopes[: len(norms)]):
        counted = own[:, time]
        if slope is not None and bool(counted.any()):
            # The loss is a mean over the batch: a sample's own loss weighs as many times as much.
            norms[time] = float(slope.flatten(1).double().norm(dim=1)[counted].mean()) * samples
    return norms


def _samples(model: Model, path: str) -> int:
    """How many samples a gradient is averaged over: a batch, fewer where sequences are very long."""
    layer = dict(walk(model.module))[path]
    widest = max((int(np.prod(values.shape[1:2])) for values in model.prepared.train.arrays.values()), default=1)
    operations = widest * int(getattr(layer, "hidden_size", 64)) * KEPT
    return max(
        1, min(MOST_SAMPLES, model.plan.batch_size, model.prepared.train.samples, MOST_VALUES // max(operations, 1))
    )


def _stacked(values: Sequence[Tensor], steps: int) -> Array:
    """The first sample's values (time, units) at its own steps."""
    return numbers(torch.stack([value[0].flatten()[:MOST_UNITS] for value in values[:steps]]))


def _input_of(model: Model, batch: Batch, time: int, steps: int) -> Mapping[str, Any]:
    """The fields of `StatesOverTime` about the network's own input, where that has the layer's steps."""
    for name, values in zip(model.objective.inputs, batch.inputs, strict=True):
        field = model.prepared.dataset.field_named(name).info
        if field.shape.kind is Kind.TOKENS and values.shape[1] == time:
            known, tokens = field.vocabulary, values[0, :steps].tolist()
            return {"words": tuple(known[token] if token < len(known) else str(token) for token in tokens)}
        if field.shape.kind is Kind.SEQUENCE and values.shape[1] == time:
            own = model.prepared.undo(name, values.detach().float().cpu().numpy())
            shown = np.ascontiguousarray(own[0, :steps, :MOST_UNITS], dtype=np.float32)
            return {"input": shown, "input_names": tuple(field.names), "input_units": tuple(field.units)}
    return {}


def _prediction(model: Model, outputs: Any, batch: Batch) -> Mapping[str, Any]:
    """The fields of `StatesOverTime` about a prediction that is one class or a few numbers."""
    head = model.objective.heads[0]
    output = (outputs[0] if isinstance(outputs, tuple) else outputs).detach().float()
    if output.dim() != 2:
        return {}
    if head.classes:
        probabilities, classes = head.probabilities(output)[0], head.field.classes
        best = int(probabilities.argmax())
        prediction = f"{classes[best]} ({format_percent(float(probabilities[best]), 0)})"
        return {"prediction": prediction, "label": classes[int(batch.targets[0][0])]}
    both = (head.values(output)[0], batch.targets[0][0])
    rows = [model.prepared.undo(head.field.name, numbers(values.reshape(1, -1)))[0] for values in both]
    if len(rows[0]) > 3 or len(rows[0]) != len(rows[1]):
        return {}
    units = [*head.field.units, *("" for _ in rows[0])]
    prediction, label = (
        "  ".join(f"{float(value):.3g} {unit}".strip() for value, unit in zip(row, units, strict=False)) for row in rows
    )
    return {"prediction": prediction, "label": label}
