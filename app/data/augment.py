"""Data augmentation: random changes to samples, a whole batch at a time, on NumPy arrays or tensors.

Everything here is written against what NumPy and PyTorch share, so that batches are altered on the device and this
room still knows nothing of PyTorch. Only a few numbers per sample are drawn on the CPU, from the generator given, so
the same seed alters the same batch alike on every device.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import ConfigDict

from app.data.dataset import Array
from graph.layers.declared import Declared
from graph.layers.settings import setting

STREAM = 7
"""Keeps these random numbers apart from those that shuffle the samples of the same epoch."""


class Augment(Declared):
    """How training samples are altered. Every setting is the most that is done; each sample gets its own share of it.

    Without a setting above zero nothing is altered. Validation and test samples never are.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    flip: bool = setting(False, "Pictures: mirror left and right, every other time")
    flip_vertical: bool = setting(False, "Pictures: mirror top and bottom, every other time")
    shift: float = setting(0.0, "Pictures: farthest shift, as a share of the size", minimum=0, maximum=1)
    rotate: float = setting(0.0, "Pictures: largest turn to either side", minimum=0, maximum=180, unit="degrees")
    zoom: float = setting(0.0, "Pictures: larger or smaller by at most this share", minimum=0, maximum=0.9)
    crop: int = setting(
        0,
        "Pictures: black pixels added all round before the old size is cut out",
        minimum=0,
        maximum=128,
        unit="pixels",
    )
    brightness: float = setting(0.0, "Pictures: add at most this to every pixel", minimum=0, maximum=10)
    noise: float = setting(0.0, "Pictures: standard deviation of noise added to every pixel", minimum=0, maximum=10)
    cutout: int = setting(0, "Pictures: side of a square that is blotted out", minimum=0, maximum=512, unit="pixels")
    mixup: float = setting(0.0, "Blend pairs of samples; the larger, the more evenly", minimum=0, maximum=10)
    jitter: float = setting(0.0, "Series: standard deviation of noise added to every value", minimum=0, maximum=10)
    scale: float = setting(0.0, "Series: larger or smaller by at most this share", minimum=0, maximum=0.9)
    window_shift: int = setting(
        0, "Series: shift in time at most, repeating the first or last value", minimum=0, maximum=10_000, unit="steps"
    )

    @property
    def active(self) -> bool:
        """Whether anything is altered at all."""
        return self != type(self)()


class Altered(NamedTuple):
    """Several inputs of the same samples, altered alike.

    With mixup, each sample is ``share`` of its own and the rest of the sample at ``partner`` (n,).
    """

    inputs: tuple[Any, ...]
    partner: Any = None
    share: float = 1.0


def alter(inputs: Sequence[Any], choice: Augment, seed: Sequence[int]) -> Altered:
    """The inputs of a batch altered together; ``seed`` is the training's with the numbers of epoch and step."""
    return augment(inputs, choice, np.random.default_rng([*seed, STREAM]))


def augment(inputs: Sequence[Any], choice: Augment, rng: np.random.Generator) -> Altered:
    """The inputs of a batch, (n, ...) of NumPy or PyTorch, as ``choice`` says; the given batch is not changed.

    Pictures have four axes, series three and vectors two; whole numbers are tokens, which stay as they are. With
    mixup each sample is blended with another, at least half of it its own, by a share from Beta(mixup, mixup). One
    share holds for the batch, so that its loss is a blend of two losses, whatever the loss is.
    """
    moved = [_altered(values, choice, rng) for values in inputs]
    if not choice.mixup or not len(inputs[0]) or not all(map(_is_measured, inputs)):
        return Altered(tuple(moved))
    share, partner = _shares(len(inputs[0]), choice.mixup, rng)
    return Altered(tuple(_mixed(values, partner, share) for values in moved), partner, share)


def _altered(values: Any, choice: Augment, rng: np.random.Generator) -> Any:
    if not len(values) or not _is_measured(values):
        return values
    if len(values.shape) == 4:
        return _picture(values, choice, rng)
    return _series(values, choice, rng) if len(values.shape) == 3 else values


def _is_measured(values: Any) -> bool:
    return "float" in str(values.dtype)


def _picture(values: Any, choice: Augment, rng: np.random.Generator) -> Any:
    if choice.flip or choice.flip_vertical or choice.shift or choice.rotate or choice.zoom or choice.crop:
        values = move(values, choice, rng)
    if choice.brightness:
        values = values + _each(values, rng.uniform(-choice.brightness, choice.brightness, len(values)))
    if choice.noise:
        values = add_noise(values, choice.noise, rng)
    return cutout(values, choice.cutout, rng) if choice.cutout else values


def _series(values: Any, choice: Augment, rng: np.random.Generator) -> Any:
    if choice.window_shift:
        values = shift_in_time(values, choice.window_shift, rng)
    if choice.scale:
        values = values * _each(values, rng.uniform(1 - choice.scale, 1 + choice.scale, len(values)))
    return add_noise(values, choice.jitter, rng) if choice.jitter else values


