"""A sample that a person enters reaches the network as the same sample would from a file or from the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.inference.entered_sample import as_entered, number_text, read_entered, sample_of_file
from app.inference.input_forms import TrainedInputs, inputs_of
from app.protocol.inference_values import NewSample
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project, read_project
from tests.app.conftest import Write
from tests.app.training.projects import chain

HOUSES = "area;colour;price\n" + "".join(
    f"{50 + n},5;{('red', 'Green', 'dark blue')[n % 3]};{100 + 2 * n}\n" for n in range(60)
)


def network(features: int) -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [features]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )


def houses(write: Write) -> tuple[Model, TrainedInputs]:
    """A network on a German table of houses: a number, a category, and the price."""
    source = suggest(write("houses.csv", HOUSES), target="price").source
    choice = DataChoice.of("table").model_copy(update={"source": source})
    model = Model.build(Project(network(choice.info().shape.features), {"data": choice.to_json(), "plan": {}}))
    return model, inputs_of(model)


def bundled(kind: str, layers: Network) -> tuple[Model, TrainedInputs]:
    model = Model.build(Project(layers, {"data": {"source": kind}, "plan": {}}))
    return model, inputs_of(model)


def sample_at(model: Model, inputs: TrainedInputs, index: int) -> dict[str, Any]:
    fields = model.prepared.dataset.fields
    return {field.name: np.asarray(fields[field.name].values[index]) for field in inputs.fields}


def test_a_row_is_shown_as_the_file_spells_it_and_read_back_the_same(write: Write) -> None:
    model, inputs = houses(write)
    arrays = sample_at(model, inputs, 4)
    shown = as_entered(inputs, arrays)
    assert shown.cells == {"features": {"area": "54,5", "colour": "Green"}}
    read = read_entered(inputs, NewSample(cells=shown.cells))
    np.testing.assert_array_equal(read.arrays["features"][0], arrays["features"])
    assert not read.column_notes["features"]


def test_the_form_of_a_row_has_categories_in_their_spelling_and_the_range_of_training(write: Write) -> None:
    model, inputs = houses(write)
    area, colour = inputs.forms[0].columns
    assert (area.kind, colour.kind) == ("number", "category")
    assert set(colour.choices) == {"red", "Green", "dark blue"}
    trained = np.asarray(model.prepared.dataset.fields["features"].values)[model.prepared.train.indices, 0]
    assert (area.low, area.high) == (float(trained.min()), float(trained.max()))
    assert area.decimal == ","


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"area": "500", "colour": "red"}, "area", "Beyond training, which has 5"),
        ({"area": "60,5", "colour": "purple"}, "colour", "counts as unknown"),
        ({"area": "60,5", "colour": "green"}, "colour", "“Green” is known"),
        ({"area": "large", "colour": "red"}, "area", "is no number; it counts as missing: the median 77 is used."),
        ({"area": " ", "colour": "red"}, "area", "Missing: the median 77 is used."),
        ({"area": "60,5", "colour": ""}, "colour", "Missing: it counts as unknown."),
    ],
)
def test_an_odd_cell_is_told_beside_its_column(write: Write, cells: dict[str, str], column: str, words: str) -> None:
    _, inputs = houses(write)
    notes = read_entered(inputs, NewSample(cells={"features": cells})).column_notes["features"]
    assert list(notes) == [column]
    assert words in notes[column]


def test_a_column_without_a_cell_keeps_what_the_sample_has(write: Write) -> None:
    model, inputs = houses(write)
    arrays = sample_at(model, inputs, 4)
    read = read_entered(inputs, NewSample(arrays=arrays, cells={"features": {"colour": "red"}}))
    assert read.arrays["features"][0, 0] == 54.5
    assert read.arrays["features"][0].tolist() != arrays["features"].tolist()


def test_a_row_of_a_file_is_entered_cell_by_cell(write: Write) -> None:
    _, inputs = houses(write)
    file = write("new.csv", "colour;area\nred;70,5\nGreen;71,25\n")
    sample, count, _, _ = sample_of_file(inputs, file, 3, None)
    assert count == 2
    assert sample.cells["features"] == {"area": "71,25", "colour": "Green"}


def test_an_odd_row_of_a_file_is_shown_as_it_stands_there_and_what_misses_in_others_is_not_told(write: Write) -> None:
    model, inputs = houses(write)
    file = write("odd.csv", "colour;area\npurple;70,5\nGreen;\n")
    sample, _, _, notes = sample_of_file(inputs, file, 0, None)
    assert sample.cells["features"] == {"area": "70,5", "colour": "purple"} and notes == ()
    told = read_entered(inputs, sample).column_notes["features"]
    assert list(told) == ["colour"] and "counts as unknown" in told["colour"]
    sample, _, _, notes = sample_of_file(inputs, file, 1, None)
    assert sample.cells["features"]["area"] == "" and notes == ()
    read = read_entered(inputs, sample)
    assert list(read.column_notes["features"]) == ["area"]
    # What is said to stand in for the missing number is what the network is given.
    median = np.median(np.asarray(model.prepared.dataset.fields["features"].values)[model.prepared.train.indices, 0])
    assert f"{median:g}".replace(".", ",") in read.column_notes["features"]["area"]
    assert model.prepared.fill("features", read.arrays["features"])[0, 0] == median


def test_measurements_without_a_table_are_a_form_as_well() -> None:
    layers = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [4]}}),
        ("dense1", "dense", {"units": 3}),
        ("output1", "output", {}),
    )
    model, inputs = bundled("iris", layers)
    assert [column.unit for column in inputs.forms[0].columns] == ["cm"] * 4
    arrays = sample_at(model, inputs, 70)
    shown = as_entered(inputs, arrays)
    read = read_entered(inputs, NewSample(cells=shown.cells))
    np.testing.assert_array_equal(read.arrays["measurements"][0], arrays["measurements"])
    cells = dict(shown.cells["measurements"]) | {"petal width": "wide"}
    odd = read_entered(inputs, NewSample(cells={"measurements": cells}))
    assert "is no number" in odd.column_notes["measurements"]["petal width"]
    assert np.isnan(odd.arrays["measurements"][0, 3])


def reviews() -> tuple[Model, TrainedInputs]:
    model = Model.build(read_project(Path("presets/reviews_lstm.netloom")))
    return model, inputs_of(model)


def test_a_text_is_read_as_its_tokens_and_unknown_words_are_told() -> None:
    model, inputs = reviews()
    arrays = sample_at(model, inputs, 3)
    shown = as_entered(inputs, arrays)
    read = read_entered(inputs, NewSample(texts=shown.texts))
    [tokens] = read.arrays["text"]
    np.testing.assert_array_equal(tokens, arrays["text"][: len(tokens)])
    np.testing.assert_array_equal(read.arrays["length"][0], arrays["length"])
    assert read.notes == ()
    odd = read_entered(inputs, NewSample(texts={"text": "a zyzzyva game"}))
    assert odd.notes == ("Not among the words of training: “zyzzyva”; it counts as unknown.",)


def test_a_text_that_is_too_long_is_refused_in_a_sentence() -> None:
    model = Model.build(read_project(Path("presets/dates_attention.netloom")))
    with pytest.raises(NetloomError, match="shorten it"):
        read_entered(inputs_of(model), NewSample(texts={"date": "1 January 2021, 2 January 2021, 3 January 2021"}))


def test_a_text_that_is_the_name_of_a_file_stays_a_text() -> None:
    _, inputs = reviews()
    assert read_entered(inputs, NewSample(texts={"text": "README.md"})).arrays["text"].shape == (1, 3)


def test_an_input_that_is_missing_is_named() -> None:
    _, inputs = reviews()
    with pytest.raises(NetloomError, match="also reads “text”"):
        read_entered(inputs, NewSample())


@pytest.mark.parametrize(
    ("value", "text"), [(5.1, "5.1"), (0.0, "0"), (1e-9, "1e-09"), (1_500_000.0, "1500000"), (float("nan"), "")]
)
def test_numbers_are_written_without_loss(value: float, text: str) -> None:
    assert number_text(np.float32(value)) == text
    assert number_text(np.float32(2.5), ",") == "2,5"
