"""Columns of numbers of a wide table, many at once, as one at a time takes pandas longer than reading the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.data.dataset import Array
from app.data.transforms import blurred

if TYPE_CHECKING:
    import pandas as pd

WIDE = 200
"""From so many columns on, those of numbers are gone through together; a table of fewer is copied for nothing."""
CELLS = 1 << 22
"""So many cells are gone through at a time."""


class NumberColumn(NamedTuple):
    """What the cells of a column of numbers tell: how many are missing, how many values differ, and the first of them.

    ``wide`` says that 32 bits are too few for them before they are standardised.
    """

    missing: int
    unique: int
    first: str
    wide: bool


def titles_of(frame: pd.DataFrame) -> list[str]:
    """The names of the columns; going through thousands of them one by one takes pandas long."""
    return list(map(str, frame.columns.tolist()))


def number_blocks(frame: pd.DataFrame) -> Iterator[tuple[list[str], Array]]:
    """The names and values (rows, columns) of columns of numbers of one type each; none of a table that is not wide."""
    if len(frame.columns) < WIDE or not len(frame):
        return
    kinds, titles = frame.dtypes.to_numpy(), titles_of(frame)
    plain = [isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in kinds]
    step = max(1, CELLS // len(frame))
    for kind in dict.fromkeys(kinds[plain]):
        places = [place for place, (own, fits) in enumerate(zip(kinds, plain, strict=True)) if fits and own == kind]
        for start in range(0, len(places), step):
            some = places[start : start + step]
            yield [titles[place] for place in some], frame.iloc[:, some].to_numpy()


def number_columns(frame: pd.DataFrame) -> dict[str, NumberColumn]:
    """What the cells of each column of numbers tell, by its name; empty for a table that is not wide."""
    found: dict[str, NumberColumn] = {}
    for names, block in number_blocks(frame):
        absent = np.isnan(block) if block.dtype.kind == "f" else np.zeros(block.shape, bool)
        missing = absent.sum(axis=0)
        unique = _different(block, missing)
        firsts = block[absent.argmin(axis=0), np.arange(len(names))]
        wide = _need_64_bits(block)
        facts = (missing.tolist(), unique.tolist(), map(str, firsts), wide.tolist())
        found |= dict(zip(names, map(NumberColumn, *facts), strict=True))
    return found


def _different(block: Array, missing: Array) -> Array:
    """How many values of each column (rows, columns) differ, int64 (columns,); ``missing`` ones come last."""
    ordered = np.sort(block, axis=0)
    steps = ordered[1:] != ordered[:-1]  # what is missing differs from itself
    return np.asarray(1 + steps.sum(axis=0) - missing)


def _need_64_bits(block: Array) -> Array:
    """Whether rounding to 32 bits would move values of a column too far beside how they spread, bool (columns,)."""
    values = np.where(np.isfinite(block), block, np.nan).astype(np.float64)
    count = np.isfinite(values).sum(axis=0)
    with np.errstate(all="ignore"):
        filled = np.where(np.isnan(values), 0.0, values)
        mean = filled.sum(axis=0) / count
        deviation = np.sqrt((np.where(np.isnan(values), 0.0, values - mean) ** 2).sum(axis=0) / count)
        needed = blurred(np.abs(filled).max(axis=0), deviation)
    return np.asarray((count > 1) & (deviation > 0) & needed)
