"""Where a network that gives numbers errs: predicted against true, and the forecast beside the series."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.protocol.evaluation_messages import Forecasted
from app.protocol.evaluation_values import BaselineErrors, Evaluation
from app.system.number_format import format_number, format_percent
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import few
from widgets.data.sample_views import drawable_values
from widgets.look.labels import text_label
from widgets.look.layouts import hsplit, vbox
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.plots.forecast_plot import SeriesPlot
from widgets.understand.errors.class_errors import texts_read
from widgets.understand.predicted_vs_true import AgreementPlot


class NumberErrors(QWidget):
    """Predicted against true; beside it the series with its forecast, or the samples that were missed most.

    `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.agreement = AgreementPlot(source)
        self.series = SeriesPlot(source, "Forecast")
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        self.about = text_label("", self, look="faint", wrap=True)
        self.sides = QStackedWidget(self)
        self.sides.addWidget(self.worst)
        self.sides.addWidget(self.series)
        side = TallPane(vbox(self.about, (self.sides, 1), margins=(8, 0, 12, 0)))
        vbox(hsplit((self.agreement, 0), (side, 1), sizes=(360, 640)), parent=self)
        self.worst.picked.connect(self.row_picked)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that gives numbers."""
        worst, listed = evaluation.worst, evaluation.predictions
        self.agreement.set_predictions(listed.true, listed.predicted, evaluation.unit, evaluation.target)
        single = worst.true[0].size == 1 if len(worst.true) else False
        decimal = worst.input_field.decimal if worst.input_field is not None else "."
        labels = [f"true {few(true.reshape(-1), '', decimal)}" if single else "" for true in worst.true]
        parts = [
            f"predicted {few(predicted.reshape(-1), '', decimal)}" if single else f"error {float(loss) ** 0.5:.3g}"
            for predicted, loss in zip(worst.predicted, worst.loss, strict=True)
        ]
        self.worst.set_field(worst.input_field)
        self.worst.set_samples(
            drawable_values(worst.input),
            labels,
            parts,
            texts_read(evaluation),
            positions=worst.index.tolist(),
            numbered=True,
        )
        self.about.setText("The samples with the largest errors, the largest first.")
        self.sides.setCurrentWidget(self.worst)

    def show_forecasts(self, reply: Forecasted) -> None:
        """Show the series, and what was forecast of each step one step before."""
        forecasts, unit = reply.forecasts, reply.unit
        time, error, last = forecasts.time, forecasts.error, forecasts.last
        self.series.set_series((time, forecasts.true[:, 0]), {"forecast": (time, forecasts.predicted[:, 0])}, unit)
        first = f"One step ahead the forecast errs by {format_number(float(error[0]))}{unit and f' {unit}'} (RMSE)"
        compared = f"; repeating the last value errs by {format_number(float(last[0]))}."
        further = f" At step {len(error)} it errs by {format_number(float(error[-1]))}." if len(error) > 1 else ""
        self.about.setText(first + compared + further + without_network(reply.baselines))
        self.sides.setCurrentWidget(self.series)


def without_network(baselines: Sequence[BaselineErrors]) -> str:
    """What could be had without a network, over all steps ahead together; empty where nothing is known of it."""
    errors = [f"{baseline.name} {format_number(baseline.rmse)}" for baseline in baselines if baseline.rmse is not None]
    shares = [f"{each.name} {format_percent(each.accuracy)}" for each in baselines if each.accuracy is not None]
    unsure = [f"{each.name} {format_number(each.perplexity)}" for each in baselines if each.perplexity is not None]
    overlaps = [f"{each.name} {format_percent(each.mean_iou)}" for each in baselines if each.mean_iou is not None]
    found = [f"{each.name} {format_percent(each.map_50)}" for each in baselines if each.map_50 is not None]
    if found:
        return f" Without a detector (mAP): {', '.join(found)}."
    if overlaps:
        return f" Without a network (mean IoU): {', '.join(overlaps)}."
    if unsure:
        return f" Without a network (perplexity): {', '.join(unsure)}."
    if shares:
        return f" Without a network (accuracy): {', '.join(shares)}."
    return f" Without a network, over all steps (RMSE): {', '.join(errors)}." if errors else ""
