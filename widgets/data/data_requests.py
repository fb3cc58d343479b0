"""What the data view asks of the worker beside samples: the columns of a table, and one batch as training sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.data.readers.typed_columns import Column
from app.protocol.loose import Loose as Message
from widgets.data.column_roles import column_from
from widgets.training.worker_link import WorkerLink

WRITING = ("path", "sha256", "delimiter", "header", "encoding", "decimal")
"""Settings that decide what the columns are; others need no second look."""
BATCH = 48
"""Samples of the batch that is shown."""


@dataclass(frozen=True)
class TableColumns:
    """What a table holds: its ``columns``, its first ``rows`` as text, ``count`` rows and ``more`` columns in all."""

    columns: list[Column]
    rows: list[list[str | None]]
    count: int
    more: int


NO_TABLE = TableColumns([], [], 0, 0)


class Details(QObject):
    """`columns_found(table)`, `rows_found(start, rows)` and `batch_found(message)` follow requests; failures say
    nothing here, because the preview, which is asked at the same time, says why.
    """

    columns_found = Signal(object)
    rows_found = Signal(int, object)
    batch_found = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._asked: dict[str, int] = {}
        self._known: object = None
        self.columns: list[Column] = []

    def look(self, section: Mapping[str, Any], base: Path | None) -> None:
        """Ask for the columns of a table, unless they are known."""
        options = section.get("options") or {}
        key = (section.get("source"), str(base), *(options.get(name) for name in WRITING))
        if "delimiter" not in options:
            self.forget()
            self.columns_found.emit(NO_TABLE)
            return
        if key == self._known:
            return
        self._known = key
        self._ask("columns", self._on_columns, self._lose_columns, data=dict(section), base=_text(base))

    def rows(self, section: Mapping[str, Any], base: Path | None, start: int) -> None:
        """Ask for the rows of a table from number ``start`` (0-based) on."""
        nothing = partial(self._lose_rows, start)
        self._ask("rows", self._on_rows, nothing, data=dict(section), base=_text(base), start=start)

    def batch(self, section: Mapping[str, Any], base: Path | None, seed: int) -> None:
        """Ask for the first batch of a training."""
        self._ask("batch", self._on_batch, None, data=dict(section), base=_text(base), size=BATCH, seed=seed)

    def forget(self) -> None:
        """Drop what is known, and answers that are still to come."""
        for request in self._asked.values():
            self._link.forget(request)
        self._asked.clear()
        self._known, self.columns = None, []

    def _ask(
        self, type_: str, reply: Callable[[Message], None], refused: Callable[[str], None] | None, **fields: Any
    ) -> None:
        if type_ in self._asked:
            self._link.forget(self._asked.pop(type_))
        self._asked[type_] = self._link.ask(type_, reply, refused, **fields)

    def _on_columns(self, message: Message) -> None:
        fields = message.fields
        self.columns = [column_from(one) for one in fields.get("columns") or ()]
        count, more = int(fields.get("count") or 0), int(fields.get("more") or 0)
        self.columns_found.emit(TableColumns(self.columns, fields.get("rows") or [], count, more))

    def _lose_columns(self, reason: str) -> None:
        self._known, self.columns = None, []
        self.columns_found.emit(NO_TABLE)

    def _on_rows(self, message: Message) -> None:
        self.rows_found.emit(int(message.fields["start"]), message.fields["rows"])

    def _lose_rows(self, start: int, _reason: str) -> None:
        self.rows_found.emit(start, [])

    def _on_batch(self, message: Message) -> None:
        self.batch_found.emit(message)


def _text(base: Path | None) -> str | None:
    return str(base) if base is not None else None
