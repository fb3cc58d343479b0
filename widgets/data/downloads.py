"""Downloading well-known data sets in a process of their own: progress, cancelling, and a sentence where it failed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from widgets.training.command_process import NETLOOM, NO_REASON, CommandProcess

DOWNLOAD = ("datasets", "--json", "--download")
"""The verb that downloads the set whose name is added to it."""


class Downloads(QObject):
    """One download at a time.

    `progressed(kind, share)` says how much has come, 0 to 1; `done(kind)` that all of it is here; `failed(kind,
    reason)` carries a sentence, empty where the person cancelled. What has come is kept and gone on with.
    """

    progressed = Signal(str, float)
    done = Signal(str)
    failed = Signal(str, str)

    def __init__(self, program: Sequence[str] = NETLOOM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = CommandProcess(self, program)
        self._process.printed.connect(self._on_line)
        self._process.ended.connect(self._on_ended)
        self._kind = ""

    @property
    def kind(self) -> str:
        """The set that is being downloaded, empty where none is."""
        return self._kind

    def start(self, kind: str) -> None:
        """Begin, or go on with, downloading ``kind``; while another comes, nothing happens."""
        if not self._kind:
            self._kind = kind
            self._process.start((*DOWNLOAD, kind))

    def cancel(self) -> None:
        """Stop; what has come is kept for the next time."""
        kind = self._kind
        self.close()
        self.failed.emit(kind, "")

    def close(self) -> None:
        """Stop and wait for the process to be gone, without saying anything."""
        self._kind = ""
        self._process.close()

    def _on_line(self, line: str) -> None:
        share = share_of(line)
        if share is not None:
            self.progressed.emit(self._kind, share)

    def _on_ended(self, complete: bool, reason: str) -> None:
        kind, self._kind = self._kind, ""
        if complete:
            self.done.emit(kind)
        elif reason == NO_REASON:
            self.failed.emit(kind, "The download ended before all had come; try again.")
        else:
            self.failed.emit(kind, reason.removeprefix("Error: "))


def share_of(line: str) -> float | None:
    """How much has come by a line of the process, 0 to 1; None if it says something else."""
    try:
        progress = json.loads(line)
        return float(progress["come"]) / max(float(progress["whole"]), 1.0)
    except (ValueError, KeyError, TypeError):
        return None
