"""What the training panel says of a training that goes wrong, and of settings that are changed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.events import MOST_CLASSES, EpochConfusion, Event
from app.training.plan import Plan
from app.training.run_labels import ProjectKey
from app.training.runs import Run, fresh_folder
from graph.document import Document
from graph.project import Project, project_json
from tests.app.protocol import samples
from tests.widgets.training.conftest import MakeController
from tests.widgets.training.finished_run import write_events
from widgets.fields.warning_mark import WarningMark
from widgets.look.theme import ThemeSource
from widgets.training.training_advice import changes
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State


def epochs_of(losses: list[tuple[float, float]]) -> list[Event]:
    """Epochs by their losses on both parts."""
    return [
        samples.epoch(epoch=number, step=number, train={"loss": train}, validation={"loss": validation})
        for number, (train, validation) in enumerate(losses, 1)
    ]


class Scene:
    """A panel over a worker whose events a test makes up."""

    def __init__(self, panel: TrainPanel, document: Document) -> None:
        self.panel, self.document = panel, document
        self.controller = panel._controller

    def begin(self, **changes: Any) -> None:
        """A run of the open project begins."""
        path = fresh_folder("digits")
        Run.create(path, project_json(Project(self.document.network, dict(self.document.sections))), {"created": "now"})
        self.controller._begin(path)
        self.say(samples.started(run=str(path), **changes))

    def say(self, *events: Event) -> None:
        """The worker says something."""
        for event in events:
            self.controller.link.training_event.emit(event)

    def epochs(self, losses: list[tuple[float, float]], **metrics: float) -> None:
        """Epochs by their losses on both parts."""
        for number, (train, validation) in enumerate(losses, 1):
            self.say(
                replace(
                    samples.epoch(epoch=number, epochs=20, step=10 * number, best=number == 1),
                    train={"loss": train, **metrics},
                    validation={"loss": validation, **metrics},
                )
            )

    def log_epochs(self, losses: list[tuple[float, float]]) -> None:
        """The worker has written the log of the run, epochs by their losses on both parts."""
        assert self.controller.run is not None
        write_events(self.controller.run, *epochs_of(losses))

    def buttons(self) -> list[str]:
        """Titles in the notice, the primary one first."""
        return [button.text() for button in self.panel.notice.findChildren(QPushButton) if button.isVisible()]

    def press(self, qtbot: QtBot, title: str) -> None:
        """Click a button of the notice."""
        found = [button for button in self.panel.notice.findChildren(QPushButton) if button.text() == title]
        qtbot.mouseClick(found[-1], Qt.MouseButton.LeftButton)

    def mark(self, setting: str) -> str:
        """What the sign in a field says, empty where there is none."""
        sign = self.panel.plan.findChild(WarningMark, f"{setting}Warning")
        assert sign is not None
        return "" if sign.isHidden() else sign.toolTip()


@pytest.fixture
def scene(make_controller: MakeController, qtbot: QtBot) -> Scene:
    """A preset in the panel."""
    project = preset("digits_mlp").project
    document = Document(project.network, dict(project.sections))
    panel = TrainPanel(ThemeSource("light"), make_controller("good"))
    qtbot.addWidget(panel)
    panel.set_document(document)
    panel.resize(1300, 360)
    panel.show()
    qtbot.waitExposed(panel)
    return Scene(panel, document)


def set_plan(document: Document, **values: Any) -> None:
    with document.transaction("Set"):
        document.set_section("plan", Plan.parse(document.sections["plan"]).changed(**values).to_json())  # type: ignore[arg-type]


OVERFITTING = [(1.0, 1.1), (0.6, 0.8), (0.4, 0.7), (0.2, 0.9), (0.1, 1.1), (0.05, 1.4), (0.02, 1.6)]


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
    scene.press(qtbot, "Go on with it from here")
    assert list(wanted.at(0)) == [None, True]
    set_plan(scene.document, epochs=26)
    scene.press(qtbot, "Begin again with it")
    assert list(wanted.at(1)) == [None, False]
    set_plan(scene.document, epochs=27)
    scene.document.undo()
    scene.document.undo()
    scene.document.undo()
    assert scene.panel.notice.text == ""  # as the run began


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
    assert panel.counted.text().startswith("Validation set, ") and panel.counted.text().endswith(" samples")
    assert not panel.counted.isHidden()
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


def place_of(scene: Scene, widget: QWidget) -> QRect:
    """Where a widget is on the panel."""
    return QRect(widget.mapTo(scene.panel, QPoint(0, 0)), widget.size())


def is_beside(scene: Scene, setting: str) -> bool:
    """Whether the notice stands right of the form, on the line of a field, with its arrow on the field's middle."""
    field, notice = place_of(scene, scene.panel.plan.field_of(setting)), place_of(scene, scene.panel.notice)
    arrow = place_of(scene, scene.panel.floating.arrow)
    level = notice.top() <= field.center().y() <= notice.bottom() and abs(arrow.center().y() - field.center().y()) < 3
    return scene.panel.floating.arrow.isVisible() and level and field.right() < arrow.left() < notice.left()


