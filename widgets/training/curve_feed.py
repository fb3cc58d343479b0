"""Feeds the loss, metric and learning rate plots: the run in progress as it speaks, ticked runs from their folders."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from app.protocol.events import PER_CENT, Epoch, Finished, Points, Started
from app.training.runs import Run, RunHistory
from graph.errors import NetloomError
from widgets.look.theme import ThemeSource
from widgets.plots.axis_choice import AxisChoice
from widgets.plots.curve_item import Best, Level
from widgets.plots.curve_plot import CurvePlot, TitledCurves
from widgets.plots.curve_view import FRAME_MS, CurveView
from widgets.plots.follow_chip import FollowChip
from widgets.plots.ticks import number, percent
from widgets.training.curve_names import WORDS, full_name, label, loss_label
from widgets.training.loss_choice import LossChoice
from widgets.training.metric_text import own_name, primary, title_of, value_of
from widgets.training.run_reading import RunReading
from widgets.training.run_scale import ALONG, RunScale, time_unit
from widgets.training.shown_run import (
    PARTS,
    ShownRun,
    epoch_of,
    is_number,
    loss_title,
    measures,
    metric_title,
    metrics_of,
)
from widgets.training.training_controller import TrainingController

METRIC_MS = 2 * FRAME_MS
"""How long points of a metric wait: a frame more than losses, so that the event loop turns between the two paints."""
REPLACE_EVERY = 1.0
"""Seconds after which points are put to their times anew, at least: there may be hundreds of epochs a second."""
WIDEST = 160
"""Pixels that the chooser of the metric takes at most of a narrow plot."""
TICK = "Tick a run to see its curves."
"""What the plots say where there are runs and none is shown."""
BEGUN = "Training has begun: the losses of its first batches come next."

Array = np.ndarray[Any, Any]


class Curves(QObject):
    """Curves of any number of runs on three plots, a hue for each run.

    `failed` carries why the curves of a run cannot be shown.
    """

    failed = Signal(str)

    def __init__(self, source: ThemeSource, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.loss = CurvePlot(source, "Loss", "Press Train to see the loss fall, batch by batch.")
        words = "After the first epoch: how well the network does."
        self.metric = CurvePlot(source, "Metric", words, frame_ms=METRIC_MS, smooths=False)
        self.rate = TitledCurves(source, "Learning rate", "After the first epoch: how large its steps were.", METRIC_MS)
        self._views: tuple[CurveView, ...] = (self.loss.view, self.metric.view, self.rate.view)
        for plot, id_ in ((self.loss, "lossPlot"), (self.metric, "metricPlot"), (self.rate, "ratePlot")):
            plot.setObjectName(id_)
            plot.view.marked = plot is not self.rate
        self.loss.header.line_up(self.metric.header)
        self.rate.line_up(self.loss.header)
        self.loss.view.panel.link_x(self.metric.view.panel)
        self.loss.view.panel.link_x(self.rate.view.panel)
        self.loss.set_smoothing(0.6)
        self._runs: dict[Path, ShownRun] = {}
        self.reading = RunReading(self)
        self._scales: dict[Path, RunScale] = {}
        self._wanted, self._has_runs = "", False
        self._first_words = [view.empty_text for view in self._views]
        self._replace_due = 0.0
        self._make_choosers()
        controller.stateChanged.connect(lambda _: self._ask())
        controller.link.points.connect(self._on_points)
        controller.started.connect(self._on_started)
        controller.epoch_ended.connect(self._on_epoch)
        controller.finished.connect(self._on_finished)

    def _make_choosers(self) -> None:
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Metric to plot")
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chooser.currentIndexChanged.connect(self._choose)
        self.chooser.activated.connect(lambda _: self.prefer(str(self.chooser.currentData())))
        self.along = AxisChoice(self.loss.view, ALONG)
        self.along.chosen.connect(self._on_along)
        self.chooser.hide()
        self.metric.add_control(self.chooser, names=True)
        self.losses = LossChoice()
        self.losses.setMaximumWidth(WIDEST)
        self.losses.chosen.connect(self._on_loss)
        self.loss.add_control(self.losses)
        self.chips = [FollowChip(plot.view) for plot in (self.loss, self.metric)]
        for plot, chip in zip((self.loss, self.metric), self.chips, strict=True):
            plot.add_control(chip)
            chip.hide()

    # Runs

    def tell_runs(self, listed: int) -> None:
        """How many runs there are to tick: it decides what empty plots ask for."""
        self._has_runs = listed > 0
        self._ask()

    def _ask(self) -> None:
        """Empty plots ask for a tick where there are runs and none is shown, else for a training that has not begun."""
        training = self._controller.active and self._controller.own
        first = [BEGUN, *self._first_words[1:]] if training else self._first_words
        for view, words in zip(self._views, first, strict=True):
            asked = view.accessibleDescription() == view.empty_text
            view.set_empty_text(TICK if self._has_runs and not self._runs else words)
            if asked or not self._runs:  # what curves read, the crosshair says
                view.describe("" if self._runs else view.empty_text)

    def add_run(self, path: Path, name: str, hue: int) -> None:
        """Give a run its curves, empty at first; a run that is known gets another name and hue."""
        run = self._runs.get(path)
        if run is None:
            scale = self._scales.setdefault(path, RunScale())
            run = self._runs[path] = ShownRun(path, name, hue, measures(path), scale)
        run.name, run.hue = name, hue
        self._relabel()

    def remove_run(self, path: Path) -> None:
        """Take a run's curves away."""
        self.reading.stop(path)
        run = self._runs.pop(path, None)
        if run is not None:
            self._scales.pop(path, None)
            for view in self._views:
                for part in (*PARTS, *run.others):
                    view.remove_curve(run.curve(part))
                view.set_level(str(path), None)
                view.set_best(str(path), None)
        self._offer()
        self._relabel()

    def forget(self) -> None:
        """Another project is open: no run is shown, no metric chosen, and nothing is zoomed."""
        for path in (*self._runs, *self.reading.paths):
            self.remove_run(path)
        self._wanted = ""
        self._offer()
        self.fit()

    def fit(self) -> None:
        """Show everything, and keep showing everything as points come."""
        for view in self._views:
            view.fit()

    def rename_run(self, old: Path, new: Path, name: str, hue: int | None) -> None:
        """A run's folder has another name, or it is called otherwise; without a ``hue`` it is not shown."""
        if old == new and old in self._runs:
            self.add_run(old, name, self._runs[old].hue)
            return
        self.remove_run(old)
        if hue is not None:
            self.show_run(new, name, hue)

    def show_run(self, path: Path, name: str, hue: int, then: Callable[[RunHistory], object] = lambda _: None) -> None:
        """Add a run with all that its folder tells, and call ``then`` with its log; a long log is read in slices."""

        def show(history: RunHistory) -> None:
            self._add_history(path, name, hue, history)
            then(history)

        self.reading.read(path, show, self.failed.emit)

    def go_on(self, path: Path, name: str, hue: int) -> None:
        """Add a run in progress with all that its folder tells so far, at once: its next points are on their way."""
        self.reading.stop(path)
        if self._controller.has_not_begun(path):
            return  # there is nothing to read; it is added once it begins
        try:
            self._add_history(path, name, hue, Run.open(path).history())
        except NetloomError as error:
            self.failed.emit(str(error))

    def _add_history(self, path: Path, name: str, hue: int, history: RunHistory) -> None:
        self.add_run(path, name, hue)
        self._append_history(self._runs[path], history)

    def _append_history(self, run: ShownRun, history: RunHistory) -> None:
        run.scale.steps_per_epoch = int((history.started or {}).get("steps_per_epoch") or run.scale.steps_per_epoch)
        run.epochs.clear()
        run.best = None
        if len(history.steps):
            self.loss.view.append(run.curve("train"), history.steps, history.losses)
        for name, losses in history.others.items():
            self._append_other(run, name, history.steps, losses)
        for epoch in history.epochs:
            self._add_epoch(run, epoch_of(epoch))
        self._show_test(run, (history.finished or {}).get("test", {}))
        self._settle()
        self._relabel()
        self._replace()

    # The run in progress

    def _live(self) -> ShownRun | None:
        path = self._controller.run
        return self._runs.get(path) if path is not None else None

    @property
    def _leads(self) -> ShownRun | None:
        """The run in progress, else the one shown last; None where none is shown."""
        return self._live() or next(reversed(self._runs.values()), None)

    def _on_started(self, event: Started) -> None:
        path = Path(event.run)
        run = self._runs.get(path)
        scale = run.scale if run is not None else self._scales.setdefault(path, RunScale())
        scale.begin(event.steps_per_epoch)
        if run is not None:
            self._show_test(run, {})

    def _on_points(self, points: Points) -> None:
        """Losses of single batches."""
        run = self._live()
        if run is not None:
            self.loss.view.append(run.curve("train"), points.step, points.loss)
            for name, losses in points.others.items():
                self._append_other(run, name, points.step, losses)

    def _append_other(self, run: ShownRun, name: str, steps: Array, losses: Array) -> None:
        """Points of a loss beside the first, in another shade; steps that took none are left out."""
        if name not in run.others:
            run.others.append(name)
            self._relabel()
        known = np.isfinite(losses)
        if known.any():
            self.loss.view.append(run.curve(name), steps[known], losses[known])

    def _on_epoch(self, epoch: Epoch) -> None:
        """Metrics of an epoch."""
        run = self._live()
        if run is not None:
            validated = run.validated
            self._add_epoch(run, epoch)
            if run.validated != validated:
                self._relabel()
            if self.along.current == "time" and time.monotonic() >= self._replace_due:
                self._replace()  # the pace of the epoch in progress was a guess
                self._replace_due = time.monotonic() + REPLACE_EVERY

    def _on_finished(self, event: Finished) -> None:
        run = self._live()
        if run is not None:
            self._show_test(run, event.test)

    def _add_epoch(self, run: ShownRun, epoch: Epoch) -> None:
        run.add_epoch(epoch)
        new = [name for name in dict.fromkeys((*epoch.train, *epoch.validation)) if name not in run.metrics]
        run.metrics += new
        if new:
            self._offer()
            self._settle()
        if is_number(epoch.validation.get("loss")):
            self.loss.view.append(run.curve("validation"), [epoch.step], [epoch.validation["loss"]])
        self.rate.view.append(run.curve("train"), [epoch.step], [epoch.learning_rate])
        self._append_metric(run, [epoch])
        self._mark_best(run)

    def _append_metric(self, run: ShownRun, epochs: Iterable[Epoch]) -> None:
        rows = list(epochs)
        for part in PARTS:
            found = [(epoch.step, metrics_of(epoch, part).get(self.shown)) for epoch in rows]
            steps, values = _columns([(step, value) for step, value in found if is_number(value)])
            if steps:
                self.metric.view.append(run.curve(part), steps, values)

    # Marks

    def _mark_best(self, run: ShownRun) -> None:
        """Ring the best epoch on the curves of the part that chose it."""
        best = run.best
        part = "validation" if run.validated else "train"
        for view in (self.loss.view, self.metric.view):
            wanted = best is not None and (run.validated or view is self.metric.view)
            mark = Best(run.curve(part), best.step, f"best epoch: {best.epoch:,}") if best and wanted else None
            view.set_best(str(run.path), mark)

    def _show_test(self, run: ShownRun, test: Mapping[str, Any]) -> None:
        """Draw the scores of the test set, which come once training is over."""
        run.test = test
        for view, metric in ((self.loss.view, "loss"), (self.metric.view, self.shown)):
            value = test.get(metric)
            level = Level(f"test {value_of(metric, value)}", float(value), run.hue) if is_number(value) else None
            view.set_level(str(run.path), level)

    # What the x axis counts

    def _on_along(self) -> None:
        self._replace()
        self.loss.view.fit()

    def _replace(self) -> None:
        """Put all points where what the x axis counts says."""
        along = self.along.current
        unit, _ = self._unit()
        for view in self._views:
            view.set_along(along, unit if along == "time" else "")
        for run in self._runs.values():
            self._place(run)

    def _unit(self) -> tuple[str, float]:
        """The unit in which the longest of the runs is timed."""
        return time_unit(max((run.scale.seconds for run in self._runs.values()), default=0.0))

    def _place(self, run: ShownRun) -> None:
        scale = run.scale.of(self.along.current, self._unit()[1])
        for view in self._views:
            for part in (*PARTS, *run.others):
                if run.curve(part) in view.curves:
                    view.place_curve(run.curve(part), scale)

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
        names = list(dict.fromkeys(name for run in self._runs.values() for name in run.metrics))
        if names != [self.chooser.itemData(row) for row in range(self.chooser.count())]:
            shown = self.chooser.currentData()
            with QSignalBlocker(self.chooser):
                self.chooser.clear()
                for name in names:
                    self.chooser.addItem(title_of(name), name)
                self.chooser.setCurrentIndex(self.chooser.findData(shown))
        self.chooser.updateGeometry()
        self.chooser.setVisible(bool(names))

    def _settle(self) -> None:
        """Show the metric that was chosen if the run that leads has it, else the one that stands for that run."""
        leads = self._leads
        names = leads.metrics if leads is not None else []
        if not names:
            return
        alike = [name for name in names if own_name(name) == own_name(self._wanted)]
        metric = next((name for name in (self._wanted, *alike) if name in names), primary(dict.fromkeys(names)))
        if metric != self.chooser.currentData():
            self.chooser.setCurrentIndex(self.chooser.findData(metric))

    def _choose(self) -> None:
        for run in self._runs.values():
            for part in PARTS:
                self.metric.view.remove_curve(run.curve(part))
        self._relabel()
        for run in self._runs.values():
            self._append_metric(run, run.epochs)
            self._show_test(run, run.test)
            self._mark_best(run)
        self.metric.view.fit()

    def _name_metric(self) -> None:
        """Title the axis with the metric, and its unit where all runs that have it share one."""
        if not self.chooser.count():
            self.metric.view.panel.sides["left"].set_title(self.metric.view.title)
            return
        measured = [run.measures for run in self._runs.values() if run.has(self.shown)]
        self.metric.view.panel.sides["left"].set_title(metric_title(self.shown, measured))
        self.metric.view.write_values(percent if own_name(self.shown) in PER_CENT else number)

    # Labels

    def _on_loss(self) -> None:
        self._name_loss()
        self.loss.view.fit()

    def _name_loss(self) -> None:
        """Show the runs that have one loss, by which the axis is titled; the others keep their points."""
        runs, leads = list(self._runs.values()), self._leads
        before = self.losses.shown
        self.losses.offer([run.measures.loss for run in runs], leads.measures.loss if leads is not None else "")
        others = [run for run in runs if run.measures.loss != self.losses.shown]
        left_out = [run.curve(part) for run in others for part in (*PARTS, *run.others)]
        self.loss.view.leave_out([*left_out, *(str(run.path) for run in others)])
        shown = [run.measures for run in runs if run not in others]
        self.loss.view.panel.sides["left"].set_title(*loss_title(shown))
        if before != self.losses.shown:
            self.loss.view.fit()

    def _relabel(self) -> None:
        self._ask()
        self._explain_parts()
        for chip in self.chips:
            chip.setVisible(bool(self._runs))
        self._name_metric()
        self._name_loss()
        alone = len(self._runs) == 1
        for run in self._runs.values():
            for part in PARTS:
                full = full_name(run, part, alone=alone)
                self.metric.view.add_curve(run.curve(part), label(run, part, alone=alone), run.hue, part, name=full)
                words = loss_label(run, part, alone=alone)
                full = full_name(run, words or part, alone=alone)
                self.loss.view.add_curve(run.curve(part), words, run.hue, part, name=full)
            for name in run.others:
                words = full_name(run, WORDS.get(name, name), alone=alone)
                self.loss.view.add_curve(run.curve(name), words, run.hue, "train", shade=1)
            full = full_name(run, "learning rate", alone=alone)
            self.rate.view.add_curve(run.curve("train"), "" if alone else run.name, run.hue, "train", name=full)
            self._place(run)

    def _explain_parts(self) -> None:
        """Where names at curves are those of runs, a key says which strokes are train and which validation."""
        wanted = len(self._runs) > 1 and any(run.validated for run in self._runs.values())
        for view in (self.loss.view, self.metric.view):
            view.explain_parts(wanted)


def _columns(rows: Sequence[tuple[int, Any]]) -> tuple[list[int], list[float]]:
    return [step for step, _ in rows], [float(value) for _, value in rows]
