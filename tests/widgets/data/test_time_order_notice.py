"""Rows with dates that are split by chance in the data view: the sentence, its button, and when it is not said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.protocol.data_values import Column, ColumnType
from graph.document import Document
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.time_order_notice import undated_order, words

DAYS = Column("day", ColumnType.DATE, 0, 40, "2026-01-01")
COLUMNS = (DAYS, Column("load", ColumnType.NUMBER, 0, 40, "3.5"))


@pytest.mark.parametrize(
    ("options", "first", "found"),
    [
        ({"target": "load"}, DAYS, "day"),
        ({"target": "load", "order": "day"}, DAYS, ""),
        ({"target": "load", "parts": "set"}, DAYS, ""),
        ({"target": "load", "ignore": ["day"]}, DAYS, ""),
        ({"target": "day"}, DAYS, ""),
        ({"target": "load"}, Column("day", ColumnType.DATE, 0, 40, "12:30"), ""),
        ({"target": "load"}, Column("day", ColumnType.DATE, 38, 2, "2026-01-01"), ""),
        ({"target": "load"}, Column("day", ColumnType.CATEGORY, 0, 40, "monday"), ""),
    ],
)
def test_only_dates_that_say_nothing_to_the_split_are_told(options: dict[str, Any], first: Column, found: str) -> None:
    choice = DataChoice.of("table", path="a.csv", **options)
    assert undated_order(choice, (first, *COLUMNS[1:])) == found


def test_it_is_said_what_is_done_with_the_dates() -> None:
    left_out, used = (DataChoice.of("table", path="a.csv", dates=dates) for dates in ("leave_out", "calendar"))
    assert words(left_out, "day").startswith("The dates of “day” are left out, and rows are split by chance.")
    assert words(used, "day").startswith("“day” holds dates, and rows are split by chance.")


def test_the_data_view_offers_to_order_a_table_of_days(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    rows = (
        f"2026-{month:02d}-{day:02d},{day % 7}.5,{(day * 37 + month) % 91}.25"
        for month in (1, 2)
        for day in range(1, 29)
    )
    file.write_text("\n".join(("day,rain,sales", *rows)), "utf-8")
    document = Document()
    view = make_view(qtbot, link, document)
    view.open_path(file)
    qtbot.waitUntil(lambda: view.preview is not None)
    if view.section is not None and view.section["source"] != "table":
        view._set_choice(DataChoice.of("table", path=str(file), target="sales"), "Read as a table")
        qtbot.waitUntil(lambda: view.preview is not None)
    qtbot.waitUntil(lambda: view.undated.text != "")
    assert "“day”" in view.undated.text
    (button,) = [one for one in view.undated.findChildren(QPushButton) if one.text() == "Order by day"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert DataChoice.parse(document.sections["data"]).source.values()["order"] == "day"
    assert view.undated.text == ""
    document.undo()
    qtbot.waitUntil(lambda: view.undated.text != "")
    view.close_document()
