"""New input for a trained network, in all the ways it can be given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.data.dataset import FieldInfo
from app.data.source_catalogue import source
from app.data.sources.arrays import Arrays
from app.data.sources.images import Images
from app.data.sources.texts import Text
from app.inference.new_inputs import read_inputs
from graph.errors import NetloomError
from graph.shapes import image, sequence, tokens, vector

DIGITS = source("digits")()
ROW = FieldInfo("measurements", vector(3), names=("height", "width", "kind = a"))
PICTURE = FieldInfo("image", image(1, 4, 4))
SERIES = FieldInfo("window", sequence(5, 1), names=("value",))


def read(given_: object, field: FieldInfo) -> np.ndarray:
    return read_inputs(str(given_), [field], DIGITS)[field.name]


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3), st.sampled_from([",", " ", ";", ", ", "\t"]))
def test_numbers_however_they_are_divided(values: list[float], between: str) -> None:
    assert read(between.join(map(repr, values)), ROW).tolist() == [values]
    assert read(json.dumps([values, values]), ROW).tolist() == [values, values]


def test_a_picture_for_every_shape_that_a_picture_can_have(tmp_path: Path) -> None:
    file = tmp_path / "ink.png"
    Image.new("L", (9, 9), 255).save(file)
    assert read(file, PICTURE).shape == (1, 1, 4, 4)
    assert read(file, FieldInfo("rows", sequence(4, 4))).shape == (1, 4, 4)
    assert read(file, FieldInfo("pixels", vector(16))).tolist() == [[1.0] * 16]
    with pytest.raises(NetloomError, match="picture cannot be made into"):
        read(file, ROW)


def test_arrays_with_and_without_an_axis_of_samples(tmp_path: Path) -> None:
    for shape, samples in (((4, 4), 1), ((1, 4, 4), 1), ((7, 1, 4, 4), 7), ((7, 4, 4), 7), ((7, 16), 7), ((16,), 1)):
        np.save(tmp_path / "a.npy", np.arange(np.prod(shape)).reshape(shape))
        found = read(tmp_path / "a.npy", PICTURE)
        assert found.shape == (samples, 1, 4, 4)
        assert found.reshape(-1).tolist() == list(range(int(np.prod(shape))))
        assert found.dtype == np.float32


def test_of_a_longer_series_the_latest_steps_are_read(tmp_path: Path) -> None:
    file = tmp_path / "load.csv"
    file.write_text("value\n" + "\n".join(map(str, range(20))), "utf-8")
    assert read(file, SERIES).reshape(-1).tolist() == [15, 16, 17, 18, 19]
    assert read(" ".join(map(str, range(7))), SERIES).reshape(-1).tolist() == [2, 3, 4, 5, 6]


def test_columns_of_a_table_are_found_by_name(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("kind,width,extra,height\na,2,9,1\nb,4,9,3\n", "utf-8")
    assert read(file, ROW).tolist() == [[1, 2, 1], [3, 4, 0]]
    file.write_text("kind,width\na,2\n", "utf-8")
    with pytest.raises(NetloomError, match="no column “height”"):
        read(file, ROW)


def test_a_text_becomes_numbers_of_the_vocabulary() -> None:
    field = FieldInfo("text", tokens(4), vocabulary=("(padding)", "(unknown)", "good", "film"))
    assert read("Good strange film", field).tolist() == [[2, 1, 3, 0]]


BRACKETS = FieldInfo("text", tokens(6), vocabulary=("(padding)", "(", ")", "[", "]", "{", "}"))


def test_a_text_that_begins_like_json_is_a_text_unless_it_holds_numbers() -> None:
    for text, wanted in (("[()]", [3, 1, 2, 4, 0, 0]), ("[]", [3, 4, 0, 0, 0, 0]), ("{[]}", [5, 3, 4, 6, 0, 0])):
        assert read(text, BRACKETS).tolist() == [wanted]
    assert read("[[]]", BRACKETS).tolist() == [[3, 3, 4, 4, 0, 0]]
    assert read("{", BRACKETS).tolist() == [[5, 0, 0, 0, 0, 0]]
    assert read("[3, 1, 2, 4, 0, 0]", BRACKETS).tolist() == [[3, 1, 2, 4, 0, 0]]
    assert read('{"text": [3, 1, 2, 4, 0, 0]}', BRACKETS).tolist() == [[3, 1, 2, 4, 0, 0]]
    words = FieldInfo("text", tokens(4), vocabulary=("(padding)", "(unknown)", "good", "film"))
    assert read("[good film", words).tolist() == [[1, 2, 3, 0]]


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "1e300", "1e39", "-1e39", "1e5000"])
@pytest.mark.parametrize("written", ["{},1,1", "[{}, 1, 1]", '{{"measurements": [{}, 1, 1]}}'])
def test_numbers_beyond_float32_are_refused_in_one_sentence(number: str, written: str) -> None:
    with pytest.raises(NetloomError, match=r"JSON of numbers|larger than float32 can hold") as caught:
        read(written.format(number), ROW)
    assert str(caught.value).count(". ") == 0


def test_several_inputs_come_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", measurements=np.ones((2, 3)), window=np.ones((2, 5, 1)))
    found = read_inputs(str(tmp_path / "two.npz"), [ROW, SERIES], DIGITS)
    assert {name: array.shape for name, array in found.items()} == {"measurements": (2, 3), "window": (2, 5, 1)}
    np.savez(tmp_path / "odd.npz", measurements=np.ones((1, 3)), window=np.ones((2, 5, 1)))
    with pytest.raises(NetloomError, match="same number of samples"):
        read_inputs(str(tmp_path / "odd.npz"), [ROW, SERIES], DIGITS)
    with pytest.raises(NetloomError, match="no array “window”"):
        read_inputs('{"measurements": [1, 2, 3]}', [ROW, SERIES], DIGITS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2", "2 numbers"),
        ("1,2,nan", "missing or infinite"),
        ("hello", "neither a file nor numbers"),
        ("gone.csv", "no such file"),
        ("[1, 2, [3]]", "not JSON of numbers"),
        ("[[]]", "but the network reads"),
        ('["a"]', "not JSON of numbers"),
        ("", "neither a file nor numbers"),
        ("x" * 5000, "neither a file nor numbers"),
        ("a\0b", "neither a file nor numbers"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        read(text, ROW)


def test_a_damaged_picture_and_array(tmp_path: Path) -> None:
    for name in ("a.png", "a.npy", "a.npz"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(NetloomError, match=name):
            read(tmp_path / name, PICTURE)


def test_pictures_are_fitted_and_bytes_scaled_as_they_were_learned(tmp_path: Path) -> None:
    Image.new("L", (8, 16), 255).save(tmp_path / "tall.png")
    (padded,) = read_inputs(str(tmp_path / "tall.png"), [PICTURE], Images(fit="pad")).values()
    assert padded.mean() == pytest.approx(0.5)
    np.save(tmp_path / "bytes.npy", np.full((2, 4, 4), 255, np.uint8))
    (shares,) = read_inputs(str(tmp_path / "bytes.npy"), [PICTURE], Arrays()).values()
    (counts,) = read_inputs(str(tmp_path / "bytes.npy"), [PICTURE], DIGITS).values()
    assert shares.max() == 1.0 and counts.max() == 255.0
    np.savez(tmp_path / "set.npz", y=np.zeros(3), x_test=np.ones((3, 4, 4)), images=np.ones((3, 4, 4)))
    assert read(tmp_path / "set.npz", PICTURE).shape == (3, 1, 4, 4)


def test_a_text_that_is_missing_holds_no_words(tmp_path: Path) -> None:
    field = FieldInfo("text", tokens(3), vocabulary=("(padding)", "(unknown)", "good"))
    (tmp_path / "new.csv").write_text("stars,text\n1,good film\n2,\n")
    assert read_inputs(str(tmp_path / "new.csv"), [field], Text(column="text"))["text"].tolist() == [
        [2, 1, 0],
        [0, 0, 0],
    ]


def test_pictures_whose_channels_stand_last_are_turned(tmp_path: Path) -> None:
    for shape, sizes in ((image(3, 4, 5), (4, 5, 3)), (image(1, 4, 5), (4, 5, 1))):
        field = FieldInfo("image", shape)
        values = np.random.default_rng(0).random((2, *sizes)).astype(np.float32)
        np.save(tmp_path / "a.npy", values)
        found = read_inputs(str(tmp_path / "a.npy"), [field], Arrays())["image"]
        np.testing.assert_array_equal(found, np.moveaxis(values, -1, 1))
        np.save(tmp_path / "a.npy", values[0])
        np.testing.assert_array_equal(read_inputs(str(tmp_path / "a.npy"), [field], Arrays())["image"], found[:1])
