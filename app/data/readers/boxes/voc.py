"""Pascal VOC annotations: an XML file for each picture, whose boxes have corners that count pixels from 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from app.data.readers.boxes.annotation import (
    Annotation,
    Annotations,
    Box,
    Problem,
    Problems,
    all_finite,
    around,
    finite,
    stated_size,
)
from app.data.readers.boxes.box_format import FolderFiles, box_format, text_of

CORNERS = ("xmin", "ymin", "xmax", "ymax")
FROM_ZERO = (
    "Some corners of boxes are 0, so all are read as counting pixels from 0; those of Pascal VOC count from 1, which "
    "would move each box by one pixel."
)


@box_format("Pascal VOC")
def read_voc(files: FolderFiles) -> Annotations | None:
    """The annotations of the pictures in a folder, in ``Annotations`` beside ``JPEGImages`` or beside each picture."""
    found: dict[Path, Annotation] = {}
    problems = Problems()
    for file in files.ending(".xml"):
        tree = _parsed(file)
        if tree is None:
            problems.add(Problem.UNREADABLE, files.short(file))
        elif tree.tag == "annotation":
            _read(tree, file, files, found, problems)
    if not found:
        return None
    if any(min(box.x, box.y) == 0 for annotation in found.values() for box in annotation.boxes):
        return Annotations("Pascal VOC", found, problems, notes=(FROM_ZERO,))
    counted = {picture: replace(known, boxes=_from_one(known.boxes)) for picture, known in found.items()}
    return Annotations("Pascal VOC", counted, problems)


def _from_one(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """Corners that name the first and the last pixel, counted from 1, as edges: the first pixel begins at 0."""
    return tuple(Box(box.name, box.x - 1, box.y - 1, box.width + 1, box.height + 1) for box in boxes)


def _parsed(file: Path) -> ElementTree.Element | None:
    """The root of an XML file; None where it cannot be read, or defines words of its own, which could unfold."""
    text = text_of(file)
    if text is None or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None


def _read(
    tree: ElementTree.Element, file: Path, files: FolderFiles, found: dict[Path, Annotation], problems: Problems
) -> None:
    """Put down what one file says of its picture, which has the file's own name, or the one it says."""
    short = files.short(file)
    named = (tree.findtext("filename") or "").strip()
    # Programs that rename pictures often leave the name in the file as it was.
    picture = files.picture_of(named if Path(named).stem == file.stem else file.stem, file)
    picture = picture or (files.picture_of(named, file) if named else None)
    if files.is_new(picture, found, short, problems):
        stated = stated_size([tree.findtext("size/width"), tree.findtext("size/height")])
        found[picture] = Annotation(picture, tuple(_boxes(tree, short, problems)), short, stated)


def _boxes(tree: ElementTree.Element, place: str, problems: Problems) -> Iterator[Box]:
    for number, thing in enumerate(tree.findall("object"), 1):
        at = f"{place} object {number}"
        box = _box(thing)
        if box is None:
            problems.add(Problem.NO_BOX, at)
            continue
        if (thing.findtext("difficult") or "").strip() == "1":
            problems.add(Problem.DIFFICULT, at)
        yield box


def _box(thing: ElementTree.Element) -> Box | None:
    """One object by its corners, first and last pixel as the file counts them."""
    name = (thing.findtext("name") or "").strip()
    corners = all_finite([thing.findtext(f"bndbox/{corner}") for corner in CORNERS])
    if not name:
        return None
    if corners is not None:
        left, top, right, bottom = corners
        return Box(name, left, top, right - left, bottom - top)
    outline = [finite(point.text) for point in thing.findall("polygon/*")]
    points = [point for point in outline if point is not None]
    return around(name, points) if len(points) == len(outline) >= 6 and len(points) % 2 == 0 else None
