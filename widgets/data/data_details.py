"""Requests for what the data view shows beside samples: columns and rows of a table, and one batch of training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.protocol.data_messages import (
    BatchPreviewed,
    DataRequest,
    OpenTable,
    PreviewBatch,
    ReadRows,
    RowsRead,
    TableOpened,
)
from app.protocol.data_values import TablePreview
from app.protocol.messages import R
from widgets.data.recipe_requests import WRITING
from widgets.training.worker_link import WorkerLink

DECISIVE = ("path", "sha256", "rules", "reading", *WRITING)
"""Settings that decide what the columns are; others need no second look."""
BATCH = 48
"""Samples of the batch that is shown."""


class Details(QObject):
    """`columns_found(table)`, `rows_found(start, rows)` and `batch_found(batch)` carry a `TablePreview`, rows of a
    table and a `BatchPreview`; `columns_refused` says why there are no columns. Other failures say nothing here,
    because the preview, which is asked at the same time, says why.
    """

    columns_found = Signal(object)
    columns_refused = Signal(str)
    rows_found = Signal(int, object)
    batch_found = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._requests: dict[type, int] = {}
        self._known: object = None

    def look(self, section: Mapping[str, Any], base: Path | None) -> None:
        """Ask for the columns of a table, unless they are known."""
        options = section.get("options") or {}
        key = (section.get("source"), str(base), *(options.get(name) for name in DECISIVE))
        if "delimiter" not in options:
            self.forget()
            self.columns_found.emit(TablePreview())
            return
        if key == self._known:
            return
        self._known = key
        self._request(OpenTable(data=dict(section), base=base), self._on_table, self._on_no_table)

    def rows(self, section: Mapping[str, Any], base: Path | None, start: int) -> None:
        """Ask for the rows of a table from number ``start`` (0-based) on."""
        request = ReadRows(data=dict(section), base=base, start=start)
        self._request(request, self._on_rows, partial(self._on_no_rows, start))

    def batch(self, section: Mapping[str, Any], base: Path | None, seed: int) -> None:
        """Ask for the first batch of a training."""
        self._request(PreviewBatch(data=dict(section), base=base, size=BATCH, seed=seed), self._on_batch)

    def forget(self) -> None:
        """Drop what is known, and replies that are still to come."""
        for request in self._requests.values():
            self._link.forget(request)
        self._requests.clear()
        self._known = None

    def _request(
        self, request: DataRequest[R], on_reply: Callable[[R], None], on_refused: Callable[[str], None] | None = None
    ) -> None:
        """Send a request in place of the one of its kind before."""
        kind = type(request)
        if kind in self._requests:
            self._link.forget(self._requests.pop(kind))
        self._requests[kind] = self._link.request(request, on_reply, on_refused)

    def _on_table(self, reply: TableOpened) -> None:
        self.columns_found.emit(reply.table)

    def _on_no_table(self, reason: str) -> None:
        self._known = None
        self.columns_found.emit(TablePreview())
        self.columns_refused.emit(reason)

    def _on_rows(self, reply: RowsRead) -> None:
        self.rows_found.emit(reply.start, reply.rows)

    def _on_no_rows(self, start: int, _reason: str) -> None:
        self.rows_found.emit(start, ())

    def _on_batch(self, reply: BatchPreviewed) -> None:
        self.batch_found.emit(reply.batch)
