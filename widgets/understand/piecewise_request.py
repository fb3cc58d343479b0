"""Work that the worker does a piece at a time: it can be shown as it grows, and be cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.protocol.messages import PartialReply, PartialRequest
from widgets.understand.subject import Subject

ALONE, BESIDE = 0.1, 0.03
"""Seconds of one piece where the worker has nothing else to do, and while it trains."""


class PiecewiseRequest(QObject):
    """Asks the worker for one piece after another until all of a work is done.

    Each reply goes back with the next request. `grown` carries every reply, `finished` the last one once more, `failed`
    the sentence of a refusal; `running_changed` says that work began or came to an end.
    """

    grown = Signal(object)
    finished = Signal(object)
    failed = Signal(str)
    running_changed = Signal(bool)

    def __init__(self, subject: Subject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject = subject
        self._number: int | None = None
        self._request: PartialRequest[Any] | None = None

    @property
    def running(self) -> bool:
        """Whether a piece is awaited."""
        return self._number is not None

    def begin(self, request: PartialRequest[Any]) -> None:
        """Begin a work anew; what is under way is given up."""
        self._drop()
        self._request = request
        self._ask(None)
        self.running_changed.emit(self.running)

    def cancel(self) -> None:
        """Give up; what has come so far stays on screen."""
        if self.running:
            self._drop()
            self.running_changed.emit(False)

    def _drop(self) -> None:
        if self._number is not None:
            self._subject.drop(self._number)
            self._number = None

    def _ask(self, so_far: PartialReply | None) -> None:
        if self._request is not None:
            seconds = BESIDE if self._subject.busy else ALONE
            request = replace(self._request, so_far=so_far, seconds=seconds)
            self._number = self._subject.request(request, self._on_reply, self._on_refused)

    def _on_reply(self, reply: PartialReply) -> None:
        self._number = None
        if not reply.complete:
            self._ask(reply)
        self.grown.emit(reply)
        if reply.complete:
            self.running_changed.emit(self.running)
            self.finished.emit(reply)

    def _on_refused(self, reason: str) -> None:
        self._number = None
        self.running_changed.emit(False)
        self.failed.emit(reason)
