"""The search for good settings: what is varied, the trials as they come, and what to do with the best."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QPushButton,
    QSpinBox,
    QSplitter,
    QWidget,
)

from app.sweep.space import Space, put
from app.system.work_folder import WorkFolder
from app.training.runs import fresh_folder
from graph.document import Document
from graph.errors import NetloomError
from graph.project import SUFFIX, Project, write_project
from widgets.look.buttons import mark_usual
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.sweep.space_table import SpaceTable
from widgets.sweep.trials_table import Trials
from widgets.training.command_process import CommandProcess

IDLE = "Tick what may vary, then press Search. Each trial is an ordinary run of this project with other settings."


class SearchedProject(Protocol):
    """The project whose settings are searched, as the window's session has it."""

    @property
    def project(self) -> Project:
        """The project as it stands."""

    @property
    def base(self) -> Path | None:
        """The folder where its relative paths begin."""

    @property
    def suggested_name(self) -> str:
        """A name for its files."""

    @property
    def document(self) -> Document:
        """What is edited."""


class SearchDialog(QDialog):
    """Stays beside the network; closing it stops the search, which can go on from its folder."""

    def __init__(
        self, session: SearchedProject, themes: ThemeSource, open_project: Callable[[Path], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setWindowTitle("Search for good settings")
        self._session = session
        self._open_project = open_project
        self._process = CommandProcess(self)
        self._folder: Path | None = None
        self._kept: WorkFolder | None = None
        self._project: Project | None = None
        self.space = SpaceTable(self)
        self.trials = Trials(themes, self)
        self.count, self.epochs = QSpinBox(), QSpinBox()
        self.best_by = QComboBox()
        self.prune = QCheckBox("End bad trials early")
        self.note = text_label(IDLE, wrap=True)
        self.go, self.use, self.open_run = QPushButton("Search"), QPushButton("Use these settings"), QPushButton("Open")
        self._set_up()
        self._lay_out()
        self._connect()
        self.begin()

    def _set_up(self) -> None:
        self.go.setObjectName("searchButton")
        self.count.setRange(1, 10_000)
        self.count.setValue(20)
        self.count.setAccessibleName("Number of trials")
        self.epochs.setRange(1, 1_000_000)
        self.epochs.setAccessibleName("Epochs of each trial")
        self.best_by.addItems(["loss", "accuracy"])
        self.best_by.setAccessibleName("What decides which trial is best")
        self.prune.setChecked(True)
        self.prune.setToolTip("A trial ends whose result is worse than the median of the others at the same epoch")
        self.note.setAccessibleName("State of the search")
        self.use.setToolTip("Give this project the settings of the selected trial; undo takes it back")
        self.open_run.setText("Open as project")
        self.open_run.setToolTip("Open the project of the selected trial")
        for button in (self.go, self.use, self.open_run):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        fields = (("Trials", self.count), ("Epochs", self.epochs), ("Best by", self.best_by))
        labelled = (item for label, field in fields for item in (text_label(label, buddy=field), field))
        choices = hbox(*labelled, self.prune, Stretch(1))
        left = QWidget()
        vbox((self.space, 1), parent=left, margins=(0, 0, 8, 0))
        acts = hbox(self.go, Stretch(1), self.use, self.open_run)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.trials)
        split.setStretchFactor(1, 1)
        split.setSizes([470, 530])
        split.setChildrenCollapsible(False)
        vbox(choices, (split, 1), self.note, acts, parent=self, margins=(16, 12, 16, 14), spacing=10)
        self.resize(1000, 640)

    def _connect(self) -> None:
        self.go.clicked.connect(self._toggle)
        self.use.clicked.connect(self._use)
        self.open_run.clicked.connect(self._open)
        self.trials.chosen.connect(self._refresh)
        self._process.printed.connect(self._on_line)
        self._process.ended.connect(self._ended)

    # Before a search

    def begin(self) -> None:
        """Show what the project may vary; while a search runs, nothing changes."""
        if self._process.running:
            return
        project = self._session.project
        try:
            space = Space.of(project)
        except NetloomError as error:
            self._say(str(error), "error")
            space = Space.of(Project(project.network, {"plan": project.sections.get("plan") or {}}))
        self.space.show_space(project, space)
        self.best_by.setCurrentText(space.metric)
        self.prune.setChecked(space.prune)
        plan = project.sections.get("plan")
        epochs = plan.get("epochs", 20) if isinstance(plan, dict) else 20
        self.epochs.setValue(int(epochs))
        self._refresh()

    def _toggle(self) -> None:
        if self._process.running:
            self._say("Stopping after the current step…")
            self._process.stop()
        else:
            self.start()

    def start(self) -> None:
        """Write the project with what is ticked, and search in a folder of its own among the runs."""
        try:
            values = self.space.settings()
            space = Space(settings=values, metric=self._chosen_metric(), prune=self.prune.isChecked())
            project = self._session.project
            space.check(project)
        except NetloomError as error:
            self._say(str(error), "error")
            return
        with self._session.document.transaction("Set what a search varies"):
            self._session.document.set_section("sweep", space.to_json())
        self._project = self._session.project
        self._kept = WorkFolder()
        source = self._kept.path / f"{self._session.suggested_name}{SUFFIX}"
        self._folder = fresh_folder(f"{self._session.suggested_name} search")
        try:
            write_project(source, self._project)
        except NetloomError as error:
            self._say(str(error), "error")
            return
        self.trials.clear(list(values), self._chosen_metric())
        base = [] if self._session.base is None else ["--base", str(self._session.base)]
        numbers = ["--trials", str(self.count.value()), "--epochs", str(self.epochs.value())]
        self._process.start(["sweep", str(source), "--out", str(self._folder), *numbers, *base, "--json"])
        self._say("Preparing the data…")
        self._refresh()

    def _chosen_metric(self) -> Any:
        return self.best_by.currentText()

    # While it runs

    def _on_line(self, line: str) -> None:
        event = json.loads(line)
        if event.get("event") == "trial":
            self.trials.add(event)
            done = self.trials.count
            self._say(f"{done} of {self.count.value()} trials; {self.trials.sentence()}")
        self._refresh()

    def _ended(self, worked: bool, word: str) -> None:
        if worked:
            self._say(f"Done: {self.trials.count} trials in {self._folder}; {self.trials.sentence()}", "ok")
        else:
            self._say(word, "error")
        self._refresh()

    def _say(self, text: str, tone: str = "") -> None:
        self.note.setText(text)
        set_look(self.note, "tone", tone)

    def _refresh(self) -> None:
        running, chosen = self._process.running, self.trials.current
        self.go.setText("Stop" if running else "Search")
        mark_usual(self.go)
        for field in (self.space, self.count, self.epochs, self.best_by, self.prune):
            field.setEnabled(not running)
        self.use.setEnabled(chosen is not None)
        self.open_run.setEnabled(chosen is not None)

    # What was found

    def _use(self) -> None:
        """Take the selected trial's settings over, in one step that undo takes back."""
        chosen = self.trials.current
        if chosen is None:
            return
        document = self._session.document
        try:
            with document.transaction(f"Use the settings of trial {chosen['number']}"):
                put(document, self._session.project, chosen["settings"])
        except NetloomError as error:
            self._say(f"The network changed since: {error}", "error")
            return
        self._say(f"The project has the settings of trial {chosen['number']} now.", "ok")

    def _open(self) -> None:
        chosen = self.trials.current
        if chosen is not None:
            self._open_project(Path(chosen["run"]) / "project.netloom")

    def closeEvent(self, event: QCloseEvent) -> None:
        self._process.close()
        self._kept = None
        super().closeEvent(event)
