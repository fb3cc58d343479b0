"""Training as the window sees it: a state machine over the worker, and the signals that panels listen to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.protocol.events import Epoch, Event, Finished, Paused, Resumed, Started, TrainingNote, TrainingProgress
from app.protocol.messages import DeviceInfo, Ready, Unfinished
from app.protocol.training_messages import Go, Pause, Resume, Step, Stop, Train, TrainingBegun
from app.protocol.watch import Watch
from app.training import runs
from app.training.diagnosis import divergence
from app.training.run_labels import ProjectKey, move_run, owner_of
from graph.document import Document
from graph.project import Project, project_json
from widgets.training.metric_text import score_of
from widgets.training.run_entries import called, extended, run_name
from widgets.training.run_progress import RunProgress
from widgets.training.shown_run import measures
from widgets.training.training_health import TrainingHealth
from widgets.training.training_state import ACTIVE, State, describe_state
from widgets.training.watched import Watching
from widgets.training.worker_link import WorkerLink


class TrainingController(QObject):
    """Starts, pauses, steps, stops and resumes training, and passes on what it says.

    `stateChanged` carries the new `State`; `readying` says how far the data is that a training waits for
    (`Unfinished`); `started`, `progressed`, `epoch_ended` and `finished` carry the event of `app.protocol.events`;
    losses and snapshots come straight from the `link`. `failed` carries a sentence, and so does `noted`, which tells of
    something that ends no training. `runs_changed` says that the
    list of runs is not what it was. `devices_changed` comes once a worker has told its devices.

    Only what concerns the open project is passed on. `opened` says that another one is open, and `forgotten` that no
    run is known, be it for that reason or because the last one is gone; `restored` that the last run is known, or that
    the run in progress is back in view. A run of a project that was left goes on; when it ends, `ended_elsewhere`
    carries that project and the run, and `elsewhere` a sentence.
    """

    stateChanged = Signal(object)  # noqa: N815 - the name that the window's other parts rely on
    readying = Signal(object)
    started = Signal(object)
    progressed = Signal(object)
    epoch_ended = Signal(object)
    finished = Signal(object)
    failed = Signal(str)
    noted = Signal(str)
    runs_changed = Signal()
    devices_changed = Signal()
    opened = Signal()
    forgotten = Signal()
    restored = Signal()
    ended_elsewhere = Signal(object, object)
    elsewhere = Signal(str)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._state = State.IDLE
        self._run: Path | None = None
        self._key = ProjectKey("")
        self._run_key = self._key
        self._score = ""
        self._reason = ""
        self._complete = False
        self._promised: Path | None = None
        self._devices: tuple[DeviceInfo, ...] = ()
        self._watching = Watching(link, lambda: self.active)
        self._request: int | None = None
        self._before: tuple[State, Path | None, bool, str] = (State.IDLE, None, False, "")
        self._denied = False
        self._steps_wanted = 0
        self.tensorboard = False
        """Whether trainings that begin write TensorBoard event files too."""
        self.health = TrainingHealth(link, self)
        """What is wrong with the last training; it hears each event before the signals here tell of it."""
        self.progress = RunProgress(link, lambda: self._state, self)
        """How far the run in progress is, of whichever project."""
        self.stateChanged.connect(self.progress.changed)
        link.training_event.connect(self._on_event)
        link.waits.connect(self._on_unfinished)
        link.ready.connect(self._on_ready)
        link.lost.connect(self._on_lost)

    # Reading

    @property
    def link(self) -> WorkerLink:
        """The worker's line, for requests that have nothing to do with training."""
        return self._link

    @property
    def state(self) -> State:
        """Where training stands."""
        return self._state

    @property
    def active(self) -> bool:
        """Whether a run is in progress, be it paused."""
        return self._state in ACTIVE

    @property
    def run(self) -> Path | None:
        """The folder of the run in progress or of the last one."""
        return self._run

    def has_not_begun(self, run: Path) -> bool:
        """Whether a folder is that of a training which is only asked for: the worker makes it when it begins."""
        return run == self._promised and (self.active or not run.is_dir())

    @property
    def project(self) -> ProjectKey:
        """What tells the runs of the open project."""
        return self._key

    def run_name(self, path: Path) -> str:
        """What a run is called: after the open project if it is its own."""
        return run_name(path, owner_of(path), self._key)

    @property
    def own(self) -> bool:
        """Whether the run in progress is of the open project."""
        return self._run_key.id == self._key.id

    @property
    def run_key(self) -> ProjectKey:
        """What tells the runs of the project whose run is in progress, or was the last."""
        return self._run_key

    @property
    def run_id(self) -> str:
        """The id of the project whose run is in progress, or was the last."""
        return self._run_key.id

    @property
    def run_project(self) -> str:
        """What the project is called whose run is in progress, or was the last."""
        return self._run_key.name

    @property
    def words(self) -> str:
        """Where training of the open project stands, in words; with the score of its last run once there is one."""
        failed = self._state is State.FAILED and not self._score
        return self._reason if failed and self._reason else self.heading

    @property
    def heading(self) -> str:
        """The same in a few words, where the reason of a failure is said elsewhere."""
        if self.active and not self.own:
            return f"Training {self.run_project}, another project"
        return self._score if self._score and not self.active else describe_state(self._state)

    @property
    def reason(self) -> str:
        """Why the last training failed, else empty."""
        return self._reason

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """Where one can train, as the worker says; empty until it has."""
        return self._devices

    @property
    def complete(self) -> bool:
        """Whether the last run has done all its epochs, so that resuming it trains as many again."""
        return self._complete and not self.active

    @property
    def refused(self) -> bool:
        """Whether the last training did not even begin: to ask for it again at once would be refused again."""
        return self._state is State.FAILED and self._denied

    @property
    def resumable(self) -> bool:
        """Whether the last run can be continued from what it saved."""
        return not self.active and self._run is not None and (self._run / runs.CHECKPOINT).is_file()

    # What the user does

    def train(
        self, document: Document, base: Path | None = None, *, paused: bool = False, weights: Path | None = None
    ) -> None:
        """Freeze the project as it is and train it in a new run folder; ``base`` is the folder of its file.

        ``weights`` is a file to begin from in place of what the project says.
        """
        if self.active:
            return
        project = project_json(Project(document.network, dict(document.sections), self._key.id))
        about = document.sections.get("about")
        title = about.get("title") if isinstance(about, Mapping) else None
        self._promised = runs.fresh_folder(self._key.name or (title if isinstance(title, str) else ""))
        self._begin(self._promised)
        request = Train(
            project=project, base=base, out=self._run, paused=paused, weights=weights, tensorboard=self.tensorboard
        )
        self._request = self._link.request(request, self._on_begun, self._refused)

    def resume(self, run: Path, epochs: int | None = None, *, paused: bool = False) -> None:
        """Continue a run where it stopped.

        ``epochs`` is its new total number of epochs; without it a run that has done all of them trains as many again.
        """
        if self.active:
            return
        epochs = epochs or extended(run)
        self._begin(run)
        request = Resume(run=run, epochs=epochs, paused=paused, tensorboard=self.tensorboard)
        self._request = self._link.request(request, self._on_begun, self._refused)

    def pause(self) -> None:
        """Hold after the current step."""
        if self._state is State.RUNNING:
            self._link.send(Pause())

    def go(self) -> None:
        """Go on after a pause."""
        if self._state is State.PAUSED:
            self._link.send(Go())

    def toggle_pause(self) -> None:
        """Pause while running, go on while paused."""
        act = self.go if self._state is State.PAUSED else self.pause
        act()

    def step(self, document: Document, base: Path | None = None) -> None:
        """Train on one batch, then wait; where nothing is running this begins a run that waits after its first."""
        if self._state is State.PAUSED:
            self._link.send(Step())
        elif self._state is State.RUNNING:
            self._link.send(Pause())
        elif not self.active:
            self._steps_wanted = 1
            self.train(document, base, paused=True)

    def stop(self) -> None:
        """End the run after the current step; it can be resumed."""
        if self._state in (State.RUNNING, State.PAUSED, State.STARTING):
            self._set_state(State.STOPPING)
            self._link.send(Stop())

    def watch(self, wanted: Watch) -> None:
        """Say what of the network's inside is on screen; the worker sends nothing else."""
        self._watching.change(lambda watched: replace(watched, panels=wanted))

    def watch_cards(self, cards: tuple[str, ...], *, health: bool) -> None:
        """Say which cards on the canvas show a small picture, and whether marks of health are shown."""
        self._watching.change(lambda watched: replace(watched, cards=cards, health=health))

    @property
    def score(self) -> str:
        """What came of the project's last run, in words; empty where there is none, or nothing was measured."""
        return self._score

    @property
    def restoring(self) -> bool:
        """Whether the project is known to have a run, which is being looked for."""
        return not self.active and self._run is None and bool(self._score)

    def open_project(self, key: ProjectKey, score: str = "") -> None:
        """Another project is open: what was trained last is not its own. A run in progress goes on.

        ``score`` is what is remembered of its last run, until that is found, or is found to be gone.
        """
        self._key = key
        if not self.active:
            self._forget_run()
            self._score = score
        self.opened.emit()
        self.forgotten.emit()
        if self.active:
            self.stateChanged.emit(self._state)
            if self.own:
                self.restored.emit()

    def let_go(self) -> None:
        """The last run was deleted, or moved to another project: the open one stays as it is, without it."""
        self._forget_run()
        self.forgotten.emit()

    def rename_run(self, old: Path, new: Path) -> None:
        """The folder of a run has another name."""
        if self._run == old:
            self._run = new

    def rename_project(self, key: ProjectKey) -> None:
        """The open project has another name, or after `copied` another id, which its run in progress takes along."""
        if self.active and self.own:
            self._run_key = key
            if self._run is not None and self._run.is_dir() and key.id != self._key.id:
                move_run(self._run, key.id)
        self._key = key

    def restore(self, run: Path | None, score: str = "") -> None:
        """Take a run of the open project as its last one, None where it has none; ``score`` says what came of it."""
        if self.active:
            return
        self._run, self._run_key, self._score = run, self._key, score
        self._complete = run is not None and bool(extended(run))
        self._state = State.IDLE
        self.stateChanged.emit(State.IDLE)
        if run is not None:
            self.restored.emit()

    def _forget_run(self) -> None:
        self._run, self._reason, self._complete, self._score = None, "", False, ""
        self._set_state(State.IDLE)

    def close(self) -> None:
        """End the worker, and with it a run in progress, which can be resumed later."""
        self._link.close(saving=self._state in (State.RUNNING, State.PAUSED, State.STOPPING))

    # What the worker says

    def _begin(self, run: Path) -> None:
        self._before = self._state, self._run, self._complete, self._score
        self._denied, self._run_key = False, self._key
        self._run, self._reason, self._complete, self._score = run, "", False, ""
        self._set_state(State.STARTING)

    def _on_begun(self, _reply: TrainingBegun) -> None:
        self._request = None

    def _on_event(self, event: Event) -> None:
        match event:
            case TrainingProgress() | Epoch() if not self.own:
                pass
            case TrainingProgress():
                self.progressed.emit(event)
            case Epoch():
                self.epoch_ended.emit(event)
            case Started():
                self._on_started(event)
            case Paused():
                self._on_paused()
            case Resumed() if self._state is State.PAUSED:
                self._set_state(State.RUNNING)
            case TrainingNote():
                self.noted.emit(event.text)
            case Finished():
                self._on_finished(event)

    def _on_unfinished(self, number: int, progress: Unfinished) -> None:
        """The data is not ready yet; here, where nothing is trained, to stop is to want it no more."""
        if number != self._request:
            return
        if self._state is State.STOPPING:
            self._link.forget(number)
            state, self._run, self._complete, self._score = self._before
            self._request, self._steps_wanted = None, 0
            self._set_state(state)
        elif self.own:
            self.readying.emit(progress)

    def _on_started(self, event: Started) -> None:
        self._run, self._promised = Path(event.run), None
        self._watching.begin()
        if self.own:
            self.started.emit(event)
        if self._state is State.STARTING:
            self._set_state(State.RUNNING)
        self.runs_changed.emit()

    def _on_paused(self) -> None:
        if self._state is State.STOPPING:
            return
        self._set_state(State.PAUSED)
        if self._steps_wanted:
            self._steps_wanted -= 1
            self._link.send(Step())

    def _on_finished(self, event: Finished) -> None:
        self._steps_wanted = 0
        failed = event.status == "failed"
        self._reason = event.reason or "" if failed else ""
        run = self._run or Path()
        diverged, test = divergence(self.health.found), {} if failed else event.test
        score = score_of(event.status, event.epoch, test, None, lambda: measures(run).unit, diverged)
        if not self.own:
            self._end_elsewhere(event.reason or (f"{score}." if score else ""))
            return
        self._score = score
        self.finished.emit(event)
        self._complete = event.status == "completed" and self._run is not None and bool(extended(self._run))
        if failed:
            self._fail(self._reason or "Training failed without a reason.")
        else:
            self._set_state(State.FINISHED)
            self.runs_changed.emit()

    def _on_ready(self, ready: Ready) -> None:
        self._devices = ready.devices
        self.devices_changed.emit()

    def _on_lost(self, reason: str) -> None:
        if self.active:
            self._fail(reason)

    def _refused(self, reason: str) -> None:
        if self._state in ACTIVE:
            self._denied = True
            self._fail(reason)

    def _fail(self, reason: str) -> None:
        if self._run is not None:
            reason = reason.replace(f"{self._run} ", f"{called(self._run, self._key)} ")
        self._steps_wanted, self._reason = 0, reason
        if self.active and not self.own:
            self._end_elsewhere(reason)
            return
        if not self.active and self._state is not State.FAILED:
            return  # an error that belongs to no run is told by whoever asked
        self._set_state(State.FAILED)
        self.failed.emit(reason)
        self.runs_changed.emit()

    def _end_elsewhere(self, reason: str) -> None:
        """A run of another project has ended: nothing of it is the open one's."""
        name = self._run_key.name or "Another project"
        self.ended_elsewhere.emit(self._run_key, self._run)
        self._run_key = self._key
        self._forget_run()
        self.elsewhere.emit(f"{name}: training ended. {reason}".strip())
        self.runs_changed.emit()

    def _set_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self._link.expect_events(self.active)
            self.stateChanged.emit(state)
