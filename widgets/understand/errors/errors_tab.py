"""Testing a run, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from app.protocol.evaluation_messages import Evaluate, Evaluated, Forecast, Forecasted
from app.protocol.evaluation_values import Evaluation, Task
from app.system.number_format import nth
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.training.metric_text import IN_UNITS, title_of, value_of
from widgets.training.shown_run import measures_of
from widgets.understand.errors.box_errors import BoxErrors
from widgets.understand.errors.class_errors import ClassErrors, texts_read
from widgets.understand.errors.label_errors import LabelErrors
from widgets.understand.errors.label_row_errors import RowErrors
from widgets.understand.errors.number_errors import NumberErrors, without_network
from widgets.understand.errors.pixel_errors import PixelErrors
from widgets.understand.errors.text_errors import TextErrors
from widgets.understand.evaluation_tab import EvaluationTab
from widgets.understand.subject import ChosenSample, Subject
from widgets.understand.why_tab import WhyTab

PARTS = (("Test set", "test"), ("Validation set", "validation"), ("Training set", "train"))


class ErrorsTab(EvaluationTab):
    """Tests the run on one part of its data as soon as the tab is looked at, and shows the outcome."""

    title = "Errors"
    place = 1
    sentence = "How good the predictions are, and which samples are worst"
    no_run = "Train the network to test it on samples that it has never seen."
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
        self.pixels = PixelErrors(source, self)
        self.boxes = BoxErrors(source, self)
        self.why = QPushButton("Why?", self)
        self._evaluation: Evaluation | None = None
        self._row = 0
        for page in (self.classes, self.labels, self.numbers, self.texts, self.rows, self.pixels, self.boxes):
            self.pages.add(page)
            page.row_picked.connect(self._on_row)
        self.classes.row_shown.connect(self._on_row_shown)
        self.bar.addWidget(self.part)
        self.bar.addWidget(self.metrics)
        self.bar.addStretch(1)
        self.bar.addWidget(self.why)
        self.why.hide()
        self.why.clicked.connect(self._explain)
        self.part.currentIndexChanged.connect(self._on_part)

    def _on_part(self) -> None:
        self.forget()
        self.evaluate()

    def send_request(self) -> int | None:
        """Test on the part chosen."""
        return self.subject.request(Evaluate(part=str(self.part.currentData())), self._on_evaluated, self.on_refused)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of errors and metrics."""
        self.metrics.clear()
        self.why.hide()
        self.part.setVisible(not self.subject.live)
        super().say(sentence)

    def _on_evaluated(self, reply: Evaluated) -> None:
        evaluation = reply.evaluation
        if not self.is_current(reply) or evaluation.part != self.part.currentData():
            return
        self.metrics.setText(metrics_line(evaluation.metrics, evaluation.unit, self._loss()))
        self._evaluation, self._row = evaluation, 0
        page = self._page_of(evaluation.task)
        page.show_evaluation(evaluation)
        if (page is self.texts or page is self.pixels or page is self.boxes) and reply.baselines:
            page.about.setText(page.about.text() + without_network(reply.baselines))
        self.pages.bring(page)
        self._offer_why()
        if page is self.numbers:
            # A network that does not forecast refuses; then the samples that were missed most stay.
            self.subject.request(Forecast(part=evaluation.part), self._on_forecasted, lambda _: None)

    def _loss(self) -> str:
        """The loss that the run was trained with, in words."""
        return measures_of(self.subject.run).loss if self.subject.run is not None else ""

    # The sample picked

    def _on_row(self, row: int) -> None:
        self._on_row_shown(row)
        self._choose()

    def _on_row_shown(self, row: int) -> None:
        self._row = row
        self._offer_why()

    def _choose(self) -> None:
        """Have other views show the sample that is picked here."""
        if self._evaluation is None or not self._row < len(self._evaluation.worst.index):
            return
        evaluation, worst, row = self._evaluation, self._evaluation.worst, self._row
        label = evaluation.classes[worst.true[row]] if evaluation.task == "classification" else ""
        text = next(iter(texts_read(evaluation)[row : row + 1]), "")
        values = drawable_values(worst.input[row : row + 1])[0]
        self.subject.choose_sample(ChosenSample(int(worst.index[row]), values, label, text))

    def _offer_why(self) -> None:
        """Offer to explain the sample, where predictions can be explained."""
        index = self._evaluation.worst.index if self._evaluation is not None else ()
        self.why.setVisible(self._row < len(index) and not WhyTab.reason_against(self.subject))
        if self._row < len(index):
            words = f"See what in sample {nth(int(index[self._row]))} speaks for the prediction"
            self.why.setToolTip(plain_tip(words))
            self.why.setAccessibleName(words)

    def _explain(self) -> None:
        self._choose()
        self.subject.view_wanted.emit(WhyTab.title)

    def _page_of(
        self, task: Task
    ) -> ClassErrors | LabelErrors | NumberErrors | TextErrors | RowErrors | PixelErrors | BoxErrors:
        match task:
            case "sequence":
                return self.texts
            case "transcription":
                return self.rows
            case "segmentation":
                return self.pixels
            case "detection":
                return self.boxes
            case "labels":
                return self.labels
            case "classification":
                return self.classes
            case "regression":
                return self.numbers

    def _on_forecasted(self, reply: Forecasted) -> None:
        if self.is_current(reply):
            self.numbers.show_forecasts(reply)
            self.why.hide()  # a series is shown, and no sample of it picked


def metrics_line(metrics: Mapping[str, float], unit: str, loss: str = "") -> str:
    """The metrics of a test in one line; errors carry the data's unit, and the loss says which ``loss`` it is."""
    kinds = {"loss": f"Loss ({loss})"} if loss else {}
    parts = [
        f"{kinds.get(name) or title_of(name)} {value_of(name, value)}{f' {unit}' if unit and name in IN_UNITS else ''}"
        for name, value in metrics.items()
    ]
    return "     ".join(parts)
