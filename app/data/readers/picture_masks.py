"""Segmentation masks: folders of pictures with a folder of masks beside, as pictures to be predicted pixel by pixel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.dataset import Array, Field
from app.data.lazy_array import LazyArray, RowStore
from app.data.readers.file_access import stamp, within_budget
from app.data.readers.file_memory import remembered
from app.data.readers.likely_roles import PART_NAMES
from app.data.readers.picture_file import PictureError, picture_indices
from app.data.readers.picture_listing import Found, class_folders, pictures_in, plain_name
from app.data.readers.recipe import RULES
from graph.errors import NetloomError
from graph.shapes import image

PICTURES = frozenset({
    "images", "image", "imgs", "img", "pictures", "photos", "jpegimages", "inputs", "input", "frames",
})  # fmt: skip
MASKS = frozenset({
    "masks", "mask", "segmentationclass", "segmentation", "segmentations", "gt", "ground_truth", "groundtruth",
    "labels", "label", "annotations", "annotation", "targets", "target", "seg",
})  # fmt: skip
"""What folders of pictures and of their masks or boxes are called, in small letters."""
KINDS = 20
"""So many different values of pixels are kinds of things; more are shades."""
_AFFIX = re.compile(r"[_ -]?(mask|gt|seg|segmentation|labels?|groundtruth|target)s?$|^(mask|gt|seg|label)[_ -]")


@dataclass(frozen=True)
class MaskPairs:
    """Pictures with the mask of each, and the number of the part that each is in; ``bare`` pictures have no mask."""

    pictures: tuple[Path, ...]
    masks: tuple[Path, ...]
    parts: tuple[int, ...]
    bare: int


def picture_folders(folder: Path) -> Iterator[tuple[Path, Path, int | None]]:
    """Each folder of pictures in ``folder`` with the one beside it that is called as masks or boxes are, and its part.

    They lie in the folder itself, in folders of parts, or hold folders of parts.
    """
    inner = list(class_folders(folder, RULES, Found()))
    parted = [entry for entry in inner if entry.name.lower() in PART_NAMES]
    for place in parted if parted and len(parted) == len(inner) else [folder]:
        part = PART_NAMES.get(place.name.lower()) if place != folder else None
        by_name = {entry.name.lower(): entry for entry in class_folders(place, RULES, Found())}
        pictures = next((entry for name, entry in by_name.items() if name in PICTURES), None)
        others = next((entry for name, entry in by_name.items() if name in MASKS), None)
        if pictures is not None and others is not None and len(by_name) == len({pictures, others}):
            yield pictures, others, part


def find_masks(folder: Path) -> MaskPairs | None:
    """The pictures in ``folder`` with their masks of the same name; None where it holds something else."""
    pictures: list[Path] = []
    masks: list[Path] = []
    parts: list[int] = []
    bare = 0
    for place, beside, part in picture_folders(folder):
        known = {_key(beside, mask): mask for mask in pictures_in(beside)}
        for picture in pictures_in(place):
            mask = known.get(_key(place, picture))
            if mask is None:
                bare += 1
                continue
            first = picture.relative_to(place).parts[0].lower()
            pictures.append(picture)
            masks.append(mask)
            parts.append(part if part is not None else PART_NAMES.get(first, 0))
    return MaskPairs(tuple(pictures), tuple(masks), tuple(parts), bare) if len(pictures) > max(bare, 2) else None


def _key(folder: Path, file: Path) -> tuple[str, ...]:
    """The place of a picture in its folder, without its ending and what makes its name that of a mask."""
    inner = file.relative_to(folder)
    return (*map(plain_name, inner.parent.parts), _AFFIX.sub("", plain_name(file.stem).lower()))


def refuse_boxes(folder: Path) -> None:
    """Raise `NetloomError` where a folder holds pictures with files beside them in which no boxes were found."""
    for place, beside, _ in picture_folders(folder):
        boxes = next(
            (file for file in sorted(beside.rglob("*")) if file.suffix.lower() in (".txt", ".xml", ".json")), None
        )
        if boxes is not None and pictures_in(place) and not pictures_in(beside):
            raise NetloomError(
                f"{folder.name} holds pictures with files beside them (such as {boxes.relative_to(folder).as_posix()}) "
                "in which no boxes of these pictures are found; boxes are read as YOLO, Pascal VOC, COCO, LabelMe or "
                "CreateML write them, or from a table with the columns file, xmin, ymin, xmax, ymax and class."
            )


def mask_field(folder: Path, masks: tuple[Path, ...], size: tuple[int, int], fit: str) -> tuple[Field, dict[int, str]]:
    """The masks as pictures of 0 and 1 to be predicted, one channel for each kind of thing; and which are damaged.

    Masks of two values have one channel. Those of more than `KINDS` are shades of grey from 0 to 1.

    Raises
    ------
    NetloomError
        if they do not fit into memory.
    """
    return _field(folder, masks, size, fit, stamp(folder))


@remembered(1)
def _field(
    folder: Path, masks: tuple[Path, ...], size: tuple[int, int], fit: str, stamped: tuple[int, int]
) -> tuple[Field, dict[int, str]]:
    """The same, decoded once for as long as no file in the folder changes (``stamped``)."""
    within_budget(folder, 4 * len(masks) * size[0] * size[1])
    pixels = np.zeros((len(masks), *size), np.uint32)
    refused: dict[int, str] = {}

    def decoded(mask: Path) -> Array | str:
        try:
            return picture_indices(mask, size, fit)
        except PictureError as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        for number, found in enumerate(threads.map(decoded, masks)):
            if isinstance(found, str):
                refused[number] = found
            else:
                pixels[number] = found
    used = np.setdiff1d(np.arange(len(masks)), list(refused))
    known = np.unique(pixels[used])
    if len(known) > KINDS:
        grey = _grey(pixels)[:, None]
        values = LazyArray.of(RowStore(grey, 1))
        return Field("mask", image(1, *size), values=values), refused
    kinds = known[1:] if len(known) <= 2 else known
    within_budget(folder, len(kinds) * pixels.size)
    marks = np.stack([pixels == kind for kind in kinds], axis=1).astype(np.uint8) if len(kinds) else pixels[:, None] * 0
    names = tuple(map(_named, kinds)) if len(kinds) > 1 else ()
    values = LazyArray.of(RowStore(marks.astype(np.uint8), 1), shares=False)
    return Field("mask", image(marks.shape[1], *size), names=names, fixed=True, values=values), refused


def _grey(pixels: Array) -> Array:
    """Pixels as shades of a byte: colours, which are more than 16 bits, by their mean."""
    if pixels.max(initial=0) < 1 << 16:
        top = int(pixels.max(initial=1))
        return (pixels * (255 / max(top, 255))).astype(np.uint8)
    red, green, blue = (pixels >> 16) & 255, (pixels >> 8) & 255, pixels & 255
    mean: Array = ((red + green + blue) // 3).astype(np.uint8)
    return mean


def _named(kind: int) -> str:
    """A kind of pixel by its value, or its colour."""
    return f"{kind}" if kind < 1 << 16 else f"#{kind & 0xFFFFFF:06x}"
