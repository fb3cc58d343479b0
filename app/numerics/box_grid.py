"""Bounding boxes as a grid of predictions, as in YOLO, and back: encoding and decoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.numerics.detections import Detections, suppress

Array = npt.NDArray[Any]
CHANNELS = ("holds a box", "x in the cell", "y in the cell", "box width", "box height")
"""What the channels before those of the classes say of a cell."""
SIDES = len(CHANNELS)
THRESHOLD = 0.5
"""A cell says a box that is at least so sure."""
LEAST = 0.01
"""Boxes that are less sure than this count nowhere: they lie at the end of a curve, where precision is low."""


class GridBox(NamedTuple):
    """A box of class number ``kind``: left, top, width and height in shares of the picture, and how sure it is."""

    kind: int
    x: float
    y: float
    width: float
    height: float
    score: float = 1.0


def is_grid(names: Sequence[str]) -> bool:
    """Whether the features of a field are the channels of a grid of boxes."""
    return tuple(names[:SIDES]) == CHANNELS and len(names) > SIDES


def encode(boxes: Sequence[GridBox], cells: int, classes: int) -> tuple[Array, int]:
    """The boxes of a picture as float32 (5 + classes, cells, cells), and how many had no room.

    In the cell that holds the centre of a box, the first channel is 1, the next two say where in the cell the centre
    lies (0 to 1), then come width and height in shares of the picture, then 1 for its class. All else is 0. A cell
    holds one box, the largest.
    """
    grid = np.zeros((SIDES + classes, cells, cells), np.float32)
    lost = 0
    for box in sorted(boxes, key=lambda box: -box.width * box.height):
        across, down = (box.x + box.width / 2) * cells, (box.y + box.height / 2) * cells
        column, row = min(int(across), cells - 1), min(int(down), cells - 1)
        if grid[0, row, column]:
            lost += 1
            continue
        grid[:SIDES, row, column] = 1.0, across - column, down - row, box.width, box.height
        grid[SIDES + box.kind, row, column] = 1.0
    return grid, lost


def grid_detections(grids: Array, threshold: float) -> Detections:
    """The box of each cell that is at least ``threshold`` sure, of grids (n, 5 + classes, cells, cells).

    Values are those of `encode`, or what a network says of them. A box is as sure as its cell holds one times as its
    class is likely. Boxes are cut at the edges of the picture; those without a size are none.
    """
    rows, columns = grids.shape[2:]
    score, across, down, width, height = np.moveaxis(np.asarray(grids[:, :SIDES], np.float64), 1, 0)
    middle, centre = (np.arange(columns) + across) / columns, (np.arange(rows)[:, None] + down) / rows
    sides = (middle - width / 2, centre - height / 2, middle + width / 2, centre + height / 2)
    corners = np.stack(sides, axis=-1).clip(0.0, 1.0).reshape(len(grids), rows * columns, 4)
    kinds = grids[:, SIDES:]
    score = (score * kinds.max(1).clip(0.0, 1.0)).reshape(len(grids), rows * columns)
    sized = (corners[..., 2:] > corners[..., :2]).all(-1)
    found = Detections(corners, kinds.argmax(1).reshape(score.shape), score)
    return found.keep(sized & (score >= threshold) & (score > 0))


def said_boxes(grids: Array) -> Detections:
    """The boxes that a network's values (n, 5 + classes, cells, cells) say, also unsure ones, none twice."""
    return suppress(grid_detections(grids, LEAST))


def true_boxes(grids: Array) -> Detections:
    """The boxes of targets (n, 5 + classes, cells, cells), as of `encode`."""
    return grid_detections(grids, THRESHOLD)


def decode(grids: Array, threshold: float = THRESHOLD) -> list[list[GridBox]]:
    """The boxes of each picture by values (n, 5 + classes, cells, cells) of a network or of `encode`, surest first.

    They are cut at the edges of the picture. Boxes around the same thing in the same class are said once, as by
    `suppress`.
    """
    return grid_boxes(suppress(grid_detections(grids, threshold)))


def grid_boxes(found: Detections) -> list[list[GridBox]]:
    """The boxes of each picture, those that are none left out."""
    pictures = zip(found.corners.tolist(), found.kinds.tolist(), found.scores.tolist(), strict=True)
    return [
        [
            GridBox(kind, left, top, right - left, bottom - top, score)
            for (left, top, right, bottom), kind, score in zip(*picture, strict=True)
            if score > 0
        ]
        for picture in pictures
    ]
