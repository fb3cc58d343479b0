"""The input that excites a unit most, found by climbing: activation maximisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array
from app.data.transforms import FEATURE_AXIS
from app.insight.activations import InputSource, ProbedLayer, Progress, by_unit, differentiating, numbers, up_to
from app.insight.maximisation_settings import Recipe
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.shapes import Kind

RATE = 0.1
"""How far one step goes, in standard deviations of the data."""
NOISE = 0.2
"""Deviation of the noise that climbing starts from."""
BLUR_EVERY = 8
"""Steps between two blurs."""
LIMITS = 1000
"""Samples by which the range of the data is told, at most."""


def beginning(model: Model, source: InputSource, units: Sequence[int], seed: int) -> Tensor:
    """Noise (n, *sizes) to climb from, a little around the data's mean; a unit's own follows from the seed."""
    sizes = tuple(source.values.shape[1:])
    noise = [np.random.default_rng([seed, unit]).standard_normal(sizes, np.float32) for unit in units]
    spread = NOISE * spread_of(model, source)
    return torch.from_numpy(np.stack(noise)).to(source.values.device) * spread + mean_of(model, source)


def climb(
    model: Model, layer: ProbedLayer, source: InputSource, units: Sequence[int], recipe: Recipe, state: Tensor,
    steps: range, more: Progress,
) -> tuple[Tensor, int]:  # fmt: skip
    """Go on climbing from ``state`` (n, *sizes), one input for each of ``units``.

    Returns the new state and the number of the step that would come next. At least one step is done; the same steps
    give the same state however they are divided among calls.

    Raises
    ------
    NetloomError
        if the layer does not depend on this input.
    """
    module = up_to(model, layer.id, before_rectifier=True)
    ways = Ways(model, layer, source, recipe)
    which = torch.tensor(list(units), device=state.device)
    with differentiating(model):
        for step in steps:
            state = ways.step(module, state, which, step)
            if not more():
                return state, step + 1
    return state, steps.stop


def activations(
    model: Model, layer: ProbedLayer, source: InputSource, units: Sequence[int], state: Tensor, whole: bool
) -> Array:
    """What each unit says to its own input, float32 (n,): at its strongest place, or the mean of its map."""
    module = up_to(model, layer.id)
    with model.evaluating():
        values = by_unit(module(*source.inputs(state)), layer.shape.kind)[torch.arange(len(units)), list(units)]
        measured = values.mean(1) if whole else values.amax(1)
    measurements: Array = measured.float().cpu().numpy()
    return measurements


class Ways:
    """How one step is done: which gradient, and what keeps the input from becoming noise."""

    def __init__(self, model: Model, layer: ProbedLayer, source: InputSource, recipe: Recipe) -> None:
        self._layer, self._source, self._recipe = layer, source, recipe
        self._kind = source.field.shape.kind
        device = source.values.device
        self._middle, self._scale = mean_of(model, source), spread_of(model, source)
        self._low, self._high = (torch.from_numpy(end).to(device) for end in limits_of(model, source))
        # Shifting the input under a single place would only smear what that place sees.
        self._shift = recipe.jitter if recipe.whole or not layer.places else 0

    def step(self, module: torch.nn.Module, state: Tensor, units: Tensor, number: int) -> Tensor:
        """The state after one step."""
        recipe = self._recipe
        random = np.random.default_rng([recipe.seed, 2**32 - 1, number])
        # In deviations of the data, so that a rate suits data of any scale.
        up = self._normalised(self._scale * self._gradient(module, state, units, random), random)
        state = state + RATE * (self._scale * up - recipe.decay * (state - self._middle))
        if recipe.smooth:
            state = state + RATE * recipe.smooth * curvature(state, self._kind)
        if recipe.blur and number % BLUR_EVERY == BLUR_EVERY - 1:
            state = blurred(state, self._kind, recipe.blur)
        return torch.clamp(state, self._low, self._high) if recipe.within else state

    def _gradient(self, module: torch.nn.Module, state: Tensor, units: Tensor, random: np.random.Generator) -> Tensor:
        axes = SPATIAL[self._kind]
        shifts = [int(shift) for shift in random.integers(-self._shift, self._shift + 1, len(axes))]
        x = state.detach().requires_grad_()
        seen = torch.roll(x, shifts, axes) if any(shifts) else x
        values = by_unit(module(*self._source.inputs(seen)), self._layer.shape.kind)
        own = values[torch.arange(len(units), device=units.device), units]
        height = own.mean(1) if self._recipe.whole else own[:, middle_place(self._layer, values.shape[2])]
        gradient = torch.autograd.grad(height.sum(), x, allow_unused=True)[0] if height.requires_grad else None
        if gradient is None:
            raise NetloomError(f"{self._layer.id} does not read “{self._source.field.name}”; choose another layer.")
        return gradient

    def _normalised(self, gradient: Tensor, random: np.random.Generator) -> Tensor:
        """Gradients of equal strength, whatever the unit's scale; where there is none, a step in the dark."""
        flat = torch.nan_to_num(gradient).flatten(1)
        touched = (flat != 0).sum(1, keepdim=True)
        strength = (flat.square().sum(1, keepdim=True) / touched.clamp_min(1)).sqrt()
        dark = torch.from_numpy(random.standard_normal(tuple(flat.shape), np.float32)).to(flat.device)
        return torch.where(touched > 0, flat / strength.clamp_min(1e-30), dark).reshape(gradient.shape)


