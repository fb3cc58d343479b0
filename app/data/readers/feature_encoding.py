"""Feature encoding: columns as one vector (numbers, one-hot categories, calendar features) or as tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.column_values import category_codes, check_range, wide_numbers
from app.data.readers.date_parsing import date_features
from app.data.readers.file_access import within_budget
from app.data.readers.number_columns import number_blocks
from app.data.readers.recipe import ColumnRecipe
from app.data.readers.table_file import TableData
from app.data.readers.tokens import PADDING, UNKNOWN
from app.data.transforms import side_by_side
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError
from graph.shapes import tokens, vector

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1 << 14
"""Rows that are filled in at a time: one pass over a row-major array, which stays in a core's cache."""


def encode_features(
    table: TableData,
    names: Iterable[str],
    categories: Literal["one_hot", "tokens"],
    calendar: bool,
    flag_missing: bool,
) -> tuple[list[Field], tuple[str, ...]]:
    """The columns ``names`` as fields, and notes about what was filled or left out.

    ``features`` is float32 (N, F), or float64 where a column needs it before it is standardised, with NaN where a
    measurement is missing; ``categories`` is int64 (N, K), where columns of categories are to be tokens. ``calendar``
    makes features of dates, ``flag_missing`` one more feature for every column with missing values.

    Raises
    ------
    NetloomError
        if no column can be used, a number is too large, or the features take too much memory.
    """
    encoder = _Encoder(table)
    for name in names:
        encoder.add(name, calendar, categories == "tokens")
    if flag_missing:
        encoder.flag_missing()
    return encoder.fields(), encoder.notes


class _Encoder:
    """Collects the columns of a table one by one, then fills them into one array."""

    def __init__(self, table: TableData) -> None:
        self.notes: tuple[str, ...] = ()
        self._table = table
        self._names: list[str] = []
        self._ranges: list[tuple[int, int]] = []
        self._plain: list[tuple[int, Array]] = []
        self._one_hot: list[tuple[int, Array]] = []
        self._tokens: list[Array] = []
        self._vocabulary: list[str] = [PADDING, UNKNOWN]
        self._wide = False
        self._arrays: dict[str, Array] = {}
        for names, block in number_blocks(table.frame):
            self._arrays |= dict(zip(names, block.T, strict=True))

    def add(self, name: str, calendar: bool, as_tokens: bool) -> None:
        """Take in a column by its type; one that cannot be used is noted."""
        kind, recipe = self._table.type_of(name), self._table.recipe_of(name)
        if kind is ColumnType.NUMBER:
            values, notes = (self._arrays[name], ()) if name in self._arrays else wide_numbers(self._table[name])
            self._plain.append((len(self._names), values))
            self._names.append(name)
            self._wide |= recipe.wide
            self.notes += notes
        elif kind is ColumnType.CATEGORY:
            self._add_categories(self._table[name], recipe, as_tokens)
        elif kind is ColumnType.DATE and calendar:
            self._add_dates(recipe)
        else:
            self.notes += (left_out(self._table.column(name)),)

    def _add_categories(self, series: pd.Series[Any], recipe: ColumnRecipe, as_tokens: bool) -> None:
        codes, categories = category_codes(series, recipe.categories)
        entries = [f"{recipe.name} = {category}" for category in categories]
        if missing := int(series.isna().sum()):
            are = "value is a category of its own" if missing == 1 else "values are a category of their own"
            self.notes += (f"Column “{recipe.name}”: {missing} missing {are}.",)
        if as_tokens:
            self._tokens.append(codes + len(self._vocabulary))
            self._vocabulary += entries[:-1]
        else:
            self._one_hot.append((len(self._names), codes))
            self._ranges.append((len(self._names), len(self._names) + len(entries)))
            self._names += entries

    def _add_dates(self, recipe: ColumnRecipe) -> None:
        values, features = date_features(self._table.wall_times(recipe.name), recipe.date_format)
        for column, feature in zip(values.T, features, strict=True):
            self._plain.append((len(self._names), column))
            self._names.append(f"{recipe.name}: {feature}")

    def flag_missing(self) -> None:
        """One more feature for every column with missing values: 1 where a value is missing."""
        for place, values in tuple(self._plain):
            missing = np.isnan(values)
            if missing.any():
                self._plain.append((len(self._names), missing))
                self._names.append(f"{self._names[place]} is missing")

    def fields(self) -> list[Field]:
        """All columns as one field of features and one of tokens, as far as there are any.

        Raises
        ------
        NetloomError
            if no column can be used, a number is too large, or the features take too much memory.
        """
        file, rows = self._table.file, len(self._table)
        if not self._names and not self._tokens:
            raise NetloomError(f"{file.name} has no column to predict from; one of numbers or of categories is needed.")
        within_budget(file, (8 if self._wide else 4) * rows * len(self._names) + 8 * rows * len(self._tokens))
        fields = []
        if self._names:
            shape, names, ranges = vector(len(self._names)), tuple(self._names), tuple(self._ranges)
            fields.append(Field("features", shape, names=names, values=self._filled(), categories=ranges))
        if self._tokens:
            shape, vocabulary = tokens(len(self._tokens)), tuple(self._vocabulary)
            fields.append(Field("categories", shape, vocabulary=vocabulary, values=np.stack(self._tokens, axis=1)))
        return fields

    def _filled(self) -> Array:
        values = np.zeros((len(self._table), len(self._names)), np.float64 if self._wide else np.float32)

        def fill(rows: slice) -> bool:
            """Whether all values in some rows are finite."""
            block = values[rows]
            with np.errstate(over="ignore"):
                for place, column in self._plain:
                    block[:, place] = column[rows]
            return bool(np.isfinite(block).all())

        blocks = (slice(start, start + ROWS) for start in range(0, len(self._table), ROWS))
        if not all(list(side_by_side(fill, blocks))):
            self._check_odd(values)
        every = np.arange(len(self._table))
        for place, codes in self._one_hot:
            values[every, place + codes] = 1.0
        return values

    def _check_odd(self, values: Array) -> None:
        """Refuse infinite values, note missing ones."""
        for place, _ in self._plain:
            check_range(self._names[place], values[:, place])
            missing = int(np.isnan(values[:, place]).sum())
            if missing:
                become = "value becomes" if missing == 1 else "values become"
                self.notes += (
                    f"Column “{self._names[place]}”: {missing} missing {become} the median of the training set.",
                )


def left_out(column: Column) -> str:
    """Why a column is not a feature."""
    why = {
        ColumnType.EMPTY: "is empty",
        ColumnType.DATE: "holds dates",
        ColumnType.TEXT: f"holds text ({column.unique} different values)",
    }
    return f"Column “{column.name}” {why[column.type]} and is left out."
