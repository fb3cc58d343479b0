"""The window's end of the worker: starts the process, sends requests, hands over what comes back, notices its death.

Nothing here waits. What the worker says is decoded as it arrives and handed over at most once per frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.protocol.events import Event, Points, Snapshot
from app.protocol.framing import Decoder, encode
from app.protocol.messages import (
    Command,
    Envelope,
    Forget,
    Message,
    Ping,
    PutOff,
    R,
    Ready,
    Refused,
    Request,
    Unfinished,
)
from app.system.own_command import netloom_command
from graph.errors import NetloomError
from widgets.training.command_process import environment_of_child
from widgets.training.ending import kill
from widgets.training.heartbeat import Heartbeat
from widgets.training.pending_request import Pending, Refusal, owner_of

ROOT = Path(__file__).resolve().parent.parent.parent
FRAME_MS = 16
"""Messages wait this long at most, so that a burst of them costs the views one repaint."""
GRACE_MS = 1500
"""How long a worker may take to save a training once its input is closed, before it is killed."""
TAIL = 4000
"""Characters of what the worker wrote to its error stream that are kept, to tell why it ended."""


def worker_command() -> tuple[str, ...]:
    """The command that starts a worker of this very program."""
    return netloom_command("worker")


class WorkerLink(QObject):
    """One worker at a time, started when it is first needed and replaced after it died.

    `points` carries the losses of a training (`Points`), `snapshot` every `Snapshot`, and `training_event` every other
    `Event`. `ready` carries what a worker says of itself once it is.
    `waits(id, Unfinished)` says how far the work is that a request has to wait for. The request is sent again for the
    next piece, unless it is forgotten meanwhile. `pending_changed` says that a request
    was sent, or waits no longer. `lost` carries one sentence when the worker died, was killed or spoke
    nonsense; requests that were waiting are refused with the same sentence before. ``heartbeat`` tells whether a worker
    that is awaited answers.

    What somebody in sight waits for comes first: the worker is told which requests to put off for that.
    """

    training_event = Signal(object)
    points = Signal(object)
    snapshot = Signal(object)
    ready = Signal(object)
    pending_changed = Signal()
    waits = Signal(int, object)
    lost = Signal(str)

    def __init__(self, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = tuple(command or worker_command())
        self._process: QProcess | None = None
        self._decoder = Decoder()
        self._waiting: list[Envelope] = []
        self._requests: dict[int, Pending] = {}
        self._unseen: tuple[int, ...] = ()
        self._halted: list[int] = []
        self._standing: dict[type[Command], Command] = {}
        self._last_id = 0
        self._was_ready = False
        self._tail = ""
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.timeout.connect(self._hand_over)
        self._events_due = False
        self._closed = False
        self.heartbeat = Heartbeat(lambda: self.send(Ping()), lambda: self.running and self._awaited, self)

    # State

    @property
    def running(self) -> bool:
        """Whether there is a worker, be it still loading."""
        return self._process is not None

    @property
    def is_ready(self) -> bool:
        """Whether the worker has said that it is ready."""
        return self._was_ready

    @property
    def busy(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._requests)

    @property
    def _awaited(self) -> bool:
        return self.busy or self._events_due

    def pending_of(self, panel: QWidget) -> list[Pending]:
        """The requests that wait for a reply to ``panel`` or to something within it, the oldest first."""
        return [pending for pending in self._requests.values() if pending.is_for(panel)]

    @property
    def process_id(self) -> int:
        """The process id of the worker, 0 where there is none."""
        return int(self._process.processId()) if self._process else 0

    # Starting and ending

    def start(self) -> None:
        """Start a worker unless there is one, or the link is closed."""
        if self._process is not None or self._closed:
            return
        self._decoder, self._tail, self._was_ready = Decoder(), "", False
        self._unseen, self._halted = (), []
        process = QProcess(self)
        process.setProgram(self._command[0])
        process.setArguments(list(self._command[1:]))
        process.setWorkingDirectory(str(ROOT))
        process.setProcessEnvironment(environment_of_child())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start()
        for command in self._standing.values():
            process.write(encode(command))

    def close(self, *, saving: bool = False) -> None:
        """End the worker: at once, or where it has a training to save, within `GRACE_MS`. Waits for that.

        No other one is started: what a panel still asks while its window goes is not answered.
        """
        self._closed = True
        self._frame.stop()
        self._waiting.clear()
        self._requests.clear()
        process = self._release()
        if process is None:
            return
        process.closeWriteChannel()
        running = process.state() != QProcess.ProcessState.NotRunning
        if running and not (saving and process.waitForFinished(GRACE_MS)):
            kill(process)
        else:
            process.deleteLater()

    def _release(self) -> QProcess | None:
        """Let go of the process without hearing from it any more."""
        self.heartbeat.reset()
        process, self._process, self._was_ready = self._process, None, False
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read)
            process.readyReadStandardError.disconnect(self._read_errors)
            process.finished.disconnect(self._ended)
            process.errorOccurred.disconnect(self._not_started)
        return process

    # Speaking

    def send(self, command: Command) -> None:
        """Send a command, which needs no answer, starting a worker if there is none."""
        self._write(command)

    def expect_events(self, due: bool) -> None:
        """Say whether the worker has to be heard from although no request waits: while it trains."""
        self._events_due = due
        if due and self.running:
            self.heartbeat.begin()

    def restart(self, reason: str) -> None:
        """End the worker at once, whatever it is doing, and start another; ``reason`` is told as for one that died."""
        if self.running:
            self._lose(reason)
            self.start()

    def _write(self, message: Message, id: int | None = None) -> None:
        self.start()
        if self._awaited:
            self.heartbeat.begin()
        if self._process is not None:
            self._process.write(encode(message, id))

    def settle(self, command: Command) -> None:
        """Send a command that holds for every worker: to the one there is now, and to each that replaces it."""
        self._standing[type(command)] = command
        if self._process is not None:
            self._process.write(encode(command))

    def request(self, request: Request[R], on_reply: Callable[[R], None], on_refused: Refusal | None = None) -> int:
        """Send a request. Later `on_reply` gets its reply, or `on_refused` one sentence; returns the request's id.

        Callbacks that are methods of a widget which no longer exists are not called.
        """
        self._last_id += 1
        number = self._last_id
        self._requests[number] = Pending(request, on_reply, on_refused, owner_of(on_reply))
        self.put_in_order()
        self._write(request, number)
        self.pending_changed.emit()
        return number

    def forget(self, request: int) -> None:
        """Ignore the reply to a request; the worker does not do it, or stops if it has begun."""
        pending = self._requests.pop(request, None)
        if pending is None:
            return
        if self._process is not None:
            self.send(Forget(request=request))
        self._resume()
        self.pending_changed.emit()

    # What comes first

    def put_in_order(self) -> None:
        """Have the worker do what somebody in sight waits for before all else; called when that has changed."""
        unseen = tuple(number for number, pending in self._requests.items() if not pending.in_sight)
        if unseen != self._unseen and self._process is not None:
            self._unseen = unseen
            self.send(PutOff(requests=unseen))
        self._resume()

    def _resume(self) -> None:
        """Go on with long work that was halted, where it is in sight now or nothing that is waits any more."""
        halted, self._halted = [number for number in self._halted if number in self._requests], []
        busy = any(pending.in_sight for pending in self._requests.values())
        for number in halted:
            if busy and not self._requests[number].in_sight:
                self._halted.append(number)
            else:
                self._write(self._requests[number].request, number)

    # Hearing

    def _read(self) -> None:
        if self._process is None:
            return
        self.heartbeat.hear()
        try:
            self._waiting += self._decoder.feed(bytes(self._process.readAllStandardOutput().data()))
        except NetloomError as error:
            self._lose(str(error))
            return
        if self._waiting and not self._frame.isActive():
            self._frame.start()

    def _read_errors(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._tail = (self._tail + text)[-TAIL:]

    def _hand_over(self) -> None:
        """Give everyone what came for them since the last frame."""
        self._frame.stop()
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            self._dispatch(envelope.message, envelope.id)

    def _dispatch(self, message: Message, number: int | None) -> None:
        match message:
            case Points():
                self.points.emit(message)
            case Snapshot():
                self.snapshot.emit(message)
            case Event():
                self.training_event.emit(message)
            case Ready():
                self._was_ready, self.heartbeat.loading = True, False
                self.ready.emit(message)
            case Unfinished() if number is not None:
                self._go_on(number, message)
            case _ if number is not None and (pending := self._requests.pop(number, None)) is not None:
                if isinstance(message, Refused):
                    _call(pending.on_refused, message.reason)
                else:
                    _call(pending.on_reply, message)
                self._resume()
                self.pending_changed.emit()

    def _go_on(self, number: int, progress: Unfinished) -> None:
        """Pass on how far a request is, and have the next piece done if it is still wanted."""
        if number in self._requests:
            self._requests[number].progress = progress
            self.waits.emit(number, progress)
        if number in self._requests:
            self._halted.append(number)
            self._resume()
        elif self._process is not None:
            self.send(Forget(request=number))

    # Losing

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        if self._process is not None:
            self._lose(end_sentence(code, status == QProcess.ExitStatus.CrashExit, self._tail))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._lose(
                f"The worker could not be started: {self._command[0]} cannot be run. "
                "Check that Netloom's folder is whole, or run make setup again."
            )

    def _lose(self, reason: str) -> None:
        """Hand over what came before the end, refuse what waits, say why, and start afresh if that may help."""
        was_ready = self._was_ready or any(isinstance(envelope.message, Ready) for envelope in self._waiting)
        process = self._release()
        if process is not None:
            kill(process, wait_ms=0)
        self._hand_over()
        self._was_ready = False
        requests, self._requests = self._requests, {}
        for pending in requests.values():
            _call(pending.on_refused, reason)
        self.pending_changed.emit()
        self.lost.emit(reason)
        if was_ready:
            # A worker that never came up would fail again; the next request tries, so that nothing spins.
            self.start()


def _call(callback: Callable[[Any], None] | None, value: Any) -> None:
    owner = getattr(callback, "__self__", None)
    if callback is not None and (not isinstance(owner, QObject) or isValid(owner)):
        callback(value)


def end_sentence(code: int, crashed: bool, tail: str) -> str:
    """Why a worker ended, in one sentence: its exit code (or the signal, if it crashed) and its last words."""
    said = tail.strip().splitlines()[-1].strip() if tail.strip() else ""
    told = f" It last said: {said.rstrip('.')}." if said else ""
    if crashed and code == 9:
        return f"The training process was killed, perhaps because memory ran out.{told}"
    if crashed:
        return f"The training process crashed (signal {code}).{told}"
    return f"The training process ended by itself (exit code {code}).{told}"
