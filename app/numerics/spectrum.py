"""Pictures and kernels as frequencies: spectra, pass filters, the convolution theorem, propagators. numpy alone.

Frequencies are in cycles per pixel, from -0.5 to 0.5 along each axis: a wave of f cycles per pixel is 1/f pixels long.
Everything is calculated in 64-bit numbers. Pictures are (H, W) or (channels, H, W); what is done to one is done to
each of its channels. `LARGEST` and `LARGEST_KERNEL` keep every call so small that a window can make it while a hand
drags.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph.errors import NetloomError
from graph.shapes import format_sizes

Floats = NDArray[np.float64]

LARGEST = 512
"""Pixels along the longer side of a picture, at most."""
LARGEST_KERNEL = 32
"""Rows and columns of a kernel, at most."""
PRODUCTS = 2**25
"""Products in one convolution in space, about, at most."""
CORNER = math.sqrt(0.5)
"""The highest frequency that a picture holds, in its diagonal waves, in cycles per pixel."""
FINE = 64
"""Places along each axis at which the spectrum of a kernel is looked at."""


def bounded(picture: ArrayLike, most: int = LARGEST) -> tuple[Floats, int]:
    """A picture (..., H, W) in 64-bit numbers, and by how much it was shrunk to have at most ``most`` pixels a side.

    Shrinking takes the mean over squares of so many pixels; what fills no square is left out, and so is the end of a
    strip that is too thin to be shrunk. What is not finite counts as 0.
    """
    values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    height, width = values.shape[-2:]
    times = min(max(1, math.ceil(max(height, width) / most)), height, width)
    high, wide = min(height // times, most), min(width // times, most)
    squares = values[..., : high * times, : wide * times].reshape(*values.shape[:-2], high, times, wide, times)
    shrunk: Floats = squares.mean(axis=(-3, -1))
    return shrunk, times


def most_pixels(kernel: Floats) -> int:
    """How many pixels a side a picture may have so that a kernel slides over it in about `PRODUCTS` products."""
    return max(16, min(LARGEST, math.isqrt(PRODUCTS // kernel.size)))


def checked_kernel(kernel: ArrayLike) -> Floats:
    """A kernel (h, w) in 64-bit numbers.

    Raises
    ------
    NetloomError
        if it has no rows and columns of finite numbers, or more than `LARGEST_KERNEL` of them.
    """
    values = np.asarray(kernel, dtype=np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise NetloomError("A kernel is rows of numbers of equal length; write, for example, 1 0 1 / 0 1 0 / 1 0 1.")
    if max(values.shape) > LARGEST_KERNEL:
        size = format_sizes(values.shape)
        raise NetloomError(
            f"A kernel of {size} is too large to look at here; choose one of at most {LARGEST_KERNEL} pixels a side."
        )
    return values


# Spectra


def frequencies(height: int, width: int) -> Floats:
    """How fast the wave at each place of a centred spectrum (height, width) changes, in cycles per pixel."""
    down, across = np.fft.fftfreq(height), np.fft.fftfreq(width)
    return np.fft.fftshift(np.hypot(down[:, None], across[None, :]))


def magnitude(picture: Floats) -> Floats:
    """The size of each wave in a picture (..., H, W), as (H, W) with the mean in the middle; channels are averaged."""
    found = np.abs(np.fft.fft2(picture))
    return np.fft.fftshift(found.reshape(-1, *found.shape[-2:]).mean(axis=0))


def log_magnitude(picture: Floats) -> Floats:
    """The centred `magnitude` on a logarithmic scale, as log10(1 + size): 0 where there is no such wave."""
    return np.log10(1.0 + magnitude(picture))


def kernel_magnitude(kernel: Floats, places: int = FINE) -> Floats:
    """By how much a kernel (h, w) makes each wave larger or smaller, (places, places) with the mean in the middle."""
    places = max(places, *kernel.shape)
    return np.fft.fftshift(np.abs(np.fft.fft2(kernel, s=(places, places))))


class Waves:
    """A picture (..., H, W) taken apart into waves once, so that many circles can be laid on its spectrum."""

    def __init__(self, picture: Floats) -> None:
        height, width = picture.shape[-2:]
        self._size = height, width
        self._found = np.fft.rfft2(picture)
        self._speed = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
        # Of a real picture half of the waves are kept; all columns but the first and the middle one stand for two.
        twice = np.full(self._speed.shape[1], 2.0)
        twice[0] = 1.0
        twice[width // 2 :] = 1.0 if width % 2 == 0 else twice[width // 2 :]
        power = np.square(np.abs(self._found)).reshape(-1, *self._speed.shape).sum(axis=0) * twice
        mean, power[0, 0] = float(power[0, 0]), 0.0
        order = np.argsort(self._speed, axis=None, kind="stable")
        self._speeds = self._speed.ravel()[order]
        self._power = np.cumsum(power.ravel()[order])
        self._even = float(self._power[-1]) <= 1e-20 * mean

    def passed(self, radius: float, *, high: bool = False) -> Floats:
        """The picture of which only slow waves are kept: those of at most ``radius`` cycles per pixel.

        With ``high`` only the others are kept, so that both together are the picture.
        """
        inside = self._speed <= radius + 1e-12
        return np.fft.irfft2(self._found * (inside != high), s=self._size)

    def share(self, radius: float, *, high: bool = False) -> float:
        """The share of the picture's variance, 0 to 1, that `passed` keeps; 1 for an even picture.

        By Parseval's theorem the squares of the waves add up to those of the pixels. The mean, the middle of the
        spectrum, is left out: it is most of any photograph and says nothing about detail.
        """
        count = int(np.searchsorted(self._speeds, radius + 1e-12, side="right"))
        if self._even or self._power[-1] <= 0:
            return 1.0
        low = float(self._power[count - 1] / self._power[-1]) if count else 0.0
        return 1.0 - low if high else low


# Convolution by two routes


def turned(kernel: Floats) -> Floats:
    """A kernel turned by 180 degrees."""
    return np.ascontiguousarray(kernel[::-1, ::-1])


def convolve(picture: Floats, kernel: Floats) -> Floats:
    """The convolution of (..., H, W) with (h, w) in space, every overlap counted: (..., H + h - 1, W + w - 1).

    Each number of the kernel lays a copy of the picture, shifted and multiplied, on the others.
    """
    height, width = picture.shape[-2:]
    rows, columns = kernel.shape
    found = np.zeros((*picture.shape[:-2], height + rows - 1, width + columns - 1))
    for row in range(rows):
        for column in range(columns):
            found[..., row : row + height, column : column + width] += kernel[row, column] * picture
    return found


def correlate(picture: Floats, kernel: Floats) -> Floats:
    """The cross-correlation, which is what a convolution layer computes: the kernel is laid on without being turned.

    Of the same size as `convolve` gives.
    """
    return convolve(picture, turned(kernel))


def multiply(picture: Floats, kernel: Floats, *, padded: bool = True) -> Floats:
    """The same convolution by the other route: both are transformed, multiplied wave by wave, and transformed back.

    With ``padded`` both get zeros around them first, up to (..., H + h - 1, W + w - 1), and the result is that of
    `convolve`. Without, the picture keeps its size and what leaves it on one side comes in on the other.
    """
    height, width = picture.shape[-2:]
    rows, columns = kernel.shape
    if padded:
        height, width = height + rows - 1, width + columns - 1
    else:
        kernel = wrapped(kernel, height, width)
    product = np.fft.rfft2(picture, s=(height, width)) * np.fft.rfft2(kernel, s=(height, width))
    return np.fft.irfft2(product, s=(height, width))


def wrapped(kernel: Floats, height: int, width: int) -> Floats:
    """A kernel on a ring of (height, width): what hangs over an edge comes in at the opposite one and is added."""
    ring = np.zeros((height, width))
    rows, columns = kernel.shape
    np.add.at(ring, (np.arange(rows)[:, None] % height, np.arange(columns)[None, :] % width), kernel)
    return ring


def middle(full: Floats, kernel: Floats) -> Floats:
    """The part of a full convolution that is as large as the picture was and lies over it."""
    rows, columns = kernel.shape
    height, width = full.shape[-2] - rows + 1, full.shape[-1] - columns + 1
    top, left = rows // 2, columns // 2
    return full[..., top : top + height, left : left + width]


def difference(first: Floats, second: Floats) -> float:
    """The largest difference between two pictures of equal size, as a share of the largest value in either."""
    largest = max(float(np.abs(first).max(initial=0.0)), float(np.abs(second).max(initial=0.0)))
    return float(np.abs(first - second).max(initial=0.0)) / largest if largest > 0 else 0.0


# Propagators


def propagator(kernel: Floats) -> Floats:
    """The softmax over all numbers of a kernel: chances that add up to 1.

    Read as a propagator, each is the chance that what is at a pixel moves by so much in one step; the middle is the
    chance that it stays.
    """
    raised: Floats = np.exp(kernel - kernel.max())
    chances: Floats = raised / raised.sum()
    return chances


def propagated(picture: Floats, chances: Floats, steps: int) -> Floats:
    """A picture (..., H, W) after ``steps`` steps of a propagator (h, w), on a ring, so that nothing is lost.

    Each step is a multiplication in frequency, so many steps are a power.
    """
    height, width = picture.shape[-2:]
    ring = np.roll(wrapped(chances, height, width), (-(chances.shape[0] // 2), -(chances.shape[1] // 2)), (0, 1))
    product = np.fft.rfft2(picture) * np.fft.rfft2(ring) ** steps
    return np.fft.irfft2(product, s=(height, width))


def grey(picture: Floats) -> Floats:
    """A picture (channels, H, W) as (H, W): the mean of its channels."""
    if picture.ndim == 2:
        return picture
    flat: Floats = picture.mean(axis=0)
    return flat
