"""Pictures packed in Parquet files, as Hugging Face saves them: read lazily, labelled, split, and predicted alike."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.data.dataset import Array, Task
from app.data.inspect import inspect
from app.data.lazy_array import LazyArray, RowFile
from app.data.prepare import prepare
from app.data.readers import decoded_pictures, picture_column
from app.data.readers.picture_column import BATCH, HELD, PackedColumn, is_packed, stored_in
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.data.readers.tables import parquet_file
from app.data.sources.images import Images
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError
from graph.shapes import image

RNG = np.random.default_rng(0)
RAW = [RNG.integers(0, 255, (9, 8, 3), dtype=np.uint8) for _ in range(200)]


def encoded(values: Array, format: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, format)
    return stream.getvalue()


CELLS = [encoded(values) for values in RAW]


def pack(
    file: Path, cells: Sequence[bytes | None], *, bare: bool = False, group: int = 50, names: Any = None, **columns: Any
) -> Path:
    """A Parquet file with a column ``image``: records of bytes and a path, or ``bare`` bytes."""
    packed = pa.array(list(cells) if bare else [{"bytes": cell, "path": None} for cell in cells])
    table = pa.table({"image": packed, **columns})
    if names is not None:
        features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({b"huggingface": json.dumps({"info": {"features": features}}).encode()})
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file, row_group_size=group)
    return file


def pixels(dataset: Any) -> Array:
    return np.asarray(dataset.input_field().values)


def expected(rows: Sequence[int]) -> Array:
    return np.stack([RAW[row].transpose(2, 0, 1) for row in rows]) * np.float32(1 / 255)


@pytest.mark.parametrize("bare", [False, True])
def test_a_file_with_pictures_is_a_set_of_pictures(tmp_path: Path, bare: bool) -> None:
    file = pack(tmp_path / "pets.parquet", CELLS[:30], bare=bare, group=7, label=[n % 3 for n in range(30)])
    found = inspect(file)
    assert (found.source.kind, found.info.task, found.info.samples) == ("images", Task.CLASSIFICATION, 30)
    dataset = found.source.changed(height=9, width=8).load()
    assert dataset.input_field().shape == image(3, 9, 8)
    np.testing.assert_array_equal(pixels(dataset), expected(range(30)))
    assert np.asarray(dataset.target_field().values).tolist() == [n % 3 for n in range(30)]
    assert isinstance(found.source, Images) and found.source.reading is not None
    assert found.source.reading.by_name["label"].type == "number"
    assert not any("left out" in note for note in found.problems)


def test_names_of_classes_and_broken_rows_are_told(tmp_path: Path) -> None:
    cells: list[bytes | None] = [*CELLS[:20]]
    cells[7], cells[9], cells[11] = b"broken", None, CELLS[11][:60]
    file = pack(tmp_path / "pets.parquet", cells, names=["cat", "dog", "ant"], label=[n % 3 for n in range(20)])
    found = inspect(file)
    assert found.info.classes == ("ant", "cat", "dog") and found.info.samples == 17
    (note,) = (note for note in found.problems if "left out" in note)
    assert note.startswith("3 pictures were left out: pets.parquet/image/row 8.png is not a picture, ")
    assert "row 10.png is empty" in note and "row 12.png is damaged" in note
    labels = np.asarray(found.source.load().target_field().values)
    assert [found.info.classes[label] for label in labels[:8]] == [
        "cat",
        "dog",
        "ant",
        "cat",
        "dog",
        "ant",
        "cat",
        "ant",
    ]


def test_amounts_and_several_labels_beside_packed_pictures(tmp_path: Path) -> None:
    angles = [float(value) for value in RNG.normal(size=30)]
    amounts = inspect(pack(tmp_path / "a.parquet", CELLS[:30], angle=angles)).source.load()
    assert amounts.task is Task.REGRESSION
    np.testing.assert_allclose(np.asarray(amounts.target_field().values)[:, 0], angles, rtol=1e-6)
    tags = [("sun sea", "sun", "sea", "rain sea", "rain", "sun rain")[n % 6] for n in range(30)]
    labels = inspect(pack(tmp_path / "b.parquet", CELLS[:30], tags=tags)).source.load()
    assert labels.task is Task.LABELS and labels.target_field().names == ("rain", "sea", "sun")
    assert [question.about for question in labels.questions] == ["Column “tags”"]


def test_a_folder_of_parts_keeps_its_split(tmp_path: Path) -> None:
    for part, start, stop in (
        ("test-00000-of-00001", 40, 50),
        ("train-00000-of-00002", 0, 20),
        ("train-00001-of-00002", 20, 40),
    ):
        pack(
            tmp_path / "pets" / "data" / f"{part}.parquet",
            CELLS[start:stop],
            group=6,
            label=[n % 2 for n in range(start, stop)],
        )
    (tmp_path / "pets" / "README.md").write_text("# Pets")
    found = inspect(tmp_path / "pets")
    assert (found.source.kind, found.info.samples) == ("images", 50)
    prepared = prepare(found.choice())
    assert prepared.parts["test"].samples == 10
    rows = [*range(40, 50), *range(40)]
    np.testing.assert_array_equal(pixels(found.source.changed(height=9, width=8).load()), expected(rows))
    source = found.source.changed(height=9, width=8)
    samples = read_samples(str(tmp_path / "pets"), source.load().info.fields[:1], source)
    assert samples.names[10] == "data/train-00000-of-00002.parquet/image/row 1.png"
    np.testing.assert_array_equal(samples.arrays["image"], expected(rows))


def test_deep_pictures_in_a_table_keep_their_depth(tmp_path: Path) -> None:
    deep = [np.linspace(0, 4095, 72).reshape(9, 8).astype(np.uint16) + n for n in range(12)]
    deep = [np.minimum(values, 4095).astype(np.uint16) for values in deep]
    found = inspect(
        pack(tmp_path / "d.parquet", [encoded(values) for values in deep], label=[n % 2 for n in range(12)])
    )
    assert isinstance(found.source, Images) and found.source.white == 4095.0
    values = pixels(found.source.changed(height=9, width=8).load())
    np.testing.assert_allclose(values[:, 0] * 4095, np.stack(deep), atol=1e-3)
    assert [question.about for question in found.questions] == ["The brightness of the pictures"]


ROWS = BATCH + 8
"""More than are read at once."""


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_predictions_get_what_training_saw(tmp_path: Path, data: st.DataObject) -> None:
    """Rows in any order, groups, records or bare bytes, one file or several: equal to the last bit."""
    trained = pack(tmp_path / "t.parquet", CELLS[:ROWS], label=[n % 2 for n in range(ROWS)])
    height, fit = data.draw(st.sampled_from([5, 9, 16])), data.draw(st.sampled_from(["stretch", "crop", "pad"]))
    source = inspect(trained).source.changed(height=height, width=8, fit=fit)
    saw = pixels(source.load())
    order = data.draw(st.permutations(range(ROWS)))
    group, bare = data.draw(st.integers(1, ROWS)), data.draw(st.booleans())
    cut = data.draw(st.integers(1, ROWS - 1))
    folder = tmp_path / f"n{abs(hash((tuple(order), group, bare, cut, height, fit)))}"
    for name, rows in (("a", order[:cut]), ("b", order[cut:])):
        pack(folder / f"{name}.parquet", [CELLS[row] for row in rows], bare=bare, group=group)
    fields = source.load().info.fields[:1]
    whole = read_samples(str(folder), fields, source)
    np.testing.assert_array_equal(whole.arrays["image"], saw[list(order)])
    one = read_samples(str(folder / "a.parquet"), fields, source)
    np.testing.assert_array_equal(one.arrays["image"], saw[list(order[:cut])])


def test_new_pictures_that_cannot_be_read_are_named_by_row(tmp_path: Path) -> None:
    source = inspect(pack(tmp_path / "t.parquet", CELLS[:20], label=[n % 2 for n in range(20)])).source
    new = pack(tmp_path / "new.parquet", [CELLS[0], b"x", None, CELLS[3]], id=[5, 6, 7, 8])
    samples = read_samples(str(new), source.load().info.fields[:1], source)
    assert samples.names == ("image/row 1.png", "image/row 4.png")
    assert samples.problems == ("image/row 2.png is not a picture", "image/row 3.png is empty")


def test_pictures_are_not_all_in_memory_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_pictures, "SMALL", 1)
    file = pack(tmp_path / "t.parquet", CELLS * 5, group=2000, label=[n % 2 for n in range(1000)])
    monkeypatch.setattr("app.data.readers.table_file.budget", lambda: 2000)  # less than the file
    values = inspect(file).source.changed(height=9, width=8).load().input_field().values
    assert isinstance(values, LazyArray) and isinstance(values.store.rows, RowFile)
    np.testing.assert_array_equal(values[np.array([999, 0, 450])], expected([199, 0, 50]))


def test_a_column_is_read_forward_in_few_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    column = PackedColumn(pack(tmp_path / "t.parquet", CELLS, group=30, n=list(range(200))), "image")
    taken: list[int] = []
    take = column._take
    monkeypatch.setattr(column, "_take", lambda: (taken.append(column._next), take())[1])
    assert [column[row] for row in range(200)] == CELLS
    assert len(taken) == len(set(taken)) <= 200 // BATCH + 200 // 30 + 2
    assert len(column._held) <= HELD
    for row in (0, 199, 31, 150, 30, 29, 199):  # backward and forward, across groups
        assert column[row] == CELLS[row]


def test_what_was_left_out_before_stays_left_out(tmp_path: Path) -> None:
    """Tables of projects of before, whose recipe lacks the pictures, are read as they were."""
    file = pack(tmp_path / "t.parquet", CELLS[:20], x=list(range(20)), label=[n % 2 for n in range(20)])
    assert list(read_table(file, Reading(rules=1)).names) == ["x", "label"]
    recipe = read_table(file, Reading(rules=1)).recipe
    again = read_table(file, Reading(recipe=recipe))
    assert list(again.names) == ["x", "label"] and any("“image” holds lists" in note for note in again.notes)


def test_a_file_of_pictures_alone_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match=r"t\.parquet"):
        inspect(pack(tmp_path / "t.parquet", CELLS[:20]))


def test_real_files_are_not_mistaken_for_packed_ones(tmp_path: Path) -> None:
    assert not is_packed(tmp_path / "image" / "row 1.png")
    packed = tmp_path / "a.parquet" / "image" / "row 1.png"
    assert is_packed(packed) and stored_in(packed) == tmp_path / "a.parquet"
    names = [f"row {number}.png" for number in range(1, 21)]
    for number, name in enumerate(names):
        (tmp_path / "image").mkdir(exist_ok=True)
        Image.fromarray(RAW[number]).save(tmp_path / "image" / name)
    table = pa.table({"file": [f"image/{name}" for name in names], "label": [n % 2 for n in range(20)]})
    pq.write_table(table, tmp_path / "list.parquet")
    dataset = inspect(tmp_path / "list.parquet").source.changed(height=9, width=8).load()
    np.testing.assert_array_equal(pixels(dataset)[:2], expected([0, 2]))


def test_a_changed_file_is_decoded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_pictures, "SMALL", 1)
    file = pack(tmp_path / "t.parquet", CELLS[:20], label=[n % 2 for n in range(20)])
    source = inspect(file).source.changed(height=9, width=8)
    assert np.array_equal(pixels(source.load()), expected(range(20)))
    pack(file, CELLS[20:45], label=[n % 2 for n in range(25)])
    assert np.array_equal(pixels(source.load()), expected(range(20, 45)))
    assert picture_column.picture_columns(file) == ("image",)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6), st.floats(0.3, 1))
def test_a_damaged_file_is_refused_in_a_sentence_or_read_but_for_its_rows(
    tmp_path: Path, flips: list[tuple[float, int]], left: float
) -> None:
    whole = bytearray(pack(tmp_path / "whole.parquet", CELLS[:20], label=[n % 2 for n in range(20)]).read_bytes())
    for place, value in flips:
        whole[min(int(place * len(whole)), len(whole) - 1)] = value
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(whole[: int(left * len(whole))] if left < 0.6 else whole)
    try:
        samples = inspect(damaged).info.samples
    except NetloomError as error:
        assert "\n" not in str(error) and len(str(error)) < 600
    else:
        assert 3 <= samples <= 20


def test_several_columns_of_pictures_are_named_and_each_can_be_chosen(tmp_path: Path) -> None:
    depth = pa.array([{"bytes": cell, "path": None} for cell in CELLS[20:40]])
    file = pack(tmp_path / "rooms.parquet", CELLS[:20], depth=depth, mirrored=list(CELLS[40:60]), label=["a", "b"] * 10)
    found = inspect(file)
    assert isinstance(found.source, Images) and found.source.column == "image"
    note = (
        "The pictures in the column “image” are read, those in “depth”, “mirrored” are not; set “column” to read "
        "another one."
    )
    assert note in found.problems
    assert not any("these columns are not read" in problem for problem in found.problems)
    assert np.array_equal(pixels(found.source.changed(height=9, width=8).load()), expected(range(20)))
    other = inspect(file, options={"column": "depth"})
    assert isinstance(other.source, Images) and other.source.column == "depth"
    assert any("“depth” are read, those in “image”, “mirrored” are not" in problem for problem in other.problems)
    assert np.array_equal(pixels(other.source.changed(height=9, width=8).load()), expected(range(20, 40)))


def test_named_classes_stay_named_where_a_project_knows_them(tmp_path: Path) -> None:
    named = pack(tmp_path / "t.parquet", CELLS[:20], label=[n % 2 for n in range(20)], names=["cat", "dog"])
    table = read_table(named)
    assert table["label"].tolist()[:2] == ["cat", "dog"]
    new = pack(tmp_path / "new.parquet", CELLS[:4], label=[1, 0, 0, 1], names=["cat", "dog"])
    assert read_table(new, Reading(recipe=table.recipe))["label"].tolist() == ["dog", "cat", "cat", "dog"]
    bare = read_table(pack(tmp_path / "n.parquet", CELLS[:20], label=[n % 2 for n in range(20)]))
    numbers = read_table(named, Reading(recipe=bare.recipe))
    assert numbers["label"].tolist()[:2] == [0, 1]


def test_a_table_of_too_many_columns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "COLUMNS", 3)
    three = pa.table({name: [1, 2, 3] for name in "abc"})
    pq.write_table(three, tmp_path / "three.parquet")
    pq.write_table(three.append_column("d", pa.array([1, 2, 3])), tmp_path / "four.parquet")
    assert read_table(tmp_path / "three.parquet").names == ("a", "b", "c")
    with pytest.raises(NetloomError, match="is too large to be read whole"):
        read_table(tmp_path / "four.parquet")
