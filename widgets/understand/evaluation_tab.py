"""Evaluating a run that has ended, once for each run, as soon as somebody looks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.protocol.messages import RunReply
from widgets.look.current_only_stack import LeastHeightStack
from widgets.look.labels import Label
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab


class Sentence(Label):
    """What stands in place of an evaluation. While one is asked for, how far that is lies over it."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setProperty("faint", True)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def is_empty(self) -> bool:
        """Whether there is nothing to see yet: always, where this stands."""
        return True


class EvaluationTab(Tab):
    """Pages with what an evaluation brought; before, a page with a sentence that says why there is nothing yet.

    Subclasses send the request, show the reply on a page of theirs, and name the sentences ``live`` (while it trains)
    and ``waiting`` (for the reply).
    """

    group = Group.PREDICTIONS
    live, waiting = "", ""

    def __init__(self, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.says = Sentence(self.waiting, self)
        self.pages = LeastHeightStack(self)
        self.pages.add(self.says)
        self.column.addWidget(self.pages, 1)
        self._evaluated: Path | None = None
        self._asked: int | None = None

    def send_request(self) -> int | None:
        """Ask for the evaluation; refusals go to `on_refused`. Returns the number of the request."""
        raise NotImplementedError

    def on_subject(self) -> None:
        """Another run, or the end of one in progress."""
        self.forget()
        if self.isVisible():
            self.evaluate()

    def on_shown(self) -> None:
        """Evaluate the run unless that was done."""
        self.evaluate()

    def forget(self) -> None:
        """Evaluate anew next time, and wait no longer for what was asked for."""
        self._evaluated = None
        if self._asked is not None:
            self.subject.drop(self._asked)
            self._asked = None

    def evaluate(self) -> None:
        """Ask for the evaluation of the run, unless that was done or there is nothing to evaluate."""
        run = self.subject.run
        if run is None:
            return
        if self.subject.live:
            self.say(self.live)
        elif run.path != self._evaluated:
            self._evaluated = run.path
            self.say(self.waiting)
            self._asked = self.send_request()

    def say(self, sentence: str) -> None:
        """Show a sentence instead of an evaluation."""
        self.says.setText(sentence)
        self.pages.bring(self.says)

    def is_current(self, reply: RunReply) -> bool:
        """Whether a reply is about the run that is looked at now."""
        return self._evaluated is not None and Path(reply.run) == self._evaluated

    def on_refused(self, reason: str) -> None:
        """Say why there is no evaluation, and try again next time."""
        self.forget()
        self.say(reason)
