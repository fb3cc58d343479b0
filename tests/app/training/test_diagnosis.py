"""What is said of a training by its curves, and that shipped presets are left in peace."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.project.presets import FOLDER
from app.protocol.events import Epoch, EpochConfusion
from app.training.diagnosis import NOT_A_NUMBER, Diagnosis, diagnose, divergence
from app.training.trainer import train
from app.training.training_course import Course
from app.training.training_monitor import TrainingMonitor
from app.training.training_session import begin, resume
from graph.document import Document
from graph.network import Network
from tests.app.protocol import samples
from tests.app.training.projects import project

CURVES: Mapping[str, Any] = json.loads(Path(__file__).with_name("preset_curves.json").read_bytes())
"""Metrics of each epoch of presets, trained as they ship on one processor core."""
SILENT = sorted(CURVES.keys() - {"step_mlp"})
"""Presets that learn; the other one shows that a step has no slope to learn by."""


def epochs(train: list[float], validation: list[float], **more: list[float]) -> list[dict[str, Any]]:
    """Epochs by their losses, and other metrics of the training set."""
    return [
        {
            "epoch": number + 1,
            "train": {"loss": train[number], **{name: values[number] for name, values in more.items()}},
            "validation": {"loss": validation[number]},
        }
        for number in range(len(train))
    ]


def info_of(preset: str) -> DatasetInfo:
    """What the data of a preset offers."""
    project = json.loads((FOLDER / f"{preset}.netloom").read_bytes())
    return DataChoice.parse(project["data"]).info(None)


def sections(**plan: Any) -> dict[str, Any]:
    """Sections of a project with a plan."""
    return {"plan": plan}


def only(found: tuple[Diagnosis, ...]) -> Diagnosis:
    """The one diagnosis that there is."""
    assert len(found) == 1, found
    return found[0]


def repaired(diagnosis: Diagnosis, at: int = 0) -> Mapping[str, Any]:
    """The plan after a remedy."""
    document = Document(Network(), {})
    diagnosis.remedies[at].apply(document)
    plan = document.sections["plan"]
    assert isinstance(plan, Mapping)
    return plan


OVERFITTING = epochs([1, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02], [1.1, 0.8, 0.7, 0.75, 0.9, 1.1, 1.3, 1.5])


def test_a_validation_loss_that_rises_while_the_training_loss_falls_is_overfitting() -> None:
    found = only(diagnose(Course(OVERFITTING), sections()))
    assert found.kind == "overfitting"
    assert found.setting == "patience"
    assert found.evidence == (
        "The validation loss rose from 0.7000 (epoch 3) to 1.300, while the training loss fell from 0.4000 to 0.05000 "
        "(medians of the last 3 epochs). What helps, the most first: early stopping, weight decay, a smaller network."
    )
    assert repaired(found)["patience"] == 5
    assert repaired(found, 1)["weight_decay"] == 0.01


def test_on_few_samples_a_rise_has_to_last() -> None:
    """66 patients: the validation loss climbs by a third in 100 epochs."""
    info, data = info_of("diabetes_mlp"), {"data": json.loads((FOLDER / "diabetes_mlp.netloom").read_bytes())["data"]}
    train = [1.0, *(0.8 - 0.003 * number for number in range(100))]
    validation = [1.0, *(0.5 + 0.0017 * number for number in range(100))]
    assert diagnose(Course(epochs(train[:12], validation[:12])), data, info) == ()
    assert only(diagnose(Course(epochs(train, validation)), data, info)).kind == "overfitting"


def overfitted(spikes: tuple[int, ...]) -> list[dict[str, Any]]:
    """2,000 epochs of a network that overfits, with sudden large losses in some epochs."""
    train = [2.6e-6 + 2 * math.exp(-number / 25) for number in range(2000)]
    validation = [0.078 + 2 * math.exp(-number / 25) + 6e-5 * number for number in range(2000)]
    for at in spikes:
        train[at], validation[at] = 0.4, 0.9
    return epochs(train, validation)


@pytest.mark.parametrize("spikes", [(), (1999,), (700, 1200, 1997, 1999), (60, 1500, 1990, 1998, 1999)])
def test_single_spikes_change_no_verdict(spikes: tuple[int, ...]) -> None:
    """Also where most of the last epochs are spikes."""
    course, usual = Course(overfitted(spikes), 2000, over=True), Course(overfitted(()), 2000, over=True)
    found = only(diagnose(course, sections(), info_of("digits_mlp")))
    assert (found.kind, found.evidence) == ("overfitting", only(diagnose(usual, sections())).evidence)
    assert "(medians of the last 200 epochs)" in found.evidence


def test_a_spike_of_the_validation_loss_at_the_end_is_no_overfitting() -> None:
    rows = epochs([1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], [0.9, 0.8, 0.7, 0.71, 0.7, 0.71, 5.0])
    assert diagnose(Course(rows, 7, over=True), sections()) == ()


def swinging(seed: int = 0, number: int = 30) -> list[dict[str, Any]]:
    """Losses that jump between 1 and 8.2 from the first epoch to the last."""
    random = np.random.default_rng(seed)
    losses = np.exp(random.uniform(0, math.log(8.2), (2, number))).tolist()
    rows = epochs(*losses, accuracy=[0.6] * number)
    rows[-3]["validation"]["loss"], rows[-2]["validation"]["loss"] = 1.0, 8.2
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_a_loss_that_swings_names_the_learning_rate_and_nothing_else(seed: int) -> None:
    found = only(diagnose(Course(swinging(seed), 30, over=True), sections(learning_rate=10)))
    assert (found.kind, found.setting, found.epoch) == ("swinging", "learning_rate", 30)
    assert found.sentence == (
        "The loss swings between 1.0 and 8.2 and does not settle: the learning rate of 10 is too high."
    )
    assert repaired(found)["learning_rate"] == 0.003


def test_with_a_usual_rate_a_validation_loss_may_swing_by_itself() -> None:
    """On few validation samples it does, while the training loss falls; where both swing, a tenth of the rate helps."""
    rows = swinging()
    assert only(diagnose(Course(rows, 30), sections(learning_rate=0.002))).kind == "swinging"
    assert repaired(only(diagnose(Course(rows, 30), sections(learning_rate=0.002))))["learning_rate"] == 0.0002
    for number, row in enumerate(rows):
        row["train"]["loss"] = 3 / (1 + number)
    assert [found.kind for found in diagnose(Course(rows, 30), sections(learning_rate=0.002))] != ["swinging"]


def noisy(seed: int) -> list[float]:
    """A loss that falls, as a random walk or with noise of the batches, to some level above 0."""
    random = np.random.default_rng(seed)
    number, noise = int(random.integers(8, 60)), random.uniform(0, 0.12)
    if seed % 2:
        walk: list[float] = np.exp(np.cumsum(random.normal(-0.03, noise, number))).tolist()
        return walk
    falling = np.exp(-np.arange(number) * random.uniform(0, 0.1)) + random.uniform(0, 0.5)
    noised: list[float] = (falling * np.exp(random.normal(0, noise, number))).tolist()
    return noised


@pytest.mark.parametrize("rate", [0.003, 10])
def test_a_noisy_loss_that_falls_does_not_swing(rate: float) -> None:
    """Looked at once, at the end of training, whatever its rate."""
    for seed in range(300):
        rows = epochs(noisy(seed), noisy(seed))
        kinds = {found.kind for found in diagnose(Course(rows, len(rows), over=True), sections(learning_rate=rate))}
        assert "swinging" not in kinds, seed


def test_small_losses_and_few_epochs_are_not_said_to_swing() -> None:
    rows = swinging()
    assert diagnose(Course(rows[:7], 30), sections(learning_rate=10)) == ()
    small = [3.0, *(row["train"]["loss"] / 100 for row in rows)]
    assert "swinging" not in {one.kind for one in diagnose(Course(epochs(small, small)), sections(learning_rate=10))}


def test_early_stopping_takes_care_of_overfitting() -> None:
    assert diagnose(Course(OVERFITTING), sections(patience=5)) == ()


def test_a_validation_loss_that_only_trembles_is_not_overfitting() -> None:
    losses = [0.70, 0.72, 0.69, 0.73, 0.71, 0.74, 0.72]
    assert diagnose(Course(epochs([1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], losses)), sections()) == ()


@pytest.mark.parametrize(("rate", "optimiser", "wanted"), [(10, "adam", 0.003), (0.002, "adam", 0.0002)])
def test_a_loss_that_is_no_number_is_divergence_and_names_the_rate(rate: float, optimiser: str, wanted: float) -> None:
    reason = f"{NOT_A_NUMBER} at step 13 (epoch 1); the last good weights are kept. Lower the learning rate."
    course = Course([], 5, over=True, reason=reason)
    found = only(diagnose(course, sections(learning_rate=rate, optimiser=optimiser)))
    assert (found.kind, found.setting) == ("diverged", "learning_rate")
    assert found.evidence == f"{NOT_A_NUMBER} at step 13 (epoch 1) with a learning rate of {rate:g}."
    assert repaired(found)["learning_rate"] == pytest.approx(wanted)


def test_a_training_loss_that_grows_many_times_is_divergence() -> None:
    found = only(diagnose(Course(epochs([2.0, 9.0, 80.0], [3.0, 9.0, 90.0])), sections()))
    assert found.kind == "diverged"
    assert "grew from 2.000 to 80.00" in found.evidence


@pytest.mark.parametrize(
    ("losses", "reason", "began"),
    [
        ([2.0, 1.0, 30.0, 20.0, 900.0], "", 3),
        ([2.0, 90.0, 1.0, 1.5, 900.0], "", 5),
        ([200.0, 150.0, 620.0], "", 1),
        ([2.0, 150.0, 620.0], "", 2),
        ([2.0, 1.0], f"{NOT_A_NUMBER} at step 23 (epoch 3); the last good weights are kept.", 3),
        ([], f"{NOT_A_NUMBER} at step 2 (epoch 1); the last good weights are kept.", 1),
        ([2.0, 1.0, 0.5], "", 0),
    ],
)
def test_a_divergence_is_dated_by_the_epoch_in_which_it_began(losses: list[float], reason: str, began: int) -> None:
    course = Course(epochs(losses, losses, accuracy=[0.1] * len(losses)), 5, over=True, reason=reason)
    found = diagnose(course, sections(learning_rate=0.5), info_of("digits_mlp"))
    assert divergence(found) == began


HOT = [200.0, 150.0, 620.0, 430.0, 517.0]
"""Training losses of a classifier whose first epoch was already ruined, so that they hardly grow."""


def test_a_loss_far_above_that_of_a_guess_is_divergence() -> None:
    rows = epochs(HOT, HOT, accuracy=[0.19, 0.24, 0.16, 0.12, 0.12])
    info, plan = info_of("digits_mlp"), sections(learning_rate=10)
    for course in (Course(rows[:4], 20), Course(rows, 5, over=True)):
        assert only(diagnose(course, plan, info)).kind == "diverged"
    found = only(diagnose(Course(rows, 5, over=True), plan, info))
    assert found.evidence == "The training loss is 517.0, where a guess gives 2.303, with a learning rate of 10."
    assert repaired(found)["learning_rate"] == 0.003


def test_a_loss_that_comes_down_from_far_above_a_guess_is_waited_for() -> None:
    rows = epochs([200.0, 60.0, 20.0], [150.0, 40.0, 15.0], accuracy=[0.3, 0.5, 0.6])
    assert diagnose(Course(rows, 20), sections(), info_of("digits_mlp")) == ()


def accuracies(*values: float) -> list[dict[str, Any]]:
    """Epochs of a classifier that makes no progress but for its accuracy."""
    return epochs([2.3] * len(values), [2.3] * len(values), accuracy=list(values))


def test_a_high_learning_rate_is_said_to_learn_nothing_after_two_epochs() -> None:
    info, plan = info_of("digits_mlp"), sections(learning_rate=10)
    assert diagnose(Course(accuracies(0.1), 20), plan, info) == ()
    found = only(diagnose(Course(accuracies(0.1, 0.11), 20), plan, info))
    assert (found.kind, found.setting, found.epoch) == ("chance", "learning_rate", 2)
    assert "The learning rate is 10." in found.evidence
    assert "learning rate 0.003" in found.remedies[0].title


def test_with_a_usual_rate_chance_level_is_said_late_or_at_the_end() -> None:
    info = info_of("digits_mlp")
    few = accuracies(*[0.1] * 5)
    assert diagnose(Course(few, 20), sections(), info) == ()
    assert only(diagnose(Course(few, 20, over=True), sections(), info)).kind == "chance"
    assert only(diagnose(Course(accuracies(*[0.1] * 15), 20), sections(), info)).kind == "chance"
    assert diagnose(Course(accuracies(*[0.1] * 14, 0.5), 20), sections(), info) == ()


def test_a_regression_that_explains_nothing_is_at_chance_level() -> None:
    rows = epochs([1.0] * 4, [1.0] * 4, r2=[-0.1, 0.0, 0.01, -0.02])
    found = only(diagnose(Course(rows, 4, over=True), sections(), info_of("diabetes_mlp")))
    assert found.evidence.startswith(
        "Its best R² while training is 0.01000; 0 is what always predicting the mean gives."
    )


def lopsided_info() -> DatasetInfo:
    """Two classes, of which one is far rarer."""
    info = info_of("breast_cancer_mlp")
    return replace(info, counts=(950, 50), samples=1000)


def test_a_rare_class_that_is_not_recognised_is_said_with_its_counts() -> None:
    info = lopsided_info()
    rare = info.target_field().classes[1]
    confusion = np.array([[142, 0], [7, 1]])
    found = only(diagnose(Course(accuracies(0.95, 0.95, 0.96), 20, confusion=confusion), sections(), info))
    assert (found.kind, found.setting) == ("lopsided", "class_weights")
    assert found.evidence == f"1 of 8 validation samples of “{rare}” are recognised, at an accuracy of 95.3 %."
    assert repaired(found)["class_weights"] == "automatic"
    weighed = sections(class_weights="automatic")
    assert diagnose(Course(accuracies(0.95, 0.95, 0.97), 20, confusion=confusion), weighed, info) == ()


def test_a_monitor_says_each_thing_once_and_forgets_what_a_resumed_run_takes_back() -> None:
    monitor = TrainingMonitor(sections(), None)
    monitor.take(samples.started(epochs=8))
    told = [diagnosis.kind for event in overfitting_events() for diagnosis in monitor.take(event)]
    assert told == ["overfitting"]
    monitor.take(samples.started(epochs=8, step=30))
    assert monitor.found == ()


def overfitting_events() -> list[Epoch]:
    return [
        samples.epoch(epoch=row["epoch"], step=10 * row["epoch"], train=row["train"], validation=row["validation"])
        for row in OVERFITTING
    ]


def test_a_confusion_matrix_tells_the_classes_where_the_data_does_not() -> None:
    info = replace(info_of("digits_mlp"), counts=())
    monitor = TrainingMonitor(sections(learning_rate=10), info)
    monitor.take(samples.started())
    counts = np.zeros((10, 10), np.int64)
    counts[:, 3], counts[3, 3] = 10, 40
    monitor.take(EpochConfusion(1, tuple("0123456789"), counts))
    rows = [samples.epoch(epoch=number, train={"loss": 2.3, "accuracy": 0.3}) for number in (1, 2)]
    found = [diagnosis for row in rows for diagnosis in monitor.take(row)]
    assert only(tuple(found)).evidence.startswith("Its best accuracy while training is 30.0 %; always “3” would be")


def test_an_unreadable_plan_says_nothing() -> None:
    assert diagnose(Course(OVERFITTING), {"plan": {"epochs": "many"}}) == ()


STRAIGHT = epochs([1 - 0.019 * number for number in range(20)], [1.1 - 0.018 * number for number in range(20)])


def test_a_network_whose_loss_falls_to_the_end_needs_more_epochs_and_its_run_goes_on_with_them() -> None:
    assert diagnose(Course(STRAIGHT, 20), sections(epochs=20)) == ()  # while it is trained nothing is to be said
    found = only(diagnose(Course(STRAIGHT, 20, over=True), sections(epochs=20)))
    assert (found.kind, found.setting, found.epoch, found.goes_on) == ("still_falling", "epochs", 20, True)
    assert found.text == (
        "Still falling: the network needs more epochs. The best epoch was the last: in the last 5 epochs the "
        "validation loss fell from 0.8480 to 0.7580, about as fast as before."
    )
    assert found.remedies[0].title == "Train 20 more epochs" and repaired(found)["epochs"] == 40


def test_a_schedule_that_has_come_to_its_end_begins_anew_with_more_epochs() -> None:
    found = only(diagnose(Course(STRAIGHT, 20, over=True), sections(epochs=20, schedule="cosine")))
    assert not found.goes_on and found.remedies[0].title == "Train for 40 epochs from the start"


@pytest.mark.parametrize(
    ("course", "plan"),
    [
        (Course(STRAIGHT[:12], 20, over=True), {}),
        (Course(STRAIGHT, 20, over=True, reason="The disk is full."), {}),
        (Course(STRAIGHT, 20, over=True), {"objective": "gan"}),
        (Course(STRAIGHT[:2], 2, over=True), {}),
    ],
    ids=["stopped by hand", "failed", "losses that need not fall", "two epochs"],
)
def test_where_more_epochs_are_no_answer_none_are_asked_for(course: Course, plan: dict[str, Any]) -> None:
    assert "still_falling" not in {found.kind for found in diagnose(course, sections(epochs=20, **plan))}


@pytest.mark.parametrize("preset", SILENT)
def test_presets_that_learn_are_left_in_peace(preset: str) -> None:
    """Looked at after every epoch, and at the end."""
    project = json.loads((FOLDER / f"{preset}.netloom").read_bytes())
    rows, info = stored(preset), info_of(preset)
    for known in (info, replace(info, counts=())):
        looks = [Course(rows[:number], len(rows)) for number in range(1, len(rows) + 1)]
        assert [
            found for look in [*looks, Course(rows, len(rows), over=True)] for found in diagnose(look, project, known)
        ] == []


def stored(preset: str) -> list[dict[str, Any]]:
    """The epochs of a preset as its curves tell them."""
    columns = CURVES[preset]
    return [
        {
            "epoch": number + 1,
            **{
                part: {name: values[number] for name, values in columns[part].items() if not math.isnan(values[number])}
                for part in ("train", "validation")
            },
        }
        for number in range(len(columns["train"]["loss"]))
    ]


def test_a_network_without_slope_is_told_that_it_learns_nothing() -> None:
    rows = stored("step_mlp")
    project = json.loads((FOLDER / "step_mlp.netloom").read_bytes())
    assert only(diagnose(Course(rows, len(rows), over=True), project, info_of("step_mlp"))).kind == "chance"


def test_of_many_epochs_only_some_are_followed_by_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of short epochs cost no more each than hundreds do."""
    looks = 0

    def look(self: TrainingMonitor) -> tuple[Diagnosis, ...]:
        nonlocal looks
        looks += 1
        return ()

    monkeypatch.setattr(TrainingMonitor, "_look", look)
    monitor = TrainingMonitor(sections(), None)
    for number in range(1, 5001):
        monitor.take(samples.epoch(epoch=number, step=number))
    assert looks < 1000
    monitor.take(samples.finished())
    assert looks < 1001


