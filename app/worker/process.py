"""The worker: a process that trains and looks into networks on behalf of a window, over stdin and stdout.

Because it only needs its two streams, it runs as well at the other end of ssh. It ends when its input closes.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from app.protocol.control import Control
from app.protocol.messages import (
    Command,
    DeviceInfo,
    Envelope,
    Forget,
    Message,
    Ready,
    Refused,
    Request,
    RunReply,
    SetMemoryBudget,
    Unfinished,
)
from app.protocol.training_messages import Go, Pause, Resume, Step, Stop, Train, TrainingBegun
from app.protocol.watch import Watch
from app.system.cancellation import CancelledError, cancelled_where
from app.system.memory_budget import allow
from app.system.parent_death import bind_to_parent, end_soon, time_to_save
from app.system.progress import UnfinishedError, Work, for_now, run_by
from app.training.malloc import hand_back
from app.worker.channel import Channel, take_over_stdout
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.training.training_session import TrainingSession
    from app.worker.run_cache import CachedRun, RunCache

PIECE = 0.2
"""Seconds that long work with data is done for, before other requests have their turn."""
BESIDE = 0.03
"""The same while a network is trained, which has its turn for longer."""
NICE = 5
"""The window's smoothness comes before the training's last percent."""


def main() -> NoReturn:
    """Serve requests on stdin until it closes, and end the process."""
    of_window = bind_to_parent()
    if hasattr(os, "nice"):
        os.nice(NICE)
    # Ctrl+C in the terminal that started the window is meant for the window.
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(sys.stdin.buffer, take_over_stdout(), end_soon if of_window else None)
    code = Worker(channel).serve()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)  # everything is saved; torch's own taking down lasts seconds on a busy machine, and a window waits


class Worker:
    """Answers requests one after another; training is one that goes on between the others."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._control: Control | None = None
        self._session: TrainingSession | None = None
        self._opened: RunCache | None = None
        self._watch = Watch()
        self._snapshot: Callable[[], Message] | None = None
        self._waiting: dict[int, Work[Any]] = {}

    def serve(self) -> int:
        """Answer until the input closes."""
        import torch

        from app.training.devices import devices

        torch.set_num_threads(1)
        listed = tuple(DeviceInfo(**device) for device in devices())
        self._channel.send(Ready(devices=listed, torch=torch.__version__))
        try:
            with run_by(for_now(PIECE)):
                while (envelope := self._channel.receive(wait=True)) is not None:
                    self._handle(envelope)
        except NetloomError as error:
            self._channel.send(Refused(reason=str(error)))
            return 1
        finally:
            for work in self._waiting.values():
                work.close()
        return 0

    def _handle(self, envelope: Envelope) -> None:
        """Do one request; whatever goes wrong is told in one sentence, and the next one can come.

        A request that has to wait for long work is answered by how far that is, and does a piece more whenever it is
        sent again, so that other requests, and a training, have their turn in between. One that nobody
        wants any more, or not now, is left at its next cancellation point.
        """
        message, number = envelope.message, envelope.id
        # Kept until the end, so that whoever needs its result finds it under way.
        begun = self._waiting.pop(number, None) if number is not None else None
        try:
            if begun is not None and not begun.advance(BESIDE if self._training else PIECE):
                self._wait(number, begun)
            elif isinstance(message, Command):
                self._obey(message)
            elif isinstance(message, Train | Resume):
                self._train(message, number)
            elif isinstance(message, Request):
                self._answer(message, number)
        except UnfinishedError as error:
            self._wait(number, error.work)
        except CancelledError:
            self._channel.set_aside(envelope)
        except NetloomError as error:
            self._channel.send(Refused(reason=str(error)), number)
        except Exception as error:
            traceback.print_exc()
            self._channel.send(Refused(reason=sentence_for(error)), number)
        if isinstance(message, Train | Resume):
            hand_back()  # what the training took is free now

    @property
    def _training(self) -> bool:
        """Whether a network is trained just now."""
        return self._control is not None and not self._control.idle

    def _wait(self, number: int | None, work: Work[Any]) -> None:
        """Say how far the work is that a request waits for; the piece after this is done when it is sent again."""
        if number is not None:
            self._waiting[number] = work
        progress = work.progress.to_json() if work.progress is not None else {}
        self._channel.send(Unfinished(**progress), number)

    def _obey(self, command: Command) -> None:
        """Carry out a command; one that steers a training does nothing where there is none."""
        match command:
            case Forget():
                work = self._waiting.pop(command.request, None)
                if work is not None and work not in self._waiting.values():  # unless another request waits for it
                    work.close()
            case SetMemoryBudget():
                allow(command.gigabytes)
            case Watch():
                self._show(command)
            case Pause() if self._control is not None:
                self._control.pause()
            case Go() if self._control is not None:
                self._control.go()
            case Step() if self._control is not None:
                self._control.step()
            case Stop() if self._control is not None:
                self._control.stop()

    def _show(self, watch: Watch) -> None:
        """Take note of what is to be seen; a training that waits shows it at once."""
        self._watch = watch
        if self._control is not None:
            self._control.watch = watch
            if self._control.idle and self._snapshot is not None and not watch.empty:
                self._channel.send(self._snapshot())

    def _answer(self, request: Request[Any], number: int | None) -> None:
        from app.worker.handlers import answer

        with cancelled_where(lambda: self._channel.is_unwanted(number)):
            reply = answer(request, self._open)
        if isinstance(reply, RunReply) and self._session is not None and reply.run == str(self._session.run.path):
            at = self._session.position
            reply = replace(reply, step=at.steps, epoch=at.epochs + 1)
        self._channel.send(reply, number)

    def _open(self, path: Path) -> CachedRun:
        """A run in progress has no weights on disk before it ends; it is asked about those in training."""
        if self._session is not None and path == self._session.run.path:
            return self._session.run, self._session.model
        from app.worker.run_cache import RunCache

        if self._opened is None:
            self._opened = RunCache()
        return self._opened.open(path)

    def _train(self, request: Train | Resume, number: int | None) -> None:
        if self._control is not None:
            raise NetloomError("A training is running already; stop it first.")
        from app.insight.training_snapshot import inspect_session
        from app.protocol.events import Finished, Paused
        from app.training.trainer import take_snapshot, train

        if self._opened is not None:
            self._opened.close()  # its memory is wanted now
        session = open_session(request)
        session.tensorboard = request.tensorboard
        self._session = session
        control = self._control = session.control
        control.watch = self._watch
        self._snapshot = lambda: take_snapshot(session, inspect_session)
        self._channel.send(TrainingBegun(), number)
        training = contextlib.closing(train(session, inspect_session))
        try:
            with time_to_save(), logged_to(session.run.path), training as events:
                for event in events:
                    self._channel.send(event)
                    if isinstance(event, Finished):  # what is asked from now on is no longer about this training
                        continue
                    self._listen(control, isinstance(event, Paused))
                    if self._channel.closed:
                        break
        finally:
            self._control = self._snapshot = self._session = None

    def _listen(self, control: Control, paused: bool) -> None:
        """Do what was asked meanwhile; while paused, wait here for the next request."""
        for envelope in self._channel.waiting():
            self._handle(envelope)
        while paused and control.idle and not self._channel.closed:
            request = self._channel.receive(wait=True)
            if request is not None:
                self._handle(request)


