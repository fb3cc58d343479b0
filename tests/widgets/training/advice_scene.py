"""A training panel over a worker whose events a test makes up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.protocol.events import Event
from app.training.runs import Run, fresh_folder
from graph.document import Document
from graph.project import Project, project_json
from tests.app.protocol import samples
from tests.widgets.training.finished_run import write_events
from widgets.fields.warning_mark import WarningMark
from widgets.training.training_panel import TrainPanel

OVERFITTING = [(1.0, 1.1), (0.6, 0.8), (0.4, 0.7), (0.2, 0.9), (0.1, 1.1), (0.05, 1.4), (0.02, 1.6)]
"""Losses on both parts, epoch by epoch."""


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
        return "" if sign is None or sign.isHidden() else sign.toolTip()
