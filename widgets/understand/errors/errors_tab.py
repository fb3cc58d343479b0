"""Testing a run, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QStackedWidget, QWidget

from app.protocol.evaluation_messages import Evaluate, Evaluated, Forecast, Forecasted
from app.protocol.evaluation_values import Task
from app.protocol.messages import RunReply
from widgets.look.theme import ThemeSource
from widgets.training.metric_text import IN_UNITS, title_of, value_of
from widgets.understand.errors.class_errors import ClassErrors
from widgets.understand.errors.label_row_errors import RowErrors
from widgets.understand.errors.number_errors import NumberErrors
from widgets.understand.errors.text_errors import TextErrors
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

PARTS = (("Test set", "test"), ("Validation set", "validation"), ("Training set", "train"))
NO_RUN = "Train a network to test it on samples that it has never seen."
LIVE = "Once training has ended, its errors stand here."
TESTING = "Testing…"


class ErrorsTab(Tab):
    """Tests the run on one part of its data as soon as the tab is looked at, and shows the outcome."""

    title = "Errors"
    place = 1
    sentence = "How good the predictions are, and the worst of them"
    group = Group.PREDICTIONS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.part = QComboBox(self)
        self.part.setAccessibleName("Part to test on")
        for title, name in PARTS:
            self.part.addItem(title, name)
        self.metrics = QLabel(self)
        self.says = QLabel(NO_RUN, self)
        self.says.setProperty("faint", True)
        self.says.setWordWrap(True)
        self.says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.classes = ClassErrors(source, self)
        self.numbers = NumberErrors(source, self)
        self.texts = TextErrors(source, self)
        self.pages = QStackedWidget(self)
        self.rows = RowErrors(source, self)
        for page in (self.says, self.classes, self.numbers, self.texts, self.rows):
            self.pages.addWidget(page)
        self.bar.addWidget(self.part)
        self.bar.addWidget(self.metrics)
        self.bar.addStretch(1)
        self.column.addWidget(self.pages, 1)
        self._shown: tuple[Path, str] | None = None
        self._request: int | None = None
        self.part.currentIndexChanged.connect(self._test)

    def on_subject(self) -> None:
        """Another run, or the end of one in progress."""
        self._shown = None
        if self.isVisible():
            self._test()

    def on_shown(self) -> None:
        """Test unless this run was tested already."""
        self._test()

    def _test(self) -> None:
        run = self.subject.run
        if run is None or self.subject.live:
            self._say(NO_RUN if run is None else LIVE)
            return
        wanted = (run.path, str(self.part.currentData()))
        if wanted == self._shown:
            return
        self._shown = wanted
        self._say(TESTING)
        self.subject.request(Evaluate(part=wanted[1]), self._on_evaluated, self._on_refusal)

    def _say(self, words: str) -> None:
        self.says.setText(words)
        self.metrics.clear()
        self.pages.setCurrentWidget(self.says)

    def _is_current(self, reply: RunReply) -> bool:
        """Whether a reply is about the run that is looked at now."""
        return self._shown is not None and Path(reply.run) == self._shown[0]

    def _on_evaluated(self, reply: Evaluated) -> None:
        evaluation = reply.evaluation
        if not self._is_current(reply) or evaluation.part != self.part.currentData():
            return
        self.metrics.setText(metrics_line(evaluation.metrics, evaluation.unit))
        page = self._page_of(evaluation.task)
        page.show_evaluation(evaluation)
        self.pages.setCurrentWidget(page)
        if page is self.numbers:
            # A network that does not forecast refuses; then the samples that were missed most stay.
            self.subject.request(Forecast(part=evaluation.part), self._on_forecasted, lambda _: None)

    def _page_of(self, task: Task) -> ClassErrors | NumberErrors | TextErrors | RowErrors:
        match task:
            case "sequence":
                return self.texts
            case "transcription":
                return self.rows
            case "classification":
                return self.classes
            case "regression":
                return self.numbers

    def _on_forecasted(self, reply: Forecasted) -> None:
        if self._is_current(reply):
            self.numbers.show_forecasts(reply)

    def _on_refusal(self, reason: str) -> None:
        self._shown = None
        self._say(reason)


def metrics_line(metrics: Mapping[str, float], unit: str) -> str:
    """The metrics of a test in one line; errors carry the data's unit."""
    parts = [
        f"{title_of(name)} {value_of(name, value)}{f' {unit}' if unit and name in IN_UNITS else ''}"
        for name, value in metrics.items()
    ]
    return "     ".join(parts)
