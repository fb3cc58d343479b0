"""Columns of a table as arrays: numbers, category codes, class labels and group numbers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.recipe import RULES
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

CLASSES = 1000
"""Most classes that a target may have."""
_DIGITS = re.compile(r"\d+")
MISSING, OTHER = "(missing)", "(unknown)"
"""The categories of missing values, and of values that training never saw."""


def numbers(series: pd.Series[Any], wide: bool = False) -> tuple[Array, tuple[str, ...]]:
    """A column as float32 (N,), float64 if ``wide``, NaN where a value is missing or no number, and notes.

    Raises
    ------
    NetloomError
        if a value is infinite or too large for a 32-bit number.
    """
    exact, notes = wide_numbers(series)
    with np.errstate(over="ignore"):
        values = exact.astype(np.float64 if wide else np.float32)
    check_range(str(series.name), values)
    return values, notes


def wide_numbers(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column as numbers of 64 bits (N,), NaN where a value is missing or no number, and notes.

    A column that pandas took for numbers is not copied.
    """
    import pandas as pd

    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "fiu":
        return series.to_numpy(), ()
    values = pd.to_numeric(series, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    odd = int(np.isnan(values).sum()) - int(series.isna().sum())
    what = "1 value is not a number and counts" if odd == 1 else f"{odd} values are not numbers and count"
    return values, (f"Column “{series.name}”: {what} as missing.",) if odd else ()


def no_numbers(series: pd.Series[Any]) -> pd.Series[Any]:
    """The cells of a column that are there, but are no numbers."""
    import pandas as pd

    return series[pd.to_numeric(series, errors="coerce").isna() & series.notna()]


def check_range(name: str, values: Array) -> None:
    """Raise `NetloomError` if a value of column ``name`` (N,) became infinite."""
    large = int(np.isinf(values).sum())
    if large:
        raise NetloomError(
            f"Column “{name}” holds {large} infinite or far too large values; correct them or leave the column out."
        )


def category_codes(series: pd.Series[Any], known: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """A column of the ``known`` categories as numbers int64 (N,), and their names in order.

    Missing values are a category too. One more name stands at the end, for categories that are not ``known``.
    """
    import pandas as pd

    codes, values = pd.factorize(series)
    names = _with_missing(known) if (codes < 0).any() else list(known)
    place = {name: number for number, name in enumerate(names)}
    numbered = np.array([*(place.get(str(value), len(names)) for value in values), place.get(MISSING, 0)], np.int64)
    return numbered[codes], (*names, OTHER)


def _with_missing(known: tuple[str, ...]) -> list[str]:
    """Categories by their letters, as the first rules have them, take in the missing one in its place."""
    return sorted({*known, MISSING}) if list(known) == sorted(known) else [MISSING, *known]


def class_labels(series: pd.Series[Any], rules: int = RULES) -> tuple[Array, tuple[str, ...]]:
    """A column without missing values as class numbers int64 (N,), and the names of the classes in order.

    By version 1 of the ``rules`` of reading, numbers within names do not count for the order.

    Raises
    ------
    NetloomError
        if there is one class only, or more than can be told apart.
    """
    import pandas as pd

    codes, values = pd.factorize(series)
    texts = [_class_name(value) for value in values]
    names = sorted(set(texts), key=_numbers_first if rules == 1 else natural_order)
    if len(names) < 2:
        raise NetloomError(f"Column “{series.name}” has one class only (“{names[0]}”); at least two are needed.")
    if len(names) > CLASSES:
        raise NetloomError(
            f"Column “{series.name}” has {len(names)} different values; at most {CLASSES} classes can be told apart. "
            "Choose another target, or regression if the values are numbers."
        )
    number = {name: place for place, name in enumerate(names)}
    return np.array([number[text] for text in texts], dtype=np.int64)[codes], tuple(names)


def _class_name(value: object) -> str:
    """``1.0`` and ``1`` are the same class."""
    return f"{value:.17g}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def natural_order(name: str) -> tuple[int, float, str, str]:
    """Sorts numbers in their order, then words, in which numbers count as such: ``class 2`` before ``class 10``."""
    place, number, _ = _numbers_first(name)
    return place, number, _DIGITS.sub(lambda digits: digits[0].zfill(30), name.casefold()), name


def _numbers_first(name: str) -> tuple[int, float, str]:
    """Numbers in their order, before words."""
    try:
        number = float(name)
    except ValueError:
        number = math.nan
    return (1, 0.0, name) if math.isnan(number) else (0, number, name)


def rare_note(labels: Array, classes: tuple[str, ...]) -> tuple[str, ...]:
    """A note about classes that are too rare to be in every part of the split."""
    rare = [name for name, count in zip(classes, np.bincount(labels, minlength=len(classes)), strict=True) if count < 3]
    if not rare:
        return ()
    shown = ", ".join(f"“{name}”" for name in rare[:8]) + (" ..." if len(rare) > 8 else "")
    return (f"Too few samples to be in every set of the split: {shown}.",)


def group_numbers(series: pd.Series[Any]) -> Array:
    """A number for every different value of a column, int64 (N,); missing values are a group."""
    import pandas as pd

    return np.asarray(pd.factorize(series, use_na_sentinel=False)[0], dtype=np.int64)
