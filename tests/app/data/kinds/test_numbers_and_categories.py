"""Numbers and categories as people write them are read once, and alike in training and at prediction."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import inspect, suggest
from app.data.prepare import prepare
from app.data.readers.table_file import read_table
from app.data.sources.table import Table
from app.inference.new_inputs import read_samples
from app.protocol.data_values import ColumnType
from tests.app.conftest import Write

CASES = Path(__file__).resolve().parents[3] / "cases"


def chosen(file: Path, target: str) -> Table:
    source = suggest(file, target=target).source
    assert isinstance(source, Table)
    return source


# Files that were read wrongly


def test_german_numbers_stay_german_in_a_new_file() -> None:
    source = chosen(CASES / "eu_prices.csv", "art")
    fields = [source.load().info.input_field()]
    (values,) = read_samples(str(CASES / "eu_prices_new.csv"), fields, source).arrays.values()
    np.testing.assert_array_equal(np.asarray(values)[:, 1], [5250, 2500])


def test_an_empty_cell_elsewhere_changes_no_category() -> None:
    source = chosen(CASES / "sizes.csv", "sold")
    fields = [source.load().info.input_field()]
    gap = read_samples(str(CASES / "sizes_new.csv"), fields, source)
    whole = read_samples(str(CASES / "sizes_new_ok.csv"), fields, source)
    np.testing.assert_array_equal(np.asarray(gap.arrays["features"])[:2], whole.arrays["features"])
    assert not whole.notes


def test_a_class_may_be_called_none() -> None:
    info = chosen(CASES / "none_class.csv", "Disorder").load().info
    assert (info.samples, info.target_field().classes) == (150, ("Apnea", "Insomnia", "None"))


def test_large_coordinates_keep_their_steps() -> None:
    prepared = prepare(DataChoice(source=chosen(CASES / "utm.csv", "soil")))
    northing = read_table(CASES / "utm.csv")["northing"].nunique()
    seen = np.concatenate([np.asarray(part.arrays["features"])[:, 0] for part in prepared.parts.values()])
    assert seen.dtype == np.float32
    assert len(np.unique(seen)) == northing > 90
    np.testing.assert_allclose(prepared.undo("features", np.zeros((1, 2), np.float32))[0, 0], 5812345.5, atol=0.1)


@pytest.mark.parametrize("name", ["unicode_minus.csv", "unicode_minus_rare.csv"])
def test_a_typeset_minus_is_a_minus(name: str) -> None:
    temperature = read_table(CASES / name)["temp"]
    assert temperature.dtype.kind == "f" and temperature.min() < 0


def test_words_for_missing_are_missing() -> None:
    findings = inspect(CASES / "missing_tokens.csv", target="y")
    assert [column.type for column in findings.columns] == [ColumnType.NUMBER] * 3
    assert findings.columns[0].missing == 30
    assert any("“?” (6)" in problem for problem in findings.problems)


def test_blanks_around_words_count_neither_in_features_nor_in_the_target() -> None:
    findings = inspect(CASES / "trailing_spaces.csv", target="kind")
    assert [column.unique for column in findings.columns if column.type is ColumnType.CATEGORY] == [2, 2]


def test_text_that_holds_numbers_is_read_in_a_workbook_as_in_a_text_file() -> None:
    price = read_table(CASES / "text_numbers.xlsx")["price"]
    assert price.dtype.kind == "f" and 100 < price.min() < price.max() < 10_000


# More of their kinds


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["12.5 kg", "3 kg", "1,250.75 kg"], [12.5, 3, 1250.75], "kg"),
        (["20 °C", "-3.5 °C", "0 °C"], [20, -3.5, 0], "°C"),
        (["(12.50)", "3.00", "(1,000.00)"], [-12.5, 3, -1000], ""),
        (["$1,200", "-$3", "$0.50"], [1200, -3, 0.5], "$"),
        (["1 200 zł", "3,50 zł", "10,00 zł"], [1200, 3.5, 10], "zł"),
        (["CHF 1'200.50", "CHF 3.00", "CHF 7.25"], [1200.5, 3, 7.25], "CHF"),
        (["5 %", "12.5 %", "100 %"], [5, 12.5, 100], "%"),
        (["1,00,000", "12,34,567", "5,000"], [100000, 1234567, 5000], ""),
        (["–4.5", "‑3", "−2.25"], [-4.5, -3, -2.25], ""),
        (["3 m/s", "4.5 m/s", "10 m/s"], [3, 4.5, 10], "m/s"),
        (["1e-3", "2.5E+2", "−1e5"], [0.001, 250, -100000], ""),
        (["9007199254740993", "9007199254740995", "9007199254740997"], None, ""),
    ],
)
def test_numbers_in_cells(write: Write, cells: list[str], values: list[float] | None, unit: str) -> None:
    rows = "".join(f'"{cell}";{"ab"[n % 2]}\n' for n, cell in enumerate(cells * 4))
    table = read_table(write("t.csv", "x;kind\n" + rows))
    recipe = table.recipe_of("x")
    assert (recipe.type, recipe.unit) == (ColumnType.NUMBER, unit)
    if values is None:
        assert table["x"].nunique() == len(cells)
    else:
        np.testing.assert_allclose(table["x"].to_numpy(np.float64), values * 4)


@pytest.mark.parametrize(
    "cells",
    [
        ["007", "010", "120"], ["TRUE", "FALSE", "TRUE"], ["None", "NA", "some"], ["1st", "2nd", "3rd"],
        ["10:30 AM", "9:15 PM", "11:00 AM"], ["12a", "3b", "4c"], ["N/A", "yes", "no"], ["null", "void", "nan"],
        ["3 kg", "4 m", "5 s"], ["1.2.3.4", "5.6.7.8", "9.9.9.9"],
    ],
)  # fmt: skip
def test_words_keep_their_spelling(write: Write, cells: list[str]) -> None:
    rows = "".join(f"{cell},{number}\n" for number, cell in enumerate(cells * 4))
    table = read_table(write("t.csv", "x,n\n" + rows))
    assert table["x"].tolist() == cells * 4
    assert sorted(table.recipe_of("x").categories) == sorted(set(cells))


def test_what_training_never_saw_is_told_row_by_row(write: Write) -> None:
    rows = "".join(f"{'abc'[n % 3]},{n}.5,{'yes' if n % 2 else 'no'}\n" for n in range(30))
    source = chosen(write("t.csv", "size,price,sold\n" + rows), "sold")
    new = write("new.csv", "size,price\na,1.5\nXL,2\nb,dear\n")
    samples = read_samples(str(new), [source.load().info.input_field()], source)
    assert samples.notes == (
        "row 2: “XL” in “size” is not among the categories of training; it counts as unknown",
        "row 3: “dear” in “price” is no number; it counts as missing",
    )


def test_another_spelling_of_a_category_and_missing_numbers_are_told(write: Write) -> None:
    rows = "".join(f"{('green', 'dark red', 'blue')[n % 3]},{n}.5,{'yes' if n % 2 else 'no'}\n" for n in range(30))
    source = chosen(write("t.csv", "colour,price,sold\n" + rows), "sold")
    new = write("new.csv", "colour,price\nGREEN,n/a\nDark  Red,2\nGREENISH,-\nblue,\nblue,7\n")
    unknown = "is not among the categories of training; it counts as unknown"
    assert read_samples(str(new), [source.load().info.input_field()], source).notes == (
        f"row 1: “GREEN” in “colour” {unknown}; “green” is known",
        f"row 2: “Dark  Red” in “colour” {unknown}; “dark red” is known",
        f"row 3: “GREENISH” in “colour” {unknown}",
        "rows 1, 3, 4: “price” is missing; the training set's median is used",
    )


# Rows copied from the training data

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def made_row(draw: random.Random, decimal: str) -> list[str]:
    """Cells of every kind, a few of them missing."""
    amount = f"{draw.uniform(-5000, 5000):.2f}".replace(".", decimal)
    size = draw.choice(["S", "M", "10", "12", "007", "None", "NA", "Größe", "two words", ""])
    return [
        draw.choice([amount, amount, amount, "?", ""]),
        f"{draw.uniform(0, 90):.1f} kg".replace(".", decimal),
        size,
        draw.choice(["TRUE", "FALSE"]),
        str(5_812_345_000 + draw.randrange(1000)),
        f"{draw.randrange(1, 28):02}.{draw.randrange(1, 13):02}.20{draw.randrange(10, 30)}",
        draw.choice(["ja", "nein", "None"]),
    ]


NAMES = ["amount", "mass", "size", "flag", "counter", "date", "kind"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize(("decimal", "encoding"), [("point", "utf-8"), ("comma", "cp1252"), ("comma", "utf-16")])
@pytest.mark.parametrize("options", [{}, {"missing": "flag", "dates": "calendar"}, {"categories": "tokens"}])
def test_rows_of_training_are_read_as_training_read_them(
    tmp_path: Path, delimiter: str, decimal: str, encoding: str, options: dict[str, Any]
) -> None:
    draw = random.Random(f"{delimiter}{decimal}{encoding}")
    sign, mark = DELIMITERS[delimiter], {"point": ".", "comma": ","}[decimal]
    rows = [made_row(draw, mark) for _ in range(200)]

    def written(name: str, some: list[list[str]]) -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=sign).writerows([NAMES, *some])
        return path

    source = chosen(written("training.csv", rows), "kind").changed(**options)
    dataset = source.load()
    fields = [dataset.info.field_named(name) for name in dataset.inputs]
    for place in (0, 7, 199):
        (one,) = [read_samples(str(written("one.csv", rows[place : place + 1])), fields, source)]
        for name in dataset.inputs:
            np.testing.assert_array_equal(one.arrays[name], np.asarray(dataset.fields[name].values)[place : place + 1])
    shuffled = draw.sample(range(200), 200)
    again = read_samples(str(written("new.csv", [rows[place] for place in shuffled])), fields, source)
    absent = [str(row) for row, place in enumerate(shuffled, 1) if rows[place][0] in ("?", "")]
    assert again.notes == (
        f"rows {', '.join(absent[:10])} ...: “amount” is missing; the training set's median is used",
    )
    for name in dataset.inputs:
        np.testing.assert_array_equal(again.arrays[name], np.asarray(dataset.fields[name].values)[shuffled])


def test_a_category_outside_the_training_set_is_unknown_at_prediction_too(write: Write) -> None:
    parts = ["train"] * 20 + ["validation"] * 5 + ["test"] * 5
    rows = "".join(f"{'rare' if part == 'test' else 'ab'[n % 2]},{n},{part}\n" for n, part in enumerate(parts))
    source = chosen(write("t.csv", "kind,y,part\n" + rows), "y")
    prepared = prepare(DataChoice(source=source, standardise=False))
    fields = [prepared.dataset.info.input_field()]
    samples = read_samples(str(write("new.csv", "kind\nrare\n")), fields, source)
    again = prepared.fill("features", np.asarray(samples.arrays["features"]))
    np.testing.assert_array_equal(again, np.asarray(prepared.test.arrays["features"])[:1])


def test_blanks_around_categories_are_told_alike_for_features_and_target() -> None:
    notes = inspect(CASES / "trailing_spaces.csv").problems
    assert "Column “colour”: “red ” is read as “red”; blanks around a cell do not count." in notes
    assert "Column “kind”: “cat ” is read as “cat”; blanks around a cell do not count." in notes
