"""The training panel: plan, progress, loss, metrics and runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

from app.protocol.events import Epoch, EpochConfusion, EvaluationProgress, Event, Started, TrainingProgress
from app.training.diagnosis import UNSETTLED
from app.training.generalisation import caution
from app.training.run_labels import ProjectKey, owner_of
from app.training.runs import RunHistory
from app.training.training_course import judges_overfitting
from graph.document import Document
from widgets.look.focus import target_in
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.training.busy_covers import STARTING, BusyCovers
from widgets.training.confusion_page import COMING, NO_MATRIX, ConfusionPage
from widgets.training.curve_feed import Curves
from widgets.training.inline_notice import InlineNotice
from widgets.training.metric_text import classifies
from widgets.training.notice_places import NoticePlaces
from widgets.training.run_list import RunList
from widgets.training.score_chance import how_sure
from widgets.training.settings_form import PlanForm
from widgets.training.status_strip import APART, StatusStrip
from widgets.training.training_advice import TrainingAdvice
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

WIDE = 1240
"""Pixels, before scaling, from which on the panel has room for a third plot."""
SHARES = (37, 37, 26)
"""Of the width of all plots, in per cent, for each of the three."""
READING, BEGINS = "Reading the runs…", "Starting the training…"
LEFT = 408
"""Width of settings and runs until the splitter is moved."""


class TrainPanel(QWidget):
    """Everything about training on one panel, made to stand below the canvas.

    `run_picked` carries the run that was chosen in the list, `start_wanted` one whose weights the next training is to
    start with, `export_wanted` the run to export, `compare_wanted` two
    runs to compare, the older first. `run_renamed` carries the folder of a run as it was and as it is called now;
    `names_changed` says that runs are called otherwise, be it after their project or to be told apart.
    """

    run_picked = Signal(object)
    run_renamed = Signal(object, object)
    names_changed = Signal()
    start_wanted = Signal(object)
    export_wanted = Signal(object)
    compare_wanted = Signal(object, object)

    def __init__(self, source: ThemeSource, controller: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trainPanel")
        self._controller = controller
        self._live: Path | None = None
        self._beside: Path | None = None
        """The run that was the last one when the one in view began, and stayed drawn for that."""
        self._epochs = 0
        self.strip = StatusStrip(self)
        self.notice = InlineNotice(self)
        self.plan = PlanForm(self)
        self.curves = Curves(source, controller, self)
        self.runs = RunList(source, self)
        self.advice = TrainingAdvice(controller, self.notice, self.plan)
        self.busy = BusyCovers(controller.link, self, self._at_work)
        self.confusion_page = ConfusionPage(source)
        self.confusion = self.confusion_page.matrix
        self._to_select: Path | None = None
        self._lay_out()
        self._connect()
        source.changed.connect(self._fit_plots)

    def _lay_out(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        vbox(self.strip, (self._splitter, 1), parent=self, spacing=2)
        self.tabs, over = QTabWidget(), QWidget()
        self._over = over  # what a notice floats over
        for number, widget in enumerate((self.tabs, over)):
            self._splitter.addWidget(widget)
            self._splitter.setStretchFactor(number, number)
        self.tabs.setAccessibleName("Training settings and runs")
        self.tabs.setUsesScrollButtons(False)
        self.tabs.addTab(self.plan, "Training settings")
        self.tabs.addTab(self.runs, "Runs")
        self.tabs.addTab(self.confusion_page, "Confusion")
        self.tabs.setTabVisible(self.tabs.indexOf(self.confusion_page), False)
        self._plots = QSplitter(Qt.Orientation.Horizontal)
        vbox((self._plots, 1), parent=over, spacing=0)
        for number, plot in enumerate((self.curves.loss, self.curves.metric, self.curves.rate)):
            self._plots.addWidget(plot)
            self._plots.setStretchFactor(number, SHARES[number])
        self._plots.setSizes([10 * share for share in SHARES])
        self.curves.rate.hide()
        self._splitter.setSizes([LEFT, 920])
        plots = [plot.view for plot in (self.curves.loss, self.curves.metric, self.curves.rate)]
        self._places = NoticePlaces(self, over, plots, self.notice, self.runs)
        self.floating = self._places.beside

    def _connect(self) -> None:
        controller, model = self._controller, self.runs.model
        controller.stateChanged.connect(self._on_state)
        controller.readying.connect(self.strip.on_readying)
        self.strip.cancelled.connect(controller.stop)
        self.strip.resume_wanted.connect(self._resume_last)
        controller.started.connect(self._on_start)
        controller.progressed.connect(self._on_progress)
        controller.epoch_ended.connect(self._on_epoch)
        controller.link.training_event.connect(self._on_event)
        controller.failed.connect(self.advice.on_failure)
        controller.health.confusion.connect(self._on_confusion)
        controller.runs_changed.connect(self.refresh_runs)
        controller.devices_changed.connect(self._on_devices)
        controller.opened.connect(self._begin_project)
        controller.forgotten.connect(self._forget)
        controller.restored.connect(self._on_restored)
        controller.health.changed.connect(self._tell_overfitting)
        model.settled.connect(self._on_settled)
        for signal in (model.reading_begun, model.rowsInserted, model.settled, self.curves.reading.changed):
            signal.connect(self.busy.refresh)
        self.curves.reading.changed.connect(lambda: model.show_reading(self.curves.reading.paths))
        for signal in (model.rowsInserted, model.rowsRemoved, model.settled):
            signal.connect(self._count_runs)
        model.ticked.connect(self._on_tick)
        model.renamed.connect(self._on_rename)
        self.runs.picked.connect(self.run_picked)
        self.runs.picked.connect(self._on_picked)
        self.runs.start_wanted.connect(self.start_wanted)
        self.runs.export_wanted.connect(self.export_wanted)
        self.runs.resume_wanted.connect(self._resume)
        self.runs.compare_wanted.connect(self.compare_wanted)
        self.runs.widened.connect(self._make_room)
        self.runs.ask_last_run(lambda: controller.run)
        self.runs.last_wanted.connect(self._show_last)
        for plot in (self.curves.loss, self.curves.metric, self.curves.rate):
            plot.failed.connect(self.notice.say)
        self.curves.failed.connect(self.notice.say)
        self._on_devices()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many plots as the new width has room for."""
        super().resizeEvent(event)
        self._fit_plots()

    def _fit_plots(self) -> None:
        """The learning rate has a plot of its own where there is room for a third, in the size that text has now."""
        self.curves.rate.setVisible(self.width() >= self.curves.rate.view.theme.px(WIDE))

    def set_document(self, document: Document) -> None:
        """Show the plan of a document, and the runs there are."""
        self.plan.set_document(document)
        self.advice.set_document(document)
        self.runs.set_document(document)
        self.refresh_runs()

    def rename_project(self, key: ProjectKey) -> None:
        """The open project has another name, and its runs with it; or it is a copy, which has no runs yet."""
        controller = self._controller
        if key == controller.project:
            return
        copied = key.id != controller.project.id
        if copied and not (controller.active and controller.own):
            controller.open_project(key)
        else:
            controller.rename_project(key)
            self.runs.model.rename_project(key)
        if copied:
            self.refresh_runs()

    def main_part(self) -> QWidget | None:
        """The settings, the runs or whatever stands in front of them."""
        return target_in(self.tabs.currentWidget())

    def show_runs(self) -> None:
        """Bring the list of runs forward."""
        self.tabs.setCurrentWidget(self.runs)

    def show_last_run(self) -> None:
        """Pick the last run in the list, of which the line above the plots tells."""
        if self._controller.run is not None:
            self.runs.select(self._controller.run)

    def show_plan(self) -> None:
        """Bring the plan forward."""
        self.tabs.setCurrentWidget(self.plan)

    def close_document(self) -> None:
        """Let go of the document."""
        for part in (self.plan, self.advice):
            part.close_document()

    def refresh_runs(self) -> None:
        """Look at the folder of runs again."""
        run = self._controller.run
        if run is not None and run.parent.is_dir():
            self.runs.model.refresh(run.parent)
        else:
            self.runs.model.refresh()

    def set_roof(self, roof: QWidget) -> None:
        """Have notices that would leave the plots too low lie over ``roof``, which stands above this panel."""
        self._places.set_roof(roof)

    def _make_room(self, wide: bool) -> None:
        """Give the wide table the room of the plots, or give it back."""
        self._places.make_room(wide)

    # The run in progress

    def _resume(self, run: Path) -> None:
        self._controller.resume(run)

    def _resume_last(self) -> None:
        if self._controller.run is not None:
            self._controller.resume(self._controller.run)

    def _show_state(self) -> None:
        controller, run = self._controller, self._controller.run
        whose = "" if controller.active else self._whose()
        self.strip.show_state(controller.state, f"{whose}{controller.heading}", own=controller.own)
        over = run if controller.own and not controller.active else None
        entry = self.runs.model.up_to_date(over) if over is not None else None
        scored = entry if controller.score and controller.heading == controller.score else None
        self.strip.offer_resume(entry is not None and entry.goes_on and controller.state is not State.FAILED)
        self.strip.offer_errors(scored is not None and scored.has_errors)
        self.strip.state.setToolTip(plain_tip(how_sure(scored)) if scored is not None else "")
        if entry is not None and entry.kept is not None:
            self.strip.show_kept(entry.kept)
        self._tell_overfitting()

    def _whose(self) -> str:
        """The name of the last run, before what is told of it, where another run is picked in the list."""
        run, picked = self._controller.run, self.runs.current
        return f"{self._name_of(run)}{APART}" if run and picked and picked.path != run else ""

    def _on_picked(self, _run: Path) -> None:
        """Another run is looked at."""
        self._tell_whose()

    def _tell_whose(self) -> None:
        """Say of which run the score and the confusion matrix are."""
        if not self._controller.active:
            self._show_state()
        self.confusion_page.tell_whose(self._whose())

    def _on_state(self, state: State) -> None:
        self._show_state()
        self.runs.set_busy(self._controller.run if self._controller.active else None)
        self.busy.refresh()
        if state is State.STARTING:
            self.notice.clear()
        if state is State.FAILED:
            self.runs.wide.setChecked(False)  # why it failed is said over the plots

    def _on_start(self, event: Started) -> None:
        run = self._controller.run
        if run is None:
            return
        self._epochs = event.epochs
        self.strip.on_start(event)
        self._show_confusion(False)
        self.confusion_page.show_none(COMING)
        model = self.runs.model
        self._keep_beside(run)
        continued = event.step > 0
        model.tick(run, False)
        self._live = self._to_select = run
        model.tick(run, True)
        if continued:
            self.curves.go_on(run, self._name_of(run), model.hue(run) or 0)
        else:
            self.curves.fit()

    def _keep_beside(self, run: Path) -> None:
        """Leave the last run drawn beside ``run``, which begins, as what it is held against; one alone, so that curves
        do not pile up, and none that has nothing to show or whose numbers would leave no room for those of the new one.
        """
        last, before = self._live, self._beside
        if last in (None, run):
            return
        entry = self.runs.model.up_to_date(last)
        useful = entry.problem is None and entry.epoch > 0 and not entry.diverged
        for drawn in (before, None if useful else last):
            if drawn not in (None, run):
                self.runs.model.tick(drawn, False)
        self._beside = last if useful else None

    def _begin_project(self) -> None:
        """Another project is open: list its runs, and show nothing of the one before."""
        self._beside = None
        self.runs.model.show_project(self._controller.project)
        self.runs.begin_project()
        self.curves.forget()

    def _forget(self) -> None:
        """No run is known: tell nothing of the one before. Other runs of the project stay listed, and ticked."""
        self._live = None
        self.notice.clear()
        self.advice.warn_of_rate()
        self.strip.clear()
        self._show_confusion(False)
        self._show_state()

    def _on_progress(self, progress: TrainingProgress) -> None:
        self.strip.on_progress(progress)
        if self._live is not None:
            self.runs.model.on_progress(self._live, progress, self._epochs)

    def _on_event(self, event: Event) -> None:
        """How far the test at the end of the open project's training is."""
        if isinstance(event, EvaluationProgress) and self._controller.own:
            self.strip.on_testing(event)

    def _on_epoch(self, epoch: Epoch) -> None:
        self.strip.on_epoch(epoch)
        if self._live is not None:
            self.runs.model.on_epoch(self._live, epoch)
        if self._controller.own and self.confusion.is_empty() and classifies(epoch.validation):
            self._show_confusion(True)
            self.confusion_page.show_none(NO_MATRIX)  # where one is counted, it follows at once

    def _on_settled(self) -> None:
        """The list is read: the last run is one of them, or another project's by now."""
        controller = self._controller
        run = controller.run
        if run is not None and not controller.active and controller.project.id and self._is_gone(run):
            controller.let_go()
        self._restore()
        if self._to_select is not None and self.runs.model.row_of(self._to_select) is not None:
            self.runs.select(self._to_select)  # it is the one that is looked at since it began
            self._to_select = None

    def _is_gone(self, run: Path) -> bool:
        """Whether a run was deleted, or moved to another project."""
        return not run.is_dir() or owner_of(run).id not in ("", self._controller.project.id)

    def _restore(self) -> None:
        """Where no run is shown, take the latest of the open project, once the list is read."""
        if not self._controller.project.id or self._controller.active or self._controller.run is not None:
            return
        entry = self.runs.model.latest()
        if entry is not None:
            self._controller.restore(entry.path, entry.score)
        elif self._controller.score:
            self._controller.restore(None)  # what is remembered of its last run is no longer so

    def _show_last(self, run: Path) -> None:
        """Take a run for the last one again, as before the deletion that was taken back."""
        row = self.runs.model.row_of(run)
        if row is not None and run != self._controller.run:
            self._controller.restore(run, self.runs.model.entry(row).score)

    def _on_restored(self) -> None:
        """Show the last run, or the one in progress that is back in view."""
        run = self._controller.run
        if run is None:
            return
        if self._live not in (None, run) and not self._controller.active:
            # Figures and advice are of the run that was the last one until now.
            self.strip.clear()
            self.notice.clear()
            self.advice.warn_of_rate()
            self._show_state()
        self._live = run
        self.runs.model.tick(run, True)
        self._tell_overfitting()  # by what was wrong with this run
        name, hue = self._name_of(run), self.runs.model.hue(run) or 0
        if self._controller.active:
            self.curves.go_on(run, name, hue)
        else:
            self.curves.show_run(run, name, hue, self._restore_confusion)
        self.runs.select(run)

    def _tell_overfitting(self) -> None:
        """Answer for a run that is over whether it overfits, by its validation set and by its test."""
        controller = self._controller
        run, over = controller.run, not controller.active and controller.state is not State.FAILED
        found = {diagnosis.kind: diagnosis.evidence for diagnosis in controller.health.found}
        if run is None or not over or not controller.own or UNSETTLED & found.keys():
            self.strip.tell_overfitting(None)
            return
        entry, answer = self.runs.model.up_to_date(run), "overfitting" in found if judges_overfitting(run) else None
        samples = entry.test_samples or 0
        said = caution(entry.tested, samples)
        self.strip.tell_overfitting(answer, found.get("gap", ""), said, samples, found.get("still_falling", ""))

    def _on_confusion(self, event: EpochConfusion) -> None:
        """The matrix of an epoch of the open project's run."""
        if self._controller.own:
            self._show_confusion(True)
            self.confusion_page.show_counts(event.counts, list(event.classes))

    def _restore_confusion(self, history: RunHistory) -> None:
        """The matrix that a run kept; of a classifier that kept none, where there is one."""
        if self._controller.active:
            return  # another training began while its log was read
        kept, last = history.confusion, history.epochs[-1] if history.epochs else {}
        self._show_confusion(kept is not None or classifies(last.get("validation", {})))
        if kept is not None:
            self.confusion_page.show_counts(kept["counts"], [str(name) for name in kept["classes"]])
        else:
            self.confusion_page.show_none(NO_MATRIX)

    def _show_confusion(self, shown: bool) -> None:
        self.tabs.setTabVisible(self.tabs.indexOf(self.confusion_page), shown)

    def _on_devices(self) -> None:
        self.plan.set_devices([device.id for device in self._controller.devices])

    # Other runs

    def _on_tick(self, path: Path, on: bool) -> None:
        if not on:
            self.curves.remove_run(path)
            return
        name, hue = self._name_of(path), self.runs.model.hue(path) or 0
        if self._controller.active and path == self._live:
            self.curves.add_run(path, name, hue)  # its points come as they are made
        else:
            self.curves.show_run(path, name, hue)

    def _at_work(self) -> str:
        """What is done for empty plots and the empty list, in words; empty where nothing is."""
        controller = self._controller
        if controller.state is State.STARTING and controller.own:
            return self.strip.readies or (BEGINS if controller.link.is_ready else STARTING)
        reading = self.curves.reading.paths
        if reading:
            return f"Reading the log of {self._name_of(reading[0])}…"
        return READING if self.runs.model.is_reading else ""

    def _count_runs(self, *_: object) -> None:
        self.curves.tell_runs(self.runs.model.rowCount())

    def _on_rename(self, old: Path, new: Path) -> None:
        self.curves.rename_run(old, new, self._name_of(new), self.runs.model.hue(new))
        if old != new:
            self._live = new if self._live == old else self._live
            self._beside = new if self._beside == old else self._beside
            self._controller.rename_run(old, new)
            self.run_renamed.emit(old, new)
        self._tell_whose()
        self.names_changed.emit()

    def _name_of(self, path: Path) -> str:
        row = self.runs.model.row_of(path)
        return self.runs.model.entry(row).name if row is not None else self._controller.run_name(path)
