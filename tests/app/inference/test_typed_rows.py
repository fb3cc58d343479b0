"""Rows that a person types are read as rows of the table that the network was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.inspect import suggest
from app.data.sources.table import Table
from app.inference.new_inputs import Samples, read_samples
from graph.errors import NetloomError
from tests.app.conftest import Write

COLOURS = "colour,weight,id note,price,kind\n" + "".join(
    f"{('red', 'green', 'dark blue')[n % 3]},{n % 7}.5,t{n},{100 + n},{'ab'[n % 2]}\n" for n in range(90)
)
GERMAN = "menge;preis;art\n" + "".join(f"{n};{n % 9 + 1}.{n:03},25;{'ab'[n % 2]}\n" for n in range(60))


def chosen(file: Path, target: str, **options: Any) -> Table:
    source = suggest(file, target=target).source.changed(**options)
    assert isinstance(source, Table)
    return source


def typed(text: str, source: Table) -> Samples:
    dataset = source.load()
    return read_samples(text, [dataset.info.field_named(name) for name in dataset.inputs], source)


def as_file(write: Write, names: str, text: str, source: Table) -> Samples:
    return typed(str(write("new.csv", f"{names}\n{text}\n")), source)


@pytest.mark.parametrize("text", ["100;5.250", "100; 5.250", "100\t5.250", "100 5.250", "100;5.250,00", "100;5.250;a"])
def test_typed_numbers_follow_the_marks_of_the_file(write: Write, text: str) -> None:
    source = chosen(write("t.csv", GERMAN), "art")
    assert np.asarray(typed(text, source).arrays["features"]).tolist() == [[100, 5250]]


def test_a_typed_row_is_the_row_of_a_file(write: Write) -> None:
    source = chosen(write("t.csv", GERMAN), "art")
    rows = "100;5.250\n7;1,5\n?;3"
    by_file = as_file(write, "menge;preis", rows, source)
    by_hand = typed(rows, source)
    np.testing.assert_array_equal(by_hand.arrays["features"], by_file.arrays["features"])
    assert by_hand.notes == by_file.notes == ("row 3: “menge” is missing; the training set's median is used",)


@pytest.mark.parametrize("categories", ["one_hot", "tokens"])
@pytest.mark.parametrize(
    "text", ["red,7.1,150", "red, 7.1, 150", "red;7.1;150", "red,7.1,a note,150", "red,7.1,a note,150,a"]
)
def test_a_typed_row_may_hold_words(write: Write, categories: str, text: str) -> None:
    source = chosen(write("t.csv", COLOURS), "kind", categories=categories)
    expected = as_file(write, "price,colour,weight", "150,red,7.1", source)
    found = typed(text, source)
    assert found.arrays.keys() == expected.arrays.keys() and not found.notes
    for name, values in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)


def test_a_cell_may_begin_with_a_bracket(write: Write) -> None:
    source = chosen(write("t.csv", COLOURS.replace("red,", "[red],")), "kind")
    assert not typed("[red],7.1,150", source).notes
    assert np.asarray(typed("[[0, 0, 1, 0, 7.1, 150]]", source).arrays["features"]).shape == (1, 6)


def test_a_typed_category_that_training_never_saw_is_told(write: Write) -> None:
    source = chosen(write("t.csv", COLOURS), "kind")
    (note,) = typed("Red,7.1,150", source).notes
    assert note.startswith("row 1: “Red” in “colour” is not among") and note.endswith("“red” is known")


@pytest.mark.parametrize("text", ["Red,7.1", "red,heavy,150", "hello", "red,7.1,150\nred"])
def test_what_is_no_row_is_refused_with_a_row_of_this_data(write: Write, text: str) -> None:
    source = chosen(write("t.csv", COLOURS), "kind")
    with pytest.raises(NetloomError, match="neither a file nor a row of the table") as caught:
        typed(text, source)
    assert "“colour”, “weight”, “price”, such as red,0.5,100." in str(caught.value)


def test_another_decimal_mark_than_the_file_has_is_refused(write: Write) -> None:
    with pytest.raises(NetloomError, match=r"“menge”, “preis”, such as 0;1\.000,25\."):
        typed("100,5.25", chosen(write("t.csv", GERMAN), "art"))


def test_the_columns_are_named_where_the_file_is_gone(write: Write) -> None:
    file = write("t.csv", COLOURS)
    source = chosen(file, "kind")
    fields = [source.load().info.input_field()]
    file.unlink()
    assert np.asarray(read_samples("red,7.1,150", fields, source).arrays["features"]).shape[0] == 1
    with pytest.raises(NetloomError, match="type “colour”, “weight”, “price”\\."):
        read_samples("red", fields, source)
