"""The selection for the data view: small, true, and in the data's own units."""

from dataclasses import replace

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.data_preview import LEFT_OUT, given_note, preview, statistics
from app.data.dataset import Field
from app.data.prepare import prepare
from app.data.sources.texts import Text
from app.protocol.data_messages import DataPreviewed
from app.protocol.framing import Decoder, encode
from graph.shapes import vector
from tests.app.conftest import Write


@pytest.mark.parametrize("kind", ["digits", "iris", "diabetes", "sine"])
def test_a_preview_is_small_and_true(kind: str) -> None:
    prepared = prepare(DataChoice.of(kind))
    seen = preview(prepared, limit=50)
    assert len(seen.index) == len(seen.part) == 50
    for name, values in seen.values.items():
        np.testing.assert_array_equal(values, prepared.dataset.fields[name].values[seen.index])
    (envelope,) = Decoder().feed(encode(DataPreviewed(preview=seen)))
    assert isinstance(envelope.message, DataPreviewed)
    arrived = envelope.message.preview
    for name in ("info", "notes", "leaks", "parts", "balance", "features", "pipeline", "texts"):
        assert getattr(arrived, name) == getattr(seen, name)
    assert seen.parts == {name: part.samples for name, part in prepared.parts.items()}


def test_each_sample_knows_its_part() -> None:
    prepared = prepare(DataChoice.of("iris"))
    seen = preview(prepared)
    assert len(seen.index) == 150
    for number, part in enumerate(prepared.parts.values()):
        np.testing.assert_array_equal(np.flatnonzero(seen.part == number), part.indices)
        np.testing.assert_array_equal(part.indices[seen.place[part.indices]], part.indices)


def test_windows_between_the_parts_are_in_none() -> None:
    seen = preview(prepare(DataChoice.of("sine")), limit=10_000)
    assert set(seen.part) == {0, 1, 2, LEFT_OUT}


def test_class_balance_counts_every_part() -> None:
    balance = preview(prepare(DataChoice.of("iris"))).balance
    assert balance is not None
    assert balance.classes == ("setosa", "versicolor", "virginica")
    totals = np.array([balance.counts[name] for name in ("train", "validation", "test")]).sum(axis=0)
    assert totals.tolist() == [50, 50, 50]
    assert preview(prepare(DataChoice.of("diabetes"))).balance is None


def test_statistics_are_those_of_the_feature() -> None:
    prepared = prepare(DataChoice.of("diabetes"))
    first = preview(prepared).features["measurements"][0]
    ages = prepared.dataset.input_field().values[:, 0]
    assert (first.name, first.unit, first.missing) == ("age", "years", 0)
    assert (first.minimum, first.maximum) == (ages.min(), ages.max())
    assert first.mean == pytest.approx(float(ages.mean()), rel=1e-5)
    assert sum(first.counts) == len(ages)
    assert len(first.edges) == len(first.counts) + 1


@pytest.mark.parametrize(("words", "shown"), [(50, 299), (51, 300), (90, 300)])
def test_a_long_text_is_cut(write: Write, words: int, shown: int) -> None:
    first = " ".join(["quick"] * 49)
    rows = "".join(f"{first} {' '.join(['brown'] * (words - 49))},{'ab'[row % 2]}\n" for row in range(20))
    source = Text(path=str(write("t.csv", "text,kind\n" + rows)), target="kind", length=100)
    text = preview(prepare(DataChoice(source=source))).texts["text"][0]
    assert len(text) == shown and text.startswith(first)
    assert text.endswith("…") is (words > 50)


def test_pictures_have_statistics_per_channel() -> None:
    features = preview(prepare(DataChoice.of("digits"))).features
    assert [feature.name for feature in features["image"]] == ["channel 1"]
    assert features["digit"] == ()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([0, 0, 2], "The data itself says what is for training and test. The others are taken"),
        ([0, 1, 2], "The data itself says what is for training, validation and test."),
    ],
)
def test_a_division_that_the_data_brings_is_told(parts: list[int], said: str) -> None:
    prepared = prepare(DataChoice.of("iris"))
    dataset = replace(prepared.dataset, given=np.resize(np.array(parts, np.uint8), 150))
    assert given_note(prepared.dataset) == ()
    (note,) = given_note(dataset)
    assert note.startswith(said) and (len(set(parts)) == 3) == (note == said)
    assert note in preview(replace(prepared, dataset=dataset)).notes


def test_the_place_of_categories_that_no_sample_has_tells_nothing() -> None:
    codes = np.array([[1.5, 1, 0, 0], [2.5, 0, 1, 0]], np.float32)
    names = ("size", "street = A", "street = B", "street = (unknown)")
    field = Field("x", vector(4), names=names, values=codes, categories=((1, 4),))
    assert [feature.name for feature in statistics(field)] == list(names[:3])
    codes[0, 3] = 1
    assert [feature.name for feature in statistics(field)] == list(names)
