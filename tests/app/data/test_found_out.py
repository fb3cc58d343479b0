"""What is found out by itself about files as other programs and people write them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import inspect
from app.data.leakage import duplicates
from app.data.prepare import prepare
from app.data.readers.date_parsing import parse_dates
from app.data.readers.found_columns import find_column
from app.data.readers.recipe import Dialect
from app.data.readers.table_file import read_table
from app.data.readers.typed_columns import describe_column
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.project.fit_preset import fit_preset
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from tests.app.conftest import Write
from tests.app.data.readers.test_readers import workbook

# Numbers


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("a;b\n1.234,50 €;x\n12,00 €;y\n-3,10 €;z\n", [1234.5, 12, -3.1]),
        ("a;b\n1,234.50;x\n12.00;y\n$3;z\n", [1234.5, 12, 3]),
        ('a,b\n"1,234.50",x\n12.00,y\n3,z\n', [1234.5, 12, 3]),
        ('a,b\n"1,5",x\n"2,5",y\n3,z\n', [1.5, 2.5, 3]),
        ('a,b\n"1,234",x\n"2,345",y\n3,z\n', [1234, 2345, 3]),
        ("a;b\n1'234.5;x\n99'000;y\n3;z\n", [1234.5, 99000, 3]),
        ("a;b\n1\u202f234,5;x\n99 000,2;y\n3;z\n", [1234.5, 99000.2, 3]),
        ("a;b\n5 %;x\n12 %;y\nn/a;z\n", [5, 12, np.nan]),
        ("a;b\n1.234.567;x\n4.444.555;y\n1;z\n", [1234567, 4444555, 1]),
        ("1.234,5;2\n2.345,6;3\n3.345,6;3\n", [1234.5, 2345.6, 3345.6]),
        ("1,5;2,5;3,5\n2,5;3,5;4,5\n1,0;2,0;3,0\n", [1.5, 2.5, 1]),
    ],
)
def test_numbers_as_people_write_them(write: Write, content: str, values: list[float]) -> None:
    path = write("t.csv", content)
    frame = read_table(path).frame
    np.testing.assert_allclose(frame.iloc[:, 0].to_numpy(np.float64), values)


@pytest.mark.parametrize("cells", [["192.168.100.200", "12.3.4.5"], ["01.02.2020", "12.03.2021"], ["12:30", "9:15"]])
def test_what_only_looks_like_numbers_stays_text(write: Write, cells: list[str]) -> None:
    path = write("t.csv", "a;b\n" + "\n".join(f"{cell};1,5" for cell in cells * 5))
    frame = read_table(path).frame
    assert frame["a"].tolist() == cells * 5
    assert frame["b"].tolist() == [1.5] * 10


def test_slips_among_grouped_numbers_are_counted(write: Write) -> None:
    rows = [f"{row}.{row + 100},5;{row}" for row in range(1, 40)] + ["k. A.;40"]
    notes = Table(path=str(write("t.csv", "a;y\n" + "\n".join(rows))), task="regression", target="y").load().notes
    assert "Column “a”: 1 value is not a number and counts as missing." in notes


# Dates

DAYS = [datetime.datetime(2021, month, 14, 9, 30) for month in range(1, 13)]


@pytest.mark.parametrize(
    "style",
    [
        "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S+02:00", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y %H:%M",
        "%m/%d/%Y %I:%M %p", "%Y/%m/%d", "%d-%m-%Y", "%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y %H:%M",
    ],
)  # fmt: skip
def test_dates_in_many_forms(style: str) -> None:
    series = pd.Series([day.strftime(style) for day in DAYS], name="when")
    recipe = find_column(series, Dialect()).recipe
    assert recipe.type is ColumnType.DATE
    assert [(one.month, one.day) for one in parse_dates(series, recipe.date_format)] == [
        (day.month, 14) for day in DAYS
    ]


def test_a_few_slips_among_dates_are_no_dates() -> None:
    series = pd.Series([day.strftime("%d.%m.%Y") for day in DAYS * 2] + ["unknown", None], name="when")
    recipe = find_column(series, Dialect()).recipe
    assert recipe.type is ColumnType.DATE
    assert parse_dates(series, recipe.date_format).isna().tolist() == [False] * 24 + [True] * 2
    with pytest.raises(NetloomError, match="neither numbers nor dates"):
        parse_dates(pd.Series(["soon", "later"], name="when"), "")


# Columns


def test_words_that_hardly_repeat_are_no_categories(write: Write) -> None:
    rows = "\n".join(f"name {row},{'ab'[row % 2]},{row * 1.5}" for row in range(20))
    found = inspect(write("t.csv", f"who,kind,amount\n{rows}\n"))
    assert [column.type for column in found.columns] == ["text", "category", "number"]
    assert found.target == "amount"


def test_an_example_stays_on_one_line() -> None:
    series = pd.Series(["first\nsecond,  third"] * 3, name="a")
    assert describe_column(series, find_column(series, Dialect()).recipe).example == "first second, third"


def test_a_column_of_parts_is_found_and_used(write: Write) -> None:
    rows = "\n".join(f"{row},{row % 7},{('train', 'train', 'Test', 'val')[row % 4]}" for row in range(40))
    found = inspect(write("t.csv", f"y,a,part\n{rows}\n"), target="y")
    assert isinstance(found.source, Table) and found.source.parts == "part"
    assert "Column “part” says which set of the split each row is in." in found.problems
    prepared = prepare(DataChoice(source=found.source))
    assert prepared.dataset.input_field().names == ("a",)
    assert [part.samples for part in prepared.parts.values()] == [20, 10, 10]


def test_rows_that_share_a_patient_are_told(write: Write) -> None:
    rows = "\n".join(f"{row // 4},{row * 0.5},{'ab'[row % 2]}" for row in range(40))
    found = inspect(write("t.csv", f"patient_id,dose,outcome\n{rows}\n"))
    assert any("Rows share “patient_id”; name it as group" in problem for problem in found.problems)


def test_several_targets_can_be_named(write: Write) -> None:
    rows = "\n".join(f"{row},{row * 1.5},{row % 5}" for row in range(40))
    found = inspect(write("t.csv", f"id,b,c\n{rows}\n"), target="b, id")
    assert found.info.target_field().names == ("b", "id")
    with pytest.raises(NetloomError, match="no column “d”"):
        inspect(write("t.csv", f"id,b,c\n{rows}\n"), target="b, d")


def test_equal_inputs_with_other_answers_are_no_duplicates(write: Write) -> None:
    rows = [f"{row % 3},{row * 1.25}" for row in range(60)]
    assert not duplicates(prepare(DataChoice(source=Table(path=str(write("a.csv", "a,y\n" + "\n".join(rows)))))))
    same = [f"{row % 3},{row % 3 * 1.25}" for row in range(60)]
    assert duplicates(prepare(DataChoice(source=Table(path=str(write("b.csv", "a,y\n" + "\n".join(same)))))))


# Series


def hours(count: int, **changed: Any) -> pd.DataFrame:
    times = pd.date_range("2023-01-01", periods=count, freq="h")
    return pd.DataFrame({"time": times.strftime("%d.%m.%Y %H:%M"), "load": np.arange(count) * 0.5, **changed})


def notes_of(write: Write, frame: pd.DataFrame, **settings: Any) -> str:
    path = write("s.csv", frame.to_csv(index=False, sep=";"))
    return " ".join(Series(path=str(path), order="time", target="load", window=4, **settings).load().notes)


def test_gaps_in_time_are_told(write: Write) -> None:
    assert "gap" not in notes_of(write, hours(100))
    assert "“time” have 1 gap of 6 h; windows run across" in notes_of(write, hours(100).drop(range(20, 25)))
    two = hours(100).drop([*range(20, 25), *range(40, 72)])
    assert "“time” have 2 gaps, the longest of 1.38 days" in notes_of(write, two)


def test_uneven_and_repeated_times_are_told(write: Write) -> None:
    uneven = hours(200).iloc[np.cumsum(np.arange(100) % 3 + 1) % 200].drop_duplicates()
    assert "not evenly spaced (from 1 h to" in notes_of(write, uneven)
    assert "2 rows repeat a time" in notes_of(write, pd.concat([hours(50), hours(2)]))


def test_rows_without_a_time_are_left_out(write: Write) -> None:
    frame = hours(60)
    frame.loc[[3, 9], "time"] = ["", "unknown"]
    assert "Rows without a time in “time” are left out (2 of 60): row 10 says “unknown”." in notes_of(write, frame)


def test_rising_numbers_called_time_make_a_series(write: Write) -> None:
    rows = "\n".join(f"{row * 60},{row % 9}" for row in range(80))
    found = inspect(write("s.csv", f"time_s,load\n{rows}\n".replace("time_s", "timestamp")))
    assert isinstance(found.source, Series)
    assert (found.source.order, found.source.target) == ("timestamp", "load")
    assert inspect(write("t.csv", f"width,load\n{rows}\n")).source.kind == "table"


@pytest.mark.parametrize("dated", [True, False])
def test_several_series_are_told_apart(write: Write, dated: bool) -> None:
    """Places share a calendar and are cut at the same times; machines have their own clocks and stay whole."""
    frames = [hours(60, place=name) for name in ("north", "south", "west")]
    frame = pd.concat([one if dated else one.assign(time=np.arange(60)) for one in frames])
    found = inspect(write("s.csv", frame.to_csv(index=False)))
    assert isinstance(found.source, Series)
    assert (found.source.group, found.source.divide) == ("place", "by_time" if dated else "whole")
    prepared = prepare(DataChoice(source=found.source))
    spans, train = prepared.dataset.spans, prepared.train.indices
    assert spans is not None
    if dated:
        assert spans[train, 1].max() <= spans[prepared.test.indices, 0].min()
        assert prepared.dataset.groups is None
    else:
        assert prepared.dataset.groups is not None and len(set(prepared.dataset.groups[train])) == 1


def test_two_places_whose_records_begin_at_other_times_are_cut_at_the_same_time(write: Write) -> None:
    early, late = hours(80, place="a"), hours(120, place="b").tail(80)
    path = write("s.csv", pd.concat([late, early]).to_csv(index=False))
    settings: dict[str, Any] = {"order": "time", "target": "load", "group": "place", "window": 4, "divide": "by_time"}
    prepared = prepare(DataChoice(source=Series(path=str(path), **settings), standardise=False))
    last = {name: np.asarray(prepared.parts[name].arrays["next"]) for name in ("train", "validation", "test")}
    # The load tells the time: half a unit an hour.
    assert last["train"].max() < last["validation"].min() and last["validation"].max() < last["test"].min()


# What stands around a table


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\na;y\n1;2\n3;4\n",
        "# written by a logger\n# units: m, s\na,y\n1,2\n3,4\n",
        "# a,y\n1,2\n3,4\n",
        "a\ty\n1\t2\n3\t4\n".encode("utf-16-le"),
        "a;y\n1;2\n3;4\n".encode("utf-16-be"),
    ],
)
def test_what_is_no_part_of_the_table_is_passed_over(write: Write, content: str | bytes) -> None:
    path = write("t.csv", content)
    frame = read_table(path).frame
    assert frame.to_dict("list") == {"a": [1, 3], "y": [2, 4]}


def test_titles_above_a_sheet_are_passed_over(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Report of May"], [None, "by us"], ["a", "y"]]
    rows += [[row, row * 1.5] for row in range(9)]
    path = workbook(tmp_path / "t.xlsx", rows)
    frame = read_table(path).frame
    assert list(frame.columns) == ["a", "y"] and len(frame) == 9


@pytest.mark.parametrize("name", ["t.xls", "t.ods"])
def test_other_workbooks_are_told_what_to_do(write: Write, name: str) -> None:
    with pytest.raises(NetloomError, match=r"save it as \.xlsx or CSV"):
        inspect(write(name, b"\xd0\xcf\x11\xe0\0\0"))


# Texts


@pytest.mark.parametrize("preset", ["seasons_mlp", "iris_mlp", "seasons_cnn1d", "digits_gru"])
def test_networks_made_for_numbers_read_texts_through_an_embedding(write: Write, preset: str) -> None:
    rows = "\n".join(f'"a {"fine bad good poor".split()[row % 4]} film number {row}",{row % 4}.5' for row in range(40))
    choice = DataChoice.of("text", path=str(write("t.csv", f"review,stars\n{rows}\n")), target="stars", length=8)
    network = fit_preset(choice, None, preset, "Mine").network
    assert [node.layer.kind for node in network].count("embedding") == 1
