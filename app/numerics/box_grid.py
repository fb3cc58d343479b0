"""Bounding boxes as a grid of predictions, as in YOLO, and back: encoding, decoding and non-maximum suppression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
CHANNELS = ("holds a box", "x in the cell", "y in the cell", "box width", "box height")
"""What the channels before those of the classes say of a cell."""
SIDES = len(CHANNELS)
THRESHOLD = 0.5
"""A cell holds a box from this value of its first channel on."""
SAME = 0.5
"""Of two boxes of one class whose intersection over union is more than this, the surer stays."""


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


def decode(grid: Array, threshold: float = THRESHOLD) -> list[GridBox]:
    """The boxes that values (5 + classes, cells, cells) of a network or of `encode` say, the surest first.

    They are cut at the edges of the picture. Boxes around the same thing in the same class are said once.
    """
    rows, columns = grid.shape[1:]
    boxes = []
    for row, column in np.argwhere(grid[0] >= threshold):
        score, across, down, width, height = (float(value) for value in grid[:SIDES, row, column])
        middle, centre = (column + across) / columns, (row + down) / rows
        left, right = np.clip((middle - width / 2, middle + width / 2), 0.0, 1.0).tolist()
        top, bottom = np.clip((centre - height / 2, centre + height / 2), 0.0, 1.0).tolist()
        if right > left and bottom > top:
            kind = int(grid[SIDES:, row, column].argmax())
            boxes.append(GridBox(kind, left, top, right - left, bottom - top, score))
    return without_repeats(boxes)


def without_repeats(boxes: Sequence[GridBox]) -> list[GridBox]:
    """Non-maximum suppression: of boxes of one class that mostly overlap only the surest, the surest first."""
    kept: list[GridBox] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        if all(other.kind != box.kind or overlap(box, other) <= SAME for other in kept):
            kept.append(box)
    return kept


def overlap(first: GridBox, other: GridBox) -> float:
    """Intersection over union of two boxes, from 0 to 1."""
    across = min(first.x + first.width, other.x + other.width) - max(first.x, other.x)
    down = min(first.y + first.height, other.y + other.height) - max(first.y, other.y)
    shared = max(across, 0.0) * max(down, 0.0)
    whole = first.width * first.height + other.width * other.height - shared
    return shared / whole if whole > 0 else 0.0
