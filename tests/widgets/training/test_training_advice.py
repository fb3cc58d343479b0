"""What the training panel says of a training that goes wrong, and of settings that are changed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.protocol.events import MOST_CLASSES, EpochConfusion
from app.training.plan import Plan
from app.training.plan_problems import plan_problems
from app.training.run_labels import ProjectKey
from graph.document import Document
from tests.app.protocol import samples
from tests.widgets.training.advice_scene import OVERFITTING, Scene, epochs_of
from tests.widgets.training.conftest import MakeController
from tests.widgets.training.finished_run import write_events
from widgets.fields.warning_mark import WarningMark
from widgets.look.theme import ThemeSource
from widgets.training.training_advice import changes
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State


def set_plan(document: Document, **values: Any) -> None:
    with document.transaction("Set"):
        document.set_section("plan", Plan.parse(document.sections["plan"]).changed(**values).to_json())  # type: ignore[arg-type]


def test_overfitting_is_said_while_it_happens_and_can_be_stopped_there(scene: Scene, qtbot: QtBot) -> None:
    scene.begin()
    scene.epochs(OVERFITTING[:4])
    assert scene.panel.notice.text == ""
    scene.epochs(OVERFITTING)
    assert scene.panel.notice.text.startswith("The network overfits. The validation loss rose from 0.7000 (epoch 3)")
    assert scene.buttons() == ["Stop here", "Use early stopping and train again", "Dismiss"]
    assert scene.mark("patience").startswith("The network overfits.")
    scene.press(qtbot, "Stop here")
    assert scene.controller.state is State.STOPPING
    scene.say(samples.finished(status="stopped"))
    assert scene.buttons()[0] == "Use early stopping and train again"


def test_a_loss_that_still_falls_at_the_end_is_trained_on_by_a_click(scene: Scene, qtbot: QtBot) -> None:
    set_plan(scene.document, epochs=20)
    wanted = QSignalSpy(scene.panel.advice.more_wanted)
    scene.begin(epochs=20)
    losses = [(1 - 0.02 * number, 1.1 - 0.02 * number) for number in range(20)]
    scene.epochs(losses)
    scene.log_epochs(losses)
    assert scene.panel.notice.text == ""  # there may be more epochs to come
    scene.say(samples.finished())
    assert scene.panel.notice.text.startswith("Still falling: the network needs more epochs.")
    assert scene.buttons()[0] == "Train 20 more epochs" and "Still falling" in scene.mark("epochs")
    assert scene.panel.strip.overfitting.text() == "still falling: more epochs may help"
    scene.press(qtbot, "Train 20 more epochs")
    wanted.at(0)[0].apply(scene.document)
    assert Plan.parse(scene.document.sections["plan"]).epochs == 40  # type: ignore[arg-type]
    assert scene.mark("epochs") == ""


def test_what_was_dismissed_is_said_once_more_only_at_the_end(scene: Scene, qtbot: QtBot) -> None:
    scene.begin()
    scene.epochs(OVERFITTING)
    scene.press(qtbot, "Dismiss")
    scene.epochs(OVERFITTING)
    assert scene.panel.notice.text == ""
    scene.say(samples.finished())
    assert "overfits" in scene.panel.notice.text


def test_a_rate_that_learns_nothing_is_marked_in_its_field_and_repaired(scene: Scene, qtbot: QtBot) -> None:
    set_plan(scene.document, learning_rate=10.0)
    assert "is high for adam" in scene.mark("learning_rate")
    wanted = QSignalSpy(scene.panel.advice.retrain_wanted)
    scene.begin()
    scene.epochs([(2.5, 2.5), (2.5, 2.5)], accuracy=0.1)
    assert scene.panel.notice.text.startswith("The network learns nothing.")
    assert "The learning rate is 10." in scene.mark("learning_rate")
    scene.press(qtbot, "Use learning rate 0.003 and train again")
    fix, keep = wanted.at(0)
    assert not keep
    set_plan(scene.document, batch_size=64)
    fix.apply(scene.document)
    plan = Plan.parse(scene.document.sections["plan"])  # type: ignore[arg-type]
    assert (plan.learning_rate, plan.batch_size) == (0.003, 64)  # what was changed meanwhile stays
    assert scene.mark("learning_rate") == ""
    scene.document.undo()
    assert scene.mark("learning_rate")


def test_a_rate_that_is_too_high_is_said_before_training_and_lowered_by_a_click(scene: Scene, qtbot: QtBot) -> None:
    field = scene.panel.plan.forms["Training"].field("learning_rate").editor()
    qtbot.mouseDClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "10")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert scene.panel.notice.text.startswith("A learning rate of 10 is high for adam")
    assert scene.buttons() == ["Use learning rate 0.003", "Dismiss"]
    scene.press(qtbot, "Use learning rate 0.003")
    assert Plan.parse(scene.document.sections["plan"]).learning_rate == 0.003  # type: ignore[arg-type]
    assert scene.panel.notice.text == ""
    scene.document.undo()
    assert scene.panel.notice.text.startswith("A learning rate of 10")
    set_plan(scene.document, batch_size=64)
    set_plan(scene.document, learning_rate=0.001)
    assert scene.panel.notice.text == ""


def test_a_rate_that_was_raised_goes_back_to_what_it_was_and_not_to_what_is_usual(scene: Scene, qtbot: QtBot) -> None:
    """A preset may stand more than is usual; the words say which rates are usual, the button which one was there."""
    set_plan(scene.document, learning_rate=0.03)
    assert scene.mark("learning_rate") == "", "that is no rate to be warned of"
    set_plan(scene.document, learning_rate=0.5)
    set_plan(scene.document, learning_rate=10.0)
    assert scene.panel.notice.text.endswith("For adam, 0.0003 to 0.01 is usual.")
    assert scene.buttons() == ["Use learning rate 0.003", "Dismiss"], "it was raised three times"
    scene.document.undo()
    scene.document.undo()
    scene.document.undo()
    set_plan(scene.document, learning_rate=0.001)
    set_plan(scene.document, learning_rate=10.0)
    (problem,) = plan_problems(scene.document.sections["plan"])
    assert scene.panel.notice.text == problem.message
    assert scene.buttons() == [problem.fixes[0].title, "Dismiss"], "as the list of problems repairs it"
    wanted = QSignalSpy(scene.panel.advice.retrain_wanted)
    scene.begin()
    scene.epochs([(2.5, 2.5), (2.5, 2.5)], accuracy=0.1)
    scene.press(qtbot, "Use learning rate 0.001 and train again")
    wanted.at(0)[0].apply(scene.document)
    assert Plan.parse(scene.document.sections["plan"]).learning_rate == 0.001  # type: ignore[arg-type]


def test_a_rate_that_diverged_by_itself_is_not_gone_back_to(scene: Scene) -> None:
    """What was raised after the run began was not what ruined it."""
    set_plan(scene.document, learning_rate=1.0)
    scene.begin()
    scene.epochs([(2.5, 2.5), (2.5, 2.5)], accuracy=0.1)
    set_plan(scene.document, learning_rate=0.02)
    set_plan(scene.document, learning_rate=2.0)
    (diagnosis,) = scene.controller.health.found
    repair = scene.panel.advice.repair(diagnosis)
    assert repair is not None and repair.title == "Use learning rate 0.02"
    set_plan(scene.document, learning_rate=1.5)
    set_plan(scene.document, learning_rate=1.6)
    repair = scene.panel.advice.repair(diagnosis)
    assert repair is not None and repair.title == "Use learning rate 0.003"


def test_of_a_run_ruined_by_its_rate_overfitting_is_no_question(scene: Scene, qtbot: QtBot) -> None:
    set_plan(scene.document, learning_rate=10.0)
    scene.begin(epochs=5)
    hot = [(200.0, 210.0), (150.0, 110.0), (620.0, 640.0), (430.0, 290.0), (517.0, 346.0)]
    scene.log_epochs(hot)
    scene.epochs(hot, accuracy=0.24)
    scene.say(samples.finished())
    assert scene.panel.notice.text.startswith("Training diverged. The training loss is 517.0, where a guess gives")
    qtbot.waitUntil(lambda: scene.buttons() == ["Use learning rate 0.003 and train again", "Dismiss"])
    assert scene.panel.strip.overfitting.text() == ""


def test_of_a_loss_that_swings_the_rate_is_told_and_overfitting_is_no_question(scene: Scene, qtbot: QtBot) -> None:
    set_plan(scene.document, learning_rate=10.0)
    scene.begin(epochs=12)
    losses = [3.0, 1.2, 6.0, 1.0, 8.2, 2.0, 5.5, 1.0, 4.0, 8.2, 1.4, 6.5]
    rows = list(zip(losses, reversed(losses), strict=True))
    scene.log_epochs(rows)
    scene.epochs(rows, accuracy=0.6)
    scene.say(samples.finished())
    assert scene.panel.notice.text.startswith(
        "The loss swings between 1.0 and 8.2 and does not settle: the learning rate"
    )
    qtbot.waitUntil(lambda: scene.buttons() == ["Use learning rate 0.003 and train again", "Dismiss"])
    assert scene.panel.strip.overfitting.text() == ""


def test_of_a_run_that_is_gone_nothing_is_said_of_overfitting(scene: Scene) -> None:
    scene.begin(epochs=5)
    falling = [(1.0, 1.1), (0.8, 0.9), (0.6, 0.7), (0.5, 0.6), (0.45, 0.55)]
    scene.log_epochs(falling)
    scene.epochs(falling)
    scene.say(samples.finished())
    assert scene.panel.strip.overfitting.text() == "no sign of overfitting"
    scene.controller._forget_run()
    scene.controller.forgotten.emit()
    assert scene.panel.strip.overfitting.text() == ""


def test_after_a_divergence_the_repair_comes_before_resume(make_controller: MakeController, qtbot: QtBot) -> None:
    document = Document(sections={"plan": {"learning_rate": 0.5}})
    panel = TrainPanel(ThemeSource("light"), make_controller("fail"))
    qtbot.addWidget(panel)
    panel.set_document(document)
    panel.resize(1300, 360)
    panel.show()
    panel._controller.train(document)
    qtbot.waitUntil(lambda: panel._controller.state is State.FAILED, timeout=20_000)
    qtbot.waitUntil(lambda: any(button.isVisible() for button in panel.notice.findChildren(QPushButton)))
    buttons = [button for button in panel.notice.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in buttons] == ["Use learning rate 0.003 and train again", "Resume", "Dismiss"]
    assert [bool(button.property("primary")) for button in buttons] == [True, False, False]


def test_a_new_run_takes_back_what_was_said_of_the_last(scene: Scene) -> None:
    scene.begin()
    scene.epochs(OVERFITTING)
    scene.say(samples.finished())
    scene.begin()
    assert scene.panel.notice.text == ""
    assert scene.mark("patience") == ""


def test_settings_changed_while_a_run_waits_say_that_they_do_not_count_yet(scene: Scene, qtbot: QtBot) -> None:
    wanted = QSignalSpy(scene.panel.advice.retrain_wanted)
    set_plan(scene.document, epochs=21)
    assert scene.panel.notice.text == ""  # nothing is trained
    scene.begin()
    set_plan(scene.document, epochs=25, learning_rate=0.02)
    assert "epochs 21 → 25" in scene.panel.notice.text
    assert "learning rate" in scene.panel.notice.text
    assert "counts from the next training" in scene.panel.notice.text
    scene.press(qtbot, "Go on from the best epoch")
    assert list(wanted.at(0)) == [None, True]
    set_plan(scene.document, epochs=26)
    scene.press(qtbot, "Begin again with it")
    assert list(wanted.at(1)) == [None, False]
    set_plan(scene.document, epochs=27)
    scene.document.undo()
    scene.document.undo()
    scene.document.undo()
    assert scene.panel.notice.text == ""  # as the run began


def test_where_the_last_weights_are_kept_one_goes_on_from_here(scene: Scene) -> None:
    set_plan(scene.document, keep_best=False)
    scene.begin()
    set_plan(scene.document, epochs=25)
    assert "Go on from here" in scene.buttons()


def test_only_settings_with_an_effect_are_told() -> None:
    before = Plan()
    assert changes(before, before.changed(momentum=0.5)) == []  # adam has none
    assert changes(before, before.changed(optimiser="sgd")) == ["optimiser adam → sgd"]


def test_a_confusion_matrix_grows_while_training(scene: Scene) -> None:
    panel = scene.panel
    tab = panel.tabs.indexOf(panel.confusion_page)
    assert not panel.tabs.isTabVisible(tab)
    scene.begin()
    for epoch, right in ((1, 3), (2, 9)):
        counts = np.full((10, 10), 1, np.int64) + right * np.eye(10, dtype=np.int64)
        scene.say(EpochConfusion(epoch, tuple("0123456789"), counts))
    assert panel.tabs.isTabVisible(tab)
    assert panel.confusion.sentence(3, 3).startswith("10 of 19 samples of 3")
    assert panel.confusion_page.counted.text().startswith(
        "Validation set, "
    ) and panel.confusion_page.counted.text().endswith(" samples")
    assert not panel.confusion_page.counted.isHidden()
    scene.say(samples.finished())
    scene.begin()
    assert not panel.tabs.isTabVisible(tab)


@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
def test_a_classifier_without_a_matrix_says_why_while_it_trains(scene: Scene, metric: str) -> None:
    panel = scene.panel
    tab = panel.tabs.indexOf(panel.confusion_page)
    scene.begin()
    scene.say(EpochConfusion(1, ("cat", "dog"), np.array([[3, 1], [0, 4]])))
    scene.say(samples.finished())
    scene.begin()
    for number in (1, 2):
        scene.say(samples.epoch(epoch=number, validation={"loss": 0.5, metric: 0.9}))
        assert panel.tabs.isTabVisible(tab) == (metric == "accuracy")
        assert panel.confusion.is_empty()
    if metric == "accuracy":
        assert f"2 to {MOST_CLASSES} classes" in panel.confusion.empty_text
    scene.say(EpochConfusion(2, ("cat", "dog"), np.array([[3, 1], [0, 4]])))
    assert panel.tabs.isTabVisible(tab)
    assert panel.confusion.sentence(0, 1).startswith("1 of 4 samples of cat were taken for dog")
    scene.say(samples.epoch(epoch=3, validation={"loss": 0.5, metric: 0.9}))
    assert not panel.confusion.is_empty()


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
def test_a_run_that_is_opened_again_has_its_confusion_matrix(scene: Scene, kept: bool, metric: str) -> None:
    scene.begin()
    run, panel = scene.controller.run, scene.panel
    assert run is not None
    matrix = EpochConfusion(1, ("cat", "dog"), np.array([[3, 1], [0, 4]]))
    epoch = samples.epoch(validation={"loss": 0.5, metric: 0.9})
    write_events(run, samples.started(), epoch, *([matrix] if kept else []))
    scene.say(samples.finished())
    scene.controller.open_project(ProjectKey("another"))
    assert not panel.tabs.isTabVisible(panel.tabs.indexOf(panel.confusion_page))
    scene.controller.restore(run, "Trained")
    assert panel.tabs.isTabVisible(panel.tabs.indexOf(panel.confusion_page)) == (kept or metric == "accuracy")
    assert panel.confusion.is_empty() != kept
    if kept:
        assert panel.confusion.sentence(0, 1).startswith("1 of 4 samples of cat were taken for dog")
    elif metric == "accuracy":
        said = panel.confusion.empty_text
        assert f"2 to {MOST_CLASSES} classes" in said and "rain on" not in said, said


def test_a_sign_in_a_field_moves_nothing(scene: Scene) -> None:
    form = scene.panel.plan.forms["Training"]
    before = form.field("learning_rate").geometry(), form.geometry()
    set_plan(scene.document, learning_rate=10.0)
    assert scene.mark("learning_rate")
    assert (form.field("learning_rate").geometry(), form.geometry()) == before
    sign = scene.panel.plan.findChild(WarningMark, "learning_rateWarning")
    assert sign is not None
    assert form.field("learning_rate").rect().contains(sign.geometry())


def test_a_run_opened_again_is_marked_without_a_notice(scene: Scene) -> None:
    scene.begin()
    path = scene.controller.run
    assert path is not None
    write_events(path, samples.started(run=str(path)), *epochs_of(OVERFITTING), samples.finished())
    scene.say(samples.finished())
    scene.panel.notice.clear()
    scene.controller.restore(path, "Trained")
    assert scene.panel.notice.text == ""
    assert "overfits" in scene.mark("patience")
    assert Path(path).is_dir()
