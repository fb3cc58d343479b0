"""Bringing a network in from elsewhere: an ONNX file or exported code becomes a project, which is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from widgets.shell.banners import Notice
from widgets.shell.command_process import CommandProcess

if TYPE_CHECKING:
    from widgets.shell.window import MainWindow

MODELS = "Networks (*.onnx *.py)"
PROJECTS = "Netloom projects (*.netloom)"


class ImportActions(QObject):
    """One import at a time; the outcome is told in a banner."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._process = CommandProcess(self)
        self._process.ended.connect(self._ended)
        self._target = Path()

    def ask(self) -> None:
        """Ask for the file, and for the project to make of it."""
        folder = str(self._window.memory.get("folder", ""))
        name, _ = QFileDialog.getOpenFileName(self._window, "Import a network", folder, MODELS)
        if not name:
            return
        start = str(Path(name).with_suffix(".netloom"))
        target, _ = QFileDialog.getSaveFileName(self._window, "Save the imported network as", start, PROJECTS)
        if target:
            self.start(Path(name), Path(target) if Path(target).suffix else Path(target).with_suffix(".netloom"))

    def start(self, model: Path, target: Path) -> None:
        """Make the project ``target`` of the file ``model``, and open it; what was there gives way."""
        self._target = target
        self._window.say(Notice(f"Importing {model.name}…", "info", (("Cancel", self.close),), "import"))
        self._process.start(["import", str(model), "-o", str(target), "--force"])

    def _ended(self, worked: bool, word: str) -> None:
        if not worked:
            self._window.say(Notice(f"Nothing was imported: {word}", "error", (), "import"))
            return
        self._window.say(Notice(f"{self._target.name} was imported. {word}".strip(), "ok", (), "import"))
        self._window.files.open(self._target)

    def close(self) -> None:
        """Call a running import off."""
        self._process.close()
