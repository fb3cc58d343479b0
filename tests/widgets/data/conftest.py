"""A link that answers previews in this process, from the same function that the worker calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.data.batch_preview import first_batch
from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.data.repoint import repointed
from app.data.table_preview import rows_of, table_of
from app.protocol.framing import Decoder, encode
from app.protocol.loose import Loose as Message
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from widgets.data.data_view import DataView
from widgets.look.theme import ThemeSource


class DirectLink(QObject):
    """Stands for a `WorkerLink`: previews and inspections are made at once, and travel through real frames."""

    waits = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def ask(
        self, type: str, reply: Callable[[Message], None], refused: Callable[[str], None] | None = None, **fields: Any
    ) -> int:
        """Answer at once."""
        self.asked.append({"type": type, **fields})
        try:
            message = getattr(self, type)(fields)
        except NetloomError as error:
            if refused is not None:
                refused(str(error))
            return len(self.asked)
        (arrived,) = Decoder().feed(encode(message))
        assert isinstance(arrived.message, Message)
        reply(arrived.message)
        return len(self.asked)

    def forget(self, request: int) -> None:
        """Nothing is ever waiting."""

    def preview(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        base = Path(fields["base"]) if fields["base"] else None
        found = preview(prepare(DataChoice.parse(fields["data"]), base), fields["limit"])
        values = {f"values/{name}": array for name, array in found.pop("values").items()}
        arrays = {name: found.pop(name) for name in ("index", "part", "place")}
        return Message("preview", found, arrays | values)

    def inspect(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        from app.data.inspect import inspect, suggest

        path = Path(fields["path"])
        found = inspect(path, fields.get("kind")).to_json()
        choice = suggest(path, fields.get("kind"), base=base_of(fields))
        return Message("findings", {**found, "choice": choice.to_json()})

    def columns(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        return Message("columns", table_of(DataChoice.parse(fields["data"]), base_of(fields)))

    def rows(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        return Message("rows", rows_of(DataChoice.parse(fields["data"]), base_of(fields), fields["start"]))

    def batch(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        prepared = prepare(DataChoice.parse(fields["data"]), base_of(fields))
        found = first_batch(prepared, fields["size"], fields["seed"])
        arrays = {name: found.pop(name) for name in ("before", "after", "target", "partner")}
        return Message("batch", found, arrays)

    def answers(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        from app.worker.run_requests import answer

        return answer(Message("answers", fields))

    def repoint(self, fields: dict[str, Any]) -> Message:
        """As the worker answers it."""
        path = Path(fields["path"]) if fields["path"] else None
        choice = repointed(DataChoice.parse(fields["data"]), path, base_of(fields))
        return Message("repointed", {"choice": choice.to_json()})


def base_of(fields: dict[str, Any]) -> Path | None:
    return Path(fields["base"]) if fields["base"] else None


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
