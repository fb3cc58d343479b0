"""Whether a difference of two runs may be chance, in words, by numbers that were worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.protocol.evaluation_values import Evaluation
from app.protocol.messages import Array
from tests.widgets.training.finished_run import evaluation
from widgets.training.run_changes import test_change as change_of_test
from widgets.training.run_entries import RunEntry
from widgets.training.score_chance import better_run, by_counts, by_samples, how_sure


def entry(samples: int | None, score: float, metric: str = "accuracy", created: str = "1") -> RunEntry:
    """A run that was tested."""
    about = Path(created), "", created, "completed", 1, 1, metric, None, score
    return RunEntry(*about, tested={metric: score}, test_samples=samples)


def test_the_same_difference_is_chance_on_few_samples_and_none_on_many() -> None:
    few = by_counts("accuracy", entry(360, 342 / 360), entry(360, 345 / 360))
    assert few is not None and few.words == "may be chance on 360 samples"
    # Wilson: 345 of 360 is 0.9324 to 0.9746, 342 of 360 is 0.9224 to 0.9681. Newcombe: the root of 0.0259² + 0.0181²
    # below 0.0083, and the root of 0.0163² + 0.0276² above it.
    assert "between −2.3 and +4.0 points" in few.reason
    many = by_counts("accuracy", entry(36_000, 34_200 / 36_000), entry(36_000, 34_500 / 36_000))
    assert many is not None and many.words == "hardly chance on 36,000 samples"
    other = by_counts("accuracy", entry(270, 0.9), entry(360, 0.9))
    assert other is not None and other.words == "may be chance on 270 and 360 samples"


def test_a_score_of_few_samples_says_how_little_it_says() -> None:
    # Wilson: 8 of 9 is 0.5650 to 0.9801.
    assert how_sure(entry(9, 8 / 9)).startswith("8 of 9 test samples are right.")
    assert "between 57 % and 98 %" in how_sure(entry(9, 8 / 9))
    assert how_sure(entry(9, 0.5)) == how_sure(entry(None, 1.0)) == how_sure(entry(9, 1.0, "mae")) == ""
    assert "the RMSE on all such samples lies between 32.3 and 86.0" in how_sure(entry(9, 46.9, "rmse"))


@pytest.mark.parametrize(
    ("metric", "samples", "scores"),
    [
        ("accuracy", None, (0.5, 0.6)),
        ("accuracy", 270, (0.51234, 0.6)),  # of pixels or labels: no whole number of samples
        ("rmse", 270, (1.0, 2.0)),
        ("token_accuracy", 100, (0.5, 0.6)),
        ("loss", 100, (1.0, 2.0)),
    ],
)
def test_nothing_is_said_where_samples_are_not_counted(
    metric: str, samples: int | None, scores: tuple[float, float]
) -> None:
    old, new = (entry(samples, score, metric) for score in scores)
    assert by_counts(metric, old, new) is None


def test_samples_that_one_run_alone_has_right_decide() -> None:
    true = np.zeros(100, np.int64)
    old, new = np.zeros(100, np.int64), np.zeros(100, np.int64)
    old[:9], new[9:15] = 1, 1  # 9 are right in the new run alone, 6 in the old
    both = (
        evaluation("classification", "accuracy", 0.91, true, old),
        evaluation("classification", "accuracy", 0.94, true, new),
    )
    verdict = by_samples("accuracy", *both)
    assert verdict is not None and verdict.words == "may be chance on 100 samples"
    assert "9 are right in the newer run alone, 6 in the older" in verdict.reason
    assert "in 61 of 100 tries" in verdict.reason
    elsewhere = evaluation("classification", "accuracy", 0.94, true, new, first=1)
    assert by_samples("accuracy", both[0], elsewhere) is None, "other samples"
    part = evaluation("classification", "accuracy", 0.95, true, new)
    assert by_samples("accuracy", both[0], part) is None, "not all are listed"


def test_errors_of_numbers_are_held_against_each_other_sample_by_sample() -> None:
    true = np.zeros((6, 1), np.float32)
    old = np.full((6, 1), 2.0, np.float32)
    new = np.array([[1.0], [1.1], [0.9], [1.0], [1.2], [0.8]], np.float32)
    runs = evaluation("regression", "mae", 2.0, true, old), evaluation("regression", "mae", 1.0, true, new)
    verdict = by_samples("mae", *runs)
    # The differences are -1 in the mean, their deviation is 0.1414, so that t gives 2.5706 * 0.1414 / sqrt(6) = 0.148.
    assert verdict is not None and verdict.words == "hardly chance on 6 samples"
    assert "smaller in the newer run for 6 of the 6" in verdict.reason and "−1.148 to −0.851" in verdict.reason
    swinging = np.array([[3.0], [1.0], [3.0], [1.0], [3.0], [1.2]], np.float32)
    unsure = evaluation("regression", "mae", float(swinging.mean()), true, swinging)
    found = by_samples("mae", runs[0], unsure)
    assert found is not None and found.chance
    root = evaluation("regression", "rmse", 2.0, true, old), evaluation("regression", "rmse", 1.0083, true, new)
    squared = by_samples("rmse", *root)
    assert squared is not None and not squared.chance


def losses(values: Array, loss: str = "cross_entropy", mean: float | None = None) -> Evaluation:
    """A test whose samples have these losses."""
    true = np.zeros(len(values), np.int64)
    tested = evaluation("classification", "loss", float(values.mean()) if mean is None else mean, true, true)
    return replace(tested, losses=values.astype(np.float32), loss=loss)


def test_losses_are_held_against_each_other_sample_by_sample() -> None:
    old = np.linspace(0.1, 2.0, 100)
    steady = by_samples("loss", losses(old), losses(old - 0.01))
    assert steady is not None and not steady.chance, "small, yet of every sample"
    assert steady.reason.startswith("The loss is smaller in the newer run for 100 of the 100 test samples.")
    swinging = by_samples("loss", losses(old), losses(old - 0.01 + np.where(np.arange(100) % 2, 0.2, -0.2)))
    assert swinging is not None and swinging.words == "may be chance on 100 samples"
    assert "by −0.04988 to +0.02988" in swinging.reason  # Student: 0.2010 * 1.9842 / 10 on either side of -0.01


def test_losses_of_two_kinds_and_weighted_ones_are_not_judged() -> None:
    values = np.linspace(0.1, 2.0, 100)
    assert by_samples("loss", losses(values), losses(values, "mse")) is None
    assert by_samples("loss", losses(values), losses(values, mean=3.0)) is None, "no mean over samples"
    assert by_samples("loss", losses(values), replace(losses(values), losses=None)) is None


def test_the_list_tells_it_of_the_run_before() -> None:
    runs = [entry(360, 0.95, created="1"), entry(360, 345 / 360, created="2"), entry(360, 345 / 360, created="3")]
    assert change_of_test(runs, runs[0]) == ""
    assert change_of_test(runs, runs[1]) == "Test: +0.8 points against the run before, may be chance on 360 samples"
    assert change_of_test(runs, runs[2]) == "Test: same against the run before"


def test_a_better_run_is_named_with_whether_that_may_be_chance() -> None:
    own, little, much = entry(449, 438 / 449), entry(449, 441 / 449), entry(2000, 0.995)
    little, much = replace(little, name="own  23:27"), replace(much, name="own  23:20")
    assert better_run(own, [own, little]) == (
        "Run “own 23:27” has a better test score, 98.2 %; that may be chance on 449 samples."
    )
    assert "own 23:20" in better_run(own, [little, much]) and "hardly chance" in better_run(own, [much])
    assert better_run(much, [own, little]) == ""
    assert better_run(own, [replace(much, metric="rmse")]) == "", "another metric says nothing of this one"
