"""Testing a run, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QWidget

from app.protocol.evaluation_messages import Evaluate, Evaluated, Forecast, Forecasted
from app.protocol.evaluation_values import Task
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.training.metric_text import IN_UNITS, title_of, value_of
from widgets.understand.errors.class_errors import ClassErrors
from widgets.understand.errors.label_errors import LabelErrors
from widgets.understand.errors.label_row_errors import RowErrors
from widgets.understand.errors.number_errors import NumberErrors
from widgets.understand.errors.text_errors import TextErrors
from widgets.understand.evaluation_tab import EvaluationTab
from widgets.understand.subject import Subject

PARTS = (("Test set", "test"), ("Validation set", "validation"), ("Training set", "train"))


class ErrorsTab(EvaluationTab):
    """Tests the run on one part of its data as soon as the tab is looked at, and shows the outcome."""

    title = "Errors"
    place = 1
    sentence = "How good the predictions are, and the worst of them"
    no_run = "Train a network to test it on samples that it has never seen."
    live = "Once training has ended, its errors stand here."
    waiting = "Testing…"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.part = QComboBox(self)
        self.part.setAccessibleName("Part to test on")
        for title, name in PARTS:
            self.part.addItem(title, name)
        self.metrics = text_label("", self)
        self.classes = ClassErrors(source, self)
        self.numbers = NumberErrors(source, self)
        self.texts = TextErrors(source, self)
        self.rows = RowErrors(source, self)
        self.labels = LabelErrors(source, self)
        for page in (self.classes, self.labels, self.numbers, self.texts, self.rows):
            self.pages.add(page)
        self.bar.addWidget(self.part)
        self.bar.addWidget(self.metrics)
        self.bar.addStretch(1)
        self.part.currentIndexChanged.connect(self._on_part)

    def _on_part(self) -> None:
        self.forget()
        self.evaluate()

    def send_request(self) -> None:
        """Test on the part chosen."""
        self.subject.request(Evaluate(part=str(self.part.currentData())), self._on_evaluated, self.on_refused)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of errors and metrics."""
        self.metrics.clear()
        super().say(sentence)

    def _on_evaluated(self, reply: Evaluated) -> None:
        evaluation = reply.evaluation
        if not self.is_current(reply) or evaluation.part != self.part.currentData():
            return
        self.metrics.setText(metrics_line(evaluation.metrics, evaluation.unit))
        page = self._page_of(evaluation.task)
        page.show_evaluation(evaluation)
        self.pages.bring(page)
        if page is self.numbers:
            # A network that does not forecast refuses; then the samples that were missed most stay.
            self.subject.request(Forecast(part=evaluation.part), self._on_forecasted, lambda _: None)

    def _page_of(self, task: Task) -> ClassErrors | LabelErrors | NumberErrors | TextErrors | RowErrors:
        match task:
            case "sequence":
                return self.texts
            case "transcription":
                return self.rows
            case "labels":
                return self.labels
            case "classification":
                return self.classes
            case "regression":
                return self.numbers

    def _on_forecasted(self, reply: Forecasted) -> None:
        if self.is_current(reply):
            self.numbers.show_forecasts(reply)


def metrics_line(metrics: Mapping[str, float], unit: str) -> str:
    """The metrics of a test in one line; errors carry the data's unit."""
    parts = [
        f"{title_of(name)} {value_of(name, value)}{f' {unit}' if unit and name in IN_UNITS else ''}"
        for name, value in metrics.items()
    ]
    return "     ".join(parts)
