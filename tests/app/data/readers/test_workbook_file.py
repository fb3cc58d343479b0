"""Excel workbooks: sheets, merged cells, titles, units, and cells of text typed as in a CSV file."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from app.data.inspect import inspect
from app.data.readers.recipe import TableOptions
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from tests.app.conftest import Write

CASES = Path(__file__).resolve().parents[3] / "cases"
Rows = list[list[object]]
VALUES: Rows = [[row, row * 1.5, ("red", "blue")[row % 2]] for row in range(12)]


def book(path: Path, sheets: dict[str, Rows], merged: tuple[str, ...] = ()) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for place in merged:
            sheet.merge_cells(place)
    workbook.save(path)
    return path


@pytest.mark.parametrize(
    ("first", "header", "names", "rows"),
    [
        (["a", "b", "c"], "auto", ("a", "b", "c"), 3),
        (["a", None, "c"], "auto", ("a", "column 2", "c"), 3),
        ([1, 2, 3], "auto", ("column 1", "column 2", "column 3"), 4),
        (["a", "b", "c"], "no", ("column 1", "column 2", "column 3"), 4),
        ([2019, 2020, 2021], "yes", ("2019", "2020", "2021"), 3),
    ],
)
def test_projects_of_the_first_rules_keep_their_header(
    tmp_path: Path, first: list[object], header: str, names: tuple[str, ...], rows: int
) -> None:
    path = book(tmp_path / "t.xlsx", {"one": [first, [3, 4, 5], [5, 6, 7], [7, 8, 9]]})
    table = read_table(path, Reading(TableOptions(header=header), rules=1))
    assert (table.names, len(table)) == (names, rows)


def test_merged_cells_are_filled() -> None:
    table = read_table(CASES / "merged.xlsx")
    assert table["group"].notna().all() and table["group"].nunique() == 10
    assert table.notes == ("Merged cells are filled with their value (50 rows).",)


def test_numbers_in_text_are_typed_as_in_a_csv_file(write: Write) -> None:
    table = read_table(CASES / "text_numbers.xlsx")
    assert [table.type_of(name) for name in table.names] == [
        ColumnType.NUMBER, ColumnType.NUMBER, ColumnType.CATEGORY,
    ]  # fmt: skip
    assert inspect(CASES / "text_numbers.xlsx").info.samples == 60


@pytest.mark.parametrize("slip", ["#DIV/0!", "#N/A", "?", "n/a", "-"])
def test_cells_that_hold_no_value_do_not_cost_the_column(tmp_path: Path, slip: str) -> None:
    rows: Rows = [["x", "y", "kind"], *VALUES]
    rows[3] = [slip, 3.0, "red"]
    table = read_table(book(tmp_path / "t.xlsx", {"Data": rows}))
    assert table.type_of("x") is ColumnType.NUMBER
    assert table["x"].isna().sum() == 1


def test_the_first_sheet_with_rows_of_several_cells_is_read(tmp_path: Path) -> None:
    about: Rows = [["Made by the office"], ["in May"], ["2021"], ["from", "records"]]
    path = book(tmp_path / "t.xlsx", {"About": about, "Data": [["x", "y", "kind"], *VALUES]})
    assert (read_table(path).names, len(read_table(path))) == (("x", "y", "kind"), 12)


HEADINGS: list[tuple[Rows, list[str]]] = [
    ([["x", "y", "kind"]], ["x", "y", "kind"]),
    ([["Report of May"], [], ["x", "y", "kind"]], ["x", "y", "kind"]),
    ([["Station:", "Berlin"], ["x", "y", "kind"]], ["x", "y", "kind"]),
    ([["x", "y", "kind"], ["s", "m/s", None]], ["x", "y", "kind"]),
    ([["x", "y", "kind"], ["[s]", "[V]", ""]], ["x", "y", "kind"]),
    ([["measured", None, "said"], ["x", "y", "kind"]], ["measured x", "measured y", "said kind"]),
    ([[2019, 2020, "kind"]], ["2019", "2020", "kind"]),
    ([["x", None, "kind"]], ["x", "column 2", "kind"]),
    ([["x", "x", "kind"]], ["x", "x (2)", "kind"]),
    ([], ["column 1", "column 2", "column 3"]),
]


@pytest.mark.parametrize(("heading", "names"), HEADINGS)
def test_headings_of_sheets(tmp_path: Path, heading: Rows, names: list[str]) -> None:
    path = book(tmp_path / "t.xlsx", {"Data": [*heading, *VALUES]})
    table = read_table(path)
    assert (list(table.names), len(table)) == (names, 12)
    again = read_table(path, Reading(recipe=table.recipe))
    assert (list(again.names), len(again)) == (names, 12)


def test_a_total_below_a_sheet_is_left_out(tmp_path: Path) -> None:
    rows: Rows = [["name", "x", "y"], *[[f"n{row}", row, row * 2] for row in range(9)], ["Total", 36, 72]]
    path = book(tmp_path / "t.xlsx", {"Data": rows})
    table = read_table(path)
    assert len(table) == 9 and "Total 36 72" in table.notes[0]
    assert len(read_table(path, Reading(TableOptions(footer=0)))) == 10


def test_the_sheet_with_a_table_is_read_unless_another_is_said(tmp_path: Path) -> None:
    numbers: Rows = [[row, -row] for row in range(9)]
    more: Rows = [["a", "b"], *numbers]
    path = book(
        tmp_path / "t.xlsx", {"Notes": [["Measured in May"]], "Data": [["x", "y", "kind"], *VALUES], "More": more}
    )
    table = read_table(path)
    assert list(table.names) == ["x", "y", "kind"]
    assert table.notes == ("The sheet “Data” was read; there is also “Notes”, “More”.",)
    assert table.recipe.dialect.sheet == "Data"
    assert list(read_table(path, Reading(TableOptions(sheet="More"))).names) == ["a", "b"]
    with pytest.raises(NetloomError, match="has no sheet “Mor”; it has “Notes”, “Data”, “More”"):
        read_table(path, Reading(TableOptions(sheet="Mor")))
    other = book(tmp_path / "new.xlsx", {"More": more, "Data": [["x", "y", "kind"], *VALUES]})
    assert list(read_table(other, Reading(recipe=table.recipe)).names) == ["x", "y", "kind"]
    alone = book(tmp_path / "alone.xlsx", {"Sheet1": [["x", "y", "kind"], *VALUES]})
    assert list(read_table(alone, Reading(recipe=table.recipe)).names) == ["x", "y", "kind"]
