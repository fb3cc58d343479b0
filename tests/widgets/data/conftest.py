"""A link that answers requests in this process, by the handlers that the worker calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.protocol.framing import Decoder, encode
from app.protocol.messages import Message, R, Request
from app.training.training_session import load_model
from app.worker.handlers import answer
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from widgets.data.data_view import DataView
from widgets.look.theme import ThemeSource
from widgets.training.pending_request import Pending


class DirectLink(QObject):
    """Stands for a `WorkerLink`: requests are answered at once, and travel through real frames."""

    waits = Signal(int, object)
    pending_changed = Signal()
    is_ready = True

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Request[Any]] = []

    def request(
        self, request: Request[R], on_reply: Callable[[R], None], on_refused: Callable[[str], None] | None = None
    ) -> int:
        """Answer at once."""
        self.asked.append(request)
        try:
            reply = arrived(answer(arrived(request), load_model))
        except NetloomError as error:
            if on_refused is not None:
                on_refused(str(error))
            return len(self.asked)
        on_reply(reply)
        return len(self.asked)

    def forget(self, request: int) -> None:
        """Nothing is ever waiting."""

    def put_in_order(self) -> None:
        """Everything is answered at once."""

    def pending_of(self, panel: QWidget) -> list[Pending]:
        """Nothing is ever waiting."""
        return []


def arrived(message: Message) -> Any:
    """A message as it comes out of its frame at the other end."""
    (envelope,) = Decoder().feed(encode(message))
    return envelope.message


@pytest.fixture
def link(qapp: object) -> DirectLink:
    """A link that answers in this process."""
    return DirectLink()


def make_view(
    qtbot: QtBot, link: DirectLink, document: Document | None = None, size: tuple[int, int] = (1200, 700)
) -> DataView:
    """The data view of a document, on a link that answers in this process."""
    drawn = document or Document()
    view = DataView(ThemeSource("light"), link)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_document(drawn, None, Checker(drawn))
    view.show()
    return view
