"""What the columns of a table are, and turning them into numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = 50
"""A text column with more different values than this is text, not categories."""
CLASSES = 1000
"""Most classes that a target may have."""
LARGEST = float(np.finfo(np.float32).max)

_DATE = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})([ T].*)?")
_IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|key|nr|no|number|column 1)", re.IGNORECASE)
_TARGET = re.compile(r"target|label|class|y|outcome|species|category|diagnosis", re.IGNORECASE)


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """What was found in one column of a table."""

    name: str
    type: ColumnType
    missing: int
    unique: int
    example: str

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON values."""
        return {
            "name": self.name,
            "type": str(self.type),
            "missing": self.missing,
            "unique": self.unique,
            "example": self.example,
        }


def look(series: pd.Series[Any]) -> Column:
    """What is in one column."""
    known = series.dropna()
    unique = int(known.nunique())
    example = str(known.iloc[0])[:60] if len(known) else ""
    return Column(str(series.name), type_of(known), int(series.isna().sum()), unique, example)


def type_of(series: pd.Series[Any]) -> ColumnType:
    """What the values of a column are; a column that pandas took for numbers is not looked through."""
    import pandas as pd

    known = series.dropna()
    if not len(known):
        return ColumnType.EMPTY
    if pd.api.types.is_bool_dtype(known.dtype):
        return ColumnType.CATEGORY
    if pd.api.types.is_numeric_dtype(known.dtype) or _mostly_numbers(known):
        return ColumnType.NUMBER
    sample = known.astype(str).head(200)
    if all(_DATE.fullmatch(text) for text in sample):
        return ColumnType.DATE
    return ColumnType.CATEGORY if known.nunique() <= CATEGORIES else ColumnType.TEXT


def _mostly_numbers(known: pd.Series[Any]) -> bool:
    """At least nine in ten values are numbers: the others are slips, such as ``n/k``."""
    import pandas as pd

    if set(known.astype(str).unique()[:3]) <= {"True", "False"}:
        return False
    return bool(pd.to_numeric(known, errors="coerce").notna().mean() >= 0.9)


def numbers(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column as float32 (N,), NaN where a value is missing or no number, and notes.

    Raises
    ------
    NetloomError
        if a value is infinite or too large for a 32-bit number.
    """
    import pandas as pd

    values = pd.to_numeric(series, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    large = int((np.abs(values) > LARGEST).sum())
    if large:
        raise NetloomError(
            f"Column “{series.name}” holds {large} infinite or far too large values; "
            "correct them or leave the column out."
        )
    odd = int(np.isnan(values).sum()) - int(series.isna().sum())
    what = "1 value is not a number and counts" if odd == 1 else f"{odd} values are not numbers and count"
    return values.astype(np.float32), (f"Column “{series.name}”: {what} as missing.",) if odd else ()


def one_hot(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column of categories as float32 (N, categories) of zeros and ones, and a name for each.

    Missing values are a category of their own.
    """
    missing = series.isna()
    text = series.astype(str).where(~missing, "(missing)")
    names = sorted(text.unique())
    coded = np.stack([(text == name).to_numpy(np.float32) for name in names], axis=1)
    return coded, tuple(f"{series.name} = {name}" for name in names)


def labels(series: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """A column without missing values as class numbers int64 (N,), and the names of the classes in order.

    Raises
    ------
    NetloomError
        if there is one class only, or more than can be told apart.
    """
    text = series.map(_class_name)
    names = sorted(text.unique(), key=_natural)
    if len(names) < 2:
        raise NetloomError(f"Column “{series.name}” has one class only (“{names[0]}”); at least two are needed.")
    if len(names) > CLASSES:
        raise NetloomError(
            f"Column “{series.name}” has {len(names)} different values; at most {CLASSES} classes can be told apart. "
            "Choose another target, or regression if the values are numbers."
        )
    number = {name: place for place, name in enumerate(names)}
    return text.map(number).to_numpy(np.int64), tuple(names)


def _class_name(value: object) -> str:
    """``1.0`` and ``1`` are the same class."""
    return f"{value:.17g}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers in their order, before words."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def is_identifier(column: Column, rows: int) -> bool:
    """Whether a column only numbers the rows: all values differ and its name says so."""
    return rows > 2 and column.unique == rows and bool(_IDENTIFIER.fullmatch(column.name))


def likely_target(columns: tuple[Column, ...]) -> str:
    """The column that is most likely to be predicted: one that is called so, or else the last that can be."""
    fitting = [one for one in columns if one.type in (ColumnType.NUMBER, ColumnType.CATEGORY)]
    named = [one.name for one in fitting if _TARGET.fullmatch(one.name)]
    return named[0] if named else fitting[-1].name if fitting else ""


def looks_like_classes(column: Column, series: pd.Series[Any]) -> bool:
    """Whether the values of a target are classes rather than amounts: words, or few different whole numbers."""
    if column.type is not ColumnType.NUMBER:
        return True
    values, _ = numbers(series)
    known = values[~np.isnan(values)]
    whole = bool((known == np.round(known)).all())
    return whole and column.unique <= min(20, max(2, len(known) // 5))