def with_rates(*rates: float) -> list[dict[str, Any]]:
    """Epochs with these learning rates."""
    falling = [1.0 / (at + 1) for at in range(len(rates))]
    learned = zip(epochs(falling, falling), rates, strict=True)
    return [{**epoch, "learning_rate": rate} for epoch, rate in learned]


@pytest.mark.parametrize(
    ("schedule", "rates", "told"),
    [
        ("one_cycle", (4e-5, 1e-3, 1.2e-8, 1.9e-4), True),
        ("one_cycle", (4e-5, 1e-3, 5e-4, 1.2e-8), False),
        ("cosine", (1e-3, 5e-4, 2e-5, 4e-4), True),
        ("cosine", (1e-3, 5e-4, 2e-5, 1e-5), False),
        ("constant", (1e-3, 1e-8, 1e-3), False),
    ],
)
def test_a_cycle_that_begins_again_as_a_run_goes_on_is_told(
    schedule: str, rates: tuple[float, ...], told: bool
) -> None:
    found = diagnose(Course(with_rates(*rates), len(rates)), sections(schedule=schedule))
    assert [one.kind for one in found] == (["second_cycle"] if told else [])
    if told:
        assert "rose" in found[0].text and "after epoch 3" in found[0].text
        assert repaired(found[0])["epochs"] == len(rates)


def test_a_run_of_one_cycle_that_goes_on_says_so(tmp_path: Path) -> None:
    session = begin(project(epochs=2, schedule="one_cycle"), None, tmp_path / "run")
    for _ in train(session):
        pass
    going_on = resume(session.run.path, 4)
    monitor = TrainingMonitor.of(session.run, resumed=True)
    told = [one.kind for event in train(going_on) for one in monitor.take(event)]
    assert "second_cycle" in told
