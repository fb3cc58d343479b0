"""The many values of a layer in a step as one picture: the sample itself, a map, or the first values in a square."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from app.insight.value_ranges import colour_ends
from graph.layers.io import InputLike
from graph.layers.value_range import ANYTHING
from widgets.charts.colour_maps import Bytes, between, colour, image, limits, picture
from widgets.look.theme import Theme
from widgets.understand.backprop.recorded_step import Floats, StepSeen

SIDE = 8
"""Cells along a side of the square."""


def picture_of(step: StepSeen, layer: str, sample: int, theme: Theme, *, back: bool) -> QImage | None:
    """The map that is drawn of a layer, or with ``back`` of its gradients; None for a vector.

    An image that enters the network is in its own colours.
    """
    shown = step.map(layer, sample, back=back)
    if shown is None:
        return None
    enters = isinstance(step.layer(layer), InputLike) and shown.ndim == 3 and len(step.record.layers[layer].sizes) > 2
    if enters and not back:
        return image(picture(shown, *limits(shown)))
    return image(_coloured(step, layer, shown[0], theme, back))


def square_of(step: StepSeen, layer: str, values: Floats, theme: Theme, *, back: bool) -> QImage:
    """The first values of a vector in rows of `SIDE`."""
    square = np.zeros((math.ceil(len(values) / SIDE), SIDE, 4), np.uint8)
    square[..., :3] = _channels(theme.raised)
    square.reshape(-1, 4)[: len(values)] = _coloured(step, layer, values, theme, back)
    return image(square)


def what_is_drawn(step: StepSeen, layer: str) -> str:
    """Which part of a layer's values its picture shows; nothing where it is all of them, or a square of the first."""
    sizes = step.record.layers[layer].sizes
    if len(sizes) == 2:
        return "Its features are the rows, its time steps the columns."
    if len(sizes) < 3 or sizes[-3] == 1 or (sizes[-3] == 3 and isinstance(step.layer(layer), InputLike)):
        return ""
    return f"The picture is map 1 of {sizes[-3]:,}."


def fitted(shown: QImage, room: QRectF) -> QRectF:
    """The largest place at the top left of ``room`` that keeps the picture's proportions."""
    scale = min(room.width() / shown.width(), room.height() / shown.height())
    return QRectF(room.left(), room.top(), shown.width() * scale, shown.height() * scale)


def _coloured(step: StepSeen, layer: str, values: Floats, theme: Theme, back: bool) -> Bytes:
    ends = colour_ends(ANYTHING if back else step.record.layers[layer].can_be, values)
    return colour(values, between(ends, theme), *ends, theme.error)


def _channels(hue: QColor) -> tuple[int, int, int]:
    return hue.red(), hue.green(), hue.blue()