def move(values: Any, choice: Augment, rng: np.random.Generator) -> Any:
    """Pictures (n, C, H, W) mirrored, shifted, turned and zoomed in one go; what comes from outside is zero."""
    xp = _module(values)
    count, _, height, width = values.shape
    matrix, offset = _affine(choice, rng, count, height, width)
    a, b, c, d, up, left = (_each(values, column, 3) for column in (*matrix, *offset))
    rows = _like(values, np.arange(height, dtype=np.float32) - (height - 1) / 2)[None, :, None]
    columns = _like(values, np.arange(width, dtype=np.float32) - (width - 1) / 2)[None, None, :]
    down = a * rows + b * columns + up + (height - 1) / 2
    across = c * rows + d * columns + left + (width - 1) / 2
    top, first = xp.floor(down), xp.floor(across)
    moved = 0
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = (1 - xp.abs(down - top - row)) * (1 - xp.abs(across - first - column))
        moved = moved + weight[:, None] * _taken(values, top + row, first + column)
    return moved


def _affine(choice: Augment, rng: np.random.Generator, count: int, height: int, width: int) -> tuple[Any, Any]:
    """From a place in the new picture to its place in the old: four entries of a matrix and two offsets, each (n,)."""
    angle = np.deg2rad(rng.uniform(-choice.rotate, choice.rotate, count))
    size = 1 / rng.uniform(1 - choice.zoom, 1 + choice.zoom, count)
    mirrored = np.where((rng.random(count) < 0.5) & choice.flip, -1.0, 1.0)
    turned = np.where((rng.random(count) < 0.5) & choice.flip_vertical, -1.0, 1.0)
    cosine, sine = np.cos(angle) * size, np.sin(angle) * size
    matrix = (cosine * turned, -sine * mirrored, sine * turned, cosine * mirrored)
    shift = rng.uniform(-choice.shift, choice.shift, (2, count)) * np.array([[height], [width]])
    crop = rng.integers(-choice.crop, choice.crop + 1, (2, count))
    return matrix, shift + crop


def _taken(values: Any, rows: Any, columns: Any) -> Any:
    """Pixels at whole places (n, H, W), zero where these lie outside: (n, C, H, W)."""
    xp = _module(values)
    count, _, height, width = values.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    places = _whole(xp, xp.clip(rows, 0, height - 1)) * width + _whole(xp, xp.clip(columns, 0, width - 1))
    flat = values.reshape(count, -1, height * width)
    picked = _along(flat, places.reshape(count, 1, height * width)).reshape(values.shape)
    return xp.where(inside[:, None], picked, xp.zeros_like(picked))


def cutout(values: Any, side: int, rng: np.random.Generator) -> Any:
    """Pictures (n, C, H, W) with a square of zeros somewhere."""
    xp = _module(values)
    count, _, height, width = values.shape
    top = _each(values, rng.integers(0, height, count) - side // 2, 3)
    left = _each(values, rng.integers(0, width, count) - side // 2, 3)
    rows = _like(values, np.arange(height, dtype=np.float32))[None, :, None]
    columns = _like(values, np.arange(width, dtype=np.float32))[None, None, :]
    hidden = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
    return xp.where(hidden[:, None], xp.zeros_like(values), values)


def shift_in_time(values: Any, most: int, rng: np.random.Generator) -> Any:
    """Series (n, T, F) moved by up to ``most`` steps, the first or last value repeated."""
    xp = _module(values)
    count, steps, features = values.shape
    by = _each(values, rng.integers(-most, most + 1, count), 2)
    places = xp.clip(_like(values, np.arange(steps, dtype=np.float32))[None, :] + by, 0, steps - 1)
    moved = xp.moveaxis(values, 2, 1)
    index = xp.broadcast_to(_whole(xp, places)[:, None], (count, features, steps))
    return xp.moveaxis(_along(moved, index), 1, 2)


def add_noise(values: Any, deviation: float, rng: np.random.Generator) -> Any:
    """Values with normal noise of a standard deviation."""
    return values + _like(values, rng.standard_normal(tuple(values.shape), dtype=np.float32) * np.float32(deviation))


def _shares(count: int, alpha: float, rng: np.random.Generator) -> tuple[float, Array]:
    own = float(rng.beta(alpha, alpha))
    return max(own, 1 - own), rng.permutation(count)


def _mixed(values: Any, partner: Array, share: float) -> Any:
    return share * values + (1 - share) * values[_like(values, partner)]


# What NumPy and PyTorch say differently


def _module(values: Any) -> Any:
    """NumPy or PyTorch: the library that the batch belongs to, which is imported if there is a batch of it."""
    return sys.modules[type(values).__module__.partition(".")[0]]


def _like(values: Any, numbers: Any) -> Any:
    """Numbers from the CPU as an array where ``values`` lies; whole numbers stay whole, others get its type."""
    xp = _module(values)
    numbers = np.asarray(numbers)
    dtype = xp.int64 if numbers.dtype.kind == "i" else values.dtype
    return xp.asarray(numbers, dtype=dtype, device=values.device)


def _each(values: Any, numbers: Any, axes: int = 0) -> Any:
    """One number per sample (n,), shaped to meet arrays of so many axes (0: those of ``values``)."""
    spread = np.asarray(numbers, dtype=np.float32).reshape((-1,) + (1,) * ((axes or len(values.shape)) - 1))
    return _like(values, spread)


def _whole(xp: Any, values: Any) -> Any:
    return xp.asarray(values, dtype=xp.int64)


def _along(values: Any, places: Any) -> Any:
    """``values`` (n, C, P) at ``places`` (n, 1 or C, Q) along the last axis."""
    xp = _module(values)
    index = xp.broadcast_to(places, (*values.shape[:2], places.shape[2]))
    picked = xp.take_along_axis if hasattr(xp, "take_along_axis") else xp.take_along_dim
    return picked(values, index, -1)
