"""From numbers to colours: maps for values about zero, for values of one sign, and for pictures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.insight.value_ranges import beyond
from widgets.look.theme import Theme
from widgets.plots.ticks import number

Floats = NDArray[np.floating]
Bytes = NDArray[np.uint8]

_SEQUENTIAL = {
    "light": ("#FFFFFF", "#D3EBB4", "#77C6A0", "#2B979F", "#2374A0", "#263D78", "#10142A"),
    "dark": ("#10142A", "#263D78", "#2374A0", "#2FA89A", "#8ED081", "#F5F2B8"),
}
"""From the ground to what stands out most from it, as paper and ink."""
_DIVERGING = {
    "light": ("#7A2E00", "#DB7A2B", "#FFFFFF", "#4F86E8", "#173B8F"),
    "dark": ("#FFC08A", "#D0702A", "#11151C", "#3F76D6", "#A9CBFF"),
}


@lru_cache(maxsize=8)
def _table(stops: tuple[str, ...]) -> Bytes:
    hues = [QColor(stop) for stop in stops]
    colors = np.array([(hue.red(), hue.green(), hue.blue()) for hue in hues], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(at, np.arange(len(stops)), colors[:, channel]) for channel in range(3)]
    return np.stack([*channels, np.full(256, 255.0)], axis=-1).round().astype(np.uint8)


def diverging(theme: Theme) -> Bytes:
    """Return 256 RGBA colours from the most negative over zero to the most positive."""
    return _table(_DIVERGING[theme.name])


def sequential(theme: Theme) -> Bytes:
    """Return 256 RGBA colours from least to greatest, ever further from the ground in lightness."""
    return _table(_SEQUENTIAL[theme.name])


def over_picture() -> Bytes:
    """Return 256 RGBA colours for what lies over a picture, dark where there is least: it glows in any window."""
    return _table(_SEQUENTIAL["dark"])


def between(ends: tuple[float, float], theme: Theme) -> Bytes:
    """The one rule: values that can be negative are coloured about 0, all others from 0, whatever one sample has.

    ``ends`` are the values of the first and last colour; the first is negative or 0. Values beyond have these colours.
    """
    return diverging(theme) if ends[0] < 0 else sequential(theme)


def ends_in_words(ends: tuple[float, float], theme: Theme, values: Floats) -> str:
    """What the colours `between` these ends mean, and whether ``values`` that are shown in them lie beyond."""
    end, zero = number(ends[1], 2), "black" if theme.dark else "white"
    below, above = beyond(values, ends)
    last = f"{end} and more" if above else end
    if ends[0] < 0:
        first = f"−{end} and less" if below else f"−{end}"
        return f"Orange is less than 0, down to {first}; {zero} is 0; blue is more, up to {last}."
    return f"Never below 0: from 0, {zero}, to {last}, {'light yellow' if theme.dark else 'dark blue'}."


def ends_in_figures(ends: tuple[float, float], values: Floats) -> tuple[str, str]:
    """What stands at the ends of a scale: values of the first and last colour, marked where ``values`` go further."""
    below, above = beyond(values, ends)
    return f"{'≤ ' if below else ''}{number(ends[0], 3)}", f"{'≥ ' if above else ''}{number(ends[1], 3)}"


def limits(values: Floats) -> tuple[float, float]:
    """Return least and greatest finite value, made to differ."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high) if high > low else (low, low + max(1e-12, abs(low) * 1e-9))


def colour(values: Floats, table: Bytes, low: float, high: float, invalid: QColor) -> Bytes:
    """Return RGBA bytes, shape (..., 4), of values mapped through `table`; what is not finite becomes `invalid`."""
    share = (values - low) * (255.0 / (high - low))
    bad = ~np.isfinite(share)
    pixels: Bytes = table[np.clip(np.where(bad, 0.0, share), 0, 255).astype(np.uint8)]
    if bad.any():
        pixels[bad] = (invalid.red(), invalid.green(), invalid.blue(), 255)
    return pixels


def picture(values: Floats, low: float, high: float) -> Bytes:
    """Return RGBA bytes, shape (H, W, 4), of a picture, shape (1, H, W) or (3, H, W); other depths are averaged."""
    channels = values if values.shape[0] in (1, 3) else values.mean(axis=0, keepdims=True)
    scaled = np.nan_to_num((channels - low) * (255.0 / (high - low)))
    rgb = np.clip(scaled, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    pixels = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = rgb
    return pixels


def image(pixels: Bytes) -> QImage:
    """Return RGBA bytes, shape (H, W, 4), as a Qt image that owns them."""
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBX8888).copy()
