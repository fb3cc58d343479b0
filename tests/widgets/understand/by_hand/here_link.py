"""A link whose worker is this process: it replies as soon as the window is at rest, and trains when a test says so.

So a test waits for no other process, which on a busy machine may take minutes to start.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from app.protocol.events import Epoch, Event
from app.protocol.messages import Command, R, Request, RunReply
from app.protocol.training_messages import Stop, Train, TrainingBegun
from app.training.runs import Run
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, load_model
from app.worker import handlers
from app.worker.process import open_session
from graph.errors import NetloomError
from widgets.training.pending_request import Refusal
from widgets.training.worker_link import WorkerLink


class HereLink(WorkerLink):
    """Replies in this process, as soon as the window is at rest."""

    asked = 0

    def start(self) -> None:
        """There is no process."""

    def send(self, command: Command) -> None:
        """Nothing is trained here that a command could steer."""

    def request(self, request: Request[R], on_reply: Callable[[R], None], on_refused: Refusal | None = None) -> int:
        """Reply a little later."""
        self.asked += 1
        QTimer.singleShot(0, self, lambda: self._reply(request, on_reply, on_refused))
        return self.asked

    def _reply(self, request: Request[R], on_reply: Callable[[Any], None], on_refused: Refusal | None) -> None:
        try:
            reply = self.reply_to(request)
        except NetloomError as error:
            if on_refused is not None:
                on_refused(str(error))
            return
        on_reply(reply)

    def reply_to(self, request: Request[Any]) -> Any:
        """What the worker would reply."""
        return handlers.answer(request, load_model)


class TrainingLink(HereLink):
    """Trains in this process as well: an epoch whenever `train_epoch` is called, and to its end once it is stopped."""

    session: TrainingSession | None = None
    events: Generator[Event]

    def send(self, command: Command) -> None:
        """A training that is stopped ends a little later."""
        if isinstance(command, Stop) and self.session is not None:
            self.session.control.stop()
            QTimer.singleShot(0, self, self._end)

    def reply_to(self, request: Request[Any]) -> Any:
        """Begin a training, or look into the one in progress."""
        if not isinstance(request, Train):
            reply = handlers.answer(request, self._open)
            if isinstance(reply, RunReply) and self.session is not None and reply.run == str(self.session.run.path):
                at = self.session.position
                reply = replace(reply, step=at.steps, epoch=at.epochs + 1)
            return reply
        self.session = open_session(request)
        self.events = train(self.session)
        QTimer.singleShot(0, self, lambda: self.training_event.emit(next(self.events)))
        return TrainingBegun()

    def train_epoch(self) -> None:
        """Train to the end of an epoch."""
        for event in self.events:
            self.training_event.emit(event)
            if isinstance(event, Epoch):
                return

    def _end(self) -> None:
        for event in self.events:
            self.training_event.emit(event)
        self.session = None

    def _open(self, path: Path) -> tuple[Run, Model]:
        if self.session is not None and path == self.session.run.path:
            return self.session.run, self.session.model
        return load_model(path)
