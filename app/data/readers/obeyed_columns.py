"""Columns read by a recipe: their cells become the values that it says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.data.readers.column_cells import is_text, spelled
from app.data.readers.number_parsing import parse_formatted
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.protocol.data_values import ColumnType

if TYPE_CHECKING:
    import pandas as pd

TRUTHS = {"true", "false"}
_WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)


def obeyed(series: pd.Series[Any], recipe: ColumnRecipe, dialect: Dialect) -> pd.Series[Any]:
    """The cells of a column as ``recipe`` says: numbers, or text as the file spells it, missing where there is none."""
    if not is_text(series) and not (recipe.type in _WORDS and series.dtype.kind in "biuf"):
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
    return as_words(series, texts, recipe)


def as_words(series: pd.Series[Any], texts: pd.Series[Any], recipe: ColumnRecipe) -> pd.Series[Any]:
    """The cells ``texts`` of a column that ``recipe`` says to be words; ``series`` itself where they are the same."""
    if recipe.merged:
        other = dict(recipe.merged)
        texts = texts.map(lambda text: other.get(text, text), na_action="ignore")
    if recipe.type is ColumnType.CATEGORY and {text.lower() for text in recipe.categories} <= TRUTHS:
        return _as_spelled_before(texts, recipe.categories)
    return series if texts.equals(series) else texts


def _without_numbers(series: pd.Series[Any], words: tuple[str, ...]) -> pd.Series[Any]:
    """A column of numbers without those that one of ``words`` writes."""
    import pandas as pd

    if not words or series.dtype.kind not in "iuf":
        return series
    odd = series.isin(pd.to_numeric(pd.Series(words), errors="coerce").dropna().tolist())
    return series.mask(odd) if odd.any() else series


def _as_spelled_before(texts: pd.Series[Any], categories: tuple[str, ...]) -> pd.Series[Any]:
    """True and false in the spelling of ``categories``, however they are written."""
    spelling = {category.lower(): category for category in categories}
    return texts.map(lambda text: spelling.get(text.lower(), text), na_action="ignore")
