"""How often the cells of a table are looked at: what a column holds is found from values that are made once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from app.data.inspect import inspect
from app.data.readers import date_formats, footer, found_columns, number_parsing, table_file
from app.data.readers.column_cells import SPACED
from app.data.readers.found_columns import find_column
from app.data.readers.obeyed_columns import obeyed
from app.data.readers.recipe import Dialect
from app.data.readers.table_file import read_table
from app.protocol.data_values import ColumnType
from tests.app.conftest import Write


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Counter[str]]:
    """Counts how often a function of a module is called from now on."""
    calls: Counter[str] = Counter()

    def count(module: Any, name: str) -> Counter[str]:
        own = getattr(module, name)

        def counting(*values: Any) -> Any:
            calls[name] += 1
            return own(*values)

        monkeypatch.setattr(module, name, counting)
        return calls

    return count


@pytest.mark.parametrize("rows", [30, SPACED + 500])
def test_each_cell_of_text_is_parsed_once(rows: int, counted: Callable[[Any, str], Counter[str]]) -> None:
    calls = counted(number_parsing, "plain_number")
    series = pd.Series([f"{1000 + row:,}.5 €" for row in range(rows)], name="price")
    found = find_column(series, Dialect(delimiter=";"))
    assert found.recipe.type is ColumnType.NUMBER and found.values.tolist() == [1000.5 + row for row in range(rows)]
    assert rows <= calls["plain_number"] <= rows + (SPACED if rows > SPACED else 0)


CELLS = {
    "numbers": ["1,5 kg", "2,25 kg", "-3 kg", "?"] * 5,
    "slips": [*map(str, range(30)), "soon"],
    "categories": ["a", " b ", "A", ""] * 5,
    "truths": ["TRUE", "false", "n/a"] * 5,
    "dates": ["01.02.2021", "14.02.2021", "", "?"] * 5,
    "counted": ["20210131", "20210228", "-"] * 4,
    "texts": [f"word {row} " for row in range(60)],
    "nothing": ["", "", None],
}


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("rules", [1, 2])
def test_what_is_found_has_the_values_that_its_recipe_gives(kind: str, rules: int) -> None:
    from app.data.readers.table_format import Reading

    name = "date" if kind == "counted" else "x"
    series, dialect = pd.Series(CELLS[kind], name=name, dtype="str"), Dialect(delimiter=";")
    found = find_column(series, dialect, Reading(rules=rules))
    pd.testing.assert_series_equal(found.values, obeyed(series, found.recipe, dialect))


def wide(columns: int) -> str:
    names = ",".join(f"gene {number}" for number in range(columns))
    rng = random.Random(0)
    rows = (",".join(f"{rng.gauss(0, 1):.3f}" for _ in range(columns)) + f",{'abc'[row % 3]}" for row in range(12))
    return "\n".join([f"{names},kind", *rows]) + "\n"


def test_a_wide_table_is_looked_into_and_loaded_by_one_reading(
    write: Write, counted: Callable[[Any, str], Counter[str]]
) -> None:
    file = write("wide.csv", wide(300))
    calls = counted(table_file, "_read")
    counted(table_file, "number_columns")
    found = inspect(file)
    assert calls == {"_read": 1, "number_columns": 1} and found.target == "kind"


@pytest.mark.parametrize("columns", [20, 300])
def test_lines_below_are_looked_for_without_reading_every_cell(
    columns: int, write: Write, counted: Callable[[Any, str], Counter[str]]
) -> None:
    file = write("wide.csv", wide(columns))
    calls = counted(footer, "is_number")
    read_table(file)
    assert calls["is_number"] == 0


def test_a_total_below_many_columns_is_found(write: Write) -> None:
    lines = wide(20).splitlines()
    file = write("total.csv", "\n".join([*lines, "mean" + ",0" * 20]) + "\n")
    assert len(read_table(file)) == 12


def test_columns_of_words_cost_a_look_and_no_more(counted: Callable[[Any, str], Counter[str]]) -> None:
    counted(found_columns, "unit_of")
    counted(found_columns, "decimal_of")
    calls = counted(date_formats, "_written")
    words = pd.Series(["oak", "elm", "ash", None] * 100, name="tree", dtype="str")
    assert find_column(words, Dialect()).recipe.categories == ("ash", "elm", "oak")
    assert not calls
    codes = pd.Series([f"tree {number}" for number in range(400)], name="tree", dtype="str")
    assert find_column(codes, Dialect()).recipe.type is ColumnType.TEXT
    assert 0 < calls["_written"] <= 60  # of the 200 cells that a column of dates would take
