"""From the score of a run that is over one press leads to its errors."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.training.plan import objective_of
from app.training.runs import Run, digest
from tests.widgets.shell.trained_run import train_file
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State
from widgets.understand.understand_panel import UnderstandPanel

PATIENCE = 60_000


def make_adversarial(run: Path) -> None:
    """Have a run be one of two networks that compete."""
    file, environment = run / "project.netloom", run / "environment.json"
    project, facts = json.loads(file.read_text("utf-8")), json.loads(environment.read_text("utf-8"))
    project.setdefault("plan", {})["objective"] = "adversarial"
    file.write_text(json.dumps(project), "utf-8")
    environment.write_text(json.dumps({**facts, "project": digest(file.read_bytes())}), "utf-8")
    assert objective_of(Run.open(run).project.sections["plan"]) == "adversarial"


def shown_run(window: MainWindow, file: Path, run: Path, qtbot: QtBot) -> TrainPanel:
    """The panel of Train once a project is open whose only run is the one in the folder ``run``."""
    window.files.open(file)
    controller = window.training.controller
    assert controller is not None
    qtbot.waitUntil(lambda: controller.run == run, timeout=PATIENCE)
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    return panel


def test_the_score_of_a_run_leads_to_its_errors(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel) and not panel.strip.errors.isVisible()
    run = netloom_home / "runs" / "digits-20261129-120000"
    train_file(project_file, run)
    panel = shown_run(window, project_file, run, qtbot)
    assert panel.strip.state.text().endswith("on the test set")
    assert panel.strip.errors.isVisible() and not panel.strip.bar.isVisible()
    qtbot.mouseClick(panel.strip.errors, Qt.MouseButton.LeftButton)
    understand = window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel) and understand.isVisible()
    assert understand.views.kind.title == "Errors"
    controller = window.training.controller
    assert controller is not None
    controller._set_state(State.STARTING)
    assert not panel.strip.errors.isVisibleTo(panel)


def test_the_score_of_two_networks_that_compete_leads_to_no_errors(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    run = netloom_home / "runs" / "digits-20261129-120000"
    train_file(project_file, run)
    make_adversarial(run)
    panel = shown_run(window, project_file, run, qtbot)
    assert panel.strip.state.text().endswith("on the test set") and not panel.strip.errors.isVisible()
