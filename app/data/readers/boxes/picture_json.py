"""LabelMe's and CreateML's annotations: JSON files with outlines of corners, and with boxes by their centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.data.readers.boxes.annotation import (
    Annotation,
    Annotations,
    Box,
    Problem,
    Problems,
    all_finite,
    around,
    stated_size,
)
from app.data.readers.boxes.box_format import FolderFiles, box_format
from app.data.readers.boxes.json_files import LIST

CENTRE = ("x", "y", "width", "height")


@box_format("LabelMe")
def read_labelme(files: FolderFiles) -> Annotations | None:
    """The rectangles and outlines of files that each describe one picture."""
    found: dict[Path, Annotation] = {}
    problems = Problems()
    for file in files.ending(".json"):
        content = files.json.small(file, "shapes")
        shapes = content.get("shapes") if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(shapes, list):
            continue
        picture = files.named_picture(content.get("imagePath"), file) or files.picture_of(file.stem, file)
        place = files.short(file)
        boxes = tuple(_outlined(shapes, place, problems))
        if files.is_new(picture, found, place, problems):
            stated = stated_size([content.get("imageWidth"), content.get("imageHeight")])
            found[picture] = Annotation(picture, boxes, place, stated)
    return Annotations("LabelMe", found, problems) if found else None


@box_format("CreateML")
def read_createml(files: FolderFiles) -> Annotations | None:
    """The boxes of files that list pictures, each with boxes by their centre in pixels."""
    found: dict[Path, Annotation] = {}
    problems = Problems()
    for file in files.ending(".json"):
        content = files.json.small(file, LIST)
        for entry in content if isinstance(content, list) else ():
            if not isinstance(entry, dict) or not isinstance(entry.get("annotations"), list):
                continue
            named = entry.get("image", entry.get("imagefilename"))
            place = files.short(file)
            boxes = tuple(_centred(entry["annotations"], f"{place} “{str(named)[:60]}”", problems))
            picture = files.named_picture(named, file)
            if files.is_new(picture, found, place, problems):
                found[picture] = Annotation(picture, boxes, place)
    return Annotations("CreateML", found, problems) if found else None


def _outlined(shapes: list[Any], place: str, problems: Problems) -> Iterator[Box]:
    for number, shape in enumerate(shapes, 1):
        box = _box_around(shape) if isinstance(shape, dict) else None
        if box is None:
            problems.add(Problem.NO_BOX, f"{place} shape {number}")
            continue
        if shape.get("shape_type", "polygon") != "rectangle":
            problems.add(Problem.OUTLINE, f"{place} shape {number}")
        yield box


def _box_around(shape: dict[str, Any]) -> Box | None:
    """The box of a rectangle or of an outline; a point, a line and a circle have none."""
    points, name = shape.get("points"), shape.get("label")
    if shape.get("shape_type", "polygon") not in ("rectangle", "polygon") or not isinstance(points, list):
        return None
    pairs = [point for point in points if isinstance(point, list) and len(point) == len(("x", "y"))]
    numbers = all_finite([value for pair in pairs for value in pair])
    if not isinstance(name, str) or not name.strip() or not numbers or len(pairs) != len(points):
        return None
    return around(name.strip(), numbers)


def _centred(annotations: list[Any], place: str, problems: Problems) -> Iterator[Box]:
    for number, entry in enumerate(annotations, 1):
        where = entry.get("coordinates") if isinstance(entry, dict) else None
        sides = all_finite([where.get(side) for side in CENTRE]) if isinstance(where, dict) else None
        name = entry.get("label") if isinstance(entry, dict) else None
        if sides is None or not isinstance(name, str) or not name.strip():
            problems.add(Problem.NO_BOX, f"{place} box {number}")
        else:
            across, down, wide, high = sides
            yield Box(name.strip(), across - wide / 2, down - high / 2, wide, high)
