"""Feeds the loss and metric plots: the run in progress as it speaks, and ticked runs from their folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from app.data.data_choice import DataChoice
from app.protocol.events import Epoch, Points
from app.training.runs import Run, RunHistory
from graph.errors import NetloomError
from widgets.look.theme import ThemeSource
from widgets.plots.curve import Part
from widgets.plots.curve_plot import CurvePlot
from widgets.plots.curve_view import FRAME_MS
from widgets.plots.follow_chip import FollowChip
from widgets.training.metric_text import IN_UNITS, own_name, primary, title_of
from widgets.training.training_controller import TrainingController

PARTS: tuple[Part, Part] = ("train", "validation")
OTHER_HUE = 1
"""How far the hue of a second loss lies from that of its run."""
METRIC_MS = 2 * FRAME_MS
"""How long points of a metric wait: a frame more than losses, so that the event loop turns between the two paints."""
WIDEST = 160
"""Pixels that the chooser of the metric takes at most of a narrow plot."""
WORDS = {"generator_loss": "generator"}
"""Names of losses beside the first, on the plot."""

Array = np.ndarray[Any, Any]


class Curves(QObject):
    """Curves of any number of runs on two plots, a hue for each run.

    `failed` carries why the curves of a run cannot be shown.
    """

    failed = Signal(str)

    def __init__(self, source: ThemeSource, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.loss = CurvePlot(source, "Loss", "Press Train to see the loss fall, batch by batch.")
        words = "After the first epoch: how well the network does."
        self.metric = CurvePlot(source, "Metric", words, frame_ms=METRIC_MS)
        self.loss.setObjectName("lossPlot")
        self.metric.setObjectName("metricPlot")
        self.loss.view.panel.link_x(self.metric.view.panel)
        self.loss.set_smoothing(0.6)
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Metric to plot")
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chooser.setMinimumWidth(96)
        self.chooser.currentIndexChanged.connect(self._choose)
        self.chooser.activated.connect(lambda _: self.prefer(str(self.chooser.currentData())))
        self.chooser.hide()
        self.metric.add_control(self.chooser)
        self.chips = [FollowChip(plot.view) for plot in (self.loss, self.metric)]
        for plot, chip in zip((self.loss, self.metric), self.chips, strict=True):
            plot.add_control(chip)
            chip.hide()
        self._names: dict[Path, str] = {}
        self._hues: dict[Path, int] = {}
        self._units: dict[Path, str] = {}
        self._others: dict[Path, list[str]] = {}
        self._epochs: dict[Path, list[tuple[int, Mapping[str, Any], Mapping[str, Any]]]] = {}
        self._metrics: dict[Path, list[str]] = {}
        self._wanted = ""

        controller.link.points.connect(self._on_points)
        controller.epoch_ended.connect(self._on_epoch)

    # Runs

    def add_run(self, path: Path, name: str, hue: int) -> None:
        """Give a run its curves, empty at first; a run that is known gets another name and hue."""
        self._names[path], self._hues[path] = name, hue
        self._epochs.setdefault(path, [])
        self._metrics.setdefault(path, [])
        if path not in self._units:
            self._units[path] = target_unit(path)
        for part in PARTS:
            self.loss.view.add_curve(_id(path, part), self._label(path, part), hue, part)
            self.metric.view.add_curve(_id(path, part), self._label(path, part), hue, part)
        self._relabel()

    def remove_run(self, path: Path) -> None:
        """Take a run's curves away."""
        others = self._others.get(path, [])
        for known in (self._names, self._hues, self._epochs, self._others, self._units, self._metrics):
            known.pop(path, None)
        for name in others:
            self.loss.view.remove_curve(_id(path, name))
        for part in PARTS:
            self.loss.view.remove_curve(_id(path, part))
            self.metric.view.remove_curve(_id(path, part))
        self._offer()
        self._relabel()

    def forget(self) -> None:
        """Another project is open: no run is shown, no metric chosen, and nothing is zoomed."""
        for path in tuple(self._names):
            self.remove_run(path)
        self._wanted = ""
        self._offer()
        self.fit()

    def fit(self) -> None:
        """Show everything, and keep showing everything as points come."""
        for plot in (self.loss, self.metric):
            plot.view.fit()

    def rename_run(self, old: Path, new: Path, name: str) -> None:
        """A run's folder has another name."""
        if old in self._names:
            hue = self._hues[old]
            self.remove_run(old)
            self.show_run(new, name, hue)

    def show_run(self, path: Path, name: str, hue: int) -> None:
        """Add a run with all that its folder tells."""
        try:
            history = Run.open(path).history()
        except NetloomError as error:
            self.failed.emit(str(error))
            return
        self.add_run(path, name, hue)
        self._append_history(path, history)
        self._settle()

    def _append_history(self, path: Path, history: RunHistory) -> None:
        if len(history.steps):
            self.loss.view.append(_id(path, "train"), history.steps, history.losses)
        for name, losses in history.others.items():
            self._append_other(path, name, history.steps, losses)
        for epoch in history.epochs:
            self._add_epoch(path, int(epoch["step"]), epoch["train"], epoch["validation"])

    # The run in progress

    def _on_points(self, points: Points) -> None:
        """Losses of single batches."""
        path = self._controller.run
        if path in self._names:
            self.loss.view.append(_id(path, "train"), points.step, points.loss)
            for name, losses in points.others.items():
                self._append_other(path, name, points.step, losses)

    def _append_other(self, path: Path, name: str, steps: Array, losses: Array) -> None:
        """Points of a loss beside the first, in a hue of its own; steps that took none are left out."""
        if name not in self._others.setdefault(path, []):
            self._others[path].append(name)
            self._relabel()
        known = np.isfinite(losses)
        if known.any():
            self.loss.view.append(_id(path, name), steps[known], losses[known])

    def _on_epoch(self, epoch: Epoch) -> None:
        """Metrics of an epoch."""
        path = self._controller.run
        if path in self._names:
            self._add_epoch(path, epoch.step, epoch.train, epoch.validation)

    def _add_epoch(self, path: Path, step: int, train: Mapping[str, Any], validation: Mapping[str, Any]) -> None:
        self._epochs[path].append((step, train, validation))
        new = [name for name in dict.fromkeys((*train, *validation)) if name not in self._metrics[path]]
        self._metrics[path] += new
        if new:
            self._offer()
            self._settle()
        if _known(validation.get("loss")):
            self.loss.view.append(_id(path, "validation"), [step], [validation["loss"]])
        self._append_metric(path, [(step, train, validation)])

    def _append_metric(self, path: Path, epochs: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]]) -> None:
        rows = list(epochs)
        for part, column in (("train", 1), ("validation", 2)):
            found = [(row[0], row[column].get(self.shown)) for row in rows]  # type: ignore[union-attr]
            steps, values = _columns([(step, value) for step, value in found if _known(value)])
            if steps:
                self.metric.view.append(_id(path, part), steps, values)

    # Which metric

    @property
    def shown(self) -> str:
        """The metric on the metric plot."""
        return str(self.chooser.currentData() or "accuracy")

    @property
    def wanted(self) -> str:
        """The metric that was chosen by hand, empty where none was."""
        return self._wanted

    def prefer(self, metric: str) -> None:
        """Show a metric as long as the run that leads has it."""
        self._wanted = metric
        self._settle()

    def _offer(self) -> None:
        """Offer the metrics that the runs on the plot have, and no others."""
        names = list(dict.fromkeys(name for names in self._metrics.values() for name in names))
        if names != [self.chooser.itemData(row) for row in range(self.chooser.count())]:
            shown = self.chooser.currentData()
            with QSignalBlocker(self.chooser):
                self.chooser.clear()
                for name in names:
                    self.chooser.addItem(title_of(name), name)
                self.chooser.setCurrentIndex(self.chooser.findData(shown))
        self.chooser.setMinimumWidth(min(self.chooser.sizeHint().width(), WIDEST))
        self.chooser.setVisible(bool(names))

    def _settle(self) -> None:
        """Show the metric that was chosen if the run that leads has it, else the one that stands for that run."""
        leads = self._controller.run if self._controller.run in self._metrics else next(reversed(self._metrics), None)
        names = self._metrics.get(leads, []) if leads is not None else []
        if not names:
            return
        alike = [name for name in names if own_name(name) == own_name(self._wanted)]
        metric = next((name for name in (self._wanted, *alike) if name in names), primary(dict.fromkeys(names)))
        if metric != self.chooser.currentData():
            self.chooser.setCurrentIndex(self.chooser.findData(metric))

    def _choose(self) -> None:
        for path, epochs in self._epochs.items():
            for part in PARTS:
                self.metric.view.remove_curve(_id(path, part))
                self.metric.view.add_curve(_id(path, part), self._label(path, part), self._hues[path], part)
            self._append_metric(path, epochs)
        self._name_metric()
        self.metric.view.fit()

    def _name_metric(self) -> None:
        """Title the axis with the metric, and its unit where all runs share one."""
        if not self.chooser.count():
            self.metric.view.panel.sides["left"].set_title(self.metric.view.title)
        else:
            units = set(self._units.values())
            unit = units.pop() if len(units) == 1 and own_name(self.shown) in IN_UNITS else ""
            title = title_of(self.shown)
            self.metric.view.panel.sides["left"].set_title(f"{title} ({unit})" if unit else title)

    # Labels

    def _label(self, path: Path, part: Part) -> str:
        return self._named(path, part)

    def _loss_label(self, path: Path, part: Part) -> str:
        """Where there are two losses, the first is the discriminator's."""
        if not self._others.get(path):
            return self._label(path, part)
        return self._named(path, "discriminator" if part == "train" else "validation")

    def _named(self, path: Path, words: str) -> str:
        return words if len(self._names) == 1 else f"{self._names[path]}, {words}"

    def _relabel(self) -> None:
        for chip in self.chips:
            chip.setVisible(bool(self._names))
        self._name_metric()
        for path, hue in self._hues.items():
            for part in PARTS:
                self.metric.view.add_curve(_id(path, part), self._label(path, part), hue, part)
                self.loss.view.add_curve(_id(path, part), self._loss_label(path, part), hue, part)
            for name in self._others.get(path, ()):
                self.loss.view.add_curve(
                    _id(path, name), self._named(path, WORDS.get(name, name)), hue + OTHER_HUE, "train"
                )


def target_unit(path: Path) -> str:
    """Return the unit of what the run in a folder predicts, empty where it has none or no file here tells it."""
    try:
        run = Run.open(path)
        info = DataChoice.parse(run.project.sections.get("data")).known_info(run.base)
        units = info.target_field().units if info is not None else ()
    except NetloomError:
        return ""
    return units[0] if units else ""


def _id(path: Path, part: str) -> str:
    return f"{path}|{part}"


def _known(value: object) -> bool:
    return isinstance(value, int | float)


def _columns(rows: Sequence[tuple[int, Any]]) -> tuple[list[int], list[float]]:
    return [step for step, _ in rows], [float(value) for _, value in rows]
