"""A training that went wrong is repaired by one click: the setting changes, and a new run begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.project.presets import FOLDER
from app.training.diagnosis import NOT_A_NUMBER
from app.training.plan import Plan
from app.training.runs import WEIGHTS, Run, fresh_folder
from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem, Severity
from graph.layers.dense import Dense
from graph.project import Project, project_json, write_project
from tests.app.protocol import samples
from tests.widgets.conftest import digits_project
from tests.widgets.training.finished_run import write_events
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State

pytestmark = pytest.mark.built("training")

REASON = f"{NOT_A_NUMBER} at step 13 (epoch 2); the last good weights are kept."


class Bench:
    """The window with a preset that trains with too high a rate; trainings that are asked for are only noted."""

    def __init__(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window = window
        self.asked: list[dict[str, Any]] = []
        window.files.open(FOLDER / "digits_mlp.netloom")
        window.show_workspace("train")
        self.document = window.session.document
        with self.document.transaction("Heat"):
            self.document.set_section("plan", self.plan.changed(learning_rate=0.5).to_json())
        controller = window.training.controller
        panel = window.workbench.panel("train")
        assert controller is not None
        assert isinstance(panel, TrainPanel)
        self.controller, self.panel = controller, panel
        note = lambda _self, document, base=None, **more: self.asked.append(more)  # noqa: E731
        monkeypatch.setattr(TrainingController, "train", note)

    @property
    def plan(self) -> Plan:
        """The training settings of the project."""
        return Plan.parse(self.document.sections["plan"])  # type: ignore[arg-type]

    def begin(self) -> Path:
        """A run of the project begins."""
        path = fresh_folder("digits")
        Run.create(path, project_json(Project(self.document.network, dict(self.document.sections))), {"created": "now"})
        self.controller._begin(path)
        self.controller.link.training_event.emit(samples.started(run=str(path)))
        (path / "checkpoint.safetensors").write_bytes(b"pretended")
        return path

    def diverge(self) -> None:
        """Its loss is no number any more."""
        self.controller.link.training_event.emit(samples.finished(status="failed", reason=REASON))


@pytest.fixture
def bench(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(window, monkeypatch)


def press(qtbot: QtBot, window: MainWindow, title: str) -> None:
    """Click the button of that title that is in view."""

    def shown() -> list[QPushButton]:
        return [button for button in window.findChildren(QPushButton) if button.text() == title and button.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    qtbot.mouseClick(shown()[0], Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("workspace", ["train", "network"])
def test_a_divergence_is_repaired_where_it_is_told(bench: Bench, qtbot: QtBot, workspace: str) -> None:
    bench.window.show_workspace(workspace)
    bench.begin()
    bench.diverge()
    press(qtbot, bench.window, "Use learning rate 0.003 and train again")
    assert bench.plan.learning_rate == 0.003
    assert bench.asked == [{"weights": None}]
    assert bench.window.workbench.workspace == "train"


def test_changed_settings_are_taken_over_in_a_new_run_from_the_weights_so_far(bench: Bench, qtbot: QtBot) -> None:
    run = bench.begin()
    with bench.document.transaction("Cool"):
        bench.document.set_section("plan", bench.plan.changed(learning_rate=0.01).to_json())
    press(qtbot, bench.window, "Go on from the best epoch")
    assert bench.controller.state is State.STOPPING
    assert bench.asked == []
    (run / WEIGHTS).write_bytes(b"pretended")
    ended = samples.finished(status="stopped", best_epoch=None, step=17)
    write_events(run, ended)
    bench.controller.link.training_event.emit(ended)
    qtbot.waitUntil(lambda: bool(bench.asked))
    assert bench.asked == [{"weights": run / WEIGHTS}]
    assert bench.window.notices[-1] == (
        "The new run goes on from the weights that the run before had at step 17, where it ended."
    )


def test_stopping_by_hand_begins_nothing(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.controller.stop()
    bench.controller.link.training_event.emit(samples.finished(status="stopped"))
    qtbot.wait(20)
    assert bench.asked == []


def test_a_run_that_needs_more_epochs_goes_on_with_as_many_as_the_project_has_then(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed = list[tuple[object, ...]]()
    monkeypatch.setattr(TrainingController, "resume", lambda _, *arguments, **__: resumed.append(arguments))
    run, losses = bench.begin(), [1 - 0.02 * number for number in range(20)]
    bench.controller.link.training_event.emit(samples.started(run=str(run), epochs=20))
    for number, loss in enumerate(losses, 1):
        both = {"train": {"loss": loss}, "validation": {"loss": loss}}
        bench.controller.link.training_event.emit(samples.epoch(epoch=number, epochs=20, step=number, **both))
    bench.window.training.train_on(Fix("More", ()))
    assert resumed == []  # it is being trained
    bench.controller.link.training_event.emit(samples.finished())
    press(qtbot, bench.window, "Train 20 more epochs")
    assert bench.plan.epochs == 40 and resumed == [(run, 40)] and bench.asked == []


def choices(window: MainWindow) -> list[QPushButton]:
    """The buttons of the notice that says why training cannot begin."""
    banner = window.banners.findChild(QWidget, "banner-cannot-train")
    assert banner is not None
    return banner.findChildren(QPushButton)


@pytest.mark.parametrize("workspace", ["train", "network"])
def test_what_keeps_a_network_from_training_is_repaired_where_it_is_told(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, workspace: str
) -> None:
    write_project(tmp_path / "five.netloom", digits_project(5))
    window.files.open(tmp_path / "five.netloom")
    window.show_workspace(workspace)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (problem,) = [problem for problem in window.session.problems if problem.severity == "error"]
    repair, show = choices(window)
    assert (repair.text(), repair.property("primary")) == (problem.fixes[0].title, True)
    assert (show.text(), show.property("primary")) == ("Show me", False)
    qtbot.mouseClick(repair, Qt.MouseButton.LeftButton)
    assert window.notices == ()
    assert not [problem for problem in window.session.problems if problem.severity == "error"]
    window.session.document.undo()
    assert window.session.document.network.layer_as("dense3", Dense).units == 5


def test_a_problem_without_a_repair_is_shown(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    fault = Problem(Severity.ERROR, "conv1", None, "It cannot be so.")
    assert [title for title, _ in window.training._ways_out(fault)] == ["Show me"]
    everywhere = Problem(Severity.ERROR, None, None, "It cannot be so.", (Fix("Mend it", ()),))
    assert [title for title, _ in window.training._ways_out(everywhere)] == ["Mend it"]
