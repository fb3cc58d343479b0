"""YOLO labels: a text file for each picture, on each line a class number and a box by its centre, in shares."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.data.readers.boxes.annotation import Annotation, Annotations, Box, Problem, Problems, all_finite, around
from app.data.readers.boxes.box_format import FolderFiles, box_format, text_of
from app.data.readers.likely_roles import PART_NAMES

LISTS = re.compile(r"(.*[._-])?(classes|names|labels|readme.*|requirements|predefined_classes)", re.IGNORECASE)
"""What text files beside labels are called that are no labels."""
BOX, OUTLINE = 5, 7
"""Numbers on a line with a box, and least numbers on one with an outline."""


@box_format("YOLO")
def read_yolo(files: FolderFiles) -> Annotations | None:
    """The labels of the pictures in a folder, in ``labels`` beside ``images`` or beside each picture."""
    texts = [file for file in files.ending(".txt") if not _is_list(file)]
    if not texts:
        return None
    names = class_names(files)
    found: dict[Path, Annotation] = {}
    problems = Problems()
    for file in texts:
        picture, text = files.picture_of(file.stem, file), text_of(file)
        if picture is None:
            if text is not None and _is_label_file(text):
                problems.add(Problem.NO_PICTURE, files.short(file))
        elif text is None:
            problems.add(Problem.UNREADABLE, files.short(file))
        elif picture in found:
            problems.add(Problem.TWICE, files.short(picture))
        else:
            boxes = _boxes(text, names, files.short(file), problems)
            found[picture] = Annotation(picture, boxes, files.short(file), relative=True)
    annotations = Annotations("YOLO", found, problems, True, () if names else _nameless(found))
    # Captions of pictures are text files beside them too.
    return annotations if annotations.boxes > problems.count(Problem.NO_BOX) else None


def _is_list(file: Path) -> bool:
    return bool(LISTS.fullmatch(file.stem)) or file.stem.lower() in PART_NAMES


def _is_label_file(text: str) -> bool:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return bool(lines) and all(len(line) >= BOX and all_finite(list(line)) is not None for line in lines)


def _boxes(text: str, names: dict[int, str], place: str, problems: Problems) -> tuple[Box, ...]:
    boxes = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        box = _box(line.split(), names, f"{place} line {number}", problems)
        if box is None:
            problems.add(Problem.NO_BOX, f"{place} line {number}")
        else:
            boxes.append(box)
    return tuple(boxes)


def _box(cells: list[str], names: dict[int, str], place: str, problems: Problems) -> Box | None:
    """The box on a line, or the box around the outline on it."""
    numbers = all_finite(list(cells))
    if numbers is None or len(numbers) < BOX or numbers[0] < 0 or numbers[0] != int(numbers[0]):
        return None
    name = names.get(int(numbers[0]), f"{numbers[0]:.0f}")
    if len(numbers) >= OUTLINE:
        if len(numbers) % 2 == 0:
            return None
        problems.add(Problem.OUTLINE, place)
        return around(name, numbers[1:])
    if len(numbers) > BOX:
        problems.add(Problem.CONFIDENCE, place)
    across, down, width, height = numbers[1:BOX]
    return Box(name, across - width / 2, down - height / 2, width, height)


def _nameless(found: dict[Path, Annotation]) -> tuple[str, ...]:
    numbers = {box.name for annotation in found.values() for box in annotation.boxes}
    return (
        f"No classes.txt or data.yaml names the {len(numbers)} classes, so they are called by their numbers."
        if len(numbers) > 1
        else "No classes.txt or data.yaml names the class, so it is called by its number.",
    )


def class_names(files: FolderFiles) -> dict[int, str]:
    """The names of the classes by number, from data.yaml, classes.txt or a ``.names`` file; empty without these."""
    for file in (*files.ending(".yaml"), *files.ending(".yml")):
        named = _from_yaml(text_of(file) or "")
        if named:
            return named
    lists = [file for file in files.ending(".txt") if file.stem.lower() in ("classes", "predefined_classes", "labels")]
    for file in (*lists, *files.ending(".names")):
        lines = [line.strip() for line in (text_of(file) or "").splitlines()]
        if any(lines):
            return {number: line for number, line in enumerate(lines) if line}
    return {}


def _from_yaml(text: str) -> dict[int, str]:
    """``names`` of a data.yaml: a list, or a mapping from numbers; each stays as it is spelled."""
    import yaml

    try:
        # Everything is text to this loader, so that a class called "no" is not False.
        content: Any = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    names = content.get("names") if isinstance(content, dict) else None
    if isinstance(names, list):
        names = {str(number): name for number, name in enumerate(names)}
    if not isinstance(names, dict):
        return {}
    return {
        int(number): name.strip()
        for number, name in names.items()
        if isinstance(number, str) and isinstance(name, str) and re.fullmatch(r"[0-9]{1,9}", number) and name.strip()
    }
