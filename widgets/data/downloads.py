"""Downloading well-known data sets in a process of their own: progress, cancelling, and a sentence where it failed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, Signal

from widgets.training.worker_link import ROOT


def download_command() -> tuple[str, ...]:
    """The command of this very program that downloads the set whose name is added to it."""
    return (sys.executable, str(ROOT / "main.py"), "datasets", "--json", "--download")


class Downloads(QObject):
    """One download at a time.

    `progressed(kind, share)` says how much has come, 0 to 1; `done(kind)` that all of it is here; `failed(kind,
    reason)` carries a sentence, empty where the person cancelled. What has come is kept and gone on with.
    """

    progressed = Signal(str, float)
    done = Signal(str)
    failed = Signal(str, str)

    def __init__(self, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = tuple(command or download_command())
        self._process: QProcess | None = None
        self._kind = ""
        self._cancelled = False
        self._text, self._errors = b"", b""

    @property
    def kind(self) -> str:
        """The set that is being downloaded, empty where none is."""
        return self._kind

    def start(self, kind: str) -> None:
        """Begin, or go on with, downloading ``kind``; while another comes, nothing happens."""
        if self._process is not None:
            return
        self._kind, self._cancelled, self._text, self._errors = kind, False, b"", b""
        process = QProcess(self)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start(self._command[0], [*self._command[1:], kind])

    def cancel(self) -> None:
        """Stop; what has come is kept for the next time."""
        self._cancelled = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Stop and wait for the process to be gone, without saying anything."""
        process, self._process, self._kind = self._process, None, ""
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(3000)
            process.deleteLater()

    def _read(self) -> None:
        if self._process is None:
            return
        self._text += bytes(self._process.readAllStandardOutput().data())
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            share = share_of(line)
            if share is not None:
                self.progressed.emit(self._kind, share)

    def _read_errors(self) -> None:
        if self._process is not None:
            self._errors += bytes(self._process.readAllStandardError().data())

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None:
            return
        self._read()
        self._read_errors()
        self._release()
        kind, self._kind = self._kind, ""
        if code == 0 and status == QProcess.ExitStatus.NormalExit:
            self.done.emit(kind)
            return
        said = self._errors.decode("utf-8", "replace").strip()
        reason = (
            said.rpartition("\n")[2].removeprefix("Error: ") or "The download ended before all had come; try again."
        )
        self.failed.emit(kind, "" if self._cancelled else reason)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._release()
            kind, self._kind = self._kind, ""
            self.failed.emit(
                kind, f"{self._command[0]} cannot be run, so nothing was downloaded; run make setup again."
            )

    def _release(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()


def share_of(line: bytes) -> float | None:
    """How much has come by a line of the process, 0 to 1; None if it says something else."""
    try:
        found = json.loads(line)
        return float(found["come"]) / max(float(found["whole"]), 1.0)
    except (ValueError, KeyError, TypeError):
        return None
