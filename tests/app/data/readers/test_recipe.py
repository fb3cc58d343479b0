"""The reading recipe of a table: found once, kept in the project, obeyed by every later reading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.readers.recipe import TableOptions
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.data.sources.table import Table
from app.inference.new_rows import new_table
from app.protocol.data_values import ColumnType
from graph.project import parse_project
from tests.app.conftest import Write

SIZES = "size,price,sold\n" + "S,3.5,yes\n10,4.05,yes\n12,2.31,no\nM,3.1,no\n" * 6


def reread(choice: DataChoice) -> DataChoice:
    """A choice as a project file holds it."""
    return DataChoice.parse(json.loads(json.dumps(choice.to_json())))


def table_source(choice: DataChoice) -> Table:
    assert isinstance(choice.source, Table)
    return choice.source


def test_a_project_keeps_the_recipe(write: Write) -> None:
    choice = suggest(write("t.csv", SIZES), target="sold")
    recipe = table_source(choice).reading
    assert recipe is not None
    assert table_source(reread(choice)).reading == recipe
    assert [column.type for column in recipe.columns] == [ColumnType.CATEGORY, ColumnType.NUMBER, ColumnType.CATEGORY]
    assert recipe.by_name["size"].categories == ("10", "12", "M", "S")


def test_new_rows_are_read_as_the_recipe_says(write: Write) -> None:
    source = table_source(suggest(write("t.csv", SIZES), target="sold"))
    with_gap = new_table(write("new.csv", "size,price\n10,3.0\n12,4.0\n,5.0\n"), source)
    without = new_table(write("other.csv", "size,price\n10,3.0\n12,4.0\n"), source)
    assert with_gap["size"].tolist()[:2] == without["size"].tolist() == ["10", "12"]


def test_decimal_and_thousands_marks_are_kept(write: Write) -> None:
    text = "area;price;kind\n" + "135,5;4.416,19;house\n190,5;1.126,96;flat\n" * 5
    source = table_source(suggest(write("t.csv", text), target="kind"))
    assert new_table(write("new.csv", "area;price\n100;5.250\n80;2.500\n"), source)["price"].tolist() == [5250, 2500]


def test_another_option_finds_another_recipe(write: Write) -> None:
    source = table_source(suggest(write("t.csv", "1.5,2,a\n3.5,4,b\n5.5,6,a\n7.5,8,b\n" * 3)))
    assert source.how_read().recipe is source.reading
    changed = source.changed(header="yes")
    assert changed.how_read() == Reading(TableOptions(header="yes"))


def test_words_mean_missing_among_numbers_only(write: Write) -> None:
    rows = "".join(
        f"{number},{word},{number}\n"
        for number, word in zip(["?", 1.5, "-", "NA", 2], ["NA", "None", "a", "b", ""], strict=True)
    )
    table = read_table(write("t.csv", "x,word,y\n" + rows * 2))
    assert table["x"].isna().tolist() == [True, False, True, True, False] * 2
    assert table["word"].fillna("").tolist() == ["NA", "None", "a", "b", ""] * 2
    assert "“?” (2), “-” (2) count as missing" in " ".join(table.notes)
    assert "“NA” and “None” count as values" in " ".join(table.notes)


def test_codes_and_truths_keep_their_spelling(write: Write) -> None:
    table = read_table(write("t.csv", "code,flag,n\n" + "007,TRUE,1\n010,FALSE,2\n" * 4))
    assert table["code"].tolist()[:2] == ["007", "010"]
    assert table["flag"].tolist()[:2] == ["TRUE", "FALSE"]
    assert table.recipe_of("code").type is ColumnType.CATEGORY


def test_projects_of_the_first_version_go_on_as_they_were_read(write: Write, tmp_path: Path) -> None:
    write("t.csv", "a,kind\n" + "".join(f"{row},{('None', 'x', 'y')[row % 3]}\n" for row in range(30)))
    data = {"source": "table", "options": {"path": "t.csv", "target": "kind"}}
    network: dict[str, list[object]] = {"layers": [], "connections": []}
    before = DataChoice.parse(parse_project({"netloom": 1, "data": data, "network": network}).sections["data"])
    now = DataChoice.parse(parse_project({"netloom": 2, "data": data, "network": network}).sections["data"])
    assert before.info(tmp_path).target_field().classes == ("x", "y")
    assert now.info(tmp_path).target_field().classes == ("None", "x", "y")


def test_numbers_in_names_count_for_the_order(write: Write) -> None:
    rows = "".join(f"{row / 7},week {row % 12 + 1}\n" for row in range(60))
    labels = Table(path=str(write("t.csv", "a,when\n" + rows)), target="when").load().target_field()
    assert labels.classes == tuple(f"week {number}" for number in range(1, 13))
    np.testing.assert_array_equal(labels.values[:12], np.arange(12))
