"""COCO annotations: one JSON file for many pictures, whose boxes are left, top, width and height in pixels from 0."""

from __future__ import annotations

import re
from collections import defaultdict
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
from app.data.readers.file_access import within_budget
from app.data.readers.likely_roles import PART_NAMES

UNFOLDED = 12
"""So many times as much memory as the file a JSON file takes once it is read."""
PART = re.compile(r"(?<![a-z])(train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?)(?![a-z])", re.IGNORECASE)
"""The part of the split in the name of a file, such as ``instances_val2017``."""
FIRST = 1 << 16
"""Bytes at the beginning of a file that tell whether it is worth reading whole."""


@box_format("COCO")
def read_coco(files: FolderFiles) -> Annotations | None:
    """The boxes of all COCO files in a folder; captions and key points among them say nothing more of a picture."""
    found: dict[Path, Annotation] = {}
    problems = Problems()
    listed = files.ending(".json")
    if any("instances" in file.stem for file in listed):
        # The same pictures once more, with the joints of people.
        listed = [file for file in listed if "keypoints" not in file.stem]
    for file in listed:
        content = _parsed(file, problems, files)
        if content is not None:
            _read(content, file, files, found, problems)
    return Annotations("COCO", found, problems) if found else None


def _parsed(file: Path, problems: Problems, files: FolderFiles) -> dict[str, Any] | None:
    """The object of a COCO file; None for any other file."""
    try:
        with file.open("rb") as stream:
            if not stream.read(FIRST).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                return None
        within_budget(file, UNFOLDED * file.stat().st_size)
        content = files.json.parse(file)
    except (OSError, ValueError, RecursionError):
        problems.add(Problem.UNREADABLE, files.short(file))
        return None
    lists = isinstance(content, dict) and all(isinstance(content.get(key), list) for key in ("images", "annotations"))
    return content if lists and any("bbox" in entry for entry in _entries(content, "annotations")) else None


def _entries(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = content.get(name)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _read(
    content: dict[str, Any], file: Path, files: FolderFiles, found: dict[Path, Annotation], problems: Problems
) -> None:
    """Put down what one file says of its pictures; those without boxes are empty."""
    short = files.short(file)
    boxes = _boxes(content, short, problems)
    part = PART.search(file.stem)
    for entry in _entries(content, "images"):
        name = entry.get("file_name")
        picture = files.named_picture(name, file)
        if files.is_new(picture, found, f"{short} “{str(name)[:60]}”", problems):
            stated = stated_size([entry.get("width"), entry.get("height")])
            own = tuple(boxes.get(str(entry.get("id")), ()))
            number = PART_NAMES[part[1].lower()] if part else None
            found[picture] = Annotation(picture, own, short, stated, part=number)


def _boxes(content: dict[str, Any], short: str, problems: Problems) -> dict[str, list[Box]]:
    """The boxes by the id of their picture."""
    names = {str(entry.get("id")): str(entry.get("name")).strip() for entry in _entries(content, "categories")}
    by_picture: dict[str, list[Box]] = defaultdict(list)
    for number, entry in enumerate(_entries(content, "annotations"), 1):
        place = f"{short} annotation {entry.get('id', number)}"
        if entry.get("iscrowd") in (1, True):
            problems.add(Problem.CROWD, place)
            continue
        kind = str(entry.get("category_id"))
        box = _box(entry, names.get(kind, kind))
        if box is None:
            problems.add(Problem.NO_BOX, place)
        else:
            by_picture[str(entry.get("image_id"))].append(box)
    return by_picture


def _box(entry: dict[str, Any], name: str) -> Box | None:
    """The box of an annotation, or that around its outline."""
    listed = entry.get("bbox")
    sides = all_finite(listed) if isinstance(listed, list) and len(listed) == len(("x", "y", "w", "h")) else None
    if sides is not None:
        return Box(name, *sides)
    outlines = entry.get("segmentation")
    if not isinstance(outlines, list) or not all(isinstance(outline, list) for outline in outlines):
        return None
    points = all_finite([value for outline in outlines for value in outline])
    return around(name, points) if points and len(points) % 2 == 0 else None
