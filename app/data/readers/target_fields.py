"""Target fields: a column to predict as class labels or as amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array, Field, FieldInfo, Task
from app.data.readers.column_values import class_labels, no_numbers, numbers
from app.data.readers.likely_roles import looks_like_classes
from app.data.readers.table_file import TableData
from app.data.readers.table_format import UnreadableTableError
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.shapes import vector

if TYPE_CHECKING:
    import pandas as pd


def task_of(target: FieldInfo) -> Task:
    """What it means to predict a target from a table."""
    if target.labels:
        return Task.LABELS
    return Task.CLASSIFICATION if target.classes else Task.REGRESSION


def is_classes(table: TableData, name: str, task: str) -> bool:
    """Whether a target is one of classes: as ``task`` says, or as its values look where that is ``auto``."""
    return looks_like_classes(table.column(name), table[name]) if task == "auto" else task == "classification"


def target_field(name: str, table: TableData, column: str, as_classes: bool) -> Field:
    """A column to predict as the field ``name``: int64 (N,) class labels, or float32 or float64 (N, 1) amounts.

    Raises
    ------
    NetloomError
        if it has too few or too many classes, or holds no amounts.
    """
    if as_classes:
        labels, names = class_labels(table[column], table.recipe.rules)
        return Field(name, vector(len(names)), names, values=labels)
    unit = table.recipe_of(column).unit
    return Field(name, vector(1), names=(column,), units=(unit,) if unit else (), values=amounts(table, column))


def amounts(table: TableData, name: str) -> Array:
    """The target of a regression (N, 1): float32, or float64 where that is too coarse before it is standardised.

    Raises
    ------
    NetloomError
        if a value is no number, which is named with its row, or all are the same.
    """
    # Times that are counted are numbers as well.
    if table.type_of(name) is not ColumnType.NUMBER and table[name].dtype.kind not in "iuf":
        raise NetloomError(f"Column “{name}” does not hold numbers; choose classification, or another target.")
    values, notes = numbers(table[name], table.recipe_of(name).wide)
    if notes:
        raise _odd_target(table[name])
    if float(np.ptp(values)) == 0.0:
        raise NetloomError(f"Column “{name}” is {values[0]:g} in every row; there is nothing to predict.")
    return values[:, None]


def _odd_target(series: pd.Series[Any]) -> NetloomError:
    """The error for a target of which some values are no numbers: the first with its row, and what repairs it."""
    odd = no_numbers(series)
    value, row = odd.iloc[0], int(odd.index[0]) + 1
    more = f" ({len(odd)} such values)" if len(odd) > 1 else ""
    return UnreadableTableError(
        f"Column “{series.name}”: “{value}” in row {row} is not a number{more}; a target needs a number in every row. "
        f"Correct it, say how many lines below the table are none of it, or add “{value}” to the missing words.",
        "footer",
        "missing_words",
    )
