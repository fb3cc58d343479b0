"""Roles of columns by their names and values: targets of classes, and groups of series."""

from __future__ import annotations

import pytest

from app.data.readers.likely_roles import likely_group, looks_like_classes
from app.data.readers.table_file import read_table
from tests.app.conftest import Write


@pytest.mark.parametrize(
    ("different", "rows", "classes"),
    [(20, 200, True), (21, 200, False), (10, 50, True), (11, 50, False), (2, 6, True), (3, 6, False)],
)
def test_few_different_whole_numbers_are_classes(write: Write, different: int, rows: int, classes: bool) -> None:
    text = "x,y\n" + "".join(f"{row / 7:.3f},{row % different}\n" for row in range(rows))
    table = read_table(write("t.csv", text))
    assert looks_like_classes(table.column("y"), table["y"]) is classes


@pytest.mark.parametrize(("times", "group"), [(2, ""), (3, "shop"), (9, "shop")])
def test_series_of_three_times_or_more_are_told_apart_by_words(write: Write, times: int, group: str) -> None:
    rows = "".join(f"2021-01-{1 + time:02},s{shop},{shop * time}\n" for shop in range(12) for time in range(times))
    table = read_table(write("t.csv", "date,shop,sales\n" + rows))
    assert likely_group(table.columns, table.frame, "date") == group
