"""Dialects by the rules of Netloom 0.1, which old projects keep."""

from __future__ import annotations

import pytest

from app.data.readers.first_dialect import find_first_dialect
from app.data.readers.recipe import TableOptions
from tests.app.conftest import Write


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n" + "1;2\n" * 9 + "3;4;5\n", ";"),  # a line with a cell too many
        ("a b\n" + "1 2\n" * 9, " "),
        ("name,place\n" + "Anna Maria,Bergen\nBo,Rio de Janeiro\n" * 5, ","),  # blanks divide words too
        ("width of leaf\n" + "3\n" * 9, ","),  # one column
        ("a;b\n" + "1,5;2,5\n" * 9, ";"),  # a comma before decimals
        ("# sep follows\na\tb\n" + "1\t2\n" * 9, "\t"),
    ],
)
def test_the_delimiter_divides_most_lines_alike(write: Write, text: str, delimiter: str) -> None:
    assert find_first_dialect(write("t.csv", text), TableOptions()).delimiter == delimiter
