"""Open questions about pictures: bits of deep ones, and whether a folder beside them holds masks or another class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.data.dataset import Field
from app.data.readers.picture_file import GreyScale, PictureError, is_deep, picture_array
from app.protocol.data_values import PossibleReading, Question

DEPTHS = (8, 10, 12, 14, 16)
"""Bits that deep pictures hold."""
MOST = 100
"""So many pictures are looked at to find one to show."""


def scale_of(depth: str, scale: GreyScale) -> GreyScale:
    """The scale of a set of deep pictures of whole numbers whose ``depth`` in bits a person said; else ``scale``."""
    if depth == "auto" or not scale.deep or scale.white <= 1.0:
        return scale
    return GreyScale(scale.black, top_of(int(depth)))


def top_of(bits: int) -> float:
    """The brightest value of so many bits."""
    return 2.0**bits - 1


def depth_question(files: Sequence[Path], scale: GreyScale | None, size: tuple[int, int], fit: str) -> Question | None:
    """Whether pictures that need fewer bits than their files have are as bright as they can be, or dim."""
    bits = next((bits for bits in DEPTHS[:-1] if scale is not None and scale.deep and scale.white == top_of(bits)), 0)
    file = next(filter(is_deep, files[:MOST]), None) if bits else None
    if scale is None or file is None:
        return None
    try:
        readings = tuple(
            PossibleReading(
                f"{depth} bits",
                f"{top_of(depth):,.0f} is white",
                {"depth": str(depth)},
                picture_array(file, size, False, fit, GreyScale(scale.black, top_of(depth))),
            )
            for depth in (bits, DEPTHS[-1])
        )
    except PictureError:  # which is told of where all pictures are decoded
        return None
    note = (
        f"The brightest value is below {top_of(bits) + 1:,.0f}, so the pictures are read as {bits} bits in files of 16;"
        " choose the depth 16 where they are dim pictures of 16 bits."
    )
    return Question("The brightness of the pictures", readings, note)


def masks_question(
    folders: tuple[str, str], picture: Path, target: Field, size: tuple[int, int], fit: str
) -> Question | None:
    """Whether a folder with pictures of many shades holds what is to be predicted, or another class of pictures."""
    if target.fixed:  # few values, as masks have
        return None
    try:
        shown = picture_array(picture, size, False, fit)
    except PictureError:
        return None
    pictures, masks = folders
    beside = np.concatenate([shown, np.asarray(target.values[:1], np.float32)[0]], axis=2)
    note = (
        f"The pictures in “{masks}” hold many shades, and are read as what is to be predicted from those in "
        f"“{pictures}”; choose the task classification where the two folders are classes."
    )
    return Question(
        "The two folders",
        (
            PossibleReading("Pictures to predict", f"“{masks}” from “{pictures}”", {"task": "masks"}, beside),
            PossibleReading("Two classes", f"“{pictures}” or “{masks}”", {"task": "classification"}, shown),
        ),
        note,
    )
