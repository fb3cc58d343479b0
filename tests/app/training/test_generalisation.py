"""A network that does worse on its test set is told so where chance does not explain it, and few samples are said."""

from __future__ import annotations

import pytest

from app.training.diagnosis import diagnose
from app.training.generalisation import caution, gap
from app.training.training_course import Course
from tests.app.training.test_diagnosis import OVERFITTING, epochs, only, sections

FLAT = epochs([900.0] * 8, [2000.0] * 8)


def test_a_gap_of_half_is_told_with_its_numbers() -> None:
    course = Course(FLAT, 8, over=True, kept={"rmse": 29.8}, test={"loss": 2199.6, "rmse": 46.9}, test_samples=9)
    found = only(diagnose(course, sections()))
    assert (found.kind, found.setting, found.epoch) == ("gap", "weight_decay", 8)
    assert found.text == (
        "The network does worse on new samples. "
        "The RMSE is 46.9 on 9 test samples, 1.57 times the 29.8 on the training set."
    )
    assert [fix.title for fix in found.remedies] == ["Use weight decay"]
    assert only(diagnose(course, sections(weight_decay=0.1))).remedies == ()


def test_where_it_overfits_or_learns_nothing_that_is_said_instead() -> None:
    course = Course(OVERFITTING, 8, over=True, kept={"accuracy": 1.0}, test={"accuracy": 0.5}, test_samples=200)
    assert only(diagnose(course, sections())).kind == "overfitting"


@pytest.mark.parametrize(
    ("train", "test", "samples", "told"),
    [
        ({"rmse": 29.8}, {"rmse": 46.9}, 9, True),
        ({"rmse": 29.8}, {"rmse": 46.9}, 4, False),  # by 4 samples the RMSE may be 28.1
        ({"rmse": 29.8}, {"rmse": 37.0}, 10_000, False),  # sure, and small
        ({"rmse": 29.8}, {"rmse": 46.9}, None, False),
        ({"accuracy": 0.99}, {"accuracy": 0.7}, 200, True),
        ({"accuracy": 0.99}, {"accuracy": 8 / 9}, 9, False),  # in 9 of 100 cases one of 9 is wrong
        ({"accuracy": 1.0}, {"accuracy": 7 / 9}, 9, False),
        ({"accuracy": 1.0}, {"accuracy": 5 / 9}, 9, True),
        ({"accuracy": 0.99}, {"accuracy": 0.93}, 10_000, False),
        ({"accuracy": 0.7}, {"accuracy": 0.99}, 200, False),  # with dropout training is the harder part
        ({"power.rmse": 1.0}, {"power.rmse": 2.0}, 100, True),
        ({"loss": 0.1}, {"loss": 3.0}, 100, False),
        ({}, {"rmse": 46.9}, 9, False),
        ({"rmse": 0.0}, {"rmse": 46.9}, 9, False),
    ],
)
def test_a_gap_is_large_and_larger_than_chance(
    train: dict[str, float], test: dict[str, float], samples: int | None, told: bool
) -> None:
    assert bool(gap(train, test, samples)) == told


def test_few_test_samples_are_a_caution_with_its_evidence() -> None:
    assert caution({"loss": 2200.0, "rmse": 46.9}, 9) == (
        "By 9 test samples, the RMSE on all such samples lies between 32.3 and 86.0 (95 % interval)."
    )
    assert caution({"accuracy": 8 / 9}, 9).startswith("8 of 9 test samples are right.")
    assert caution({"accuracy": 0.5}, 9) == caution({"loss": 1.0}, 9) == "There are only 9 test samples."
    assert caution({"rmse": 46.9}, 30) == caution({"rmse": 46.9}, None) == caution({}, 9) == ""
