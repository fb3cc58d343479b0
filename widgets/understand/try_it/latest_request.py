"""Requests of which only the latest counts: at most one is on its way, and what came meanwhile goes as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from PySide6.QtCore import QObject, QTimer

from app.protocol.messages import RR, RunRequest
from widgets.understand.subject import Subject

REST_MS = 12
"""Milliseconds in which changes that follow each other count as one: less than a frame."""


class LatestRequest(QObject, Generic[RR]):
    """Asks for what ``make`` gives whenever `ask` is called, and again after a reply if that was called meanwhile.

    So replies come as fast as the worker gives them, and never of a state that is long gone. ``make`` may give None,
    where there is nothing to ask.
    """

    def __init__(
        self,
        subject: Subject,
        make: Callable[[], RunRequest[RR] | None],
        on_reply: Callable[[RR], None],
        on_refused: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._subject, self._make = subject, make
        self._on_reply, self._on_refused = on_reply, on_refused
        self._number: int | None = None
        self._again = False
        self.sent = 0
        self._soon = QTimer(self, singleShot=True, interval=REST_MS)
        self._soon.timeout.connect(self._send)

    @property
    def waiting(self) -> bool:
        """Whether a reply is to come."""
        return self._number is not None or self._soon.isActive()

    def ask(self) -> None:
        """Ask soon, for the state as it is then."""
        if self._number is not None:
            self._again = True
        elif not self._soon.isActive():
            self._soon.start()

    def drop(self) -> None:
        """Wait for no reply any more."""
        self._soon.stop()
        self._again = False
        if self._number is not None:
            self._subject.drop(self._number)
            self._number = None

    def _send(self) -> None:
        request = self._make()
        if request is not None:
            self._number = self._subject.request(request, self._replied, self._refused)
            self.sent += 1

    def _replied(self, reply: RR) -> None:
        self._settle()
        self._on_reply(reply)

    def _refused(self, reason: str) -> None:
        self._settle()
        self._on_refused(reason)

    def _settle(self) -> None:
        self._number = None
        if self._again:
            self._again = False
            self._send()
