"""Tables of boxes: a row for each box, with the name of its picture, its sides and its class."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.readers.boxes.annotation import Annotation, Annotations, Box, Problem, Problems, all_finite, stated_size
from app.data.readers.boxes.box_format import FolderFiles, box_format
from app.data.readers.column_values import wide_numbers
from app.data.readers.likely_roles import PART_NAMES, is_called_target, names_parts
from app.data.readers.picture_names import as_texts, path_column
from app.data.readers.table_file import TableData, read_table
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

CORNERS, SIZED, CENTRED = "corners", "corner and size", "centre and size"
SIDES: tuple[tuple[str, tuple[str, str, str, str]], ...] = (
    (CORNERS, ("xmin", "ymin", "xmax", "ymax")),
    (CORNERS, ("x_min", "y_min", "x_max", "y_max")),
    (CORNERS, ("x1", "y1", "x2", "y2")),
    (CORNERS, ("left", "top", "right", "bottom")),
    (CENTRED, ("x_center", "y_center", "width", "height")),
    (CENTRED, ("x_centre", "y_centre", "width", "height")),
    (CENTRED, ("xcenter", "ycenter", "width", "height")),
    (CENTRED, ("cx", "cy", "w", "h")),
    (SIZED, ("left", "top", "width", "height")),
    (SIZED, ("x", "y", "w", "h")),
    (SIZED, ("x", "y", "width", "height")),
    (SIZED, ("bbox_x", "bbox_y", "bbox_width", "bbox_height")),
)
"""How the columns of a box are called in small letters, and what they mean."""
WHOLE = ("bbox", "box", "bounding_box")
"""How a column that holds a whole box, such as ``[834, 222, 56, 36]``, is called: left, top, width, height."""
CLASSES = (
    "class",
    "label",
    "name",
    "category",
    "class_name",
    "labelname",
    "label_name",
    "object",
    "type",
    "classname",
    "category_name",
)
NAMELESS = "object"
"""The class where no column says it."""
TABLES = 20
"""So many tables in a folder are looked into."""


@dataclass(frozen=True)
class BoxColumns:
    """The columns of a table of boxes: names of pictures, the sides (or one for all), the class, and the part."""

    paths: str
    sides: tuple[str, ...]
    form: str
    label: str = ""
    parts: str = ""
    size: tuple[str, ...] = ()


@box_format("a table")
def read_tables(files: FolderFiles) -> Annotations | None:
    """The boxes of the tables in a folder, such as ``_annotations.csv`` beside the pictures of each part."""
    found: Annotations | None = None
    for file in (*files.ending(".csv"), *files.ending(".tsv"))[:TABLES]:
        with contextlib.suppress(NetloomError):
            table = read_table(file)
            columns = box_columns(table)
            if columns is None:
                continue
            one = boxes_of(table, columns, files)
            found = one if found is None else _joined(found, one)
    return found if found and found.boxes else None


def _joined(first: Annotations, other: Annotations) -> Annotations:
    notes = tuple(dict.fromkeys(first.notes + other.notes))
    both = other.by_picture | first.by_picture
    return Annotations(first.title, both, first.problems.joined(other.problems), True, notes)


def box_columns(table: TableData, column: str = "") -> BoxColumns | None:
    """The columns of a table with a row for each box; None where it is none, or ``column`` names no picture in it."""
    small = {column.name.strip().lower(): column.name for column in table.columns}
    numbers = {name for name in small if table.type_of(small[name]) is ColumnType.NUMBER}
    form, sides = _side_columns(set(small), numbers)
    paths = column or (_path_column(table) if sides else "")
    if not sides or not paths:
        return None
    used = {paths, *(small[side] for side in sides)}
    label = next((small[name] for name in CLASSES if name in small and small[name] not in used), "")
    label = label or next((name for name in table.names if is_called_target(name) and name not in used), "")
    parts = next((own.name for own in table.columns if own.name not in used and names_parts(own, table[own.name])), "")
    size = tuple(small[name] for name in ("width", "height") if name in numbers and small[name] not in used)
    return BoxColumns(paths, tuple(small[side] for side in sides), form, label, parts, size if len(size) == 2 else ())


def _side_columns(names: set[str], numbers: set[str]) -> tuple[str, tuple[str, ...]]:
    """The columns of the sides among names in small letters, and what they mean; none where there is no box."""
    for form, sides in SIDES:
        if numbers.issuperset(sides):
            return form, sides
    return next(((SIZED, (name,)) for name in WHOLE if name in names - numbers), ("", ()))


def _path_column(table: TableData) -> str:
    """The column that names pictures, which may come again and again in a table of boxes."""
    found = path_column(table)
    if found:
        return found
    files = FolderFiles(table.file.parent)
    called = ("image", "img", "picture", "photo", "file", "filename", "frame", "id")
    for name in table.names:
        some = as_texts(table[name].dropna().head(20)) if any(word in name.lower() for word in called) else []
        if some and sum(files.picture_of(text, table.file) is not None for text in some) > len(some) / 2:
            return name
    return ""


def has_several(table: TableData, columns: BoxColumns) -> bool:
    """Whether a picture has several different boxes, or an empty row, so that its boxes are no four amounts."""
    named = table.frame[[columns.paths, *columns.sides]].dropna().drop_duplicates()[columns.paths]
    return bool(named.duplicated().any()) or bool(table[columns.sides[0]].isna().any()) or len(columns.sides) == 1


def boxes_of(table: TableData, columns: BoxColumns, files: FolderFiles) -> Annotations:
    """The boxes that the rows of a table say; a row without sides names a picture without boxes."""
    problems = Problems()
    usable = table.rows(table[columns.paths].notna())
    boxed = _sides(usable, columns)
    relative = _are_shares(boxed)
    labels = as_texts(usable[columns.label]) if columns.label else [NAMELESS] * len(usable)
    parts = usable[columns.parts].astype(str).tolist() if columns.parts else [""] * len(usable)
    sizes = _numbers(usable, columns.size) if columns.size else [None] * len(usable)
    boxes: dict[Path, list[Box]] = defaultdict(list)
    about: dict[Path, tuple[list[float] | None, str]] = {}
    texts = as_texts(usable[columns.paths])
    short = files.short(table.file)
    pictures = {text: files.picture_of(text, table.file) for text in dict.fromkeys(texts)}
    for text in (text for text, picture in pictures.items() if picture is None):
        problems.add(Problem.NO_PICTURE, f"{short} “{text[:60]}”")
    rows = zip(texts, boxed, labels, sizes, parts, strict=True)
    for number, (text, sides, label, size, part) in enumerate(rows, 1):
        picture = pictures[text]
        if picture is None:
            continue
        about.setdefault(picture, (size, part))
        own = boxes[picture]
        if sides is None:
            problems.add(Problem.NO_BOX, f"{short} row {number}")
        elif sides:
            own.append(_box(label, sides, columns.form))
    by_picture = {
        picture: Annotation(
            picture,
            tuple(own),
            short,
            stated_size(about[picture][0] or []),
            relative,
            PART_NAMES.get(about[picture][1].strip().lower()),
        )
        for picture, own in boxes.items()
    }
    return Annotations("a table", by_picture, problems, True, (_note(columns, relative),))


def _box(name: str, sides: Sequence[float], form: str) -> Box:
    x, y, third, fourth = sides
    if form == CORNERS:
        return Box(name, x, y, third - x, fourth - y)
    return Box(name, x - third / 2, y - fourth / 2, third, fourth) if form == CENTRED else Box(name, *sides)


def _sides(table: TableData, columns: BoxColumns) -> list[list[float] | None]:
    """The four numbers of each row: none where there is no box, None where it is not one."""
    if len(columns.sides) > 1:
        return _numbers(table, columns.sides)
    cells = table[columns.sides[0]]
    return [_written(str(text)) if known else [] for text, known in zip(cells, cells.notna(), strict=True)]


def _numbers(table: TableData, names: Sequence[str]) -> list[list[float] | None]:
    values = np.stack([wide_numbers(table[name])[0].astype(np.float64) for name in names], axis=1)
    known = np.isfinite(values)
    return [
        row.tolist() if whole.all() else None if whole.any() else [] for row, whole in zip(values, known, strict=True)
    ]


def _written(text: str) -> list[float] | None:
    """A box in one cell, such as ``[834.0, 222.0, 56.0, 36.0]``."""
    try:
        listed = json.loads(text.strip().replace("(", "[").replace(")", "]"))
    except (ValueError, RecursionError):
        return None
    numbers = all_finite(listed) if isinstance(listed, list) else None
    return numbers if numbers is not None and len(numbers) in (0, 4) else None


def _are_shares(boxed: Sequence[list[float] | None]) -> bool:
    """Whether all sides lie between 0 and 1, with fractions between: shares of the picture rather than pixels."""
    numbers = [number for sides in boxed if sides for number in sides]
    inside = all(-0.5 <= number <= 1.5 for number in numbers)
    return inside and any(number != int(number) for number in numbers)


def _note(columns: BoxColumns, relative: bool) -> str:
    unit = "shares of the picture's width and height" if relative else "pixels from the upper left corner"
    meant = {CORNERS: "left, top, right, bottom", SIZED: "left, top, width, height", CENTRED: "centre, width, height"}
    named = ", ".join(columns.sides)
    return f"Each row is one box: {named} as {meant[columns.form]}, in {unit}."
