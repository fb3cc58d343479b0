"""Train, pause, step, stop and resume, with what each means at the moment."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from graph.errors import NetloomError
from widgets.shell.action_registry import Action
from widgets.shell.actions.network_actions import next_problem
from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from app.protocol.events import Epoch
    from app.protocol.messages import DeviceInfo, Unfinished
    from graph.checking.fixes import Fix
    from graph.checking.layer_info import Problem
    from graph.document import Document
    from widgets.shell.context import Context
    from widgets.training.fitting_run import FittingRun
    from widgets.training.run_entries import RunEntry
    from widgets.training.training_controller import TrainingController


CHANGED = {
    (True, False): "the network has changed since",
    (False, True): "the data has changed since",
    (True, True): "network and data have changed since",
}
"""What is said where network or data are not those of the last run."""
WAIT_MS = 1500
"""The status line tells of long work until the worker has said nothing of it for so long."""


class TrainingActions(QObject):
    """Between the actions and the `TrainingController`, which is there once it is loaded.

    ``state_told`` carries where training stands, in words. ``devices_told`` carries the devices as ``(id, title)``,
    the one chosen, and what ``auto`` comes to. ``outdated_told`` says in words whether network or data are others than
    those of the last run; empty where they are not.
    """

    state_told = Signal(str)
    devices_told = Signal(list, str, str)
    outdated_told = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window())
        self._context = context
        self.controller: TrainingController | None = None
        self._outdated_told = ""
        self._epoch_times: list[float] = []  # in order, of the run in progress or the last one
        self._again: Document | None = None  # what is trained once more as soon as the run in progress has ended
        self._keep_weights = False
        self._forget_wait = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._forget_wait.timeout.connect(self._show_state)
        self._fitting: FittingRun | None = None

    @property
    def score(self) -> str:
        """What came of the open project's last run, in words; empty where there is none."""
        return self.controller.score if self.controller is not None else ""

    def adopt(self, controller: TrainingController) -> None:
        """Command this controller from now on, and show what it says in the bar and the status line."""
        self.controller = controller
        controller.stateChanged.connect(self._on_state)
        controller.link.waits.connect(self._show_wait)
        controller.failed.connect(self._tell_failure)
        self._be_patient(controller)
        self._look_for_fitting_runs()
        controller.epoch_ended.connect(self._on_epoch)
        for signal in (controller.devices_changed, self._context.session.changed):
            signal.connect(self._show_devices)
        controller.elsewhere.connect(lambda sentence: self._context.say(Notice(sentence, "info", (), "elsewhere")))
        controller.noted.connect(lambda sentence: self._context.say(Notice(sentence, "warning", (), "note")))
        controller.started.connect(lambda _: self._epoch_times.clear())
        controller.started.connect(lambda _: self._remember_network())
        for signal in (controller.forgotten, controller.restored):
            signal.connect(self._remember_network)
            signal.connect(self._show_state)
        self._context.session.changed.connect(self._compare)
        self._show_devices()
        self._show_state()

    def _be_patient(self, controller: TrainingController) -> None:
        """Say when the worker does not answer or does not stop, with what ends it."""
        from widgets.training.worker_patience import WorkerPatience

        patience = WorkerPatience(controller, self)

        def tell(sentence: str, remedy: str) -> None:
            self._context.withdraw("worker")
            if sentence:
                self._context.say(Notice(sentence, "warning", ((remedy, patience.end),), "worker"))

        patience.said.connect(tell)

    def _look_for_fitting_runs(self) -> None:
        """Where an earlier run has the network and data as they are now, it is the one that counts."""
        from widgets.training.fitting_run import FittingRun

        self._fitting = FittingRun(self)
        self._fitting.found.connect(self._turn_to)

    def _turn_to(self, entry: RunEntry) -> None:
        controller, state = self.controller, self._context.session.state
        if controller is not None and not controller.active and (state.outdated or state.other_data):
            controller.restore(entry.path, entry.score)

    def _look_for_fitting(self) -> None:
        """Network or data are not those of the last run: look whether they are those of an earlier one."""
        controller, session, panel = self.controller, self._context.session, self._context.workbench.panel("train")
        if self._fitting is None or controller is None:
            return
        self._fitting.stop()
        if controller.active or controller.run is None or not (session.state.outdated or session.state.other_data):
            return
        from widgets.training.training_panel import TrainPanel

        if isinstance(panel, TrainPanel):
            model = panel.runs.model

            def own() -> list[RunEntry]:
                return [entry for entry in model.entries if model.scope.is_own(entry.path)]

            self._fitting.look(own, session.document, session.base)

    def _show_state(self) -> None:
        if self.controller is not None:
            words = self.controller.words
            self.state_told.emit(f"{words}; {self._outdated_told}" if self._outdated_told else words)
            self._context.commands.refresh()

    def _show_wait(self, _request: int, progress: Unfinished) -> None:
        """Say what the worker is long at, whoever asked for it; until nothing more is said of it."""
        self.state_told.emit(progress.sentence)
        self._forget_wait.start()

    def _tell_failure(self, sentence: str) -> None:
        workbench = self._context.workbench
        if workbench.isVisible() and workbench.workspace == "train":
            return  # the panel says it in place
        refused = self.controller is not None and self.controller.refused
        choices = (*self._repairs(), ("Resume", self.resume)) if self.can_resume and not refused else ()
        self._context.say(Notice(sentence, "error", choices, "training", of_project=True))

    def _repairs(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """What repairs the training that failed, which comes before resuming it."""
        from widgets.training.training_panel import TrainPanel

        found = self.controller.health.found if self.controller is not None else ()
        panel = self._context.workbench.panel("train")
        repair = panel.advice.repair(found[0]) if found and isinstance(panel, TrainPanel) else None
        if repair is not None:
            yield f"{repair.title} and train again", partial(self.train_again, repair)

    @property
    def epoch_seconds(self) -> float | None:
        """How long an epoch of the network as it is drawn takes, None where that is not known."""
        state = self._context.session.state
        return None if state.outdated or state.other_data else state.epoch_seconds

    def _remember_network(self) -> None:
        """Take network and data of the run that begins, or of none, for those that were trained."""
        from app.training.runs import Run

        controller, state = self.controller, self._context.session.state
        path = controller.run if controller is not None and controller.own else None
        try:
            run = Run.open(path) if path is not None else None
        except NetloomError:
            run = None
        state.trained = run.project.network if run is not None else None
        state.trained_on = (run.project.sections.get("data"), run.base) if run is not None else None
        self._compare()

    def _compare(self) -> None:
        """Say when network or data are no more those that were trained, or are so again."""
        from app.data.same_data import same_data

        session, state = self._context.session, self._context.session.state
        state.outdated = state.trained is not None and not state.trained.computes_as(state.document.network)
        chosen = state.document.sections.get("data")
        state.other_data = state.trained_on is not None and not same_data(*state.trained_on, chosen, session.base)
        self._look_for_fitting()
        words = CHANGED.get((state.outdated, state.other_data), "")
        if words != self._outdated_told:
            self._outdated_told = words
            self.outdated_told.emit(words)
            self._show_state()
            self._context.refresh()

    def _on_epoch(self, event: Epoch) -> None:
        from app.training.epoch_time import usual

        insort(self._epoch_times, event.seconds)
        self._context.session.state.epoch_seconds = usual(self._epoch_times)
        self._context.refresh()

    def _show_devices(self) -> None:
        """Offer the devices that the worker has, and mark the plan's."""
        offered, automatic = [("auto", "Automatic"), ("cpu", "Processor")], ""
        if devices := self.devices:
            offered = [("auto", "Automatic"), *((device.id, device.title) for device in devices)]
            automatic = next((device.id for device in devices if device.id != "cpu"), "cpu")
        self.devices_told.emit(offered, self._device(), automatic)

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """Where one can train; empty until the worker has told."""
        return self.controller.devices if self.controller is not None else ()

    def _device(self) -> str:
        plan = self._context.session.document.sections.get("plan") if self._context.ready else None
        chosen = plan.get("device") if isinstance(plan, dict) else None
        return chosen if isinstance(chosen, str) else "auto"

    def choose_device(self, name: str) -> None:
        """Have the open project trained on a device."""
        document = self._context.session.document
        plan = document.sections.get("plan")
        with document.transaction(f"Train on {name}"):
            document.set_section("plan", {**(plan if isinstance(plan, dict) else {}), "device": name})

    def _state(self) -> str:
        return str(self.controller.state) if self.controller is not None else "idle"

    @property
    def _working(self) -> bool:
        return self._context.ready and self._context.working

    @property
    def active(self) -> bool:
        """Whether a run is in progress."""
        return self.controller is not None and self.controller.active

    @property
    def can_train(self) -> bool:
        """Whether Train does something: begin, or go on after a pause."""
        return self._working and not self._elsewhere and self._state() not in ("starting", "running", "stopping")

    @property
    def train_title(self) -> str:
        """What Train does now."""
        return "Continue" if self._state() == "paused" and not self._elsewhere else "Train"

    @property
    def _elsewhere(self) -> str:
        """What the project is called that is trained while another is open; empty where none is."""
        controller = self.controller
        return controller.run_project if controller is not None and controller.active and not controller.own else ""

    @property
    def why_not(self) -> str:
        """Why Train or Step does nothing now, as far as that is to be told."""
        other = self._elsewhere
        paused = self._state() == "paused"
        state = "is paused: continue it, or stop it" if paused else "goes on: wait for it, or stop it"
        return f"The training of {other} {state}" if other else ""

    @property
    def stop_title(self) -> str:
        """What Stop does now."""
        return f"Stop the training of {self._elsewhere}" if self._elsewhere else "Stop"

    @property
    def can_pause(self) -> bool:
        """Whether there is something to pause or to go on with."""
        return self._state() in ("running", "paused")

    @property
    def pause_title(self) -> str:
        """What Pause does now."""
        title = "Continue" if self._state() == "paused" else "Pause"
        return f"{title} the training of {self._elsewhere}" if self._elsewhere else title

    @property
    def can_step(self) -> bool:
        """Whether one batch can be trained."""
        return self._working and not self._elsewhere and self._state() not in ("starting", "stopping")

    @property
    def can_stop(self) -> bool:
        """Whether a run can be stopped."""
        return self._state() in ("starting", "running", "paused")

    @property
    def can_resume(self) -> bool:
        """Whether the last run can be continued."""
        return self._working and self.controller is not None and self.controller.resumable and self.controller.own

    @property
    def resume_title(self) -> str:
        """What Resume does now."""
        done = self.can_resume and self.controller is not None and self.controller.complete
        return "Train the last run for longer" if done else "Resume the last run"

    def train(self) -> None:
        """Train the project as it stands, or go on after a pause."""
        if self._state() == "paused" and self.controller is not None:
            self.controller.go()
        elif (controller := self.checked()) is not None:
            self._context.show_workspace("train")
            session = self._context.session
            controller.train(session.document, session.base)
            self._say_kept_data()

    def train_again(self, fix: Fix | None = None, keep_weights: bool = False) -> None:
        """Apply a fix and train in a new run, once the run in progress has ended.

        With ``keep_weights`` it begins from the weights that the last run has saved by then.
        """
        controller = self.controller
        if controller is None:
            return
        if fix is not None:
            fix.apply(self._context.session.document)
        self._keep_weights = keep_weights
        self._again = None
        if controller.active:
            self._again = self._context.session.document
            controller.stop()
        else:
            self._begin_again(self._context.session.document)

    def train_on(self, fix: Fix) -> None:
        """Apply a fix that sets more epochs, and have the last run go on until as many are done."""
        controller, document = self.controller, self._context.session.document
        if controller is None or controller.active or controller.run is None:
            return
        from app.training.plan_problems import readable_plan

        fix.apply(document)
        plan = readable_plan(document.sections.get("plan"))
        self._context.show_workspace("train")
        controller.resume(controller.run, plan.epochs if plan is not None else None)

    def _on_state(self, state: str) -> None:
        self._show_state()
        if self._again is not None and state in ("finished", "failed", "idle"):
            again, self._again = self._again, None
            if state == "finished":
                QTimer.singleShot(0, self, partial(self._begin_again, again))

    def _begin_again(self, document: Document) -> None:
        """Train ``document`` in a new run, unless another one was opened meanwhile."""
        if document is not self._context.session.document:
            return
        before = self.controller.run if self.controller is not None else None
        controller = self.checked()
        if controller is None or controller.active:
            return
        from app.training.runs import WEIGHTS

        session, weights = self._context.session, before / WEIGHTS if before is not None else None
        kept = weights if self._keep_weights and weights is not None and weights.is_file() else None
        self._context.show_workspace("train")
        controller.train(session.document, session.base, weights=kept)
        if kept is not None:
            self._tell_weights(kept.parent)

    def _tell_weights(self, run: Path) -> None:
        """Say of when the weights are with which a run begins that goes on from another."""
        from app.training.runs import Run

        try:
            when = Run.open(run).weights_saved()
        except NetloomError:
            return
        if when:
            text = f"The new run goes on from the weights that the run before had {when}."
            self._context.say(Notice(text, "info", (), "weights", of_project=True))

    def step(self) -> None:
        """Train on one batch."""
        controller = self.controller if self.active else self.checked()
        if controller is not None:
            self._context.show_workspace("train")
            session = self._context.session
            controller.step(session.document, session.base)

    def pause(self) -> None:
        """Pause, or go on."""
        if self.controller is not None:
            self.controller.toggle_pause()

    def stop(self) -> None:
        """Stop after the current step."""
        if self.controller is not None:
            self.controller.stop()

    def resume(self) -> None:
        """Continue the last run."""
        if self.controller is not None and self.controller.run is not None:
            self._context.show_workspace("train")
            self.controller.resume(self.controller.run)

    def checked(self) -> TrainingController | None:
        """The controller, if the project can be trained; else what is missing is said in place."""
        context = self._context
        context.require("training")
        if "data" not in context.session.document.sections:
            choose = (("Choose data", lambda: context.show_workspace("data")),)
            self._cannot_train(
                "Choose the data to train on first.", choose, lambda: "data" not in context.session.document.sections
            )
            return None
        errors = [problem for problem in context.session.problems if problem.severity == "error"]
        if errors:
            message = errors[0].message
            self._cannot_train(
                f"This network cannot train yet. {message}",
                tuple(self._ways_out(errors[0])),
                lambda: any(message == problem.message for problem in context.session.problems),
            )
            return None
        context.withdraw("cannot-train", "dropped")
        return self.controller

    def _say_kept_data(self) -> None:
        """Say what is trained on where a file was chosen last that could not be read."""
        from widgets.data.chosen_file import kept_data
        from widgets.data.data_view import DataView

        context = self._context
        view, session = context.workbench.panel("data"), context.session
        if isinstance(view, DataView) and view.unread:
            kept = kept_data(session.document.sections.get("data"), session.base)
            choices = (("Show why", lambda: context.show_workspace("data")),)
            text = f"{view.unread} could not be read. {kept}"
            context.say(Notice(text, "warning", choices, "kept-data", of_project=True, passes=True))

    def _ways_out(self, problem: Problem) -> Iterator[tuple[str, Callable[[], object]]]:
        """What repairs a problem, and after that what leads to its layer."""
        context = self._context
        for fix in problem.fixes[:1]:
            yield fix.title, partial(context.workbench.problems.repair, fix)
        if problem.layer is not None or not problem.fixes:
            yield "Show me", partial(next_problem, context)

    def _cannot_train(
        self, text: str, choices: tuple[tuple[str, Callable[[], object]], ...], holds: Callable[[], bool]
    ) -> None:
        """Say why not, for as long as that ``holds``."""
        self._context.say(Notice(text, "error", choices, "cannot-train", of_project=True, holds=holds))


def _training(context: Context) -> TrainingActions:
    return context.part(TrainingActions)


ACTIONS = (
    Action("train", "Train", "Train", lambda c: _training(c).train(), ("Ctrl+Return", "Ctrl+Enter"), "play",
           lambda c: _training(c).can_train, lambda c: _training(c).train_title, why=lambda c: _training(c).why_not),
    Action("pause", "Train", "Pause", lambda c: _training(c).pause(), ("Ctrl+P",), "pause",
           lambda c: _training(c).can_pause, lambda c: _training(c).pause_title),
    Action("step", "Train", "Train on one batch", lambda c: _training(c).step(), ("Ctrl+.",), "step",
           lambda c: _training(c).can_step, why=lambda c: _training(c).why_not),
    Action("stop", "Train", "Stop", lambda c: _training(c).stop(), ("Ctrl+Shift+Return",), "stop",
           lambda c: _training(c).can_stop, lambda c: _training(c).stop_title),
    Action("resume", "Train", "Resume the last run", lambda c: _training(c).resume(), (), "",
           lambda c: _training(c).can_resume, lambda c: _training(c).resume_title),
)  # fmt: skip
