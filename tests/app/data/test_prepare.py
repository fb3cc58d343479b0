"""Preparation: what is measured is measured on the training set, and nothing is left to chance."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import Dataset
from app.data.prepare import Prepared, prepare
from app.data.sources.bundled import Diabetes
from graph.errors import NetloomError


def test_arrays_are_ready_for_training() -> None:
    prepared = prepare(DataChoice.of("digits"))
    for part in prepared.parts.values():
        assert part.arrays["image"].dtype == np.float32
        assert part.arrays["digit"].dtype == np.int64
        assert all(values.flags.c_contiguous and len(values) == part.samples for values in part.arrays.values())
        np.testing.assert_array_equal(part.arrays["digit"], prepared.dataset.target_field().values[part.indices])


def test_a_regression_target_is_standardised_and_comes_back() -> None:
    prepared = prepare(DataChoice.of("diabetes"))
    scaled = prepared.train.arrays["progression"]
    assert abs(float(scaled.mean())) < 1e-5 and float(scaled.std()) == pytest.approx(1.0, abs=1e-5)
    raw = prepared.dataset.target_field().values[prepared.train.indices]
    np.testing.assert_allclose(prepared.undo("progression", np.asarray(scaled)), raw, rtol=1e-5)
    labels = prepare(DataChoice.of("iris")).train.arrays["species"]
    np.testing.assert_array_equal(prepare(DataChoice.of("iris")).undo("species", np.asarray(labels)), labels)


def test_standardising_can_be_turned_off() -> None:
    prepared = prepare(DataChoice.parse({"source": "diabetes", "standardise": False}))
    assert prepared.scalers == {}
    raw = prepared.dataset.input_field().values[prepared.test.indices]
    np.testing.assert_array_equal(prepared.test.arrays["measurements"], raw)


class Shaken(Diabetes):
    """Diabetes whose samples outside the training set are altered beyond recognition."""

    def load(self, base: Path | None = None) -> Dataset:
        loaded = super().load(base)
        keep = np.zeros(loaded.samples, dtype=bool)
        keep[prepare(DataChoice.of("diabetes")).train.indices] = True
        fields = {
            name: replace(field, values=np.where(keep[:, None], field.values, 1e4).astype(np.float32))
            for name, field in loaded.fields.items()
        }
        return replace(loaded, fields=fields)


def test_scalers_see_the_training_part_only() -> None:
    plain, shaken = prepare(DataChoice.of("diabetes")), prepare(DataChoice(source=Shaken()))
    assert not np.array_equal(plain.test.arrays["measurements"], shaken.test.arrays["measurements"])
    for name, scaler in plain.scalers.items():
        np.testing.assert_array_equal(scaler.mean, shaken.scalers[name].mean)
        np.testing.assert_array_equal(scaler.scale, shaken.scalers[name].scale)
        np.testing.assert_array_equal(plain.train.arrays[name], shaken.train.arrays[name])


class Holed(Diabetes):
    """Diabetes with a missing first measurement in every fifth row."""

    def load(self, base: Path | None = None) -> Dataset:
        loaded = super().load(base)
        values = loaded.input_field().values.copy()
        values[::5, 0] = np.nan
        return replace(loaded, fields={**loaded.fields, "measurements": replace(loaded.input_field(), values=values)})


def test_missing_values_get_the_training_median() -> None:
    prepared = prepare(DataChoice(source=Holed(), standardise=False))
    ages = prepared.dataset.input_field().values[:, 0]
    median = np.nanmedian(ages[prepared.train.indices])
    for part in prepared.parts.values():
        missing = np.isnan(ages[part.indices])
        assert missing.any()
        np.testing.assert_array_equal(part.arrays["measurements"][missing, 0], median)


@pytest.mark.parametrize("kind", ["digits", "spirals", "sine"])
def test_the_same_choice_gives_the_same_arrays(kind: str) -> None:
    one, again = prepare(DataChoice.of(kind)), prepare(DataChoice.of(kind))
    assert one.fingerprint() == again.fingerprint()
    for name, part in one.parts.items():
        for field, values in part.arrays.items():
            np.testing.assert_array_equal(values, again.parts[name].arrays[field])


def variants() -> list[dict[str, Any]]:
    return [
        {"source": "spirals"},
        {"source": "spirals", "options": {"seed": 1}},
        {"source": "spirals", "split": {"seed": 1}},
        {"source": "spirals", "standardise": False},
        {"source": "circles"},
    ]


def test_different_data_have_different_fingerprints() -> None:
    prints = {prepare(DataChoice.parse(section)).fingerprint() for section in variants()}
    assert len(prints) == len(variants())


def test_shapes_are_those_of_the_fields() -> None:
    prepared: Prepared = prepare(DataChoice.of("seasons", window=24, horizon=6))
    assert {name: str(shape) for name, shape in prepared.shapes.items()} == {"window": "24 × 1", "next": "6"}


class Huge(Diabetes):
    """Diabetes with a value that 32-bit numbers cannot hold."""

    def load(self, base: Path | None = None) -> Dataset:
        loaded = super().load(base)
        values = loaded.input_field().values.copy()
        values[0, 0] = np.inf
        return replace(loaded, fields={**loaded.fields, "measurements": replace(loaded.input_field(), values=values)})


def test_infinite_values_never_reach_training() -> None:
    with pytest.raises(NetloomError, match="too large"), np.errstate(all="ignore"):
        prepare(DataChoice(source=Huge()))
