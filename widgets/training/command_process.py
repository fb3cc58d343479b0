"""A verb of the command line in a process of its own: for what needs torch or takes long."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from app.system.own_command import netloom_command
from app.system.parent_death import child_environment
from widgets.training.ending import kill

ROOT = Path(__file__).resolve().parent.parent.parent
NETLOOM = netloom_command()
STOP_MS = 20_000
"""How long a process may take to end once it is asked to."""
NO_REASON = "it ended without a reason."


class CommandProcess(QObject):
    """One process at a time. ``printed`` carries each line of its output, ``ended`` whether it worked and a last word.

    That is the reason where it failed, else the output's last lines.
    """

    printed = Signal(str)
    ended = Signal(bool, str)

    def __init__(self, parent: QObject | None = None, program: Sequence[str] = NETLOOM) -> None:
        super().__init__(parent)
        self._program = tuple(program)
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
        """Run the program, ``main.py`` as a rule, with ``arguments``; what ran before is called off."""
        self.close()
        self._lines, self._rest = [], b""
        process = self._process = QProcess(self)
        process.setProgram(self._program[0])
        process.setArguments([*self._program[1:], *arguments])
        process.setWorkingDirectory(str(ROOT))
        process.setProcessEnvironment(environment_of_child())
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.finished.connect(lambda code, status: self._on_finished(process, code, status))
        process.errorOccurred.connect(lambda error: self._on_error(process, error))
        process.start()

    def stop(self) -> None:
        """Ask the process to end at a good moment, as Ctrl+C does; one that has not ended after `STOP_MS` is killed."""
        if self._process is not None:
            self._process.terminate()
            patience = QTimer(self._process, singleShot=True, interval=STOP_MS)
            patience.timeout.connect(self._process.kill)
            patience.start()

    def close(self) -> None:
        """Call off what runs, at once and without a word."""
        process, self._process = self._process, None
        if process is not None:
            kill(process)

    def _read(self, process: QProcess) -> None:
        if process is not self._process:
            return
        *whole, self._rest = (self._rest + bytes(process.readAllStandardOutput().data())).split(b"\n")
        for line in whole:
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._lines.append(text)
                self.printed.emit(text)

    def _on_error(self, process: QProcess, error: QProcess.ProcessError) -> None:
        if process is self._process and error == QProcess.ProcessError.FailedToStart:
            self._process = None
            process.deleteLater()
            self.ended.emit(False, f"{self._program[0]} cannot be run; run make setup again.")

    def _on_finished(self, process: QProcess, code: int, status: QProcess.ExitStatus) -> None:
        if process is not self._process:
            return
        self._read(process)
        self._process = None
        errors = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
        process.deleteLater()
        if code == 0 and status == QProcess.ExitStatus.NormalExit:
            self.ended.emit(True, " ".join(self._lines[1:]))
        else:
            self.ended.emit(False, errors[-1] if errors else NO_REASON)


def environment_of_child() -> QProcessEnvironment:
    """The environment of a process that ends with this one."""
    environment = QProcessEnvironment.systemEnvironment()
    for name, value in child_environment().items():
        environment.insert(name, value)
    return environment