def open_session(request: Train | Resume) -> TrainingSession:
    """The session that a request to train or to resume asks for.

    Raises
    ------
    NetloomError
        if it cannot be trained; the sentence says why.
    """
    from app.training.initial_weights import going_on_from
    from app.training.training_session import begin, resume
    from graph.project import parse_project

    if isinstance(request, Resume):
        return resume(request.run, request.epochs, request.paused)
    project = parse_project(dict(request.project))
    if request.weights is not None:
        project = going_on_from(project, request.weights)
    paths = () if request.reference else None
    return begin(project, request.base, request.out, request.paused, paths=paths)


@contextlib.contextmanager
def logged_to(run: Path) -> Iterator[None]:
    """While training, what libraries print goes to the run's ``worker.log``."""
    from app.training.runs import LOG

    sys.stderr.flush()
    kept = os.dup(2)
    try:
        log = os.open(run / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(log, 2)
        os.dup2(log, 1)
        os.close(log)
        yield
    finally:
        sys.stderr.flush()
        sys.stdout.flush()
        os.dup2(kept, 2)
        os.dup2(kept, 1)
        os.close(kept)


def sentence_for(error: Exception) -> str:
    """One sentence for an error that is no `NetloomError`."""
    memory = isinstance(error, MemoryError) or "memory" in str(error).lower()
    if memory:
        return "There is not enough memory for this; choose a smaller batch size or a smaller network."
    if "more than 1 value per channel" in str(error):
        return "Batch normalisation without running averages needs more than one sample; let it track statistics."
    said = " ".join(str(error).split())
    return f"The worker failed at this ({type(error).__name__}: {said[:200]}). Please report it; training can go on."
