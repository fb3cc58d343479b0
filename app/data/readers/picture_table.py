"""Picture tables: a column that names pictures, and columns with the class, the amounts or the labels of each."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.array_targets import classes_or_amounts
from app.data.readers.boxes.box_table import SIDES, box_columns
from app.data.readers.column_values import CLASSES, class_labels
from app.data.readers.label_lists import as_labels, label_list, labels_doubt, labels_field
from app.data.readers.likely_roles import (
    PART_NAMES,
    is_called_identifier,
    is_called_target,
    likely_target,
    looks_like_classes,
    names_parts,
    part_numbers,
)
from app.data.readers.picture_column import is_packed, picture_columns
from app.data.readers.picture_listing import Found, Listing, class_folders, class_target
from app.data.readers.picture_names import as_texts, path_column, picture_paths
from app.data.readers.recipe import RULES
from app.data.readers.table_file import TableData, read_table
from app.data.readers.target_fields import amounts
from app.protocol.data_values import ColumnType, Question
from graph.errors import NetloomError
from graph.shapes import vector

if TYPE_CHECKING:
    import pandas as pd

PictureTask = Literal["auto", "classification", "regression", "labels"]
TABLES = 5
"""So many tables in a folder are looked into."""


@dataclass(frozen=True)
class PictureColumns:
    """The columns of a table of pictures: their names, what is to be said of them, and the part of the split."""

    paths: str
    targets: tuple[str, ...]
    parts: str = ""


def find_columns(table: TableData, column: str, target: str, parts: str, rules: int) -> PictureColumns:
    """The columns that are named, and the likeliest ones in the place of those that are not.

    Raises
    ------
    NetloomError
        if one is not there, or nothing can be predicted.
    """
    paths = column or path_column(table, rules)
    table.check(paths)
    targets = tuple(table.named_in(target)) if target and rules != 1 else (target,) if target else ()
    if not targets and rules != 1:
        targets = _several_targets(table, (paths, parts))
    targets = targets or (_label_column(table, (paths, parts)),)
    for name in (*targets, *([parts] if parts else [])):
        table.check(name)
    return PictureColumns(paths, targets, parts)


def table_in(folder: Path) -> Path | None:
    """The table in a folder that names the pictures in it, one with ``train`` or ``label`` in its name first.

    None where there is none, or where folders of classes hold the pictures.
    """
    inner = list(class_folders(folder, RULES, Found()))
    if len(inner) > 1 and any(entry.name.lower() not in PART_NAMES for entry in inner):
        return None
    if any(any(class_folders(entry, RULES, Found())) for entry in inner):
        return None
    tables = [entry for entry in folder.iterdir() if entry.suffix.lower() in (".csv", ".tsv") and entry.is_file()]
    for file in sorted(tables, key=_training_first)[:TABLES]:
        with contextlib.suppress(NetloomError):
            table = read_table(file)
            if len(table.names) > 1 and (path_column(table) or box_columns(table) is not None):
                return file
    return None


def _training_first(file: Path) -> tuple[int, str]:
    name = file.stem.lower()
    return next((place for place, word in enumerate(("train", "label")) if word in name), 2), name


def likely_parts(table: TableData, others: Sequence[str]) -> str:
    """The column that says which part of the split each picture is in; empty where there is none."""
    columns = [column for column in table.columns if column.name not in others]
    return next((column.name for column in columns if names_parts(column, table[column.name])), "")


def in_table(table: TableData, columns: PictureColumns, task: PictureTask, rules: int) -> Listing:
    """The pictures that a table names, with what its columns say of them; paths stay within the table's folder.

    Raises
    ------
    NetloomError
        if no picture has all that is to be said of it, or a path leads out of the folder.
    """
    whole = table[columns.paths].notna()
    for name in columns.targets:
        whole &= table[name].notna()
    usable = table.rows(whole)
    file = table.file
    if not len(usable):
        raise NetloomError(f"{file.name} names no picture that has a label.")
    target, notes, questions = _target(usable, columns, task, rules)
    files = picture_paths(file, as_texts(usable[columns.paths]), rules)
    parts = part_numbers(usable[columns.parts]) if columns.parts else None
    order = np.arange(len(usable))
    if target.classes and not any(map(is_packed, files[:1])):  # packed pictures are read fastest in their order
        # Sorted by class, as folders are, so that both give the same data set.
        order = np.argsort(np.asarray(target.values), kind="stable")
    if rules != 1:
        notes += _row_notes(table, usable, columns, files)
    listed = target.info.with_values(np.asarray(target.values)[order])
    given = None if parts is None else parts[order]
    return Listing(tuple(files[place] for place in order), listed, given, notes, questions=questions)


def _row_notes(table: TableData, usable: TableData, columns: PictureColumns, files: Sequence[Path]) -> tuple[str, ...]:
    """Sentences about rows and columns that are not used, and about pictures that several rows name."""
    notes = []
    if len(usable) < len(table):
        notes.append(
            f"Rows without a picture or a label are left out ({len(table) - len(usable):,} of {len(table):,})."
        )
    used = (columns.paths, *columns.targets, columns.parts)
    packed = [name for name in picture_columns(table.file) if name in table]
    others = [name for name in packed if name not in used]
    if others and columns.paths in packed:
        shown = ", ".join(f"“{name}”" for name in others)
        notes.append(
            f"The pictures in the column “{columns.paths}” are read, those in {shown} are not; set “column” to read "
            "another one."
        )
    rest = [name for name in table.names if name not in (*used, *others) and not is_called_identifier(name)]
    if rest:
        shown = ", ".join(f"“{name}”" for name in rest[:5]) + (f" and {len(rest) - 5} more" if len(rest) > 5 else "")
        notes.append(f"Beside the pictures, these columns are not read: {shown}.")
    repeated = len(files) - len(set(files))
    if repeated:
        rows = "1 row names" if repeated == 1 else f"{repeated:,} rows name"
        notes.append(
            f"{rows} a picture that an earlier row names as well; each row is a sample of its own, so equal pictures "
            "may come into different sets."
        )
    return tuple(notes)


def _several_targets(table: TableData, others: Sequence[str]) -> tuple[str, ...]:
    """Columns that belong together: the sides of a box, or 0 and 1 for each label; empty where there are none."""
    columns = [column for column in table.columns if column.name not in others]
    if any(is_called_target(column.name) for column in columns if not _is_box_side(column.name)):
        return ()
    small = {column.name.strip().lower(): column.name for column in columns if column.type is ColumnType.NUMBER}
    for _, box in SIDES:
        if all(side in small for side in box):
            return tuple(small[side] for side in box)
    rest = [column for column in columns if not is_called_identifier(column.name)]
    marks = [column.name for column in rest if _holds_marks(table[column.name])]
    return tuple(marks) if len(marks) > 1 and len(marks) == len(rest) else ()


def _is_box_side(name: str) -> bool:
    return any(name.strip().lower() in box for _, box in SIDES)


def _holds_marks(series: pd.Series[Any]) -> bool:
    """Whether a column holds nothing but 0 and 1, or truths."""
    return bool(series.dropna().isin([0, 1]).all()) and series.dtype.kind in "biuf"


def _label_column(table: TableData, others: Sequence[str]) -> str:
    """The column of labels: one that is called so, or else the first of words, or else the last that can be."""
    columns = [column for column in table.columns if column.name not in others]
    if any(is_called_target(column.name) for column in columns):
        return likely_target(columns)
    words = [column.name for column in columns if column.type is ColumnType.CATEGORY]
    return next((name for name in words if not _only_parts(table, name)), likely_target(columns))


def _only_parts(table: TableData, name: str) -> bool:
    return bool(table[name].dropna().astype(str).str.strip().str.lower().isin(list(PART_NAMES)).all())


def _target(
    table: TableData, columns: PictureColumns, task: PictureTask, rules: int
) -> tuple[Field, tuple[str, ...], tuple[Question, ...]]:
    """What is to be said of each picture, notes about it, and questions about what else could be meant."""
    if len(columns.targets) > 1:
        return *_from_columns(table, columns.targets, task), ()
    field, questions = _from_column(table, columns.targets[0], task, rules)
    return field, tuple(question.note for question in questions), questions


def _from_column(table: TableData, name: str, task: PictureTask, rules: int) -> tuple[Field, tuple[Question, ...]]:
    """A column of classes, amounts or lists of labels, and what it could be as well."""
    series = table[name]
    if rules == 1 or task == "classification":
        labels, classes = class_labels(series, rules)
        return class_target(labels, classes), ()
    if task in ("auto", "labels"):
        listed = label_list(series.astype(str).tolist(), sure=task == "labels")
        if listed is not None:
            return listed.field("labels"), () if task == "labels" else (listed.question(name),)
    column = table.column(name)
    if task == "regression" or not looks_like_classes(column, series):
        field = Field("amount", vector(1), names=(name,), values=amounts(table, name))
        return field, () if task == "regression" else _amounts_question(name, series)
    labels, classes = class_labels(series, rules)
    if column.type is not ColumnType.NUMBER:
        return class_target(labels, classes), labels_doubt(name, classes)
    return class_target(labels, classes), (_classes_question(name, classes, series),) if len(classes) > 2 else ()


def _from_columns(table: TableData, names: Sequence[str], task: PictureTask) -> tuple[Field, tuple[str, ...]]:
    """Columns of 0 and 1 as classes where each row has exactly one 1, or else as labels; other numbers as amounts."""
    marks = all(_holds_marks(table[name]) for name in names)
    if task == "classification" or (task == "auto" and marks):
        values = _marks(table, names)
        if (values.sum(axis=1) == 1).all():
            return class_target(values.argmax(axis=1), names), ()
        if task == "classification":
            raise NetloomError(
                f"{table.file.name}: not every row has exactly one 1 in the columns {', '.join(names)}; choose the "
                "task labels, or one column of classes."
            )
    if task == "labels" or (task == "auto" and marks):
        return labels_field("labels", _marks(table, names), tuple(names)), ()
    values = np.concatenate([amounts(table, name) for name in names], axis=1)
    field = Field("amounts", vector(len(names)), names=tuple(names), values=values)
    box = all(_is_box_side(name) for name in names) and len(names) == 4
    return field, (_box_note(names),) if box else ()


def _marks(table: TableData, names: Sequence[str]) -> Array:
    """Columns of 0 and 1 as float32 (N, columns)."""
    odd = next((name for name in names if not _holds_marks(table[name])), None)
    if odd is not None:
        raise NetloomError(f"Column “{odd}” of {table.file.name} holds more than 0 and 1, which labels are made of.")
    return as_labels(np.stack([table[name].to_numpy(np.float32) for name in names], axis=1))


def _box_note(names: Sequence[str]) -> str:
    return (
        f"The columns {', '.join(names)} are read as one box in each picture, in the units of the table. Pictures are "
        "brought to one size, these amounts are not; choose “sides” for the setting boxes, and they follow."
    )


def _classes_question(name: str, classes: Sequence[str], series: pd.Series[Any]) -> Question:
    note = (
        f"Column “{name}” holds {len(classes)} different whole numbers, which are read as classes ({classes[0]}, "
        f"{classes[1]}, ...); choose the task regression where they are amounts."
    )
    known = sorted(series.dropna().unique().tolist())
    return Question(f"Column “{name}”", classes_or_amounts(known, as_classes=True), note)


def _amounts_question(name: str, series: pd.Series[Any]) -> tuple[Question, ...]:
    """The question where amounts are whole numbers that come again and again, so that they might be classes."""
    known = series.dropna()
    count = int(known.nunique())
    if bool((known != known.round()).any()) or count > min(CLASSES, len(known) // 2) or count < 2:
        return ()
    note = (
        f"Column “{name}” holds {count} different whole numbers, which are read as amounts; choose the task "
        "classification where they are classes."
    )
    readings = classes_or_amounts(sorted(known.unique().tolist()), as_classes=False)
    return (Question(f"Column “{name}”", readings, note),)
