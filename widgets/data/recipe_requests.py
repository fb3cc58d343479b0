"""Requests about the reading recipe of the project's table: written down, changed, renewed, described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.data.data_choice import DataChoice
from app.data.readers.recipe import TableOptions
from app.data.sources.source import Source
from app.data.sources.table_source import TableSource
from app.protocol.data_messages import (
    DescribeReading,
    HeadRead,
    ReadHead,
    ReadingDescribed,
    ReadingRenewed,
    ReadingResolved,
    RenewReading,
    ResolveReading,
)
from app.protocol.data_values import TableReading
from widgets.training.worker_link import WorkerLink

WRITING = tuple(option.name for option in fields(TableOptions))
"""Settings of a source that say how its table is written."""


class RecipeRequests(QObject):
    """`resolved(choice, what)` carries a choice with its recipe and what was done, `refused` why there is none.

    `described` carries a `TableReading`, `renewed(choice, differences)` how the table would be read today, and
    `head_read` the first lines of a file.
    """

    resolved = Signal(object, str)
    refused = Signal(str)
    described = Signal(object)
    renewed = Signal(object, object)
    head_read = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._latest: dict[str, int] = {}

    def write_down(self, choice: DataChoice, base: Path | None, what: str) -> None:
        """Have the recipe of a choice found."""
        self._resolve(ResolveReading(data=choice.to_json(), base=base), what)

    def change_column(
        self, choice: DataChoice, base: Path | None, name: str, changes: Mapping[str, Any], what: str
    ) -> None:
        """Have a column of a choice read as ``changes`` say; found again without any."""
        self._resolve(ResolveReading(data=choice.to_json(), base=base, column=name, changes=dict(changes)), what)

    def renew(self, section: Mapping[str, Any], base: Path | None) -> None:
        """Ask how the table would be read today."""

        def on_reply(reply: ReadingRenewed) -> None:
            self.renewed.emit(DataChoice.parse(reply.choice), reply.differences)

        self._hold("renew", self._link.request(RenewReading(data=dict(section), base=base), on_reply, self._refuse))

    def describe(self, section: Mapping[str, Any], base: Path | None) -> None:
        """Ask how the columns may be read; what cannot be read says so elsewhere."""

        def on_reply(reply: ReadingDescribed) -> None:
            self.described.emit(reply.reading)

        def on_refused(_reason: str) -> None:
            self.described.emit(TableReading())

        self._hold("describe", self._link.request(DescribeReading(data=dict(section), base=base), on_reply, on_refused))

    def head(self, path: Path, encoding: str, base: Path | None) -> None:
        """Ask for the first lines of a file."""

        def on_reply(reply: HeadRead) -> None:
            self.head_read.emit(reply.lines)

        def on_refused(_reason: str) -> None:
            self.head_read.emit(())

        request = ReadHead(path=path, encoding=encoding, base=base)
        self._hold("head", self._link.request(request, on_reply, on_refused))

    def forget(self) -> None:
        """Drop replies that are still to come."""
        for request in self._latest.values():
            self._link.forget(request)
        self._latest.clear()

    def _resolve(self, request: ResolveReading, what: str) -> None:
        def on_reply(reply: ReadingResolved) -> None:
            self.resolved.emit(DataChoice.parse(reply.choice), what)

        self._hold("resolve", self._link.request(request, on_reply, self._refuse))

    def _refuse(self, reason: str) -> None:
        self.refused.emit(reason)

    def _hold(self, what: str, request: int) -> None:
        """Know a request; the one before it of its kind is no longer waited for."""
        if what in self._latest and self._latest[what] != request:
            self._link.forget(self._latest[what])
        self._latest[what] = request


def is_stale(source: Source) -> bool:
    """Whether a table's recipe is not known, or says something else than the settings."""
    if not isinstance(source, TableSource) or not source.reads_tables:
        return False
    return bool(source.path) and source.how_read().recipe is None
