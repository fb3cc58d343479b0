"""A network that does worse on its test set is told so where chance does not explain it, and few samples are said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.data.data_choice import DataChoice
from app.training.diagnosis import diagnose
from app.training.generalisation import caution, gap
from app.training.training_course import Course
from graph.document import Document
from graph.network import Network
from tests.app.training.test_diagnosis import OVERFITTING, epochs, info_of, only, sections

FLAT = epochs([900.0] * 8, [2000.0] * 8)


def test_a_gap_of_half_is_told_with_its_numbers() -> None:
    course = Course(FLAT, 8, over=True, kept={"rmse": 29.8}, test={"loss": 2199.6, "rmse": 46.9}, test_samples=9)
    found = only(diagnose(course, sections()))
    assert (found.kind, found.setting, found.epoch) == ("gap", "weight_decay", 8)
    assert found.text == (
        "The network overfits: it does worse on new samples. "
        "The RMSE is 46.9 on 9 test samples, 1.57 times the 29.8 on the training set. "
        "What helps, the most first: weight decay, a smaller network."
    )
    assert [fix.title for fix in found.remedies] == ["Use weight decay"]
    after = only(diagnose(course, sections(weight_decay=0.1)))
    assert after.remedies == () and "No setting is left that usually helps: gather more samples" in after.text


LITTLE = {"train": 90, "validation": 854, "test": 853}
FEW_TO_LEARN = {"train": 0.05, "validation": 0.475, "test": 0.475}
CALM = epochs([0.2] * 8, [0.4] * 8)
SCARCE = Course(CALM, 8, over=True, kept={"accuracy": 1.0}, test={"accuracy": 0.873}, test_samples=853, parts=LITTLE)


def test_more_training_data_is_the_first_cure_and_after_each_the_next_is_offered() -> None:
    """A small share to train on, as a student sets it, and then one cure after another."""
    course, data = SCARCE, {"source": "digits", "split": FEW_TO_LEARN}
    document = Document(Network(), {"data": data, "plan": {}})
    told = []
    for _ in range(3):
        found = only(diagnose(course, document.sections, info_of("digits_mlp")))
        told.append(found.remedies[0].title)
        found.remedies[0].apply(document)
        course = replace(course, parts={"train": 1258, "validation": 270, "test": 269})
    assert told == ["Train on 70 % of the samples", "Shift the pictures a little", "Use weight decay"]
    choice = DataChoice.parse(document.sections["data"])
    assert (choice.split.train, choice.split.test, choice.augment.shift) == (0.7, 0.15, 0.1)
    last = only(diagnose(course, document.sections, info_of("digits_mlp")))
    assert (last.remedies, last.setting) == ((), "") and "No setting is left" in last.text


def test_the_small_share_is_named() -> None:
    data = {"source": "digits", "split": FEW_TO_LEARN}
    text = only(diagnose(SCARCE, {"data": data})).text
    assert "more training data (it has only 90 samples of 1,797, 5 %), weight decay" in text


def test_a_test_score_that_the_validation_set_does_not_confirm_may_be_chance() -> None:
    """30 test samples, of which 23 are right, beside 28 of 30 of the validation set."""
    parts = {"train": 140, "validation": 30, "test": 30}
    tested = {"accuracy": 23 / 30}
    course = Course(CALM, 8, over=True, kept={"accuracy": 0.921}, test=tested, test_samples=30, parts=parts)
    course = replace(course, judged={"accuracy": 28 / 30})
    found = only(diagnose(course, sections()))
    assert (found.kind, found.setting, found.remedies) == ("few_tested", "", ())
    assert "76.7 % on 30 test samples, but 93.3 % on 30 validation samples" in found.text and "chance" in found.text
    sure = replace(course, judged={"accuracy": 22 / 30})
    assert only(diagnose(sure, sections())).kind == "gap", "both sets say the same"


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
