"""Cells of a column: as text, those that are there, and evenly spaced samples of long columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COUNTED = 100_000
"""In columns longer than this, different values are counted among so many evenly spaced ones."""
SPACED = 1000
"""So many evenly spaced cells tell how numbers are written."""
MOSTLY = 0.9
"""The share of values that must be numbers, or dates, for a column to be one of them; the others are slips."""
CATEGORIES = 50
"""A text column with more different values than this is text, not categories."""
FEW = 10
"""So many different values are always categories."""


def present(series: pd.Series[Any]) -> pd.Series[Any]:
    """The values that are not missing; no copy is made where none is."""
    return series.dropna() if series.hasnans else series


def thinned(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column, or `COUNTED` to twice as many evenly spaced values of it where it is longer."""
    return series if len(series) <= COUNTED else series.iloc[:: len(series) // COUNTED]


def spaced(cells: pd.Series[Any]) -> pd.Series[Any]:
    """At most `SPACED` cells of a column, evenly spaced."""
    return cells if len(cells) <= SPACED else cells.iloc[:: -(-len(cells) // SPACED)]


def most_categories(cells: int) -> int:
    """How many different words so many cells may hold to be categories.

    Words that hardly ever come twice tell rows apart, as names do, and not kinds of rows.
    """
    return min(CATEGORIES, max(FEW, cells // 2))


def is_text(series: pd.Series[Any]) -> bool:
    """Whether cells are text, or values of several types as a workbook holds them."""
    return str(series.dtype) in ("str", "object", "string", "category")


def spelled(series: pd.Series[Any]) -> pd.Series[Any]:
    """The cells of a column as text, missing ones as they are."""
    if str(series.dtype) == "str":
        return series
    import pandas as pd

    cells = [None if pd.isna(cell) else _cell_text(cell) for cell in series]
    return pd.Series(cells, index=series.index, name=series.name, dtype="str")


def _cell_text(cell: object) -> str:
    """A value of a workbook as it is shown there."""
    if isinstance(cell, bool | np.bool_):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return f"{cell:.17g}"
    return str(cell)
