"""A verb of the command line in a process of its own: for what needs torch or takes long."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

ROOT = Path(__file__).resolve().parent.parent.parent


class CommandProcess(QObject):
    """One process at a time. ``told`` carries each line of its output, ``ended`` whether it worked and the last word.

    The last word is the reason where it failed, else the output's last lines.
    """

    told = Signal(str)
    ended = Signal(bool, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._lines: list[str] = []
        self._rest = b""

    @property
    def running(self) -> bool:
        """Whether a process is at work."""
        return self._process is not None

    @property
    def lines(self) -> list[str]:
        """What the process has printed so far."""
        return list(self._lines)

    def start(self, arguments: Sequence[str]) -> None:
        """Run ``main.py`` with ``arguments``; what ran before is called off."""
        self.close()
        self._lines, self._rest = [], b""
        process = self._process = QProcess(self)
        process.setProgram(sys.executable)
        process.setArguments([str(ROOT / "main.py"), *arguments])
        process.setWorkingDirectory(str(ROOT))
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.finished.connect(lambda code: self._finish(process, code))
        process.start()

    def stop(self) -> None:
        """Ask the process to end at a good moment, as Ctrl+C does."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Call off what runs, at once and without a word."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.waitForFinished(1000)
            process.deleteLater()

    def _read(self, process: QProcess) -> None:
        if process is not self._process:
            return
        *whole, self._rest = (self._rest + bytes(process.readAllStandardOutput().data())).split(b"\n")
        for line in whole:
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._lines.append(text)
                self.told.emit(text)

    def _finish(self, process: QProcess, code: int) -> None:
        if process is not self._process:
            return
        self._read(process)
        self._process = None
        errors = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        process.deleteLater()
        self.ended.emit(
            code == 0, " ".join(self._lines[1:]) if code == 0 else (errors or ["it ended without a reason."])[-1]
        )
