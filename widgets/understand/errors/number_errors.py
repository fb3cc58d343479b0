"""Where a network that gives numbers errs: predicted against true, and the forecast beside the series."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.protocol.loose import Loose as Message
from app.system.number_format import format_number, format_short
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.sample_views import drawable_values
from widgets.look.theme import ThemeSource
from widgets.plots.forecast_plot import SeriesPlot
from widgets.understand.errors.class_errors import read_texts
from widgets.understand.predicted_vs_true import AgreementPlot


class NumberErrors(QWidget):
    """Predicted against true; beside it the series with its forecast, or the samples that were missed most."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.agreement = AgreementPlot(source)
        self.series = SeriesPlot(source, "Forecast")
        self.worst = SampleGallery(source, "Worst predictions", "Test the network to see where it errs most.")
        self.about = QLabel(self)
        self.about.setProperty("faint", True)
        self.about.setWordWrap(True)
        self.sides = QStackedWidget(self)
        self.sides.addWidget(self.worst)
        self.sides.addWidget(self.series)
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 12, 0)
        column.addWidget(self.about)
        column.addWidget(self.sides, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.agreement)
        splitter.addWidget(side)
        splitter.setSizes([360, 640])
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def show_evaluation(self, message: Message) -> None:
        """Show the answer to an ``evaluate`` request about a network that gives numbers."""
        arrays, unit = message.arrays, unit_of(message)
        self.agreement.set_predictions(arrays["predictions/true"], arrays["predictions/predicted"], unit)
        true, said = arrays["worst/true"], arrays["worst/predicted"]
        single = true[0].size == 1 if len(true) else False
        losses = arrays["worst/loss"]
        labels = [f"true {format_short(float(one.reshape(-1)[0]))}" if single else "" for one in true]
        parts = [
            f"said {format_short(float(one.reshape(-1)[0]))}" if single else f"error {float(loss) ** 0.5:.3g}"
            for one, loss in zip(said, losses, strict=True)
        ]
        self.worst.set_samples(drawable_values(arrays["worst/input"]), labels, parts, read_texts(message))
        self.about.setText("The samples that were missed most.")
        self.sides.setCurrentWidget(self.worst)

    def show_forecasts(self, message: Message) -> None:
        """Show the answer to a ``forecasts`` request: the series, and what was said of each step one step before."""
        arrays, unit = message.arrays, unit_of(message)
        time, true, predicted = arrays["time"], arrays["true"], arrays["predicted"]
        self.series.set_series((time, true[:, 0]), {"forecast": (time, predicted[:, 0])})
        error, last = np.asarray(arrays["error"]), np.asarray(arrays["last"])
        said = f"One step ahead the forecast errs by {format_number(float(error[0]))}{unit and f' {unit}'} (RMSE)"
        compared = f"; repeating the last value errs by {format_number(float(last[0]))}."
        further = f" At step {len(error)} it errs by {format_number(float(error[-1]))}." if len(error) > 1 else ""
        self.about.setText(said + compared + further + without_network(message))
        self.sides.setCurrentWidget(self.series)


def without_network(message: Message) -> str:
    """What could be had without a network, over all steps ahead together; empty where nothing is told of it."""
    told = [f"{one['name']} {format_number(float(one['rmse']))}" for one in message.fields.get("baselines") or []]
    return f" Without a network, over all steps (RMSE): {', '.join(told)}." if told else ""


def unit_of(message: Message) -> str:
    """The unit of the target's first value, empty where it has none."""
    units = message.fields.get("units") or [""]
    return str(units[0])
