"""Problems of a project's data, plan and GAN roles in the window, checked whenever they may have changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.data.dataset import DatasetInfo
from app.project.missing_files import missing_files
from app.project.project_check import check_data
from app.training.judge import judge
from graph.changes import AnnotationSet, LayerMoved
from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem
from graph.document import Commit, Document
from widgets.shell.actions.training_actions import TrainingActions

if TYPE_CHECKING:
    from widgets.shell.context import Context


LOOK_MS = 1000
"""How often a file that is missing is looked for: a watch on folders hears nothing of most network drives."""


@dataclass(frozen=True)
class ChooseData(Fix):
    """A fix that is no edit: it shows where data is chosen."""

    show: Callable[[], None] = lambda: None

    def apply(self, document: Document) -> None:
        """Show the data workspace."""
        self.show()


class ProjectProblems(QObject):
    """Checks data, training settings and outputs after every edit; nothing is loaded for that.

    The session's checker is told what the data offers, and ``changed`` says that problems or data differ. As long as a
    file is missing that the project names, it is looked for; ``found`` says that one is there again.
    """

    changed = Signal()
    found = Signal()

    def __init__(self, context: Context) -> None:
        session = context.session
        super().__init__(session)
        self._session = session
        self._devices: tuple[str, ...] = ()
        self._missing: frozenset[str] = frozenset()
        self._named: tuple[object, ...] = ()  # in which sections the missing files were looked for, and from where
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)
        self._training = context.part(TrainingActions)
        self._training.devices_told.connect(self._on_devices)
        self._choose_data = ChooseData("Choose data…", (), partial(context.show_workspace, "data"))
        session.replaced.connect(self.refresh)
        session.committed.connect(self._on_commit)

    def _on_commit(self, commit: Commit) -> None:
        if commit.sets("data"):
            self.refresh()
        elif not all(isinstance(change, LayerMoved | AnnotationSet) for change in commit.changes):
            self._check(self._session.state.data, self._session.state.data_problems)

    def _on_devices(self) -> None:
        """The worker says which devices there are."""
        known = tuple(device.id for device in self._training.devices)
        if known != self._devices:
            self._devices = known
            self._check(self._session.state.data, self._session.state.data_problems)

    def look(self) -> None:
        """Look whether a file that the project names has come or gone; nothing is checked anew where none has."""
        before = self._missing
        self._look_for_missing()
        if self._missing != before:
            self.refresh()
        if before - self._missing:
            self.found.emit()

    def _look_for_missing(self) -> None:
        self._named = self._names
        self._missing = missing_files(self._session.document.sections, self._session.base)
        if bool(self._missing) is not self._looking.isActive():
            self._looking.start() if self._missing else self._looking.stop()

    @property
    def _names(self) -> tuple[object, ...]:
        sections = self._session.document.sections
        return sections.get("data"), sections.get("start"), self._session.base

    def refresh(self) -> None:
        """Check the document that is open now, and look at its data anew."""
        self._look_for_missing()
        # A file that was never read is left to the worker; the data view passes on what it finds there.
        section = self._session.document.sections.get("data")
        self._check(*check_data(section, self._session.base, load=False, choose_data=(self._choose_data,)))

    def on_previewed(self) -> None:
        """A file was read that never was before: what is in it is known from now on."""
        if self._session.state.data is None:
            self.refresh()

    def _check(self, info: DatasetInfo | None, data_problems: tuple[Problem, ...]) -> None:
        state = self._session.state
        if self._names != self._named:
            self._look_for_missing()
        found = judge(state.checker, state.document.sections, info, devices=self._devices, base=state.base)
        problems = (*data_problems, *found)
        known, shown = (state.data, state.project_problems, state.has_data), (info, problems, state.chooses_data)
        state.data, state.data_problems, state.project_problems = info, data_problems, problems
        state.has_data = state.chooses_data
        if known != shown:
            self.changed.emit()
