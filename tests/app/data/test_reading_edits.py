"""Edits of the reading recipe: what a person says of columns, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.readers.recipe import ColumnRecipe
from app.data.reading_edits import renewed, with_column, written_down
from app.data.reading_view import describe_reading, head_lines
from app.data.sources.table_source import TableSource
from app.inference.new_rows import new_table
from app.protocol.data_values import ColumnReading, ColumnType, PossibleReading
from graph.errors import NetloomError
from tests.app.conftest import Write

COLOURS = "colour,size,kind\n" + "Red,1,a\nred,2,b\nBlue,3,a\n RED,4,b\nblue,5,a\n" * 4


def table_of(choice: DataChoice) -> TableSource:
    assert isinstance(choice.source, TableSource)
    return choice.source


def column_of(choice: DataChoice, name: str) -> ColumnRecipe:
    recipe = table_of(choice).reading
    assert recipe is not None
    return recipe.by_name[name]


def stated(choice: DataChoice, name: str, **changes: Any) -> DataChoice:
    """A column changed, and the choice as a project file holds it."""
    return DataChoice.parse(json.loads(json.dumps(with_column(choice, None, name, changes).to_json())))


def longer(text: str) -> str:
    """A table of a few rows with these five times."""
    names, *rows = text.splitlines(keepends=True)
    return names + "".join(rows) * 5


def readings(choice: DataChoice) -> Mapping[str, ColumnReading]:
    return {column.name: column for column in describe_reading(choice).columns}


def asked(choice: DataChoice, name: str) -> tuple[PossibleReading, ...]:
    """The readings between which a person is to choose for a column."""
    question = readings(choice)[name].question
    assert question is not None and question.column == name
    return question.readings


def test_variants_are_told_and_merged_for_features_and_new_rows(write: Write) -> None:
    choice = suggest(write("t.csv", COLOURS), target="kind")
    assert column_of(choice, "colour").categories == ("Blue", "blue", "RED", "Red", "red")
    assert "“Blue” and “blue”" in column_of(choice, "colour").why
    assert "differ by case alone; they can be merged" in column_of(choice, "colour").why
    question = asked(choice, "colour")
    assert [one.title for one in question] == ["Different", "The same"]
    merged = stated(choice, "colour", **question[1].changes)
    assert column_of(merged, "colour").categories == ("Blue", "RED")
    assert column_of(merged, "colour").why == ""
    assert table_of(merged).load().field_named("features").names == (
        "colour = Blue", "colour = RED", "colour = (unknown)", "size",
    )  # fmt: skip
    new = new_table(write("new.csv", "colour,size\nred,1\nblue,2\ngreen,3\n"), table_of(merged))
    assert new["colour"].tolist() == ["RED", "Blue", "green"]


def test_variants_of_a_target_are_merged_alike(write: Write) -> None:
    text = "x,kind\n" + "1,Yes\n2,yes\n3,no\n4,No\n" * 5
    choice = suggest(write("t.csv", text), target="kind")
    assert len(table_of(choice).load().info.classes) == 4
    merged = stated(choice, "kind", merged=[["yes", "Yes"], ["no", "No"]])
    assert table_of(merged).load().info.classes == ("No", "Yes")


def test_a_number_becomes_a_category_as_the_file_spells_it(write: Write) -> None:
    choice = suggest(write("t.csv", "code,y\n" + "1.50,a\n2.0,b\n3,a\n1.50,b\n" * 4), target="y")
    assert column_of(choice, "code").type is ColumnType.NUMBER
    changed = stated(choice, "code", type="category")
    assert column_of(changed, "code").categories == ("1.50", "2.0", "3")
    assert column_of(changed, "code").stated
    assert table_of(changed).load().field_named("features").names[:3] == ("code = 1.50", "code = 2.0", "code = 3")


def test_a_column_of_words_is_no_number(write: Write) -> None:
    choice = suggest(write("t.csv", COLOURS), target="kind")
    with pytest.raises(NetloomError, match="holds no numbers, such as “Red”"):
        with_column(choice, None, "colour", {"type": "number"})
    with pytest.raises(NetloomError, match="holds no dates that can be read, such as “Red”"):
        with_column(choice, None, "colour", {"type": "date"})
    with pytest.raises(NetloomError, match="no column “shade”"):
        with_column(choice, None, "shade", {"type": "text"})
    with pytest.raises(NetloomError, match=r"can be set \(given: name\)"):
        with_column(choice, None, "colour", {"name": "x"})


ROWS = "".join(f"{row},{'uv'[row % 2]}\n" for row in range(20))


@pytest.mark.parametrize(
    ("name", "text", "below"),
    [
        ("t.csv", f"a,y\n{ROWS}", 0),
        ("t.csv", f"a,y\n{ROWS}\nSource: the office\n", 1),
        ("t.json", json.dumps([{"a": row, "y": "uv"[row % 2]} for row in range(20)]), 0),
    ],
)
def test_lines_below_a_table_are_counted(write: Write, name: str, text: str, below: int) -> None:
    assert describe_reading(suggest(write(name, text))).below == below


def test_words_become_missing_in_one_column_only(write: Write) -> None:
    text = "a,b,y\n" + "NA,-999,u\nx,1.5,v\nz,2.5,u\nNA,-999,v\n" * 5
    choice = suggest(write("t.csv", text), target="y")
    first, second = asked(choice, "a")
    assert (first.example, second.example) == ("“NA” is a category", "“NA” means no value")
    changed = stated(choice, "a", **second.changes)
    assert column_of(changed, "a").categories == ("x", "z")
    changed = stated(changed, "b", missing=["-999"])
    values = np.asarray(table_of(changed).table(Path(table_of(changed).path))["b"])
    assert np.isnan(values[0]) and values[1] == 1.5
    assert readings(changed)["a"].question is None


@pytest.mark.parametrize(
    "cells",
    [
        "03/04/2021 05/06/2021 07/08/2021 01/02/2022",
        "1-2-20 3-4-20 5-6-20 9-8-20",
        "01-02-03 03-04-05 05-06-07 09-08-10",
    ],
)
def test_both_orders_of_dates_are_shown_with_an_example(write: Write, cells: str) -> None:
    text = "day,y\n" + "".join(f"{cell},{place}\n" for place, cell in enumerate(cells.split() * 3))
    choice = suggest(write("t.csv", text), target="y")
    first, second = asked(choice, "day")
    assert {first.title.split(":")[0], second.title.split(":")[0]} == {"Day first", "Month first"}
    assert first.changes["date_format"] == column_of(choice, "day").date_format
    changed = stated(choice, "day", **second.changes)
    assert column_of(changed, "day").date_format == second.changes["date_format"]
    assert readings(changed)["day"].question is None
    assert len(readings(changed)["day"].formats) >= 2


@pytest.mark.parametrize(
    ("text", "read", "other"),
    [
        ("p;y\n1.234;a\n5.678;b\n9.127;a\n", 1.234, 1234),
        ("p;y\n€ 1.234;a\n€ 5.678;b\n€ 9.127;a\n", 1.234, 1234),
        ("p;y\n1.234 km;a\n5.678 km;b\n9.127 km;a\n", 1.234, 1234),
    ],
)
def test_thousands_and_decimals_are_asked_where_they_look_alike(
    write: Write, text: str, read: float, other: float
) -> None:
    choice = suggest(write("t.csv", longer(text)), target="y")
    assert "may stand before decimals or thousands" in column_of(choice, "p").why
    question = asked(choice, "p")
    assert [one.title for one in question] == ["Decimals", "Thousands"]
    assert question[1].example.endswith(f" is {other}")
    assert table_of(choice).table(Path(table_of(choice).path))["p"].iloc[0] == read
    changed = stated(choice, "p", **question[1].changes)
    assert table_of(changed).table(Path(table_of(changed).path))["p"].iloc[0] == other
    assert readings(changed)["p"].question is None


@pytest.mark.parametrize(
    "text",
    [
        "p,y\n1.234,a\n5.678,b\n9.127,a\n",
        "p;y\n1.234;a\n5.67;b\n9.127;a\n",
        "p;q;r;y\n1.234;1,5;2,5;a\n5.678;2,5;1,5;b\n9.127;3,5;0,5;a\n",
        'p,y\n"1,234",a\n"5,678",b\n"9,127",a\n',
        "p;y\n0.234;a\n0.678;b\n0.127;a\n",
    ],
)
def test_clear_numbers_are_not_asked_about(write: Write, text: str) -> None:
    choice = suggest(write("t.csv", longer(text)), target="y")
    assert column_of(choice, "p").why == ""
    assert readings(choice)["p"].question is None


def test_what_a_person_said_survives_another_option(write: Write) -> None:
    choice = stated(suggest(write("t.csv", COLOURS), target="kind"), "size", type="category")
    choice = choice.model_copy(update={"source": choice.source.changed(header="yes")})
    assert table_of(choice).how_read().recipe is None
    again = written_down(choice)
    assert table_of(again).how_read().recipe == table_of(again).reading
    assert column_of(again, "size").stated
    assert column_of(again, "size").categories == ("1", "2", "3", "4", "5")
    found = with_column(again, None, "size", {})
    assert column_of(found, "size").type is ColumnType.NUMBER
    assert not column_of(found, "size").stated


def test_a_unit_and_a_date_format_are_said(write: Write) -> None:
    text = "when,w,y\n" + "".join(f"2021010{day},{day * 1.5},a\n2021011{day},{day},b\n" for day in range(1, 9))
    choice = suggest(write("t.csv", text), target="y")
    assert stated(choice, "w", unit="kg").source.load().info.field_named("features") is not None
    assert column_of(stated(choice, "w", unit="kg"), "w").unit == "kg"
    changed = stated(choice, "when", type="date")
    assert column_of(changed, "when").date_format == "%Y%m%d"


def test_the_newest_rules_are_compared_with_the_first(write: Write) -> None:
    text = "code,a,y\n" + "007,?,1\n012,2,0\n033,3,1\n007,4,0\n" * 5
    source = suggest(write("t.csv", text), target="y").source
    old = written_down(DataChoice(source=source.changed(rules=1, reading=None)))
    assert column_of(old, "code").type is ColumnType.NUMBER
    new, told = renewed(old)
    assert column_of(new, "code").type is ColumnType.CATEGORY
    assert table_of(new).rules == 2
    assert "“code”: number before, category now." in told
    assert renewed(new)[1] == ()


def test_the_head_of_a_file_is_text_in_any_encoding(write: Write, tmp_path: Path) -> None:
    assert head_lines(write("t.csv", COLOURS))[:2] == ("colour,size,kind", "Red,1,a")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("größe,y\n1,2\n".encode("cp1252"))
    assert head_lines(latin, "cp1252")[0] == "größe,y"
    wide = tmp_path / "wide.csv"
    wide.write_bytes("größe,y\n1,2\n".encode("utf-16"))
    assert head_lines(wide)[0] == "größe,y"
    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 4)
    assert head_lines(tmp_path / "bytes") == ()
    with pytest.raises(NetloomError, match="no encoding “klingon”"):
        head_lines(latin, "klingon")


def test_another_reading_brings_settings_that_fit_its_columns(write: Write) -> None:
    choice = suggest(write("t.csv", COLOURS), target="kind")
    changed = choice.model_copy(update={"source": choice.source.changed(header="no")})
    again = written_down(changed)
    assert again.source.values()["target"] == "column 3"
    assert table_of(again).load().info.target == "column 3"
    back = again.model_copy(update={"source": again.source.changed(header="yes")})
    assert written_down(back).source.values()["target"] == "kind"
