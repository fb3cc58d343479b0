"""Guesses of what the columns of a table are for: target, row number, time, group, or the part of the split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.column_values import numbers, wide_numbers
from app.data.readers.date_parsing import is_clock, parse_dates
from app.data.readers.recipe import ColumnRecipe
from app.data.readers.time_parts import time_columns
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

PART_NAMES = {"train": 0, "training": 0, "validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2, "testing": 2}
"""What people write in a column that says which part of the split a row is in."""
NAMES = 1 << 15
"""So many names of columns are remembered, as tables may have thousands, of each of which several things are asked."""
NAMELESS = "column 1"
"""What the first column is called where it has no name, as row numbers have none."""
_IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|key|nr|no|number|column 1)", re.IGNORECASE)
_TARGET = re.compile(r"target|label|class|y|outcome|species|category|diagnosis", re.IGNORECASE)
_TIME = re.compile(
    r"(.*[ _-])?(time|timestamp|date|t|step|epoch|sec|second|minute|hour|day|week|month|quarter|year)s?", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"(patient|subject|person|participant|user|customer|client|student|machine|device|session|household)"
    r"([ _-]?(id|nr|no|key|number|name))?",
    re.IGNORECASE,
)


def likely_target(columns: Sequence[Column]) -> str:
    """The column that is most likely to be predicted: one that is called so, or else the last that can be."""
    fitting = [column for column in columns if column.type in (ColumnType.NUMBER, ColumnType.CATEGORY)]
    named = [column.name for column in fitting if is_called_target(column.name)]
    return named[0] if named else fitting[-1].name if fitting else ""


@lru_cache(NAMES)
def is_called_target(name: str) -> bool:
    """Whether a column is called as targets usually are."""
    return bool(_TARGET.fullmatch(name))


@lru_cache(NAMES)
def is_called_identifier(name: str) -> bool:
    """Whether a column is called as those are that number the rows."""
    return bool(_IDENTIFIER.fullmatch(name))


def is_identifier(column: Column, series: pd.Series[Any]) -> bool:
    """Whether a column only numbers the rows: all values differ and its name says so."""
    if len(series) < 3 or not is_called_identifier(column.name) or int(series.nunique()) != len(series):
        return False
    return column.name != NAMELESS or column.type is not ColumnType.NUMBER or _counts(series)


def _counts(series: pd.Series[Any]) -> bool:
    """Whether each number is one more than that before it."""
    values, _ = wide_numbers(series)
    return bool((np.diff(values.astype(np.float64)) == 1).all())


def looks_like_classes(column: Column, series: pd.Series[Any]) -> bool:
    """Whether the values of a target are classes rather than amounts: words, or few different whole numbers."""
    if column.type is not ColumnType.NUMBER:
        return not (column.type is ColumnType.DATE and series.dtype.kind in "iuf")
    values, _ = numbers(series)
    known = values[~np.isnan(values)]
    whole = bool((known == np.round(known)).all())
    return whole and column.unique <= min(20, max(2, len(known) // 5))


def likely_order(recipes: Sequence[ColumnRecipe], columns: Sequence[Column], frame: pd.DataFrame) -> str:
    """The column of times: the first of dates, or of numbers that is called so; empty where there is none.

    Where several columns say a time together, they are listed with commas between them.
    """
    together = time_columns(recipes, frame)
    if len(together) > 1:
        return ", ".join(together)
    formats = {recipe.name: recipe.date_format for recipe in recipes}
    dates = [column.name for column in columns if column.type is ColumnType.DATE]
    days = [name for name in dates if not is_clock(formats[name])]
    # A clock without a day begins anew at midnight.
    clocks = [
        name for name in dates if name not in days and parse_dates(frame[name], formats[name]).is_monotonic_increasing
    ]
    return next(iter([*days, *(column.name for column in columns if counts_time(column)), *clocks]), "")


def counts_time(column: Column) -> bool:
    """Whether a column holds numbers in every row and is called as times are."""
    full = column.type is ColumnType.NUMBER and not column.missing
    return full and column.unique > 2 and _is_called_time(column.name)


@lru_cache(NAMES)
def _is_called_time(name: str) -> bool:
    return bool(_TIME.fullmatch(name))


def likely_group(columns: Sequence[Column], frame: pd.DataFrame, order: str) -> str:
    """The column of words that tells several series apart, each of which has every time at most once; or empty."""
    times = [order] if order in frame else order.split(", ")
    if not order or not frame.duplicated(times).any():
        return ""
    words = [column.name for column in columns if column.type is ColumnType.CATEGORY and column.unique < len(frame) / 2]
    return next((name for name in words if not frame.duplicated([name, *times]).any()), "")


def is_called_subject(name: str) -> bool:
    """Whether a column is called as those are that name who or what was measured."""
    return bool(_SUBJECT.fullmatch(name))


def is_shared(column: Column, series: pd.Series[Any]) -> bool:
    """Whether a column names who or what was measured, several times each."""
    known = len(series) - column.missing
    return is_called_subject(column.name) and 2 < int(series.nunique()) < known


def names_parts(column: Column, series: pd.Series[Any]) -> bool:
    """Whether every row says that it is in a part of the split, not all in the same."""
    if column.type is not ColumnType.CATEGORY or column.missing:
        return False
    parts = {PART_NAMES.get(str(value).strip().lower()) for value in series.unique()}
    return len(parts) > 1 and 0 in parts and None not in parts


def part_numbers(series: pd.Series[Any]) -> Array:
    """The part of the split that each row is in by a column that says so: uint8 (N,), as `Dataset.given`.

    Raises
    ------
    NetloomError
        if a value names no part, or no row is for training.
    """
    words = series.astype(str).str.strip().str.lower()
    unknown = next((word for word in words.unique() if word not in PART_NAMES), None)
    if unknown is not None:
        raise NetloomError(
            f"Column “{series.name}” says “{unknown}”, which is no set of the split; "
            "each row needs train, validation or test."
        )
    parts = words.map(PART_NAMES).to_numpy(np.uint8)
    if not (parts == 0).any():
        raise NetloomError(f"Column “{series.name}” puts no row into the training set; some must say “train”.")
    return np.asarray(parts)
