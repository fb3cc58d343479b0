"""A panel without a worker's process: what is asked waits, and the test answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.protocol.data_messages import DataPreviewed, PreviewData
from app.protocol.messages import Message, R, Refused, Request
from app.training.runs import Run
from graph.document import Document
from graph.project import Project, project_json
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink
from widgets.understand.understand_panel import UnderstandPanel

Q = TypeVar("Q", bound=Request[Any])


class Silent:
    """The panel, its link, and what was asked and has no answer yet."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[int, str, Any]] = []
        self.link = WorkerLink()
        monkeypatch.setattr(self.link, "_write", self._note)
        self.panel = UnderstandPanel(ThemeSource("light"), TrainingController(self.link))
        qtbot.addWidget(self.panel)
        self.panel.resize(1200, 440)

    def _note(self, message: Message, id: int = 0) -> None:
        if isinstance(message, Request):
            self.asked.append((id, type(message).__name__, message))

    def open(self, document: Document, tab: str) -> None:
        """Open a project and bring a tab forward."""
        self.panel.subject.follow(document, None)
        self.panel.show_tab(tab)
        self.panel.show()

    def take(self, type: str) -> tuple[int, Any]:
        """The newest question of a type; it counts as answered, and so do older ones of its type."""
        found = [(number, fields) for number, kind, fields in self.asked if kind == type]
        assert found, f"{type} was not asked; only {[kind for _, kind, _ in self.asked]}"
        self.asked = [one for one in self.asked if one[1] != type]
        return found[-1]

    def reply(self, kind: type[Request[R]], reply: R) -> None:
        """Reply to the newest request of a kind."""
        number, _ = self.take(kind.__name__)
        self.link._dispatch(reply, number)

    def request(self, kind: type[Q]) -> Q:
        """The newest request of a kind, which still waits for its reply."""
        return next(asked for _, _, asked in reversed(self.asked) if isinstance(asked, kind))

    def refuse(self, type: str, reason: str) -> None:
        """Answer the newest question of a type by a refusal."""
        number, _ = self.take(type)
        self.link._dispatch(Refused(reason=reason), number)

    def show_data(self) -> None:
        """Answer the question for samples as the worker would."""
        request = self.request(PreviewData)
        found = preview(prepare(DataChoice.parse(request.data)), request.limit)
        self.reply(PreviewData, DataPreviewed(preview=found))


def saved_run(path: Path, document: Document) -> Path:
    """A folder that looks like a run of a project; its weights are an empty file."""
    project = Project(document.network, dict(document.sections))
    run = Run.create(path, project_json(project), {"base": None})
    run.weights.touch()
    return run.path
