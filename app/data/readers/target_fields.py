"""Target fields: a column to predict as class labels or as amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.column_values import class_labels, numbers
from app.data.readers.likely_roles import looks_like_classes
from app.data.readers.recipe import RULES
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError
from graph.shapes import vector

if TYPE_CHECKING:
    import pandas as pd


def is_classes(column: Column, series: pd.Series[Any], task: str) -> bool:
    """Whether a target is one of classes: as ``task`` says, or as its values look where that is ``auto``."""
    return looks_like_classes(column, series) if task == "auto" else task == "classification"


def target_field(name: str, column: Column, series: pd.Series[Any], as_classes: bool, rules: int = RULES) -> Field:
    """A column to predict as the field ``name``: int64 (N,) class labels, or float32 (N, 1) amounts.

    Raises
    ------
    NetloomError
        if it has too few or too many classes, or holds no amounts.
    """
    if as_classes:
        labels, names = class_labels(series, rules)
        return Field(name, vector(len(names)), names, values=labels)
    return Field(name, vector(1), names=(column.name,), values=amounts(column, series))


def amounts(column: Column, series: pd.Series[Any]) -> Array:
    """The target of a regression, float32 (N, 1).

    Raises
    ------
    NetloomError
        if a value is no number, or all are the same.
    """
    if column.type is not ColumnType.NUMBER:
        raise NetloomError(f"Column “{column.name}” does not hold numbers; choose classification, or another target.")
    values, notes = numbers(series)
    if notes:
        raise NetloomError(f"{notes[0].split(' and count')[0]}; a target needs a number in every row.")
    if float(np.ptp(values)) == 0.0:
        raise NetloomError(f"Column “{column.name}” is {values[0]:g} in every row; there is nothing to predict.")
    return values[:, None]
