"""Exporting a trained run: the command line does it in a process of its own, because weights need torch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QFileDialog

from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from widgets.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent.parent


class RunExport(QObject):
    """One export at a time; the outcome is told in a banner."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._process: QProcess | None = None

    def ask(self, run: Path) -> None:
        """Ask where to put the code of a run; its weights go beside it."""
        start = Path(str(self._window.memory.get("folder", ""))) / f"{run.name}.py"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export code and weights", str(start), "Python files (*.py)"
        )
        if name:
            self.start(run, Path(name) if Path(name).suffix else Path(name).with_suffix(".py"))

    def start(self, run: Path, target: Path) -> None:
        """Write the code and the weights of ``run`` to ``target`` and a file beside it."""
        self.close()
        process = QProcess(self)
        process.setProgram(sys.executable)
        process.setArguments([str(ROOT / "main.py"), "export", str(run), "--to", "code", "-o", str(target)])
        process.setWorkingDirectory(str(ROOT))
        process.finished.connect(lambda code: self._ended(process, code, target))
        self._process = process
        self._window.say(Notice(f"Exporting {run.name}…", "info", (("Cancel", self.close),), "export"))
        process.start()

    def _ended(self, process: QProcess, code: int, target: Path) -> None:
        if process is not self._process:
            return
        self._process = None
        process.deleteLater()
        if code == 0:
            text = f"Code and weights were written to {target.parent}: {target.name}, {target.stem}.safetensors."
            self._window.say(Notice(text, "ok", (), "export"))
        else:
            told = bytes(process.readAllStandardError().data()).decode("utf-8", "replace").strip().splitlines()
            reason = told[-1] if told else "the export ended without a reason."
            self._window.say(Notice(f"The run was not exported: {reason}", "error", (), "export"))

    def close(self) -> None:
        """Call a running export off."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.waitForFinished(1000)
            process.deleteLater()
