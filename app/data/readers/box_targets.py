"""Bounding boxes as targets: the classes that are present, the largest, how many, or the sides of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.label_lists import labels_field
from app.data.readers.picture_boxes import BoxedPicture, BoxSet
from app.data.readers.picture_listing import class_target
from app.numerics.box_grid import CHANNELS, GridBox, encode
from app.protocol.data_values import PictureBox
from graph.errors import NetloomError
from graph.shapes import image, vector

BoxTask = Literal["auto", "present", "largest", "number", "sides", "grid"]
CELLS = 4
"""Cells along each side of a grid of boxes, where nobody says it."""
SIDES = ("xmin", "ymin", "xmax", "ymax")
NOT_MOVED = "Augmentation moves pictures but not their boxes; leave flip, shift, rotate, zoom and crop off."
"""The note where boxes are what is learned."""
MEANT = {
    "present": "which classes are present in each picture",
    "largest": "the class of the largest box in each picture",
    "number": "how many boxes each picture has",
    "grid": "all boxes of each picture, in a grid of cells",
    "sides": "the sides of the one box in each picture, as shares of the picture that the network sees",
}
"""What is learned, in words."""


@dataclass(frozen=True)
class BoxTarget:
    """What is learned of each picture at ``rows`` of a set; ``boxes`` are those of the pictures as they are fitted."""

    target: Field
    rows: Array
    boxes: tuple[tuple[PictureBox, ...], ...]
    notes: tuple[str, ...]


def likely_task(known: BoxSet) -> BoxTask:
    """What is learned where nobody says it: the sides of a single box, or else which classes are present."""
    if all(len(picture.boxes) == 1 for picture in known.pictures):
        return "sides"
    return "present" if len(known.classes) > 1 else "number"


def box_target(
    known: BoxSet, task: BoxTask, size: tuple[int, int], fit: str, name: str, cells: int = CELLS
) -> BoxTarget:
    """The target of a set of boxes whose pictures are brought to ``size`` (height, width) as ``fit`` says.

    A grid has so many ``cells`` along each side.

    Raises
    ------
    NetloomError
        if the boxes do not hold what is to be learned; ``name`` is what the data is called.
    """
    chosen = likely_task(known) if task == "auto" else task
    fitted, cut = fitted_boxes(known.pictures, size, fit)
    classes = {kind: number for number, kind in enumerate(known.classes)}
    rows = np.arange(len(fitted))
    notes: tuple[str, ...] = (f"Learned is {MEANT[chosen]}; the setting “boxes” chooses.",)
    if cut:
        notes += (f"Boxes that lie in what is cut off the pictures are left out ({cut:,}).",)
    match chosen:
        case "largest":
            target, rows = _largest(fitted, classes, name)
            if len(rows) < len(fitted):
                notes += (
                    f"Pictures without a box have no largest one and are left out ({len(fitted) - len(rows):,}).",
                )
        case "number":
            counts = np.array([[len(boxes)] for boxes in fitted], np.float32)
            target = Field("boxes", vector(1), names=("number of boxes",), values=counts)
        case "grid":
            target, lost = _grid(fitted, classes, cells)
            notes += (NOT_MOVED,)
            if lost:
                notes += (f"Boxes in a cell with a larger one are not learned ({lost:,}); more cells hold more boxes.",)
        case "sides":
            target = _sides(fitted, name)
            notes += (NOT_MOVED,)
        case _:
            target = _present(fitted, classes, name)
    return BoxTarget(target, rows, tuple(fitted[row] for row in rows), notes)


def _largest(fitted: Sequence[tuple[PictureBox, ...]], classes: dict[str, int], name: str) -> tuple[Field, Array]:
    """The class of the largest box in each picture that has one, and which pictures these are, int64 (n,)."""
    rows = np.array([row for row, boxes in enumerate(fitted) if boxes], np.int64)
    labels = [classes[max(fitted[row], key=_area).name] for row in rows]
    if len(set(labels)) < 2:
        raise NetloomError(f"{name}: all largest boxes are of one class; choose “number” for the setting boxes.")
    return class_target(labels, tuple(classes)), rows


def _present(fitted: Sequence[tuple[PictureBox, ...]], classes: dict[str, int], name: str) -> Field:
    """Each class as a label of the pictures that have a box of it."""
    if len(classes) < 2:
        raise NetloomError(
            f"{name}: all boxes are of one class, so it is no question which are present; choose “number” for the "
            "setting boxes."
        )
    values = np.zeros((len(fitted), len(classes)), np.float32)
    for row, boxes in enumerate(fitted):
        values[row, [classes[box.name] for box in boxes]] = 1.0
    return labels_field("labels", values, tuple(classes))


def _grid(fitted: Sequence[tuple[PictureBox, ...]], classes: dict[str, int], cells: int) -> tuple[Field, int]:
    """All boxes as grids, float32 (N, 5 + classes, cells, cells), and how many have no cell of their own."""
    shape = image(len(CHANNELS) + len(classes), cells, cells)
    values = np.zeros((len(fitted), *(size or 1 for size in shape.sizes)), np.float32)
    lost = 0
    for row, boxes in enumerate(fitted):
        own = [GridBox(classes[box.name], box.x, box.y, box.width, box.height) for box in boxes]
        values[row], crowded = encode(own, cells, len(classes))
        lost += crowded
    return Field("grid", shape, names=(*CHANNELS, *classes), fixed=True, values=values), lost


def _sides(fitted: Sequence[tuple[PictureBox, ...]], name: str) -> Field:
    """The sides of the one box in each picture, float32 (N, 4)."""
    others = sum(len(boxes) != 1 for boxes in fitted)
    if others:
        raise NetloomError(
            f"{name}: {others:,} of {len(fitted):,} pictures have no box or several, so their sides are no four "
            "amounts; choose “present” or “number” for the setting boxes."
        )
    values = [(box.x, box.y, box.x + box.width, box.y + box.height) for (box,) in fitted]
    return Field("box", vector(4), names=SIDES, values=np.array(values, np.float32))


def _area(box: PictureBox) -> float:
    return box.width * box.height


def fitted_boxes(
    pictures: Sequence[BoxedPicture], size: tuple[int, int], fit: str
) -> tuple[list[tuple[PictureBox, ...]], int]:
    """The boxes in shares of the pictures as they are fitted, and how many are cut off whole."""
    fitted, cut = [], 0
    for picture in pictures:
        frame = frame_of((picture.width, picture.height), size, fit)
        boxes = [_fitted(PictureBox(*box), frame) for box in picture.shares()]
        kept = tuple(box for box in boxes if box.width > 0 and box.height > 0)
        cut += len(boxes) - len(kept)
        fitted.append(kept)
    return fitted, cut


Frame = tuple[float, float, float, float]
"""Where a whole picture lies in its fitted one: left, top, width, height, in shares of the fitted one."""


def frame_of(own: tuple[int, int], size: tuple[int, int], fit: str) -> Frame:
    """Where a picture of ``own`` width and height comes to lie when it is fitted to ``size``, height and width.

    It is what `app.data.readers.picture_file` does to the pixels: cropped around the middle, or with bars at two sides.
    """
    across, down = own
    high, wide = size
    if fit == "crop":
        share = wide / high / (across / down)
        return (0.5 - 0.5 / share, 0.0, 1 / share, 1.0) if share < 1 else (0.0, 0.5 - 0.5 * share, 1.0, share)
    if fit == "pad":
        if across / down > wide / high:
            inner = round(down / across * wide)
            return 0.0, round((high - inner) * 0.5) / high, 1.0, inner / high
        inner = round(across / down * high)
        return round((wide - inner) * 0.5) / wide, 0.0, inner / wide, 1.0
    return 0.0, 0.0, 1.0, 1.0


def _fitted(box: PictureBox, frame: Frame) -> PictureBox:
    """A box of the whole picture within the fitted one, cut at its edges."""
    left, top, wide, high = frame
    x, y = max(left + box.x * wide, 0.0), max(top + box.y * high, 0.0)
    right, bottom = min(left + (box.x + box.width) * wide, 1.0), min(top + (box.y + box.height) * high, 1.0)
    return PictureBox(box.name, x, y, right - x, bottom - y)
