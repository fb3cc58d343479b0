"""Column types: whether a column holds numbers, categories, dates or text, and how its cells become values.

A recipe for each column is found once, from all of its cells, and then obeyed: by `typed_columns`, for the file it was
found in and for every later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.readers.column_values import CLASSES, natural_order, wide_numbers
from app.data.readers.date_formats import find_counted_dates, find_date_format, may_count_time
from app.data.readers.date_parsing import first_date_format
from app.data.readers.number_columns import NumberColumn, titles_of
from app.data.readers.number_parsing import (
    decimal_of,
    is_formatted,
    is_grouped,
    is_zero_padded,
    parse_formatted,
    unclear_mark,
    unit_of,
)
from app.data.readers.recipe import MISSING_WORDS, PANDAS_MISSING, ColumnRecipe, Dialect
from app.data.readers.table_format import AS_FOUND, RawTable, Reading
from app.data.readers.time_parts import part_of_time
from app.data.transforms import blurred
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

CATEGORIES = 50
"""A text column with more different values than this is text, not categories."""
FEW = 10
"""So many different values are always categories."""
COUNTED = 100_000
"""In columns longer than this, different values are counted among so many evenly spaced ones."""
SPACED = 1000
"""So many evenly spaced cells tell how numbers are written."""
CLEAR = 0.8
"""Where fewer numbers end in another digit than 0, they are no thousands that lost their mark."""
MOSTLY = 0.9
"""The share of values that must be numbers, or dates, for a column to be one of them; the others are slips."""
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\s*(\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}([./-])\d{{1,2}}\2(\d{{4}}|\d{{2}})"
    rf"|\d{{1,2}}[ -]{_MONTH}[ -]\d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}})([ T].*)?",
    re.IGNORECASE,
)
NOTHING: Mapping[str, NumberColumn] = {}
"""Nothing is known of columns of numbers yet."""
_TRUTHS = {"true", "false"}
_WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)


def typed_columns(
    raw: RawTable, reading: Reading, numbers: Mapping[str, NumberColumn] = NOTHING
) -> tuple[pd.DataFrame, tuple[ColumnRecipe, ...]]:
    """The table with its cells as values, and the recipe of each of its columns.

    Columns that ``reading`` knows are read by their recipe; that of all others is found, but for what the file itself
    says of them. Words in columns of numbers stay, so that they can be shown; they count as missing later. ``numbers``
    are those columns of a wide table of which it is known already what their cells tell.
    """
    import pandas as pd

    known = dict(reading.recipe.by_name) if reading.recipe else {}
    frame, recipes = raw.frame, []
    changed: dict[int, pd.Series[Any]] = {}
    plain = _plain_numbers(raw, numbers)
    kinds = frame.dtypes.to_numpy()
    for place, name in enumerate(titles_of(frame)):
        recipe = known.get(name) or plain.get(name)
        number = recipe is not None and recipe.type is ColumnType.NUMBER and not recipe.missing
        if recipe is None or not number or kinds[place].kind not in "iuf":
            series = frame.iloc[:, place]
            recipe = recipe or _find_declared(series, raw, reading)
            values = obeyed(series, recipe, raw.dialect)
            if values is not series:
                changed[place] = values
        recipes.append(recipe)
    if len(changed) > FEW:
        names = frame.columns
        frame = pd.concat([changed.get(place, frame.iloc[:, place]) for place in range(len(names))], axis=1)
        frame.columns = names
    elif changed:
        frame = frame.copy(deep=False)
        for place, values in changed.items():
            frame.isetitem(place, values.array)
    return frame, tuple(recipes)


def _plain_numbers(raw: RawTable, numbers: Mapping[str, NumberColumn]) -> dict[str, ColumnRecipe]:
    """The recipes of those columns of a wide table that hold numbers, no times, and that the file says nothing of."""
    return {
        name: ColumnRecipe(name, ColumnType.NUMBER, wide=column.wide)
        for name, column in numbers.items()
        if column.missing < len(raw.frame)
        and not may_count_time(name)
        and not (name in raw.types or name in raw.units or name in raw.roles)
    }


def find_column_recipe(series: pd.Series[Any], dialect: Dialect, reading: Reading = AS_FOUND) -> ColumnRecipe:
    """What a column holds and how its cells become values, from all of them."""
    if reading.rules == 1:
        return _first_rules(series, dialect, reading.options.date_order)
    name = str(series.name)
    if not _is_text(series):
        return _find_in_values(series, dialect)
    texts = spelled(series).str.strip()
    known = texts[texts.notna() & (texts != "")]
    words = known[~known.isin(dialect.missing)]
    some = spaced(words)
    usual = dialect.decimal or "."
    # Between quotes, 1,234 is taken for a thousand where the comma also divides cells.
    decisive = [cell for cell in some if dialect.delimiter != "," or not is_grouped(cell)]
    decimal = decimal_of(decisive, usual) if reading.options.decimal == "auto" else usual
    unit = unit_of(some, decimal)
    kind = _type_of_texts(known, words, decimal, unit)
    if kind is ColumnType.NUMBER:
        own = decimal if decimal != usual else ""
        why = " ".join(filter(None, (_mark_doubt(series, dialect), _absent(known, words))))
        recipe = ColumnRecipe(name, kind, decimal=own, unit=unit, why=why)
        values = obeyed(series, recipe, dialect)
        return _counted_time(values) or _with_width(recipe, values)
    date = find_date_format(words, reading.options.date_order, _day_first(dialect))
    if date.format:
        why = " ".join(filter(None, (date.why, _absent(known, words))))
        return ColumnRecipe(name, ColumnType.DATE, date_format=date.format, why=why)
    if kind is ColumnType.CATEGORY:
        categories = _distinct(known)
        return ColumnRecipe(name, kind, categories=categories, why=_doubt(categories))
    return ColumnRecipe(name, kind)


def _find_declared(series: pd.Series[Any], raw: RawTable, reading: Reading) -> ColumnRecipe:
    """What a column holds by what its file says of it, and by its cells."""
    name = str(series.name)
    kind, dialect = raw.types.get(name), raw.dialect
    if kind is None:
        recipe = find_column_recipe(series, dialect, reading)
    elif kind is ColumnType.CATEGORY:
        categories = raw.categories.get(name) or _distinct(spelled(series).str.strip().replace("", None).dropna())
        recipe = ColumnRecipe(name, kind, categories=categories)
    else:
        recipe = ColumnRecipe(name, kind)
        recipe = _with_width(recipe, obeyed(series, recipe, dialect)) if kind is ColumnType.NUMBER else recipe
    unit, role = recipe.unit or raw.units.get(name, ""), raw.roles.get(name, "")
    return replace(recipe, unit=unit, role=role) if unit != recipe.unit or role else recipe


def _distinct(texts: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(sorted(map(str, texts.unique()), key=natural_order))


def obeyed(series: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> pd.Series[Any]:
    """The cells of a column as ``recipe`` says: numbers, or text as the file spells it, missing where there is none."""
    if not _is_text(series) and not (recipe.type in _WORDS and series.dtype.kind in "biuf"):
        return _without_numbers(series, recipe.missing)
    texts = spelled(series)
    if recipe.trimmed:
        texts = texts.str.strip()
    missing = {"", *recipe.missing}
    if recipe.type in (ColumnType.NUMBER, ColumnType.DATE, ColumnType.EMPTY):
        missing.update(dialect.missing)
    texts = texts.mask(texts.isin(list(missing)))
    if recipe.type is ColumnType.NUMBER:
        decimal = recipe.decimal or dialect.decimal or "."
        return parse_formatted(texts, decimal, recipe.unit) if recipe.formatted else texts
    if recipe.merged:
        other = dict(recipe.merged)
        texts = texts.map(lambda text: other.get(text, text), na_action="ignore")
    if recipe.type is ColumnType.CATEGORY and {text.lower() for text in recipe.categories} <= _TRUTHS:
        return _as_spelled_before(texts, recipe.categories)
    return series if texts.equals(series) else texts


def restated(series: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> ColumnRecipe:
    """A recipe that a person changed, with what follows from it: categories, and the width of numbers.

    Raises
    ------
    NetloomError
        if the column holds nothing of the type that was chosen.
    """
    values = obeyed(series, recipe, dialect)
    known = present(values)
    if recipe.type is ColumnType.CATEGORY:
        categories = _distinct(known)
        if len(categories) > CLASSES:
            raise NetloomError(
                f"Column “{recipe.name}” has {len(categories)} different values; at most {CLASSES} can be categories."
            )
        return replace(recipe, categories=categories)
    if recipe.type is ColumnType.NUMBER:
        if len(known) and bool(np.isnan(wide_numbers(known)[0]).all()):
            raise NetloomError(f"Column “{recipe.name}” holds no numbers, such as “{known.iloc[0]}”.")
        return _with_width(replace(recipe, wide=False), values)
    return recipe


def variants_of(categories: Iterable[str]) -> list[tuple[str, ...]]:
    """Categories that differ by case or blanks alone, in groups of two and more."""
    alike: dict[str, list[str]] = {}
    for category in categories:
        alike.setdefault(" ".join(category.casefold().split()), []).append(category)
    return [tuple(group) for group in alike.values() if len(group) > 1]


def unclear_number(series: pd.Series[Any], dialect: Dialect) -> str:
    """A number of a column whose sign may stand before decimals or thousands alike; empty where all is clear."""
    if not _is_text(series):
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


def describe_column(series: pd.Series[Any], recipe: ColumnRecipe) -> Column:
    """What is in a column, or in some of its rows."""
    known = present(series)
    unique = int(thinned(known).nunique())
    example = " ".join(str(known.iloc[0])[:200].split())[:60] if len(known) else ""
    kind = recipe.type if len(known) else ColumnType.EMPTY
    return Column(recipe.name, kind, len(series) - len(known), unique, example)


def present(series: pd.Series[Any]) -> pd.Series[Any]:
    """The values that are not missing; no copy is made where none is."""
    return series.dropna() if series.hasnans else series


def thinned(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column, or `COUNTED` to twice as many evenly spaced values of it where it is longer."""
    return series if len(series) <= COUNTED else series.iloc[:: len(series) // COUNTED]


def spaced(cells: pd.Series[Any]) -> pd.Series[Any]:
    """At most `SPACED` cells of a column, evenly spaced."""
    return cells if len(cells) <= SPACED else cells.iloc[:: -(-len(cells) // SPACED)]


def _is_text(series: pd.Series[Any]) -> bool:
    """Whether cells are text, or values of several types as a workbook holds them."""
    return str(series.dtype) in ("str", "object", "string", "category")


def _without_numbers(series: pd.Series[Any], words: tuple[str, ...]) -> pd.Series[Any]:
    """A column of numbers without those that one of ``words`` writes."""
    import pandas as pd

    if not words or series.dtype.kind not in "iuf":
        return series
    odd = series.isin(pd.to_numeric(pd.Series(words), errors="coerce").dropna().tolist())
    return series.mask(odd) if odd.any() else series


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


def _find_in_values(series: pd.Series[Any], dialect: Dialect) -> ColumnRecipe:
    """The recipe of a column that its file, or pandas, already holds as values."""
    import pandas as pd

    name = str(series.name)
    if not len(present(series)):
        return ColumnRecipe(name, ColumnType.EMPTY)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return ColumnRecipe(name, ColumnType.DATE, date_format="ISO8601")  # as text it would be written so
    if pd.api.types.is_bool_dtype(series.dtype):
        return ColumnRecipe(name, ColumnType.CATEGORY, categories=tuple(sorted(set(spelled(present(series))))))
    recipe = ColumnRecipe(name, ColumnType.NUMBER, why=_mark_doubt(series, dialect))
    return _counted_time(series) or _with_width(recipe, series)


def _counted_time(values: pd.Series[Any]) -> ColumnRecipe | None:
    """The recipe of numbers that stand for times; None for plain numbers."""
    import pandas as pd

    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    date = find_counted_dates(values if numeric else pd.to_numeric(values, errors="coerce"))
    return (
        ColumnRecipe(str(values.name), ColumnType.DATE, date_format=date.format, why=date.why) if date.format else None
    )


def _day_first(dialect: Dialect) -> bool:
    """Whether a file is written as where days come before months."""
    return dialect.decimal == "," or dialect.delimiter == ";"


def _with_width(recipe: ColumnRecipe, values: pd.Series[Any]) -> ColumnRecipe:
    """The recipe of a column of numbers, ``wide`` where 32 bits would blur them."""
    import pandas as pd

    numbers = values if pd.api.types.is_numeric_dtype(values.dtype) else pd.to_numeric(values, errors="coerce")
    wide = thinned(numbers).to_numpy(np.float64, na_value=np.nan)
    wide = wide[np.isfinite(wide)]
    if len(wide) < 2:
        return recipe
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = wide.std()
    return replace(recipe, wide=True) if deviation > 0 and blurred(np.abs(wide).max(), deviation) else recipe


def _type_of_texts(known: pd.Series[Any], words: pd.Series[Any], decimal: str, unit: str) -> ColumnType:
    """What the cells ``known`` are; ``words`` are those that would not count as missing among numbers."""
    if not len(known):
        return ColumnType.EMPTY
    sample = thinned(words)
    if len(sample) and not _are_truths(sample) and not _are_codes(sample) and _are_numbers(sample, decimal, unit):
        return ColumnType.NUMBER
    # Words that hardly ever come twice tell rows apart, as names do, and not kinds of rows.
    most = min(CATEGORIES, max(FEW, len(known) // 2))
    return ColumnType.CATEGORY if thinned(known).nunique() <= most else ColumnType.TEXT


def _are_codes(texts: pd.Series[Any]) -> bool:
    """Whether zeros in front make numbers codes, as they do not for months, days and hours."""
    return is_zero_padded(texts) and not part_of_time(str(texts.name))


def _are_truths(texts: pd.Series[Any]) -> bool:
    return {str(text).lower() for text in texts.unique()[:3]} <= _TRUTHS


def _are_numbers(texts: pd.Series[Any], decimal: str, unit: str) -> bool:
    """Nearly all cells are numbers, formatted or not: the others are slips."""
    import pandas as pd

    def share(cells: pd.Series[Any]) -> float:
        return float(pd.to_numeric(parse_formatted(cells, decimal, unit), errors="coerce").notna().mean())

    return share(spaced(texts)) >= MOSTLY / 2 and share(texts) >= MOSTLY


def _as_spelled_before(texts: pd.Series[Any], categories: tuple[str, ...]) -> pd.Series[Any]:
    """True and false in the spelling of ``categories``, however they are written."""
    spelling = {category.lower(): category for category in categories}
    return texts.map(lambda text: spelling.get(text.lower(), text), na_action="ignore")


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


# Rules of Netloom 0.1


def _first_rules(series: pd.Series[Any], dialect: Dialect, order: str) -> ColumnRecipe:
    """The recipe by the rules of Netloom 0.1, in which blanks counted and the same words were missing everywhere."""
    name, decimal = str(series.name), dialect.decimal
    formatted = bool(decimal) and series.dtype == "str" and is_formatted(series, decimal)
    values = parse_formatted(series, decimal) if formatted else series
    known = present(values)
    kind = _first_type(thinned(known))
    if kind is ColumnType.NUMBER:
        return ColumnRecipe(name, kind, formatted, trimmed=False)
    if kind is ColumnType.DATE:
        return ColumnRecipe(name, kind, date_format=first_date_format(known, order), trimmed=False)
    categories = sorted({str(value) for value in known.unique()}) if kind is ColumnType.CATEGORY else ()
    missing = dialect.missing if dialect.delimiter else ()
    return ColumnRecipe(name, kind, categories=tuple(categories), missing=missing, trimmed=False)


def _first_type(known: pd.Series[Any]) -> ColumnType:
    import pandas as pd

    if not len(known):
        return ColumnType.EMPTY
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        return ColumnType.DATE
    if pd.api.types.is_bool_dtype(known.dtype):
        return ColumnType.CATEGORY
    if pd.api.types.is_numeric_dtype(known.dtype):
        return ColumnType.NUMBER
    if not set(known.astype(str).unique()[:3]) <= {"True", "False"}:
        numeric = pd.to_numeric(known, errors="coerce").notna().mean()
        if numeric >= MOSTLY:
            return ColumnType.NUMBER
    sample = known.astype(str).head(200)
    if sum(bool(_DATE.fullmatch(text)) for text in sample) >= MOSTLY * len(sample):
        return ColumnType.DATE
    most = min(CATEGORIES, max(FEW, len(known) // 2))
    return ColumnType.CATEGORY if known.nunique() <= most else ColumnType.TEXT
