"""Standardising: mean 0 and deviation 1 where it was fitted, and undone without loss."""

import json

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data import transforms
from app.data.dataset import Array
from app.data.transforms import Standardise, filled, medians
from graph.shapes import Shape, image, sequence, vector, video


def sizes_of(shape: Shape) -> tuple[int, ...]:
    return tuple(size or 1 for size in shape.sizes)


SHAPES = [vector(3), sequence(4, 2), image(3, 2, 5), video(2, 3, 4, 2)]


@given(st.sampled_from(SHAPES), st.data())
def test_undo_takes_apply_back(shape: Shape, data: st.DataObject) -> None:
    samples = data.draw(st.integers(1, 12))
    values = data.draw(hnp.arrays(np.float32, (samples, *sizes_of(shape)), elements=st.floats(-1e6, 1e6, width=32)))
    scaler = Standardise.fit(values, shape)
    spread = max(1.0, float(np.abs(values).max()))
    np.testing.assert_allclose(scaler.undo(scaler.apply(values)), values, atol=1e-5 * spread)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_each_feature_or_channel_gets_mean_0_and_deviation_1(shape: Shape) -> None:
    values = np.random.default_rng(0).normal(5.0, 3.0, (200, *sizes_of(shape))).astype(np.float32)
    scaled = Standardise.fit(values, shape).apply(values)
    columns = transforms.per_feature(scaled, shape)
    assert columns.shape[1] == shape.features == len(Standardise.fit(values, shape).mean)
    np.testing.assert_allclose(columns.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(columns.std(axis=0), 1.0, atol=1e-5)
    assert scaled.dtype == np.float32


def test_working_in_pieces_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(97, 3, 4, 4)).astype(np.float32)
    whole = Standardise.fit(values, image(3, 4, 4))
    monkeypatch.setattr(transforms, "CHUNK", 100)
    pieces = Standardise.fit(values, image(3, 4, 4))
    np.testing.assert_allclose(pieces.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(pieces.scale, whole.scale, rtol=1e-12)
    np.testing.assert_array_equal(
        whole.apply(values), ((values - whole.mean[:, None, None]) / whole.scale[:, None, None]).astype(np.float32)
    )


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e6])
def test_a_feature_that_never_changes_is_left_at_0(constant: float) -> None:
    values = np.full((50, 2), constant, dtype=np.float32)
    scaler = Standardise.fit(values, vector(2))
    np.testing.assert_array_equal(scaler.scale, [1.0, 1.0])
    np.testing.assert_allclose(scaler.apply(values), 0.0, atol=1e-3)


def test_json_is_exact() -> None:
    values = np.random.default_rng(1).normal(size=(10, 3)).astype(np.float32)
    scaler = Standardise.fit(values, vector(3))
    again = Standardise.from_json(json.loads(json.dumps(scaler.to_json())))
    assert again.shape == scaler.shape
    np.testing.assert_array_equal(again.apply(values), scaler.apply(values))


def test_missing_values_become_the_median_of_their_feature() -> None:
    nan = float("nan")
    values: Array = np.array([[1, nan, nan], [2, 5, nan], [9, 7, nan]], dtype=np.float32)
    fill = medians(values, vector(3))
    np.testing.assert_array_equal(fill, [2, 6, 0])
    np.testing.assert_array_equal(filled(values, vector(3), fill), [[1, 6, 0], [2, 5, 0], [9, 7, 0]])
