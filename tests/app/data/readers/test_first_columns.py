"""Types of columns by the rules of Netloom 0.1, which old projects keep."""

from __future__ import annotations

import pandas as pd
import pytest

from app.data.readers.first_columns import find_first_column
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.protocol.data_values import ColumnType

DATE, NUMBER, CATEGORY = ColumnType.DATE, ColumnType.NUMBER, ColumnType.CATEGORY
DAYS = [f"2021-03-{1 + day % 28:02}" for day in range(180)]


def found(cells: list[object], dtype: str = "object", decimal: str = ".") -> ColumnRecipe:
    return find_first_column(pd.Series(cells, name="a", dtype=dtype), Dialect(decimal=decimal), "")


@pytest.mark.parametrize(
    ("cells", "type"),
    [
        ([*DAYS, *["none"] * 20], DATE),
        ([*DAYS[1:], *["none"] * 21], CATEGORY),
        ([*DAYS, *["none"] * 120], DATE),  # the first two hundred cells decide
        ([*["1.5"] * 9, "none"], NUMBER),
        ([*["1.5"] * 8, "none", "few"], CATEGORY),
        ([True, False, None] * 5, CATEGORY),
        (["True", "False"] * 5, CATEGORY),
        ([None] * 5, ColumnType.EMPTY),
    ],
)
def test_types_by_the_first_rules(cells: list[object], type: ColumnType) -> None:
    assert found(cells).type is type


def test_only_dates_have_a_format_and_only_words_categories() -> None:
    dates, words = found(list(DAYS)), found(["b", "a"] * 9)
    assert (dates.date_format, dates.categories) == ("ISO8601", ())
    assert (words.date_format, words.categories) == ("", ("a", "b"))
    numbers = found(["1.234,5", "2.345,5", "3.456,25"] * 4, "str", ",")
    assert (numbers.type, numbers.formatted, numbers.categories) == (NUMBER, True, ())
