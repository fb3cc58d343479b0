"""Which samples excite the units of a layer most, and where in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.data.dataset import Array
from app.data.prepare import Part
from app.insight.activations import ProbedLayer, Progress, by_unit, cut_of, numbers, source_of, up_to
from app.insight.answer_layers import answer_layers
from app.insight.receptive_patch import sight_of
from app.training.trainable import Model
from graph.errors import NetloomError

KEPT = 16
"""Samples that are remembered for each unit."""
TOGETHER = 512
"""Samples that are looked at together, at most."""
LARGEST_SIDE = 128
"""Pictures with longer sides are sent smaller: they are shown as thumbnails."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """For each unit of a layer the samples that excite it most, the strongest first.

    ``values`` float32 (units, k), ``rows`` int64 (units, k) positions within the part, ``places`` int64 (units, k)
    where in the map the unit was strongest, counted row by row. ``done`` samples of the part were looked at.
    """

    values: Array
    rows: Array
    places: Array
    done: int

    @classmethod
    def empty(cls, units: int) -> Ranking:
        """Nothing seen yet."""
        none = np.empty((units, 0), np.int64)
        return cls(none.astype(np.float32), none, none, 0)

    def checked(self, units: int) -> Ranking:
        """The ranking itself, if it is one of so many units.

        Raises
        ------
        NetloomError
            if it is of another layer.
        """
        if not self.values.shape == self.rows.shape == self.places.shape or self.values.shape[0] != units:
            raise NetloomError("What was found so far belongs to another layer; begin again with the first sample.")
        return self

    def joined(self, values: Array, places: Array) -> Ranking:
        """With the next samples: their ``values`` and ``places`` (samples, units). Among equals the earlier leads."""
        count = len(values)
        rows = np.broadcast_to(np.arange(self.done, self.done + count), (values.shape[1], count))
        all_values = np.concatenate([self.values, np.nan_to_num(values.T, nan=-np.inf)], axis=1)
        order = np.argsort(-all_values, axis=1, kind="stable")[:, :KEPT]
        pick = np.take_along_axis
        return Ranking(
            pick(all_values, order, 1).astype(np.float32),
            pick(np.concatenate([self.rows, rows], axis=1), order, 1),
            pick(np.concatenate([self.places, places.T], axis=1), order, 1),
            self.done + count,
        )


@dataclass(frozen=True, eq=False)
class ExemplarSamples:
    """Samples ``input`` float32 (n, *sizes) in the data's own units, and what is known of each.

    ``index`` int64 (n,) positions in the data set; ``target`` (n, ...) what is true; where units see only a part of a
    sample ``patch`` float32 (n, 2 axes), starts and ends in places of ``input``.
    """

    input: Array
    index: Array
    target: Array
    patch: Array | None


def part_named(model: Model, name: str) -> Part:
    """A part of the data that has samples.

    Raises
    ------
    NetloomError
        if there is none of that name, or it is empty.
    """
    if name not in model.prepared.parts:
        raise NetloomError(f"There is no part “{name}”; choose train, validation or test.")
    part = model.prepared.parts[name]
    if part.samples == 0:
        raise NetloomError(f"The {name} part of this run's data has no samples; give it a share of the data.")
    return part


def rank(model: Model, layer: ProbedLayer, part: Part, ranking: Ranking, mean: bool, more: Progress) -> Ranking:
    """Go on with a ranking over the samples of ``part`` while there is time; at least one batch.

    ``mean`` measures a map by the mean of its places instead of its strongest one.
    """
    module = up_to(model, layer.id)
    size = min(model.evaluation_size, TOGETHER)
    while ranking.done < part.samples:
        cut = cut_of(part, ranking.done, ranking.done + size)
        with model.evaluating():
            batch = next(model.feed(cut).in_order(size))
            values = by_unit(module(*batch.inputs), layer.shape.kind)
            strongest, places = values.max(2)
            measured = values.mean(2) if mean else strongest
        ranking = ranking.joined(numbers(measured), places.cpu().numpy())
        if not more():
            break
    return ranking


def exemplars(
    model: Model, layer: ProbedLayer, part: Part, rows: Sequence[int], places: Sequence[int]
) -> ExemplarSamples:
    """Samples of a part with the patch that a place of a map sees in each; pictures no larger than `LARGEST_SIDE`."""
    at = np.asarray(rows, np.int64)
    if not len(at) or at.min() < 0 or at.max() >= part.samples or len(at) != len(places):
        raise NetloomError("There are no such samples in this part of the data.")
    name, target = shown_field(model), model.objective.heads[0].field.name
    values = model.prepared.own_values(name, part.indices[at])
    shrink = max(1, -(-max(values.shape[-2:]) // LARGEST_SIDE)) if values.ndim == 4 else 1
    patch: Array | None = None
    if layer.reach is not None and np.issubdtype(values.dtype, np.floating):
        sight = sight_of(model, layer, source_of(model, int(part.indices[at[0]])))
        if sight is not None:
            patch = sight.patches(np.asarray(places, np.int64)) / shrink
    return ExemplarSamples(
        input=np.ascontiguousarray(values[..., ::shrink, ::shrink]) if shrink > 1 else values,
        index=part.indices[at],
        target=model.prepared.undo(target, part.arrays[target][at]),
        patch=patch,
    )


def shown_field(model: Model) -> str:
    """The field by which samples are shown: the first that the network reads and that holds numbers."""
    names = model.objective.inputs
    arrays = model.prepared.train.arrays
    return next((name for name in names if np.issubdtype(arrays[name].dtype, np.floating)), names[0])


def unit_names(model: Model, layer: ProbedLayer) -> tuple[str, ...]:
    """The names of a layer's units where they are the network's answers, as classes are; else none."""
    network = model.project.network
    for head in model.objective.heads:
        names = head.field.classes or head.field.names
        if layer.id in answer_layers(network, head.output) and len(names) == layer.units and not layer.places:
            return names
    return ()
