"""Answers to requests about recurrent layers: gates and states of one sample, and the gradient at each time step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.insight.activations import cut_of, differentiating, numbers
from app.insight.find_modules import walk
from app.insight.layer_arrays import sample_of
from app.insight.recurrent_states import Track, is_recurrent, kind_of, watching
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.protocol.loose import whole
from app.training.batches import Batch
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import encode, parse_project
from graph.shapes import Kind

Fields = Mapping[str, Any]

MOST_UNITS = 256
"""Units, and features of what arrives, that are sent at most."""
MOST_SAMPLES = 64
"""Samples over which the size of a gradient is averaged, at most."""
MOST_VALUES = 2**24
"""Numbers that a layer may keep for the way back, about; longer sequences are averaged over fewer samples."""
KEPT = 16
"""Numbers that each unit keeps at each step, about."""


class _Fresh:
    """Keeps the model of the last project that was asked about before it is trained."""

    def __init__(self) -> None:
        self._key: object = None
        self._model: Model | None = None

    def get(self, fields: Fields) -> Model:
        """The model of the ``project`` in a request, with the weights that training starts from."""
        content = fields.get("project")
        if not isinstance(content, Mapping):
            raise NetloomError("The request lacks “project”.")
        base = Path(str(fields["base"])) if fields.get("base") else None
        key = (encode(content), str(base))
        if self._model is None or key != self._key:
            self._key = self._model = None  # its memory goes before the next one takes its own
            with torch.random.fork_rng(devices=[]):
                self._model = Model.build(parse_project(dict(content)), base, "cpu")
            self._key = key
        return self._model


_kept = _Fresh()


def fresh(fields: Fields) -> Model:
    """The model of the ``project`` in a request, with the weights that training starts from.

    Raises
    ------
    NetloomError
        if there is none, or it cannot be built.
    """
    return _kept.get(fields)


def states_of_project(fields: Fields) -> Message:
    """As `states_of_run`, for a ``project`` in its JSON form before it is trained; ``base`` is its folder."""
    return states_of_run(_kept.get(fields), Message("", fields, {}))


def gradients_of_project(fields: Fields) -> Message:
    """As `gradients_of_run`, for a ``project`` in its JSON form before it is trained; ``base`` is its folder."""
    return gradients_of_run(_kept.get(fields), Message("", fields, {}))


def states_of_run(model: Model, message: Message) -> Message:
    """What the recurrent ``layer`` does with the ``sample`` at that position in the data set, step by step.

    ``level`` (from 0) and ``back`` choose among stacked layers and directions. Arrays, float32: ``arriving``
    (time, features) what the layer reads; ``values/NAME`` (time, units) each gate and state; ``gradients/NAME``
    (time, units) how the sample's loss changes with each state; and where the network's own input has the same steps,
    ``input`` (time, features) in the data's units, or the field ``words``. Only the sample's own steps are told.
    """
    fields = message.fields
    batch = sample_of(model, whole(fields, "sample", 0))
    with differentiating(model), watching(model.module, _path(model, fields)) as tracks:
        answers = model.module(*batch.inputs)
        loss = model.objective.loss(answers, batch.targets)
        track, facts = _chosen(model, tracks, fields)
        found: tuple[Tensor | None, ...] = torch.autograd.grad(loss, _carried(track), allow_unused=True)
    steps = int(track.own[0].sum())
    arrays = {"arriving": _stacked(track.arriving, steps)}
    arrays |= {f"values/{name}": _stacked(values, steps) for name, values in track.values.items()}
    for at, name in enumerate(track.states):
        count = len(track.arriving)
        part = zip(found[at * count : (at + 1) * count], track.values[name], strict=True)
        slopes = [torch.zeros_like(value) if slope is None else slope for slope, value in part]
        arrays[f"gradients/{name}"] = _stacked(slopes, steps)
    seen, more = _seen(model, batch, len(track.arriving), steps)
    facts |= {"steps": steps, "values": list(track.values), "states": list(track.states), "loss": loss.item()}
    return Message("over_time", plain(facts | seen | _answer(model, answers, batch)), arrays | more)


def gradients_of_run(model: Model, message: Message) -> Message:
    """How large the loss's gradient is at each time step of a recurrent ``layer``.

    ``sizes/NAME`` float64 (time,) is, for each state, the length of the gradient of a sample's own loss with respect
    to the state at that step, averaged over the first training samples whose sequences reach it. ``total`` is the
    length of the gradient of all weights for the mean loss of those samples; ``clip`` the plan's threshold (0: none)
    and ``clipped`` the length that is left of it.
    """
    fields = message.fields
    path = _path(model, fields)
    feed = model.feed(cut_of(model.prepared.train, 0, _samples(model, path)))
    batch = next(feed.in_order(feed.samples))
    weights = [one for one in model.module.parameters() if one.requires_grad]
    with differentiating(model), watching(model.module, path) as tracks:
        loss = model.objective.loss(model.module(*batch.inputs), batch.targets)
        track, facts = _chosen(model, tracks, fields)
        states = _carried(track)
        found: tuple[Tensor | None, ...] = torch.autograd.grad(loss, [*states, *weights], allow_unused=True)
    arrays = {}
    for at, name in enumerate(track.states):
        count = len(track.arriving)
        arrays[f"sizes/{name}"] = _sizes(found[at * count : (at + 1) * count], track.own)
    total = math.sqrt(sum(float(one.double().square().sum()) for one in found[len(states) :] if one is not None))
    clip = model.plan.clip
    facts |= {
        "states": list(track.states),
        "steps": len(track.arriving),
        "samples": batch.size,
        "loss": loss.item(),
        "total": total,
        "clip": clip,
        "clipped": min(total, clip) if clip else total,
    }
    return Message("gradients_over_time", plain(facts), arrays)


def _path(model: Model, fields: Fields) -> str:
    """The layer that is asked about, else the first recurrent one.

    Raises
    ------
    NetloomError
        if it is not recurrent.
    """
    wanted = str(fields.get("layer") or "")
    there = [path for path, module in walk(model.module) if is_recurrent(module)]
    if not there:
        raise NetloomError("This network has no recurrent layer: nothing is carried from one time step to the next.")
    if wanted and wanted not in there:
        raise NetloomError(f"{wanted} is no recurrent layer of this network; choose one of {', '.join(there)}.")
    return wanted or there[0]


def _chosen(model: Model, tracks: list[list[Track]], fields: Fields) -> tuple[Track, dict[str, Any]]:
    """The track of the level and direction in a request, and what there is to choose among."""
    path = _path(model, fields)
    if not tracks:
        raise NetloomError(f"{path} has no part in the network's answers, so there is nothing to see.")
    level = min(whole(fields, "level", 0), len(tracks) - 1)
    back = bool(fields.get("back")) and len(tracks[level]) > 1
    facts = {
        "layer": path,
        "cell": kind_of(dict(walk(model.module))[path]),
        "level": level,
        "levels": len(tracks),
        "directions": len(tracks[level]),
        "back": back,
    }
    return tracks[level][int(back)], facts


def _carried(track: Track) -> list[Tensor]:
    """The states at all steps, one state after the other."""
    return [value for name in track.states for value in track.values[name]]


def _sizes(slopes: Sequence[Tensor | None], own: Tensor) -> Array:
    """Mean lengths (time,) of gradients of the mean loss, each step over the samples that have it."""
    samples = len(own)
    found = np.zeros(len(slopes))
    for time, slope in enumerate(slopes):
        counted = own[:, time]
        if slope is not None and bool(counted.any()):
            # The loss is a mean over the batch: a sample's own loss weighs as many times as much.
            found[time] = float(slope.flatten(1).double().norm(dim=1)[counted].mean()) * samples
    return found


def _samples(model: Model, path: str) -> int:
    """How many samples a gradient is averaged over: a batch, fewer where sequences are very long."""
    layer = dict(walk(model.module))[path]
    widest = max((int(np.prod(one.shape[1:2])) for one in model.prepared.train.arrays.values()), default=1)
    each = widest * int(getattr(layer, "hidden_size", 64)) * KEPT
    return max(1, min(MOST_SAMPLES, model.plan.batch_size, model.prepared.train.samples, MOST_VALUES // max(each, 1)))


def _stacked(values: Sequence[Tensor], steps: int) -> Array:
    """The first sample's values (time, units) at its own steps."""
    return numbers(torch.stack([one[0].flatten()[:MOST_UNITS] for one in values[:steps]]))


