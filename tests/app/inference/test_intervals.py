"""Intervals round predicted amounts: as wide as the errors on the validation set say, in the data's own units."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from app.data.dataset import Array
from app.data.prepare import Part
from app.inference.intervals import Interval, gives_amounts, intervals, too_few
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import read_project


@pytest.fixture(scope="module")
def diabetes() -> Model:
    """A network for amounts that nobody has trained."""
    return Model.build(read_project(Path("presets/diabetes_mlp.netloom")))


def errors(model: Model, part: Part) -> Array:
    """How far off the network is (n,), in own units."""
    [head] = model.objective.heads
    [said] = model.predict(model.feed(part))
    own = model.prepared.undo(head.field.name, said)
    return np.asarray(np.abs(own - model.prepared.own_values(head.field.name, part.indices))[:, 0])


def test_the_interval_is_as_wide_as_the_error_of_its_rank(diabetes: Model) -> None:
    [interval] = intervals(diabetes, 0.9).values()
    found = np.sort(errors(diabetes, diabetes.prepared.validation))
    rank = math.ceil((len(found) + 1) * 0.9)
    assert interval.width[0] == pytest.approx(found[rank - 1], rel=1e-5)
    assert interval.samples == len(found) and "90.0 % of new samples" in interval.sentence
    said = interval.of([100.0])
    assert said["low"][0] == pytest.approx(100 - interval.width[0])
    assert said["high"][0] == pytest.approx(100 + interval.width[0])


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9])
def test_about_so_many_samples_that_were_never_seen_lie_within(diabetes: Model, share: float) -> None:
    [interval] = intervals(diabetes, share).values()
    others = np.concatenate([errors(diabetes, part) for part in (diabetes.prepared.train, diabetes.prepared.test)])
    assert float((others <= interval.width[0]).mean()) == pytest.approx(share, abs=0.12)


def test_ranks_are_not_moved_by_how_numbers_are_kept(diabetes: Model) -> None:
    """Nine tenths of (9 + 1) errors is the ninth, which nine samples have; eight have none."""
    width = np.array([1.0])
    assert Interval(0.9, width, 9).of([2.0]) == {"share": 0.9, "low": [1.0], "high": [3.0]}
    samples = diabetes.prepared.validation.samples
    most = samples / (samples + 1)
    assert not too_few(diabetes, most)
    assert f"this run has {samples}" in too_few(diabetes, most + 1e-3)
    with pytest.raises(ValueError, match="no interval"):
        intervals(diabetes, most + 1e-3)


def test_what_is_no_amount_has_none() -> None:
    model = Model.build(read_project(Path("presets/iris_mlp.netloom")))
    assert not gives_amounts(model.objective.heads[0])
    with pytest.raises(NetloomError, match="predicts none"):
        intervals(model, 0.9)
