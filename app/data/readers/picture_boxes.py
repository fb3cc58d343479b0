"""Object-detection sets: pictures with their bounding boxes, in pixels of each picture as it stands upright."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from app.data.discovery import import_all
from app.data.readers import boxes as formats
from app.data.readers.boxes.annotation import Annotation, Annotations, Box, Problem, Problems
from app.data.readers.boxes.box_format import FORMATS, FolderFiles, text_of
from app.data.readers.boxes.box_table import BoxColumns, boxes_of
from app.data.readers.column_values import CLASSES, natural_order
from app.data.readers.file_access import stamp
from app.data.readers.file_memory import remembered
from app.data.readers.likely_roles import PART_NAMES
from app.data.readers.picture_file import PictureError, PictureSize, picture_size
from app.data.readers.picture_masks import MASKS, PICTURES
from app.data.readers.table_file import TableData
from graph.errors import NetloomError

import_all(formats)

ROUNDED = 1.0
"""Pixels by which a box may reach out of its picture because its sides were rounded."""
LINES = 1_000_000
"""Most lines of a list of pictures that are read."""


@dataclass(frozen=True)
class BoxedPicture:
    """A picture, its width and height in pixels as it stands upright, and its boxes in such pixels."""

    picture: Path
    width: int
    height: int
    boxes: tuple[Box, ...]

    def shares(self) -> tuple[Box, ...]:
        """The boxes as shares of the picture's width and height, from 0 to 1."""
        return tuple(_scaled(box, 1 / self.width, 1 / self.height) for box in self.boxes)