def _seen(model: Model, batch: Batch, time: int, steps: int) -> tuple[dict[str, Any], dict[str, Array]]:
    """The network's own input over time where it has the layer's steps: words, or numbers in the data's units."""
    for name, values in zip(model.objective.inputs, batch.inputs, strict=True):
        field = model.prepared.dataset.field_named(name).info
        if field.shape.kind is Kind.TOKENS and values.shape[1] == time:
            known = field.vocabulary
            listed = values[0, :steps].tolist()
            return {"words": [known[one] if one < len(known) else str(one) for one in listed]}, {}
        if field.shape.kind is Kind.SEQUENCE and values.shape[1] == time:
            own = model.prepared.undo(name, values.detach().float().cpu().numpy())
            shown = np.ascontiguousarray(own[0, :steps, :MOST_UNITS], dtype=np.float32)
            return {"names": list(field.names), "units": list(field.units)}, {"input": shown}
    return {}, {}


def _answer(model: Model, answers: Any, batch: Batch) -> dict[str, Any]:
    """What the network says to the sample and what is true, for answers that are one class or some numbers."""
    head = model.objective.heads[0]
    said = (answers[0] if isinstance(answers, tuple) else answers).detach().float()
    if said.dim() != 2:
        return {}
    if head.classes:
        shares = head.probabilities(said)[0]
        best = int(shares.argmax())
        return {
            "says": f"{head.field.classes[best]} ({float(shares[best]):.0%})",
            "truth": head.field.classes[int(batch.targets[0][0])],
        }
    name = head.field.name
    told = [model.prepared.undo(name, numbers(one.reshape(1, -1)))[0] for one in (said[0], batch.targets[0][0])]
    if len(told[0]) > 3 or len(told[0]) != len(told[1]):
        return {}
    says, truth = ("  ".join(f"{float(one):.3g}" for one in each) for each in told)
    return {"says": says, "truth": truth}
