"""Samples that a network codes alike: cosine similarity of what a layer makes of them, and a map of all codes."""

from __future__ import annotations

import time

import numpy as np
from torch import Tensor

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.embedding_layers import mirrored
from app.insight.layer_arrays import outputs_of, sample_of
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
        self.whole = sum(part.samples for part in held.values())
        count = max(1, min(self.whole, MOST_VALUES // size))
        kept = np.unique(np.linspace(0, self.whole - 1, count).astype(np.int64))
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
    found = outputs_of(model, (layer,), batch).get(layer)
    if found is None:
        raise NetloomError(f"“{layer}” makes nothing of its own; choose another layer.")
    return numbers(found).reshape(len(found), -1)


def unit(rows: Array) -> Array:
    """Rows (n, d) divided by their lengths; a row of zeros stays one."""
    known = np.nan_to_num(rows.astype(np.float32, copy=False))
    length = np.linalg.norm(known, axis=1, keepdims=True)
    found: Array = known / np.maximum(length, np.finfo(np.float32).tiny)
    return found


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


def similar(model: Model, codes: Codes, position: int, count: int) -> dict[str, Array]:
    """The samples nearest to the one at ``position``, by their codes and by their pixels.

    Parameters
    ----------
    model
        the one that the codes are of.
    codes
        complete ones.
    position
        a position in the data set.
    count
        neighbours of each kind, at most `MOST_SHOWN`.

    Returns
    -------
    dict
        for ``codes`` and ``pixels``: ``KIND/index`` int64 (k,), ``KIND/similarity`` float32 (k,), ``KIND/input``
        (k, *sizes) in the data's own units and ``KIND/target`` (k, ...); ``sample/input``, ``sample/target`` and
        ``sample/code`` float32 (d,) of the sample itself; and of a network that reconstructs what goes into its code
        and what comes out of it, ``sample/before`` and ``sample/after``, both (*sizes), and ``sample/error``
        float32 (1,), the root mean squared error of the network's answer in the data's own units.
    """
    count = max(1, min(MOST_SHOWN, count))
    position = max(0, min(position, model.prepared.dataset.samples - 1))
    batch = sample_of(model, position)
    code = code_of(model, codes.layer, batch)
    scores = {"codes": codes.values @ unit(code)[0], "pixels": by_pixels(model, codes.index, position)}
    source = model.prepared.dataset.field_named(model.objective.inputs[0]).values
    target = model.prepared.dataset.target_field().values
    found: dict[str, Array] = {"sample/code": code[0], "sample/input": np.asarray(source[position])}
    found["sample/target"] = np.asarray(target[position : position + 1])
    for name, similarity in scores.items():
        places, values = nearest(similarity, codes.index, position, count)
        found |= {f"{name}/index": places, f"{name}/similarity": values}
        found |= {f"{name}/input": np.asarray(source[places]), f"{name}/target": np.asarray(target[places])}
    return found | reconstruction(model, codes.layer, batch)


def reconstruction(model: Model, layer: str, batch: Batch) -> dict[str, Array]:
    """What goes into a code and what the network makes of it, of a network that is to give back its input."""
    field = model.objective.inputs[0]
    pair = mirrored(model.project.network, layer)
    heads = [head.field.name for head in model.objective.heads]
    if pair is None or field not in heads:
        return {}
    found = outputs_of(model, pair, batch)
    before, after = (numbers(found[id_]) for id_ in pair)
    if isinstance(model.project.network.layer(pair[0]), Input):
        before, after = model.prepared.undo(field, before), model.prepared.undo(field, after)
    with model.evaluating():
        answers = model.forward(batch.inputs)
    listed = answers if isinstance(answers, tuple) else (answers,)
    at = heads.index(field)
    said, wanted = (model.prepared.undo(field, numbers(one[at])) for one in (listed, batch.targets))
    error = np.sqrt(np.square(said - wanted).mean(), dtype=np.float32)
    return {"sample/before": before[0], "sample/after": after[0], "sample/error": error.reshape(1)}


def numbers(values: Tensor) -> Array:
    """A batch as float32 numbers in memory."""
    found: Array = values.float().cpu().numpy()
    return found


def code_map(model: Model, codes: Codes) -> dict[str, Array]:
    """The codes in the plane in which they differ most (principal components of the unit codes).

    Returns
    -------
    dict
        ``points`` float32 (m, 2), ``index`` int64 (m,) positions in the data set, ``target`` (m, ...), and ``share``
        float32 (2,), the share of the variance that each axis shows.
    """
    rows = np.unique(np.linspace(0, len(codes.index) - 1, min(POINTS, len(codes.index))).astype(np.int64))
    points, share = principal(codes.values[rows])
    index = codes.index[rows]
    target = model.prepared.dataset.target_field().values
    return {"points": points, "index": index, "target": np.asarray(target[index]), "share": share}


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
