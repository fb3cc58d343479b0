"""Cells come back as their file has them, whatever they were read as."""

from __future__ import annotations

import pandas as pd
import pytest

from app.data.readers.table_file import read_table
from app.data.readers.written_cells import written_cells
from tests.app.conftest import Write


@pytest.mark.parametrize(
    ("text", "column", "cells"),
    [
        ("a,b\n1.50,x\n2.0,y\n,z\n", "a", ("1.50", "2.0", "")),
        ("a;b\n1.072,5;x\n-2,25;y\n", "a", ("1.072,5", "-2,25")),
        ("a,b\n€ 5,x\n€ 1200,y\n", "a", ("€ 5", "€ 1200")),
        ("when,b\n01.02.2024,1\n28.02.2024,2\n", "when", ("01.02.2024", "28.02.2024")),
        ("when,b\n20240102,1\n20240328,2\n", "when", ("20240102", "20240328")),
        ("a,b\nNA,1\n7,2\n8,3\n", "a", ("NA", "7", "8")),
        ("a,b\ntrue,1\nfalse,2\n", "a", ("true", "false")),
        ("remark\n\na,b\n007,1\n012,2\n", "a", ("007", "012")),
    ],
)
def test_text_is_given_back_letter_by_letter(write: Write, text: str, column: str, cells: tuple[str, ...]) -> None:
    assert written_cells(read_table(write("t.csv", text)))[column] == cells


def test_a_workbook_gives_its_numbers_without_points_that_nobody_wrote(write: Write) -> None:
    file = write("t.xlsx", b"")
    pd.DataFrame({"a": [1, None, 3], "b": ["x", "y", None]}).to_excel(file, index=False)
    assert written_cells(read_table(file)) == {"a": ("1", "", "3"), "b": ("x", "y", "")}