def middle_place(layer: ProbedLayer, places: int) -> int:
    """The place in the middle of a map that has so many, counted row by row."""
    if layer.shape.kind is Kind.IMAGE:
        height, width = layer.shape.size("H"), layer.shape.size("W")
        return (height - 1) // 2 * width + (width - 1) // 2
    return (places - 1) // 2


def deviations(model: Model, source: InputSource, state: Tensor) -> Array:
    """How far each value of ``state`` (n, *sizes) is from the data's mean, in deviations of its feature or channel."""
    return numbers((state - mean_of(model, source)) / spread_of(model, source))


SPATIAL: dict[Kind, tuple[int, ...]] = {
    Kind.VECTOR: (),
    Kind.IMAGE: (2, 3),
    Kind.SEQUENCE: (1,),
    Kind.VIDEO: (3, 4),
    Kind.TOKENS: (),
}
"""Axes of a batch along which values have neighbours."""


def curvature(values: Tensor, kind: Kind) -> Tensor:
    """How far the neighbours of each value lie from it in sum: the way that makes ``values`` (n, *sizes) smoother."""
    bends = torch.zeros_like(values)
    for axis in SPATIAL[kind]:
        rise = values.diff(dim=axis)
        edge = torch.zeros_like(values.narrow(axis, 0, 1))
        bends += torch.cat([rise, edge], axis) - torch.cat([edge, rise], axis)
    return bends


def blurred(values: Tensor, kind: Kind, deviation: float) -> Tensor:
    """``values`` (n, *sizes) after a Gaussian blur along their spatial axes; beyond the edge is as at the edge."""
    radius = max(1, round(2.5 * deviation))
    offsets = torch.arange(-radius, radius + 1, device=values.device, dtype=values.dtype)
    weights = torch.exp(-0.5 * (offsets / deviation) ** 2)
    weights = weights / weights.sum()
    for axis in SPATIAL[kind]:
        moved = values.movedim(axis, -1)
        lines = moved.reshape(1, -1, moved.shape[-1])
        wide = F.pad(lines, (radius, radius), mode="replicate").transpose(0, 1)
        values = F.conv1d(wide, weights.reshape(1, 1, -1)).reshape(moved.shape).movedim(-1, axis)
    return values


def mean_of(model: Model, source: InputSource) -> Tensor:
    """The mean of the data as the network reads it: 0 where it is standardised; broadcasts over (n, *sizes)."""
    name = source.field.name
    if name in model.prepared.scalers:
        return torch.zeros((1,) * source.values.dim(), device=source.values.device)
    mean = _some(model, source).mean(_others(source), keepdims=True, dtype=np.float64)
    return torch.from_numpy(mean.astype(np.float32)).to(source.values.device)


def spread_of(model: Model, source: InputSource) -> Tensor:
    """The deviation of each feature or channel as the network reads it, 1 where it never changes."""
    if source.field.name in model.prepared.scalers:
        return torch.ones((1,) * source.values.dim(), device=source.values.device)
    spread = _some(model, source).std(_others(source), keepdims=True, dtype=np.float64)
    return torch.from_numpy(np.where(spread > 0, spread, 1.0).astype(np.float32)).to(source.values.device)


def limits_of(model: Model, source: InputSource) -> tuple[Array, Array]:
    """Least and greatest value of each feature or channel; they broadcast over (n, *sizes)."""
    values, axes = _some(model, source), _others(source)
    return values.min(axes, keepdims=True), values.max(axes, keepdims=True)


def _some(model: Model, source: InputSource) -> Array:
    values = model.prepared.train.arrays[source.field.name]
    return values[:: max(1, len(values) // LIMITS)]


def _others(source: InputSource) -> tuple[int, ...]:
    """All axes but that of features or channels."""
    own = FEATURE_AXIS[source.field.shape.kind]
    return tuple(axis for axis in range(source.values.dim()) if axis != own)
