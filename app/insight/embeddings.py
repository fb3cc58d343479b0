"""Samples that a network codes alike: cosine similarity of what a layer makes of them, and a map of all codes."""

from __future__ import annotations

import time

import numpy as np

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.activations import numbers
from app.insight.embedding_layers import mirrored
from app.insight.layer_arrays import outputs_of, sample_of
from app.protocol.embedding_values import Neighbours, ProjectedCodes, Reconstruction, SampleNeighbours
from app.training.batches import Batch
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.layers.io import Input

MOST_VALUES = 2**26
"""Numbers of all codes that are kept, at most; of larger data evenly spaced samples are compared."""
MOST_SHOWN = 64
"""Neighbours that are listed, at most."""
SLAB_SECONDS = 0.4
"""After so long a call returns, so that the worker can hear what else is wanted."""
PIXELS_TOGETHER = 2**24
"""Pixel values that are compared at once."""
POINTS = 1500
"""Codes on a map, at most."""


class Codes:
    """The codes of a model's samples at one layer, made piece by piece.

    ``index`` int64 (n,) are the positions in the data set of the samples that are compared, ``done`` how many of them
    have codes, ``values`` float32 (n, d) the codes, each of length 1, or all zeros where a code is. The model is not
    kept, so that codes may be kept as long as it is.
    """

    def __init__(self, model: Model, layer: str) -> None:
        self.layer = layer
        facts = model.compiled.layer_info.get(layer)
        size = next(iter(facts.outputs.values())).elements if facts is not None and facts.outputs else None
        if size is None:
            raise NetloomError(f"“{layer}” gives no code of a fixed length; choose another layer.")
        held = {name: part for name, part in model.prepared.parts.items() if part.samples}
        self.samples = sum(part.samples for part in held.values())
        count = max(1, min(self.samples, MOST_VALUES // size))
        kept = np.unique(np.linspace(0, self.samples - 1, count).astype(np.int64))
        self._pieces: list[tuple[str, Array]] = []
        positions, start, step = [], 0, model.evaluation_size
        for name, part in held.items():
            rows = kept[(kept >= start) & (kept < start + part.samples)] - start
            positions.append(part.indices[rows])
            self._pieces += [(name, rows[at : at + step]) for at in range(0, len(rows), step)]
            start += part.samples
        self.index = np.concatenate(positions)
        self.values = np.zeros((len(self.index), size), np.float32)
        self.done = 0

    @property
    def complete(self) -> bool:
        """Whether every sample has its code."""
        return not self._pieces

    def advance(self, model: Model, seconds: float = SLAB_SECONDS) -> None:
        """Make codes for about so long, one piece at least, or until all are made."""
        end = time.monotonic() + seconds
        while self._pieces:
            name, rows = self._pieces[0]
            codes = code_of(model, self.layer, piece(model, model.prepared.parts[name], rows))
            self.values[self.done : self.done + len(codes)] = unit(codes)
            self.done += len(codes)
            del self._pieces[0]
            if time.monotonic() >= end:
                return


def piece(model: Model, part: Part, rows: Array) -> Batch:
    """Some samples of a part as one batch."""
    arrays = {name: np.ascontiguousarray(part.arrays[name][rows]) for name in part.arrays}
    return next(iter(model.feed(Part(arrays, part.indices[rows])).in_order(len(rows))))


def code_of(model: Model, layer: str, batch: Batch) -> Array:
    """What a layer gives for a batch, float32 (n, d).

    Raises
    ------
    NetloomError
        if it hands on what it gets, as a muted layer does.
    """
    code = outputs_of(model, (layer,), batch).get(layer)
    if code is None:
        raise NetloomError(f"“{layer}” makes nothing of its own; choose another layer.")
    return numbers(code).reshape(len(code), -1)


def unit(rows: Array) -> Array:
    """Rows (n, d) divided by their lengths; a row of zeros stays one."""
    known = np.nan_to_num(rows.astype(np.float32, copy=False))
    length = np.linalg.norm(known, axis=1, keepdims=True)
    directions: Array = known / np.maximum(length, np.finfo(np.float32).tiny)
    return directions


def nearest(similarity: Array, index: Array, position: int, count: int) -> tuple[Array, Array]:
    """Positions int64 (k,) and similarities float32 (k,) of the nearest, the nearest first, without ``position``."""
    others = np.flatnonzero(index != position)
    order = others[np.argsort(-similarity[others], kind="stable")[:count]]
    return index[order], similarity[order].astype(np.float32)


def by_pixels(model: Model, index: Array, position: int) -> Array:
    """Cosine similarity float32 (n,) of the samples at ``index`` and the one at ``position``, as they came in."""
    values = model.prepared.dataset.field_named(model.objective.inputs[0]).values
    own = unit(flat(values[position : position + 1]))[0]
    step = max(1, PIXELS_TOGETHER // max(1, own.size))
    pieces = (unit(flat(values[index[start : start + step]])) @ own for start in range(0, len(index), step))
    return np.concatenate(list(pieces))


def flat(values: Array) -> Array:
    """Samples (n, *sizes) as rows of numbers."""
    return np.asarray(values, dtype=np.float32).reshape(len(values), -1)


def neighbours_of(model: Model, codes: Codes, position: int, count: int) -> SampleNeighbours:
    """The samples nearest to the one at ``position`` of the data set, by their codes and by their raw values.

    ``codes`` are complete ones of the model; of each kind there are ``count`` neighbours, at most `MOST_SHOWN`.
    """
    count = max(1, min(MOST_SHOWN, count))
    position = max(0, min(position, model.prepared.dataset.samples - 1))
    batch = sample_of(model, position)
    code = code_of(model, codes.layer, batch)
    source = model.prepared.dataset.field_named(model.objective.inputs[0]).values
    target = model.prepared.dataset.target_field().values

    def neighbours(similarity: Array) -> Neighbours:
        index, cosines = nearest(similarity, codes.index, position, count)
        return Neighbours(
            index=index, similarity=cosines, input=np.asarray(source[index]), target=np.asarray(target[index])
        )

    return SampleNeighbours(
        code=code[0],
        input=np.asarray(source[position]),
        target=np.asarray(target[position : position + 1]),
        by_code=neighbours(codes.values @ unit(code)[0]),
        by_value=neighbours(by_pixels(model, codes.index, position)),
        reconstruction=reconstruction(model, codes.layer, batch),
    )


def reconstruction(model: Model, layer: str, batch: Batch) -> Reconstruction | None:
    """What goes into a code and what the network makes of it; None unless the network is to give back its input."""
    field = model.objective.inputs[0]
    pair = mirrored(model.project.network, layer)
    heads = [head.field.name for head in model.objective.heads]
    if pair is None or field not in heads:
        return None
    values_by_layer = outputs_of(model, pair, batch)
    before, after = (numbers(values_by_layer[id_]) for id_ in pair)
    if isinstance(model.project.network.layer(pair[0]), Input):
        before, after = model.prepared.undo(field, before), model.prepared.undo(field, after)
    with model.evaluating():
        outputs = model.forward(batch.inputs)
    listed = outputs if isinstance(outputs, tuple) else (outputs,)
    at = heads.index(field)
    output, label = (model.prepared.undo(field, numbers(values[at])) for values in (listed, batch.targets))
    error = np.sqrt(np.square(output - label).mean(), dtype=np.float32)
    return Reconstruction(before=before[0], after=after[0], error=float(error))


def projection(model: Model, codes: Codes) -> ProjectedCodes:
    """Complete codes in the plane in which they differ most; of more than `POINTS` evenly spaced ones."""
    rows = np.unique(np.linspace(0, len(codes.index) - 1, min(POINTS, len(codes.index))).astype(np.int64))
    points, share = principal(codes.values[rows])
    index = codes.index[rows]
    target = model.prepared.dataset.target_field().values
    return ProjectedCodes(points=points, index=index, target=np.asarray(target[index]), share=share)


def principal(rows: Array) -> tuple[Array, Array]:
    """The first two principal components of rows (m, d): float32 (m, 2), and their shares of the variance (2,).

    A component's sign is such that its largest value is positive, so that a map does not flip from call to call.
    """
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    samples, size = centred.shape
    wide = size > samples
    squares = centred @ centred.T if wide else centred.T @ centred
    strength, axes = np.linalg.eigh(squares)
    first = np.argsort(strength)[::-1][:2]
    scores = axes[:, first] * np.sqrt(np.maximum(strength[first], 0.0)) if wide else centred @ axes[:, first]
    points = np.zeros((samples, 2))
    points[:, : scores.shape[1]] = scores
    points *= np.where(points[np.abs(points).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    share = np.zeros(2, np.float32)
    share[: len(first)] = np.maximum(strength[first], 0.0) / max(float(strength.sum()), 1e-300)
    return points.astype(np.float32), share
