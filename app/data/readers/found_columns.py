"""Column types: whether a column holds numbers, categories, dates or text, found from all of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from app.data.readers.column_cells import MOSTLY, is_text, most_categories, present, spaced, spelled, thinned
from app.data.readers.column_values import natural_order
from app.data.readers.date_formats import DateFormat, find_counted_dates, find_date_format
from app.data.readers.first_columns import find_first_column
from app.data.readers.number_parsing import (
    ParsedNumbers,
    decimal_of,
    is_grouped,
    is_zero_padded,
    numeric,
    parsed_numbers,
    unclear_mark,
    unit_of,
)
from app.data.readers.obeyed_columns import TRUTHS, as_words, obeyed
from app.data.readers.recipe import MISSING_WORDS, PANDAS_MISSING, ColumnRecipe, Dialect
from app.data.readers.table_format import AS_FOUND, Reading
from app.data.readers.time_parts import part_of_time
from app.data.transforms import blurred
from app.protocol.data_values import ColumnType

if TYPE_CHECKING:
    import pandas as pd

CLEAR = 0.8
"""Where fewer numbers end in another digit than 0, they are no thousands that lost their mark."""
_DIGIT = re.compile(r"\d|inf", re.IGNORECASE)
"""What every number has; looking for it takes words, of which there may be thousands of columns, little time."""


class FoundColumn(NamedTuple):
    """What a column holds, and its cells as values by this recipe."""

    recipe: ColumnRecipe
    values: pd.Series[Any]


def find_column(series: pd.Series[Any], dialect: Dialect, reading: Reading = AS_FOUND) -> FoundColumn:
    """What a column holds and how its cells become values, from all of them, with these values."""
    if is_text(series) and reading.rules != 1:
        return _Texts(series, dialect).found(reading)
    if reading.rules == 1:
        recipe = find_first_column(series, dialect, reading.options.date_order)
    else:
        recipe = _find_in_values(series, dialect)
    return FoundColumn(recipe, obeyed(series, recipe, dialect))


class _Texts:
    """The cells of a column of text, each stripped and parsed once.

    ``known`` are those that are not empty, ``words`` those that would not count as missing among numbers either.
    """

    def __init__(self, series: pd.Series[Any], dialect: Dialect) -> None:
        self.series, self.dialect, self.name = series, dialect, str(series.name)
        self.texts = _without(spelled(series).str.strip(), [""])
        self.known = present(self.texts)
        self.absent = _without(self.texts, dialect.missing)
        """The cells as numbers and dates have them: without words for missing values."""
        self.words = self.known if self.absent is self.texts else present(self.absent)

    def found(self, reading: Reading) -> FoundColumn:
        """What the column holds, and its values."""
        if self._may_be_numbers():
            some, usual = spaced(self.words).tolist(), self.dialect.decimal or "."
            # Between quotes, 1,234 is taken for a thousand where the comma also divides cells.
            decisive = [cell for cell in some if self.dialect.delimiter != "," or not is_grouped(cell)]
            decimal = decimal_of(decisive, usual) if reading.options.decimal == "auto" else usual
            unit = unit_of(some, decimal)
            numbers = self._numbers(decimal, unit)
            if numbers is not None:
                return self._as_numbers(numbers, decimal if decimal != usual else "", unit)
        date = find_date_format(self.words, reading.options.date_order, _day_first(self.dialect))
        if date.format:
            return self._as_dates(date)
        if not len(self.known):
            return self._as_words(ColumnRecipe(self.name, ColumnType.EMPTY), self.absent)
        if thinned(self.known).nunique() > most_categories(len(self.known)):
            return self._as_words(ColumnRecipe(self.name, ColumnType.TEXT), self.texts)
        categories = distinct(self.known)
        why = " ".join(filter(None, (_doubt(categories), _blanks_note(self.series, categories))))
        recipe = ColumnRecipe(self.name, ColumnType.CATEGORY, categories=categories, why=why)
        return self._as_words(recipe, self.texts)

    def _may_be_numbers(self) -> bool:
        """Whether a look at some cells leaves that open: there may be thousands of columns of words."""
        sample = thinned(self.words)
        digits = any(map(_DIGIT.search, spaced(sample).tolist()))
        return digits and not _are_truths(sample) and not _are_codes(sample)

    def _numbers(self, decimal: str, unit: str) -> ParsedNumbers | None:
        """The cells as numbers, where nearly all are, formatted or not: the others are slips."""
        sample = thinned(self.words)
        some = spaced(sample)
        if len(some) < len(sample) and parsed_numbers(some, decimal, unit).share < MOSTLY / 2:
            return None
        parsed = parsed_numbers(self.absent, decimal, unit)
        there = thinned(parsed.numbers[self.absent.notna()])
        return parsed if float(there.notna().mean()) >= MOSTLY else None

    def _as_numbers(self, parsed: ParsedNumbers, decimal: str, unit: str) -> FoundColumn:
        date = find_counted_dates(parsed.numbers)
        if date.format:
            return self._as_words(_dated(self.name, date), self.absent)
        why = " ".join(filter(None, (_mark_doubt(self.series, self.dialect), _absent(self.known, self.words))))
        recipe = ColumnRecipe(self.name, ColumnType.NUMBER, decimal=decimal, unit=unit, why=why)
        return FoundColumn(with_width(recipe, parsed.numbers), parsed.values)

    def _as_dates(self, date: DateFormat) -> FoundColumn:
        why = " ".join(filter(None, (date.why, _absent(self.known, self.words))))
        return self._as_words(_dated(self.name, date._replace(why=why)), self.absent)

    def _as_words(self, recipe: ColumnRecipe, texts: pd.Series[Any]) -> FoundColumn:
        return FoundColumn(recipe, as_words(self.series, texts, recipe))


def _without(texts: pd.Series[Any], words: Sequence[str]) -> pd.Series[Any]:
    """``texts`` without those among ``words``; the same series where there is none, as in most columns."""
    odd = texts.isin(list(words))
    return texts.mask(odd) if odd.any() else texts


def _find_in_values(series: pd.Series[Any], dialect: Dialect) -> ColumnRecipe:
    """The recipe of a column that its file, or pandas, already holds as values."""
    import pandas as pd

    name = str(series.name)
    # Going through a long column takes a while, and hardly any begins with a missing value.
    if series.head(1).isna().all() and not len(present(series)):
        return ColumnRecipe(name, ColumnType.EMPTY)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return ColumnRecipe(name, ColumnType.DATE, date_format="ISO8601")  # as text it would be written so
    if pd.api.types.is_bool_dtype(series.dtype):
        return ColumnRecipe(name, ColumnType.CATEGORY, categories=tuple(sorted(set(spelled(present(series))))))
    recipe = ColumnRecipe(name, ColumnType.NUMBER, why=_mark_doubt(series, dialect))
    date = find_counted_dates(numeric(series))
    return _dated(name, date) if date.format else with_width(recipe, series)


def _dated(name: str, date: DateFormat) -> ColumnRecipe:
    return ColumnRecipe(name, ColumnType.DATE, date_format=date.format, why=date.why)


def distinct(texts: pd.Series[Any]) -> tuple[str, ...]:
    """The different texts of a column, numbers in them in their order."""
    return tuple(sorted(map(str, texts.unique()), key=natural_order))


def with_width(recipe: ColumnRecipe, values: pd.Series[Any]) -> ColumnRecipe:
    """The recipe of a column of numbers, ``wide`` where 32 bits would blur them."""
    wide = thinned(numeric(values)).to_numpy(np.float64, na_value=np.nan)
    wide = wide[np.isfinite(wide)]
    if len(wide) < 2:
        return recipe
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = wide.std()
    return replace(recipe, wide=True) if deviation > 0 and blurred(np.abs(wide).max(), deviation) else recipe


def variants_of(categories: Iterable[str]) -> list[tuple[str, ...]]:
    """Categories that differ by case or blanks alone, in groups of two and more."""
    alike: dict[str, list[str]] = {}
    for category in categories:
        alike.setdefault(" ".join(category.casefold().split()), []).append(category)
    return [tuple(group) for group in alike.values() if len(group) > 1]


def unclear_number(series: pd.Series[Any], dialect: Dialect) -> str:
    """A number of a column whose sign may stand before decimals or thousands alike; empty where all is clear."""
    if not is_text(series):
        return _unclear_value(series, dialect)
    text = unclear_mark(str(cell) for cell in spaced(spelled(series).str.strip().dropna()))
    # What divides cells stands between quotes for thousands only, and a comma before decimals leaves the point to them.
    clear = dialect.delimiter == "," if "," in text else dialect.decimal == ","
    return "" if clear else text


def _unclear_value(series: pd.Series[Any], dialect: Dialect) -> str:
    """The same where the points of all numbers were taken for decimals, in a file that is written as in Europe."""
    if dialect.delimiter != ";" or dialect.decimal != "." or series.dtype.kind != "f":
        return ""
    values = np.abs(present(thinned(series)).to_numpy(np.float64))
    values = values[np.isfinite(values)]
    thousandths = values * 1000
    whole = len(values) > 0 and bool(np.all(np.abs(thousandths - thousandths.round()) < 1e-6))
    inside = bool(np.all((values >= 1) & (values < 1000)))
    full = whole and inside and float((thousandths.round() % 10 != 0).mean()) > CLEAR
    return f"{present(series).iloc[0]:.3f}" if full else ""


def _day_first(dialect: Dialect) -> bool:
    """Whether a file is written as where days come before months."""
    return dialect.decimal == "," or dialect.delimiter == ";"


def _are_codes(texts: pd.Series[Any]) -> bool:
    """Whether zeros in front make numbers codes, as they do not for months, days and hours."""
    return is_zero_padded(texts) and not part_of_time(str(texts.name))


def _are_truths(texts: pd.Series[Any]) -> bool:
    return {str(text).lower() for text in texts.unique()[:3]} <= TRUTHS


def _mark_doubt(series: pd.Series[Any], dialect: Dialect) -> str:
    """A sentence where the sign in numbers may stand before decimals or thousands alike."""
    text = unclear_number(series, dialect)
    return f"The sign in “{text}” may stand before decimals or thousands; say which." if text else ""


def _absent(known: pd.Series[Any], words: pd.Series[Any]) -> str:
    """A sentence that names the words that count as missing, but for those that always mean it."""
    if len(known) == len(words):
        return ""
    odd = known.drop(words.index).value_counts()
    shown = [f"“{word}” ({count})" for word, count in odd.items() if word not in PANDAS_MISSING]
    return f"{', '.join(shown[:5])} {'counts' if len(shown) == 1 else 'count'} as missing." if shown else ""


def _blanks_note(series: pd.Series[Any], categories: Iterable[str]) -> str:
    """A sentence where a category is spelled with and without blanks around it."""
    known = set(categories)
    odd = next((text for text in map(str, series.dropna().unique()) if text not in known and text.strip() in known), "")
    return f"“{odd}” is read as “{odd.strip()}”; blanks around a cell do not count." if odd else ""


def _doubt(categories: tuple[str, ...]) -> str:
    """Sentences where a category may have been meant as missing, or as another one."""
    words = [category for category in categories if category in MISSING_WORDS]
    shown = " and ".join(f"“{word}”" for word in words)
    count = "counts as a value" if len(words) == 1 else "count as values"
    doubts = [f"{shown} {count}; say so if it means “missing”."] if words else []
    groups = variants_of(categories)
    if groups:
        listed = "; ".join(" and ".join(f"“{category}”" for category in group) for group in groups[:3])
        more = f" (and {len(groups) - 3} more groups)" if len(groups) > 3 else ""
        blanks = any(len({category.casefold() for category in group}) > 1 for group in groups)
        doubts.append(f"{listed}{more} differ by {'case or blanks' if blanks else 'case'} alone; they can be merged.")
    return " ".join(doubts)
