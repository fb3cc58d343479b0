"""Arrays as people save them: one-hot, without names, several inputs and targets, MATLAB's, and windows of series."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.data_choice import DataChoice
from app.data.dataset import Array, Dataset, Task
from app.data.inspect import inspect
from app.data.lazy_array import LazyArray
from app.data.prepare import prepare
from app.data.readers.arrays import hdf5_file
from app.data.sources.arrays import Arrays
from app.data.sources.source import Source
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError
from graph.shapes import Shape, image, sequence, vector

CASES = Path(__file__).resolve().parents[3] / "cases"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6))


def npz(path: Path, **arrays: Array) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def load(path: Path, **settings: str) -> Dataset:
    return Arrays.parse({"path": str(path)} | settings, "test").load()


def target_of(dataset: Dataset) -> list[Any]:
    return list(np.asarray(dataset.target_field().values).tolist())


# The cases


def test_one_hot_targets_are_classes() -> None:
    found = inspect(CASES / "onehot.npz")
    raw = np.load(CASES / "onehot.npz")["y_train"]
    dataset = found.source.load()
    assert (dataset.task, dataset.target_field().classes) == (Task.CLASSIFICATION, ("0", "1", "2"))
    np.testing.assert_array_equal(dataset.target_field().values, raw.argmax(axis=1))
    assert Arrays(path=str(CASES / "onehot.npz"), rules=1).load().task is Task.REGRESSION


def test_an_array_without_a_name_is_taken_for_the_labels_and_told() -> None:
    found = inspect(CASES / "arr01.npz")
    assert (found.info.task, found.info.classes, found.info.shape) == (Task.CLASSIFICATION, ("0", "1"), vector(5))
    (note,) = (note for note in found.problems if "arr_1" in note)
    assert note.startswith("“arr_1” is taken for what is to be predicted from “arr_0”; choose the task reconstruction")
    assert Arrays(path=str(CASES / "arr01.npz"), task="reconstruction").load().task is Task.RECONSTRUCTION


# More of their kind


@pytest.mark.parametrize(
    ("samples", "targets"),
    [
        ("X", "Y"),
        ("images", "labels"),
        ("data", "target"),
        ("X_train", "Y_train"),
        ("Xtrain", "ytrain"),
        ("data", "class"),
    ],
)
def test_pairs_by_their_names(tmp_path: Path, samples: str, targets: str) -> None:
    dataset = load(npz(tmp_path / "a.npz", **{targets: np.arange(40) % 4, samples: X, "mean": X.mean(0)}))
    assert (dataset.input_field().shape, dataset.samples) == (vector(6), 40)
    assert target_of(dataset) == [number % 4 for number in range(40)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3)])
def test_four_arrays_without_names_are_training_and_test(tmp_path: Path, order: tuple[int, ...]) -> None:
    pieces = [X[:30], np.arange(30) % 3, X[30:], np.arange(10) % 3]
    path = tmp_path / "a.npz"
    np.savez(path, *(pieces[place] for place in order))
    dataset = load(path)
    assert dataset.given is not None and dataset.given.tolist() == [0] * 30 + [2] * 10
    np.testing.assert_allclose(dataset.input_field().values, X, rtol=1e-6)
    assert target_of(dataset) == [*(n % 3 for n in range(30)), *(n % 3 for n in range(10))]


@pytest.mark.parametrize(
    ("values", "task", "classes", "said"),
    [
        (np.arange(40) % 3, Task.CLASSIFICATION, 3, ""),
        (1 + np.arange(40) % 3, Task.CLASSIFICATION, 3, ""),
        (2 * (np.arange(40) % 2) - 1, Task.CLASSIFICATION, 2, ""),
        ((np.arange(40) % 3).astype(float), Task.CLASSIFICATION, 3, "choose the task regression"),
        (np.array([3, 5, 8])[np.arange(40) % 3], Task.CLASSIFICATION, 3, "choose the task regression"),
        (np.array([3.0, 5.0, 8.0])[np.arange(40) % 3], Task.REGRESSION, 0, "choose the task classification"),
        (np.arange(40), Task.REGRESSION, 0, ""),
        (np.arange(40) % 3 + 0.5, Task.REGRESSION, 0, ""),
        (np.arange(40) % 2 == 0, Task.CLASSIFICATION, 2, ""),
        (np.array(["class 10", "class 2"])[np.arange(40) % 2], Task.CLASSIFICATION, 2, ""),
        ((np.arange(40) % 3)[:, None], Task.CLASSIFICATION, 3, ""),
    ],
)
def test_classes_and_amounts(tmp_path: Path, values: Array, task: Task, classes: int, said: str) -> None:
    path = npz(tmp_path / "a.npz", x=X, y=values)
    dataset = load(path)
    assert (dataset.task, len(dataset.target_field().classes)) == (task, classes)
    notes = [note for note in dataset.notes if "whole numbers" in note]
    assert bool(notes) == bool(said) and all(said in note for note in notes)
    if "class 2" in dataset.target_field().classes:
        assert dataset.target_field().classes == ("class 2", "class 10")
    assert load(path, task="classification").task is Task.CLASSIFICATION


def test_many_whole_numbers_with_gaps_are_amounts(tmp_path: Path) -> None:
    years = 1950 + 2 * (np.arange(200) % 30)
    dataset = load(npz(tmp_path / "a.npz", x=RNG.normal(size=(200, 3)), y=years))
    assert dataset.task is Task.REGRESSION
    assert any("30 different whole numbers, which are read as amounts" in note for note in dataset.notes)


def test_several_labels_are_marks(tmp_path: Path) -> None:
    marks = RNG.integers(0, 2, (40, 5))
    path = npz(tmp_path / "a.npz", x=X, y=marks)
    dataset = load(path)
    field = dataset.target_field()
    assert field.labels and field.fixed and len(field.names) == 5
    np.testing.assert_array_equal(field.values, marks)
    assert any("read as 5 labels" in note for note in dataset.notes)
    assert not load(path, task="regression").target_field().labels
    with pytest.raises(NetloomError, match="several labels need 0 or 1"):
        load(npz(tmp_path / "b.npz", x=X, y=marks * 2), task="labels")


def test_masks_are_pictures_to_be_predicted(tmp_path: Path) -> None:
    masks = RNG.integers(0, 2, (12, 16, 16)).astype(bool)
    dataset = load(npz(tmp_path / "a.npz", images=RNG.integers(0, 255, (12, 16, 16, 3), dtype=np.uint8), masks=masks))
    field = dataset.target_field()
    assert (field.shape, field.fixed, dataset.task) == (image(1, 16, 16), True, Task.REGRESSION)
    np.testing.assert_array_equal(np.asarray(field.values)[:, 0], masks)


def test_several_inputs_and_targets(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x1=X, x2=RNG.normal(size=(40, 20, 3)), y1=np.arange(40) % 2, y2=X[:, 0])
    found = inspect(path)
    dataset = found.source.load()
    assert dataset.inputs == ("x1", "x2") and dataset.target == "y1"
    assert dataset.fields["x2"].shape == sequence(20, 3) and dataset.fields["y2"].shape == vector(1)
    fields = [dataset.fields[name].info for name in dataset.inputs]
    asked = read_samples(str(path), fields, found.source)
    np.testing.assert_array_equal(np.asarray(asked.arrays["x2"]), np.asarray(dataset.fields["x2"].values))
    named = load(npz(tmp_path / "b.npz", a=X, b=X[:, :2], c=X[:, 0]), samples="a, b", target="c")
    assert (named.inputs, named.target) == (("a", "b"), "target")


def test_arrays_that_are_not_read_are_named(tmp_path: Path) -> None:
    notes = load(npz(tmp_path / "a.npz", x=X, age=X[:, 0], weight=X[:, 1])).notes
    assert any("Beside “x”, the arrays “age”, “weight” have as many samples and are not read" in note for note in notes)


@pytest.mark.parametrize(
    ("values", "shape", "said"),
    [
        (RNG.normal(size=(12, 50, 3)), sequence(50, 3), "read as 50 steps of 3 features; choose the layout grey"),
        (RNG.normal(size=(12, 24, 8)), sequence(24, 8), "read as 24 steps of 8 features; choose the layout grey"),
        (RNG.normal(size=(12, 24, 20)), image(1, 24, 20), "read as grey pictures of 24 × 20 pixels; choose the layout"),
        (RNG.normal(size=(12, 28, 28)), image(1, 28, 28), "choose the layout sequence where they are 28 steps"),
        (RNG.uniform(size=(12, 28, 28)), image(1, 28, 28), ""),
        (RNG.integers(0, 256, (12, 28, 28)).astype(float), image(1, 28, 28), ""),
        (RNG.integers(0, 256, (12, 28, 20), dtype=np.uint8), image(1, 28, 20), ""),
    ],
)
def test_windows_that_look_like_pictures_are_told(tmp_path: Path, values: Array, shape: Shape, said: str) -> None:
    np.save(tmp_path / "a.npy", values)
    dataset = load(tmp_path / "a.npy")
    assert dataset.input_field().shape == shape
    assert bool(said) == any("layout" in note for note in dataset.notes)
    assert not said or any(said in note for note in dataset.notes)


def test_steps_may_stand_last(tmp_path: Path) -> None:
    values = RNG.normal(size=(12, 3, 50)).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    dataset = load(tmp_path / "a.npy", layout="steps_last")
    assert dataset.input_field().shape == sequence(50, 3) and dataset.notes == ()
    np.testing.assert_array_equal(dataset.input_field().values, values.transpose(0, 2, 1))


@pytest.mark.parametrize(
    ("samples", "targets"), [("data", "labels"), ("images", "labels"), ("features", "y"), ("a", "targets")]
)
def test_a_file_of_labels_beside_is_found_and_told(tmp_path: Path, samples: str, targets: str) -> None:
    np.save(tmp_path / f"{samples}.npy", X)
    np.save(tmp_path / f"{targets}.npy", np.arange(40) % 4)
    dataset = load(tmp_path / f"{samples}.npy")
    assert dataset.task is Task.CLASSIFICATION and f"The targets are those in {targets}.npy." in dataset.notes


# MATLAB and HDF5


def matlab(path: Path, **arrays: Array) -> Path:
    from scipy.io import savemat

    savemat(path, arrays, do_compression=True)
    return path


def test_matlab_counts_samples_by_the_last_axis(tmp_path: Path) -> None:
    """As the Street View house numbers come: X is 32 x 32 x 3 x N, y is N x 1."""
    pictures = RNG.integers(0, 256, (9, 7, 3, 20), dtype=np.uint8)
    path = matlab(tmp_path / "train.mat", X=pictures, y=1 + np.arange(20)[:, None] % 10)
    found = inspect(path)
    dataset = found.source.load()
    assert dataset.input_field().shape == image(3, 9, 7) and len(dataset.target_field().classes) == 10
    np.testing.assert_allclose(dataset.input_field().values, pictures.transpose(3, 2, 0, 1) / 255, atol=1e-6)
    assert "The last axis of “X” counts the samples, for there are 20 targets." in dataset.notes
    asked = read_samples(str(path), [dataset.input_field().info], found.source).arrays["input"]
    np.testing.assert_array_equal(np.asarray(asked), np.asarray(dataset.input_field().values))


def test_matlab_lays_labels_in_one_row(tmp_path: Path) -> None:
    dataset = load(matlab(tmp_path / "a.mat", data=X, labels=(np.arange(40) % 4)[None]))
    assert target_of(dataset) == [number % 4 for number in range(40)]


def test_matlab_says_by_its_shape_what_the_targets_are(tmp_path: Path) -> None:
    dataset = load(matlab(tmp_path / "a.mat", data=X.T, q=np.arange(40.0)[:, None] / 7))
    assert (dataset.task, dataset.input_field().shape) == (Task.REGRESSION, vector(6))
    np.testing.assert_allclose(np.asarray(dataset.target_field().values)[:, 0], np.arange(40) / 7, rtol=1e-6)


def test_structures_of_matlab_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="holds no arrays of numbers; structures and cells"):
        load(matlab(tmp_path / "a.mat", s=np.array([{"a": 1}], dtype=object)))


def test_matlab_arrays_that_unfold_too_far_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = matlab(tmp_path / "a.mat", x=np.zeros((400, 400)))
    monkeypatch.setenv("NETLOOM_MEMORY", "1e-4")
    with pytest.raises(NetloomError, match=r"a\.mat unfolds to more than"):
        load(path)


@pytest.mark.parametrize(("name", "head"), [("a.h5", b""), ("a.mat", b"MATLAB 7.3 MAT-file".ljust(512))])
def test_hdf5_without_its_library_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, head: bytes
) -> None:
    monkeypatch.setattr(hdf5_file, "find_spec", lambda _: None)
    (tmp_path / name).write_bytes(head + b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(NetloomError, match="is an HDF5 file, which the library h5py reads: install it"):
        load(tmp_path / name)


@pytest.mark.skipif(importlib.util.find_spec("h5py") is None, reason="h5py is not installed")
def test_hdf5_is_read_where_its_library_is_there(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"], file["y"] = X, np.arange(40) % 4
    assert load(tmp_path / "a.h5").target_field().classes == ("0", "1", "2", "3")
    (tmp_path / "a.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:900])
    with pytest.raises(NetloomError, match=r"a\.h5 is damaged"):
        load(tmp_path / "a.h5")


# The same at prediction

TYPES = ("uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float32", "float64", "bool")
AXES = {
    "vector": (5,), "sequence": (7, 3), "steps_last": (3, 7), "grey": (6, 5), "channels_first": (3, 4, 4),
    "channels_last": (4, 4, 3), "video": (2, 3, 4, 4),
}  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(TYPES),
    layout=st.sampled_from([*AXES, "auto"]),
    axes=st.sampled_from(sorted(AXES.values())),
    name=st.sampled_from(["x", "images", "arr_0", "spectra"]),
    seed=st.integers(0, 2**32),
)
def test_a_copy_of_training_samples_is_seen_as_in_training(
    tmp_path_factory: pytest.TempPathFactory, kind: str, layout: str, axes: tuple[int, ...], name: str, seed: int
) -> None:
    """To the last bit, standardised as well, whatever the type and the layout."""
    rng = np.random.default_rng(seed)
    axes = AXES.get(layout, axes)
    values = rng.integers(0, 2 if kind == "bool" else 100, (9, *axes)).astype(kind)
    folder = tmp_path_factory.mktemp("arrays")
    path = npz(folder / "a.npz", **{name: values, "labels": np.arange(9) % 3})
    source = Arrays.parse({"path": str(path), "layout": layout}, "test").suggest(path, "").source
    prepared = prepare(DataChoice(source=source))
    field, trained = prepared.dataset.input_field(), prepared.dataset.input_field().values
    new = npz(folder / "new.npz", other=np.zeros(3), **{name: values})
    asked = read_samples(str(new), [field.info], source).arrays["input"]
    assert type(asked) is type(trained)
    np.testing.assert_array_equal(np.asarray(asked), np.asarray(trained))
    scaler = prepared.scalers["input"]
    if isinstance(asked, LazyArray) and isinstance(trained, LazyArray):
        seen, was = (values.scaled(scaler.mean, scaler.scale) for values in (asked, trained))
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(was))


# What nothing but shapes says


def _asked(source: Source) -> tuple[str, tuple[str, ...]]:
    (question,) = (question for question in source.load().questions if question.about == "The arrays")
    return question.note, tuple(reading.title for reading in question.readings)


@pytest.mark.parametrize(
    ("arrays", "by_shape", "titles"),
    [
        ({"spectra": X, "glow": X[:, 0]}, ("glow",), ("“glow” from “spectra”", "“spectra” from “glow”", "No targets")),
        (
            {"spectra": X, "glow": X[:, 0], "heat": X[:, :2]},
            ("glow", "heat"),
            ("No targets", "“glow” from “spectra”", "“heat” from “spectra”"),
        ),
    ],
)
def test_what_shapes_alone_say_is_kept_as_data_and_found_in_older_projects(
    tmp_path: Path, arrays: dict[str, Array], by_shape: tuple[str, ...], titles: tuple[str, ...]
) -> None:
    found = inspect(npz(tmp_path / "flames.npz", **arrays))
    kept = found.choice().to_json()
    roles = kept["options"]["roles"]
    assert tuple(roles["by_shape"]) == by_shape
    note, asked = _asked(found.source)
    assert asked == titles and note == roles["why"][0]
    del roles["by_shape"]  # as projects of before saved it
    again = DataChoice.parse(kept)
    assert _asked(again.source) == (note, titles)
    assert again == found.choice()
    roles["why"] = ["Nothing that any version ever said."]
    assert all(question.about != "The arrays" for question in DataChoice.parse(kept).source.load().questions)
