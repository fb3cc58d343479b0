"""Where a place of a map looks: the patch of the input that can change it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from app.data.dataset import Array
from app.insight.activations import InputSource, ProbedLayer, by_unit, differentiating, up_to
from app.training.trainable import Model
from graph.shapes import Kind, Shape

PROBES = 16
"""Noisy inputs by which the patch of one place is found; pooling lets each show only a part of it."""

AXES = {Kind.IMAGE: 2, Kind.SEQUENCE: 1}
"""Spatial axes of the kinds in which patches are outlined."""


@dataclass(frozen=True)
class ReceptivePatch:
    """Patches of a layer's places: one at place 0 of each axis starts at ``first``, is ``size`` long, the next is
    ``jump`` further. ``sizes`` are those of the layer's maps along these axes.
    """

    first: tuple[int, ...]
    size: tuple[int, ...]
    jump: tuple[int, ...]
    sizes: tuple[int, ...]

    def patches(self, places: Array) -> Array:
        """Patches of places (n,), counted row by row: starts and ends float32 (n, 2 axes), beyond the input too."""
        at = np.stack(np.unravel_index(places, self.sizes), axis=1)
        starts = at * np.array(self.jump) + np.array(self.first)
        return np.concatenate([starts, starts + np.array(self.size)], axis=1).astype(np.float32)


def sight_of(model: Model, layer: ProbedLayer, source: InputSource) -> ReceptivePatch | None:
    """How the places of ``layer`` look at ``source``; None where each sees everything, or there are no places.

    Size and distance follow from the network's geometry; where the patches begin depends on all paddings on the way,
    so it is measured: the input of one place in the middle is where its gradient is not zero.
    """
    axes = AXES.get(layer.shape.kind, 0)
    if not axes or layer.reach is None or source.field.shape.kind is not layer.shape.kind:
        return None
    sizes = _spatial(layer.shape, tuple(_given(model, layer, source).shape[1:]))
    middle = tuple((size - 1) // 2 for size in sizes)
    support = _support(model, layer, source, int(np.ravel_multi_index(middle, sizes)))
    if support is None:
        return None
    first = []
    for axis, (seen, size, jump) in enumerate(zip(support, layer.reach.size, layer.reach.jump, strict=True)):
        start = _start(seen, size)
        first.append(start - middle[axis] * jump)
    return ReceptivePatch(tuple(first), layer.reach.size, layer.reach.jump, sizes)


def _spatial(shape: Shape, sizes: tuple[int, ...]) -> tuple[int, ...]:
    return sizes[1:] if shape.kind is Kind.IMAGE else sizes[:1]


def _given(model: Model, layer: ProbedLayer, source: InputSource) -> torch.Tensor:
    with model.evaluating():
        values: torch.Tensor = up_to(model, layer.id)(*source.inputs(source.values))
    return values


def _support(model: Model, layer: ProbedLayer, source: InputSource, place: int) -> list[Array] | None:
    """For each spatial axis, which places of the input have a gradient, bool (size,)."""
    random = torch.Generator().manual_seed(0)
    noise = torch.randn((PROBES, *source.values.shape[1:]), generator=random)
    spread = torch.linspace(0.05, 2.0, PROBES).reshape(-1, *(1,) * (noise.dim() - 1))
    x = (source.values + (noise * spread).to(source.values.device)).requires_grad_()
    with differentiating(model):
        values = by_unit(up_to(model, layer.id, before_rectifier=True)(*source.inputs(x)), layer.shape.kind)
        mixed = values[:, :, place] @ torch.rand(values.shape[1], generator=random).to(values.device)
        gradient: torch.Tensor | None = (
            torch.autograd.grad(mixed.sum(), x, allow_unused=True)[0] if mixed.requires_grad else None
        )
    if gradient is None:
        return None
    seen = (gradient != 0).any(0).cpu().numpy()
    if not seen.any():
        return None
    others = ((0, 2), (0, 1)) if layer.shape.kind is Kind.IMAGE else ((1,),)
    return [np.asarray(seen.any(axes)) for axes in others]


def _start(seen: Array, size: int) -> int:
    """Where a patch of ``size`` begins of which the places ``seen`` (n,) were met, or those within the input."""
    low, high = int(seen.argmax()), len(seen) - int(seen[::-1].argmax())
    if low == 0 and high < len(seen):
        return high - size
    if low > 0 and high == len(seen):
        return low
    return round((low + high - size) / 2)