def is_low(scene: Scene) -> bool:
    """Whether the notice stands at the lower edge of the plots."""
    return scene.panel.notice.isVisible() and place_of(scene, scene.panel.notice).bottom() > scene.panel.height() - 12


def type_rate(qtbot: QtBot, scene: Scene, rate: str) -> None:
    """Type a learning rate over the one that stands in the field."""
    field = scene.panel.plan.field_of("learning_rate").editor()
    qtbot.mouseDClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, rate)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("size", [(1024, 360), (1300, 360), (1300, 300)])
def test_a_warning_stands_beside_its_field_and_over_no_field(scene: Scene, qtbot: QtBot, size: tuple[int, int]) -> None:
    scene.panel.resize(*size)
    before = {name: place_of(scene, form) for name, form in scene.panel.plan.forms.items()}
    type_rate(qtbot, scene, "10")
    assert is_beside(scene, "learning_rate")
    notice = place_of(scene, scene.panel.notice)
    assert scene.panel.rect().contains(notice) and not notice.intersects(place_of(scene, scene.panel.tabs))
    assert {name: place_of(scene, form) for name, form in scene.panel.plan.forms.items()} == before, "nothing moves"
    scene.press(qtbot, "Use learning rate 0.003")
    assert scene.panel.notice.isHidden() and scene.panel.floating.arrow.isHidden()


def test_a_warning_goes_with_its_field_and_below_the_plots_while_that_is_out_of_view(
    scene: Scene, qtbot: QtBot
) -> None:
    type_rate(qtbot, scene, "10")
    bar = scene.panel.plan.verticalScrollBar()
    bar.setValue(20)
    assert is_beside(scene, "learning_rate")
    bar.setValue(bar.maximum())
    panel = scene.panel
    assert panel.floating.arrow.isHidden() and is_low(scene)
    bar.setValue(0)
    assert is_beside(scene, "learning_rate")
    panel.show_runs()
    assert panel.floating.arrow.isHidden() and is_low(scene)
    panel.show_plan()
    assert is_beside(scene, "learning_rate")


def test_what_a_training_shows_is_said_beside_the_field_that_is_brought_into_view(scene: Scene, qtbot: QtBot) -> None:
    patience = scene.panel.plan.field_of("patience")
    assert patience.visibleRegion().isEmpty()
    scene.panel.tabs.tabBar().setFocus()
    scene.begin()
    scene.epochs(OVERFITTING)
    assert is_beside(scene, "patience")
    scene.press(qtbot, "Dismiss")
    scene.say(samples.finished())
    scene.panel.plan.verticalScrollBar().setValue(0)
    scene.panel.plan.field_of("epochs").editor().setFocus()
    scene.begin()
    scene.epochs(OVERFITTING)
    assert "overfits" in scene.panel.notice.text
    assert scene.panel.plan.verticalScrollBar().value() == 0, "nothing scrolls under the hand"
    assert scene.panel.floating.arrow.isHidden()


def test_what_is_of_no_field_stands_beside_none(scene: Scene, qtbot: QtBot) -> None:
    type_rate(qtbot, scene, "10")
    scene.panel.notice.say("Written to curves.csv.", "ok")
    assert scene.panel.floating.arrow.isHidden()
    assert is_low(scene)
