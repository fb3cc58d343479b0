"""Work that the worker does a piece at a time: it can be shown as it grows, and be cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.protocol.loose import Loose as Message
from widgets.understand.subject import Subject

ALONE, BESIDE = 0.1, 0.03
"""Seconds of one piece where the worker has nothing else to do, and while it trains."""


class PiecewiseRequest(QObject):
    """Asks the worker for one piece after another until all of a work is done.

    Each reply tells ``done`` and ``total``, and holds the arrays called ``carried``, which go back with the next
    request. `grown` carries every reply, `finished` the last one once more, `failed` the sentence of a refusal;
    `running_changed` says that work began or came to an end.
    """

    grown = Signal(object)
    finished = Signal(object)
    failed = Signal(str)
    running_changed = Signal(bool)

    def __init__(self, subject: Subject, type: str, carried: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject, self._type, self._carried = subject, type, tuple(carried)
        self._fields: dict[str, Any] = {}
        self._request: int | None = None

    @property
    def running(self) -> bool:
        """Whether a piece is awaited."""
        return self._request is not None

    def begin(self, **fields: Any) -> None:
        """Begin a work anew; what is under way is given up."""
        self._drop()
        self._fields = fields
        self._ask(0, {})
        self.running_changed.emit(self.running)

    def cancel(self) -> None:
        """Give up; what has come so far stays on screen."""
        if self.running:
            self._drop()
            self.running_changed.emit(False)

    def _drop(self) -> None:
        if self._request is not None:
            self._subject.drop(self._request)
            self._request = None

    def _ask(self, done: int, arrays: Mapping[str, Any]) -> None:
        seconds = BESIDE if self._subject.busy else ALONE
        fields = {**self._fields, "done": done, "seconds": seconds}
        self._request = self._subject.ask(self._type, self._take, self._refuse, arrays, **fields)

    def _take(self, message: Message) -> None:
        self._request = None
        done, total = int(message.fields["done"]), int(message.fields["total"])
        if done < total:
            self._ask(done, {name: message.arrays[name] for name in self._carried})
        self.grown.emit(message)
        if done >= total:
            self.running_changed.emit(self.running)
            self.finished.emit(message)

    def _refuse(self, reason: str) -> None:
        self._request = None
        self.running_changed.emit(False)
        self.failed.emit(reason)
