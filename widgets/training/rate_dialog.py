"""The learning-rate finder: its curve beside the training settings, and a button that takes over what it suggests."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from app.protocol.messages import Unfinished
from app.protocol.rate_messages import FindRate, RateFound
from app.training.plan_problems import readable_plan
from graph.document import Document
from graph.project import Project, project_json
from widgets.charts.rate_plot import RatePlot
from widgets.look.buttons import mark_usual
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.training.worker_link import WorkerLink

BEGINS = "Some 200 training steps are tried, each with a larger learning rate. The project stays as it is."
EMPTY = "Trying learning rates…"
STOPPED = "Stopped. Nothing was changed."


class TriedProject(Protocol):
    """The project on which rates are tried, as the window's session has it."""

    @property
    def project(self) -> Project:
        """The project as it stands."""

    @property
    def base(self) -> Path | None:
        """The folder where its relative paths begin."""

    @property
    def document(self) -> Document:
        """What is edited."""


class RateDialog(QDialog):
    """Stays beside the network; closing it gives the trial up."""

    def __init__(self, session: TriedProject, link: WorkerLink, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("rateFinder")
        self.setWindowTitle("Find a learning rate")
        self._session, self._link = session, link
        self._request: int | None = None
        self._document: Document | None = None
        self.plot = RatePlot(themes, EMPTY, self)
        self.note = text_label(BEGINS, wrap=True)
        self.note.setAccessibleName("What the learning-rate finder says")
        self.use, self.again, self.leave = QPushButton("Use"), QPushButton("Stop"), QPushButton("Close")
        self._lay_out()
        link.waits.connect(self._on_progress)

    def _lay_out(self) -> None:
        self.use.setToolTip("Give the training settings this learning rate; undo takes it back")
        for button, act in ((self.use, self._use), (self.again, self._toggle), (self.leave, self.close)):
            button.setAutoDefault(False)
            button.clicked.connect(act)
        acts = hbox(self.again, Stretch(1), self.use, self.leave)
        vbox(self.note, (self.plot, 1), acts, parent=self, margins=(16, 12, 16, 14), spacing=10)
        self.resize(640, 420)

    @property
    def running(self) -> bool:
        """Whether rates are being tried."""
        return self._request is not None

    @property
    def rate(self) -> float | None:
        """The learning rate that is suggested."""
        return self.plot.curve.suggested if self.plot.curve is not None else None

    def begin(self) -> None:
        """Try learning rates on the open project as it stands."""
        self._give_up()
        self._document = self._session.document
        self.plot.set_empty_text(EMPTY)
        self.plot.set_curve(None)
        request = FindRate(project=project_json(self._session.project), base=self._session.base)
        self._request = self._link.request(request, self._on_found, self._on_refused)
        self._say(BEGINS)

    def forget(self) -> None:
        """Another project is open, of which nothing is known."""
        self.close()
        self.plot.set_curve(None)
        self._document = None

    def done(self, result: int) -> None:
        """Give the trial up, however the dialog is closed."""
        self._give_up()
        super().done(result)

    def _toggle(self) -> None:
        if self.running:
            self._give_up()
            self.plot.set_empty_text(STOPPED)
            self._say(STOPPED)
        else:
            self.begin()

    def _give_up(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            self._link.forget(request)

    # What the worker says

    def _on_progress(self, request: int, progress: Unfinished) -> None:
        if request == self._request:
            self.note.setText(f"{progress.sentence}…")

    def _on_found(self, reply: RateFound) -> None:
        self._request = None
        self.plot.set_curve(reply.curve)
        plan = readable_plan(self._session.document.sections.get("plan"))
        now = f" The training settings have {plan.learning_rate:g}." if plan is not None else ""
        self._say(f"{reply.curve.words}{now}", "" if self.rate is not None else "warning")

    def _on_refused(self, reason: str) -> None:
        self._request = None
        self.plot.set_empty_text("No learning rate was tried.")
        self._say(reason, "error")

    def _say(self, text: str, tone: str = "") -> None:
        self.note.setText(text)
        set_look(self.note, "tone", tone)
        self.again.setText("Stop" if self.running else "Try again")
        self.use.setText("Use" if self.rate is None else f"Use {self.rate:g}")
        self.use.setEnabled(self.rate is not None)
        mark_usual(self.use, self.rate is not None)

    # What was found

    def _use(self) -> None:
        """Set the learning rate, in one step that undo takes back."""
        document, rate = self._document, self.rate
        if document is None or rate is None:
            return
        plan = document.sections.get("plan")
        with document.transaction(f"Use learning rate {rate:g}"):
            document.set_section("plan", {**(plan if isinstance(plan, dict) else {}), "learning_rate": rate})
        self._say(f"The training settings have the learning rate {rate:g} now.", "ok")
