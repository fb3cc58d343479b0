"""Dialects of tables: remarks above them, the delimiter, and blanks that only align cells."""

from __future__ import annotations

import pytest

from app.data.readers.dialect import remarks_above
from app.data.readers.table_file import read_table
from tests.app.conftest import Write


@pytest.mark.parametrize(
    ("lines", "above"),
    [
        (["# made in May\n", "1;2\n", "3;4\n"], 1),
        (["# a;b\n", "1;2\n", "3;4\n"], 0),  # it names the columns
        (["# made in May\n", "# by hand, twice\n", "a;b\n", "3;4\n"], 2),
        (["sep=;\n", "a;b\n"], 1),
        ([], 0),
    ],
)
def test_remarks_that_name_no_columns_are_above_the_table(lines: list[str], above: int) -> None:
    assert remarks_above(lines) == above


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("x,y\n" + "a;b,c;d\n" * 39, ","),  # a semicolon would leave the first line above the table
        ("x;y;z\n" + "a;b,c;d\n" * 39, ";"),
    ],
)
def test_what_divides_the_first_line_as_well_is_likelier(write: Write, text: str, delimiter: str) -> None:
    assert read_table(write("t.csv", text)).recipe.dialect.delimiter == delimiter


@pytest.mark.parametrize("first", ["", "  "])
def test_blanks_may_align_cells(write: Write, first: str) -> None:
    text = first + "a     b  c\n" + "".join(f"{first}{row:<4}  {row * 30:<7} {row}.5\n" for row in range(9))
    table = read_table(write("t.txt", text))
    assert (table.names, len(table)) == (("a", "b", "c"), 9)