@dataclass(frozen=True)
class BoxSet:
    """Pictures with boxes, in natural order, and the names of the classes that occur.

    ``parts`` has the number of the part of each picture, or is empty. ``skipped`` says of pictures why they cannot be
    read. ``notes`` are sentences about what was found, left out and changed.
    """

    pictures: tuple[BoxedPicture, ...]
    classes: tuple[str, ...]
    parts: tuple[int, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def find_boxes(folder: Path) -> BoxSet | None:
    """The pictures below a folder with the boxes that files beside them say; None where there are none.

    Raises
    ------
    NetloomError
        if there are too many files, or more classes than can be told apart.
    """
    return _find_boxes(folder, stamp(folder)) if folder.is_dir() else None


@remembered(2)
def _find_boxes(folder: Path, stamped: tuple[int, int]) -> BoxSet | None:
    """The same, read once for as long as no file in the folder changes."""
    files = FolderFiles(folder)
    if not files.may_have_boxes:
        return None
    found = [known for read in FORMATS.values() if (known := read(files)) and known.boxes]
    if not found:
        return None
    best = max(found, key=lambda known: len(known.by_picture))
    if _are_classes(files) and 2 * len(best.by_picture) < len(files.pictures):
        return None
    others = " and ".join(known.title for known in found if known is not best)
    also = (f"The same folder holds boxes as {others} too, which are not read.",) if others else ()
    read = f"Boxes are read from {best.title}." if best.title == "a table" else f"Boxes are read as {best.title}."
    return _held_against(best, files, stamped, (read, *also))


def table_boxes(table: TableData, columns: BoxColumns) -> BoxSet:
    """The boxes that the rows of a table say, with the pictures in and below the table's folder.

    Raises
    ------
    NetloomError
        if it names no picture that is there, or there are more classes than can be told apart.
    """
    return _table_boxes(table, columns, stamp(table.file.parent))


@remembered(1)
def _table_boxes(table: TableData, columns: BoxColumns, stamped: tuple[int, int]) -> BoxSet:
    """The same, found once for as long as neither the table nor a picture changes."""
    files = FolderFiles(table.file.parent)
    annotations = boxes_of(table, columns, files)
    if not annotations.by_picture:
        raise NetloomError(f"{table.file.name} names no picture that is there; keep the pictures below its folder.")
    return _held_against(annotations, files, stamped)


def _are_classes(files: FolderFiles) -> bool:
    """Whether the pictures lie in folders that may well be classes."""
    first = {picture.relative_to(files.folder).parts[0].lower() for picture in files.pictures}
    usual = PICTURES | MASKS | {picture.name.lower() for picture in files.pictures}
    named = {name for name in first if name.rstrip("0123456789") not in PART_NAMES and name not in usual}
    return len(named) > 1


def _held_against(
    annotations: Annotations, files: FolderFiles, stamped: tuple[int, int], notes: tuple[str, ...] = ()
) -> BoxSet:
    """The annotations with the pictures that are there, boxes in pixels and within their pictures.

    ``stamped`` is the stamp of the folder.
    """
    known, bare_note = _with_bare(annotations, files)
    sizes = _sizes(tuple(annotation.picture for annotation in known), stamped)
    problems = Problems().joined(annotations.problems)
    pictures, parts, skipped = [], [], {}
    lists = _listed_parts(files)
    for annotation, size in zip(known, sizes, strict=True):
        if isinstance(size, str):
            skipped[files.short(annotation.picture)] = size
            continue
        boxes = _once(_within(annotation, size, problems), annotation.place, problems)
        pictures.append(BoxedPicture(annotation.picture, size.width, size.height, boxes))
        parts.append(_part(annotation, files, lists))
    classes = tuple(sorted({box.name for known in pictures for box in known.boxes}, key=natural_order))
    if len(classes) > CLASSES:
        raise NetloomError(
            f"{files.folder.name} has boxes of {len(classes):,} classes; at most {CLASSES:,} can be told apart."
        )
    given = tuple(part or 0 for part in parts) if len({part or 0 for part in parts}) > 1 else ()
    notes = (*notes, *annotations.notes, *bare_note, *problems.notes())
    return BoxSet(tuple(pictures), classes, given, skipped, notes)


def _with_bare(annotations: Annotations, files: FolderFiles) -> tuple[list[Annotation], tuple[str, ...]]:
    """The annotations in the order of the pictures, with pictures that no file names where these have no boxes."""
    by_picture = annotations.by_picture
    bare = [picture for picture in files.pictures if picture not in by_picture]
    if not annotations.bare_is_empty:
        known = [by_picture[picture] for picture in files.pictures if picture in by_picture]
        return known, (f"Pictures that no annotation names are left out ({len(bare):,}).",) if bare else ()
    folders = {picture.parent for picture in by_picture}
    empty = {picture: Annotation(picture, (), "") for picture in bare if picture.parent in folders}
    known = [by_picture.get(picture) or empty[picture] for picture in files.pictures if picture in by_picture | empty]
    told: tuple[str, ...] = ()
    if empty:
        told = (f"Pictures that no annotation names are read as having no boxes ({len(empty):,}).",)
    if len(bare) > len(empty):
        told += (f"Pictures in folders without annotations are left out ({len(bare) - len(empty):,}).",)
    return known, told


@remembered(2)
def _sizes(pictures: tuple[Path, ...], stamped: tuple[int, int]) -> tuple[PictureSize | str, ...]:
    """The size of each picture, or why it cannot be read."""

    def size(picture: Path) -> PictureSize | str:
        try:
            return picture_size(picture)
        except PictureError as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        return tuple(threads.map(size, pictures))


def _part(annotation: Annotation, files: FolderFiles, lists: Mapping[Path, int]) -> int | None:
    found = files.part_of(annotation.picture)
    return annotation.part if found is None and annotation.part is not None else lists.get(annotation.picture, found)


def _listed_parts(files: FolderFiles) -> dict[Path, int]:
    """The parts that lists such as ``ImageSets/Main/val.txt`` say: a picture on each line."""
    parts: dict[Path, int] = {}
    lists = [file for file in files.ending(".txt") if file.stem.lower() in PART_NAMES]
    # Of Pascal VOC's several lists those for boxes come first.
    for file in sorted(lists, key=lambda file: file.parent.name != "Main"):
        for line in (text_of(file) or "").splitlines()[:LINES]:
            picture = files.picture_of(line.split()[0], file) if line.strip() else None
            if picture is not None:
                parts.setdefault(picture, PART_NAMES[file.stem.lower()])
    return parts


def _once(boxes: Iterable[Box], place: str, problems: Problems) -> tuple[Box, ...]:
    """The boxes of a picture without those that are written again."""
    kept: dict[Box, None] = {}
    for box in boxes:
        if box in kept:
            problems.add(Problem.REPEATED, f"{place} “{box.name}”")
        kept[box] = None
    return tuple(kept)


def _within(annotation: Annotation, size: PictureSize, problems: Problems) -> Iterable[Box]:
    """The boxes of a picture in its upright pixels, cut at its edges, without those of no size or outside."""
    for box in _in_pixels(annotation, size, problems):
        left, top = max(box.x, 0.0), max(box.y, 0.0)
        right, bottom = min(box.x + box.width, size.width), min(box.y + box.height, size.height)
        place = f"{annotation.place} “{box.name}”"
        if box.width <= 0 or box.height <= 0:
            problems.add(Problem.NO_SIZE, place)
        elif right <= left or bottom <= top:
            problems.add(Problem.OUTSIDE, place)
        else:
            over = max(left - box.x, top - box.y, box.x + box.width - right, box.y + box.height - bottom)
            if over > ROUNDED:
                problems.add(Problem.CUT, place)
            yield Box(box.name, left, top, right - left, bottom - top)


def _in_pixels(annotation: Annotation, size: PictureSize, problems: Problems) -> Iterable[Box]:
    """The boxes in pixels of the picture as it stands upright."""
    across, down = float(size.width), float(size.height)
    stated = annotation.size
    if annotation.relative or stated is None or stated == (across, down):
        scale = (across, down) if annotation.relative else (1.0, 1.0)
        return (_scaled(box, *scale) for box in annotation.boxes)
    turned = stated == (down, across) and size.exchanged
    if not turned and annotation.boxes:
        problems.add(Problem.OTHER_SIZE, annotation.place)
    shares = (_scaled(box, 1 / stated[0], 1 / stated[1]) for box in annotation.boxes)
    upright = (turned_upright(box, size.orientation) if turned else box for box in shares)
    return (_scaled(box, across, down) for box in upright)


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(box.name, box.x * across, box.y * down, box.width * across, box.height * down)


def turned_upright(box: Box, orientation: int) -> Box:
    """A box in shares of a picture as it is stored, in shares of the picture turned as its EXIF orientation says."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    turn = {
        2: (1 - right, top, 1 - left, bottom),
        3: (1 - right, 1 - bottom, 1 - left, 1 - top),
        4: (left, 1 - bottom, right, 1 - top),
        5: (top, left, bottom, right),
        6: (1 - bottom, left, 1 - top, right),
        7: (1 - bottom, 1 - right, 1 - top, 1 - left),
        8: (top, 1 - right, bottom, 1 - left),
    }
    left, top, right, bottom = turn.get(orientation, (left, top, right, bottom))
    return Box(box.name, left, top, right - left, bottom - top)
