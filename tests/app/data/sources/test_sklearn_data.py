"""The files of scikit-learn say, read without it, what its own loaders say."""

from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets

from app.data.source_catalogue import source
from app.data.sources import sklearn_data
from app.data.sources.sklearn_data import read_digits, read_table
from graph.errors import NetloomError


def test_digits_are_those_of_the_loader() -> None:
    bunch = sklearn.datasets.load_digits()
    pictures, digits = read_digits()
    assert (pictures.dtype, digits.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(pictures, (bunch.images / 16.0).astype(np.float32))
    np.testing.assert_array_equal(digits, bunch.target)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_classes_and_measurements_are_those_of_the_loader(name: str) -> None:
    bunch = getattr(sklearn.datasets, f"load_{name}")()
    dataset = source(name)().load()
    np.testing.assert_array_equal(dataset.input_field().values, bunch.data.astype(np.float32))
    np.testing.assert_array_equal(dataset.target_field().values, bunch.target)
    assert dataset.target_field().values.dtype == np.int64


def test_diabetes_is_that_of_the_loader_in_its_own_units() -> None:
    bunch = sklearn.datasets.load_diabetes(scaled=False)
    dataset = source("diabetes")().load()
    np.testing.assert_array_equal(dataset.input_field().values, bunch.data.astype(np.float32))
    np.testing.assert_array_equal(dataset.target_field().values, bunch.target.astype(np.float32)[:, None])


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sklearn_data, "_folder", lambda: tmp_path)
    with pytest.raises(NetloomError, match=r"has no file iris\.csv here"):
        read_table("iris.csv")


def test_without_scikit_learn_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sklearn_data, "find_spec", lambda name: None)
    with pytest.raises(NetloomError, match="scikit-learn is missing"):
        read_digits()
