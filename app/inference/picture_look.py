"""How the pictures of a training set look (ground, ink, stroke width, centring), and drawings made to look so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Array
from app.protocol.inference_values import PictureLook

Floats = NDArray[np.float64]

INKED = 0.25
"""Share of the way from ground to ink from which a pixel counts as drawn on."""
FAINT = 0.15
"""What is below this is noise of the ground."""
DRAWN = 0.4
"""Share of pixels near the ground from which pictures count as drawings."""
CENTRED = 0.06
"""Deviation of the centres of drawings, in shares of the picture, up to which they count as centred."""
FINE = 8
"""Samples along each side of a pixel from which the value of a drawn pixel is averaged."""


def look_of(pictures: Array) -> PictureLook:
    """The look of pictures (n, channels, height, width) in the data's own units."""
    values = np.nan_to_num(np.asarray(pictures, np.float64))
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    high = high if high > low else low + 1.0
    shares = (values - low) / (high - low)
    dark, bright = float((shares < 0.1).mean()), float((shares > 0.9).mean())
    ground, ink = (low, high) if dark >= bright else (high, low)
    cover = np.abs(values - ground).mean(axis=1) / (high - low)
    drawing = max(dark, bright) >= DRAWN
    centre, extent = _centring(cover) if drawing else (None, 0.0)
    return PictureLook(
        channels=values.shape[1],
        height=values.shape[2],
        width=values.shape[3],
        ground=ground,
        ink=ink,
        stroke=_stroke(cover) if drawing else max(1.0, cover.shape[1] / 12),
        centre=centre,
        extent=extent,
    )


def _stroke(cover: Floats) -> float:
    """The usual width of strokes in pixels: twice the ink over the length of its outline, by its total variation."""
    ink = np.pad(np.where(cover > FAINT, cover, 0.0), ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(ink, axis=1)[:, :, :-1], np.diff(ink, axis=2)[:, :-1]
    width = 2.0 * float(ink.sum()) / max(float(np.hypot(down, right).sum()), 1e-9)
    return float(np.clip(width, 1.0, max(1.0, cover.shape[1] / 4)))


def _centring(cover: Floats) -> tuple[tuple[float, float] | None, float]:
    """The mean centre (y, x) and the usual longer side of drawings, in shares; None where they lie anywhere."""
    boxes = np.array([box for picture in cover if (box := ink_box(picture)) is not None])
    if len(boxes) < 2:
        return None, 0.0
    height, width = cover.shape[1:]
    centres = np.stack([(boxes[:, 0] + boxes[:, 1]) / 2 / height, (boxes[:, 2] + boxes[:, 3]) / 2 / width], axis=1)
    longer = np.maximum((boxes[:, 1] - boxes[:, 0]) / height, (boxes[:, 3] - boxes[:, 2]) / width)
    if centres.std(axis=0).max() > CENTRED or longer.std() > 2 * CENTRED:
        return None, 0.0
    middle = centres.mean(axis=0)
    return (float(middle[0]), float(middle[1])), float(np.median(longer))


def ink_box(cover: Floats) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of what is drawn in shares of ink (H, W), one after the last; None of a blank one."""
    inked = cover > INKED
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def as_trained(drawing: Floats, look: PictureLook, *, centred: bool) -> Array:
    """A drawing in the size and the values of the training set's pictures, float32 (channels, height, width).

    Parameters
    ----------
    drawing
        brightness from 0 to 1, (channels, any height, any width), larger than the picture.
    look
        how the pictures look.
    centred
        whether what is drawn is moved and scaled to where it lies in the training set's pictures.
    """
    low, high = min(look.ground, look.ink), max(look.ground, look.ink)
    bare = 0.0 if look.ground == low else 1.0
    box = ink_box(np.abs(drawing - bare).max(axis=0)) if centred and look.centre is not None else None
    rows = _places(look.height, drawing.shape[1], look, 0, box)
    columns = _places(look.width, drawing.shape[2], look, 1, box)
    inside = (rows >= 0)[:, None] & (columns >= 0)[None, :]
    fine = np.where(inside, drawing[:, rows[:, None], columns[None, :]], bare)
    averaged = fine.reshape(len(drawing), look.height, FINE, look.width, FINE).mean(axis=(2, 4))
    values: Array = (low + averaged * (high - low)).astype(np.float32)
    return values


def _places(size: int, drawn: int, look: PictureLook, axis: int, box: tuple[int, int, int, int] | None) -> Array:
    """Which row or column of a drawing each fine sample of a picture is taken from; -1 beyond its edge."""
    shares = (np.arange(size * FINE) + 0.5) / (size * FINE)
    if box is not None and look.centre is not None:
        longer = max(box[1] - box[0], box[3] - box[2]) / drawn
        middle = (box[2 * axis] + box[2 * axis + 1]) / 2 / drawn
        shares = (shares - look.centre[axis]) * longer / max(look.extent, 1e-6) + middle
    places = np.floor(shares * drawn).astype(np.int64)
    return np.where((places >= 0) & (places < drawn), places, -1)
