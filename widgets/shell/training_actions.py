"""Training as the top bar commands it: train, pause, step, stop and resume, with what each means at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from app.protocol.framing import Message
    from widgets.shell.window import MainWindow
    from widgets.training.training_controller import TrainingController
    from widgets.training.worker_link import WorkerLink


WAIT_MS = 1500
"""The status line tells of long work until the worker has said nothing of it for so long."""


class TrainingActions:
    """Between the actions and the `TrainingController`, which is there once it is loaded."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.controller: TrainingController | None = None
        self.link: WorkerLink | None = None
        self.epoch_seconds: float | None = None
        self._forget_wait = QTimer(window, singleShot=True, interval=WAIT_MS)
        self._forget_wait.timeout.connect(self._show_state)

    def adopt(self, controller: TrainingController) -> None:
        """Command this controller from now on, and show what it says in the bar and the status line."""
        self.controller = controller
        controller.stateChanged.connect(lambda _: self._show_state())
        controller.link.waits.connect(self._show_wait)
        controller.failed.connect(self._tell_failure)
        controller.epoch_ended.connect(self._on_epoch)
        controller.devices_changed.connect(self.show_devices)
        self._window.bar.device.connect(self._choose_device)
        self.show_devices()
        self._show_state()

    def _show_state(self) -> None:
        from widgets.training.training_controller import describe_state

        if self.controller is not None:
            self._window.status.training.setText(describe_state(self.controller.state))
            self._window.commands.refresh()

    def _show_wait(self, _request: int, message: Message) -> None:
        """Say what the worker is long at, whoever asked for it; until nothing more is said of it."""
        self._window.status.training.setText(str(message.fields.get("sentence", "")))
        self._forget_wait.start()

    def _tell_failure(self, sentence: str) -> None:
        workbench = self._window.workbench
        if workbench is not None and workbench.isVisible() and workbench.workspace == "train":
            return  # the panel says it in place
        refused = self.controller is not None and self.controller.refused
        choices = (("Resume", self.resume),) if self.can_resume and not refused else ()
        self._window.say(Notice(sentence, "error", choices, "training"))

    def _on_epoch(self, message: Message) -> None:
        seconds = message.fields.get("seconds")
        self.epoch_seconds = float(seconds) if isinstance(seconds, int | float) else None
        self._window.refresh_status()

    def show_devices(self) -> None:
        """Offer the devices that the worker has, and mark the plan's."""
        offered, found = [("auto", "Automatic"), ("cpu", "Processor")], ""
        if self.controller is not None and self.controller.devices:
            devices = self.controller.devices
            offered = [("auto", "Automatic"), *((one.id, one.title) for one in devices)]
            found = next((one.id for one in devices if one.id != "cpu"), "cpu")
        self._window.bar.show_devices(offered, self._device(), found)

    def _device(self) -> str:
        session = self._window.session
        plan = session.document.sections.get("plan") if session is not None else None
        chosen = plan.get("device") if isinstance(plan, dict) else None
        return chosen if isinstance(chosen, str) else "auto"

    def _choose_device(self, name: str) -> None:
        session = self._window.session
        if session is None:
            return
        plan = session.document.sections.get("plan")
        with session.document.transaction(f"Train on {name}"):
            session.document.set_section("plan", {**(plan if isinstance(plan, dict) else {}), "device": name})

    def _state(self) -> str:
        return str(self.controller.state) if self.controller is not None else "idle"

    @property
    def _working(self) -> bool:
        return self._window.workbench is not None and self._window.working

    @property
    def active(self) -> bool:
        """Whether a run is in progress."""
        return self.controller is not None and self.controller.active

    @property
    def can_train(self) -> bool:
        """Whether Train does something: begin, or go on after a pause."""
        return self._working and self._state() not in ("starting", "running", "stopping")

    @property
    def train_title(self) -> str:
        """What Train does now."""
        return "Continue" if self._state() == "paused" else "Train"

    @property
    def can_pause(self) -> bool:
        """Whether there is something to pause or to go on with."""
        return self._state() in ("running", "paused")

    @property
    def pause_title(self) -> str:
        """What Pause does now."""
        return "Continue" if self._state() == "paused" else "Pause"

    @property
    def can_step(self) -> bool:
        """Whether one batch can be trained."""
        return self._working and self._state() not in ("starting", "stopping")

    @property
    def can_stop(self) -> bool:
        """Whether a run can be stopped."""
        return self._state() in ("starting", "running", "paused")

    @property
    def can_resume(self) -> bool:
        """Whether the last run can be continued."""
        return self._working and self.controller is not None and self.controller.resumable

    @property
    def resume_title(self) -> str:
        """What Resume does now."""
        done = self.can_resume and self.controller is not None and self.controller.complete
        return "Train the last run on" if done else "Resume the last run"

    def train(self) -> None:
        """Train the project as it stands, or go on after a pause."""
        if self._state() == "paused" and self.controller is not None:
            self.controller.go()
        elif (controller := self._checked()) is not None and self._window.session is not None:
            self._window.show_workspace("train")
            session = self._window.session
            controller.train(session.document, session.base, name=session.suggested_name)

    def step(self) -> None:
        """Train on one batch."""
        controller = self.controller if self.active else self._checked()
        if controller is not None and self._window.session is not None:
            self._window.show_workspace("train")
            session = self._window.session
            controller.step(session.document, session.base, session.suggested_name)

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
            self._window.show_workspace("train")
            self.controller.resume(self.controller.run)

    def _checked(self) -> TrainingController | None:
        """The controller, if the project can be trained; else what is missing is said in place."""
        window = self._window
        window.loader.require("training")
        if window.session is None or self.controller is None:
            return None
        if "data" not in window.session.document.sections:
            choose = ("Choose data", lambda: window.show_workspace("data"))
            window.say(Notice("Choose the data to train on first.", "warning", (choose,), "cannot-train"))
            return None
        errors = [problem for problem in window.session.problems if problem.severity == "error"]
        if errors:
            show = ("Show me", window.next_problem)
            window.say(Notice(f"This network cannot train yet. {errors[0].message}", "error", (show,), "cannot-train"))
            return None
        window.banners.withdraw("cannot-train")
        return self.controller
