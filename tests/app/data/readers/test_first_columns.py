"""Types of columns by the rules of Netloom 0.1, which old projects keep."""

from __future__ import annotations

import pandas as pd
import pytest

from app.data.readers.first_columns import find_first_column
from app.data.readers.recipe import Dialect
from app.protocol.data_values import ColumnType

DATE, NUMBER, CATEGORY = ColumnType.DATE, ColumnType.NUMBER, ColumnType.CATEGORY
DAYS = [f"2021-03-{1 + day % 28:02}" for day in range(180)]


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
    assert find_first_column(pd.Series(cells, name="a", dtype=object), Dialect(), "").type is type
