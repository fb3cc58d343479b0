"""Bringing a network in from elsewhere: an ONNX file or exported code becomes a project, which is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.file_actions import PROJECTS, FileActions
from widgets.shell.banners import Notice
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from widgets.shell.context import Context

MODELS = "Networks (*.onnx *.py)"


class ImportActions:
    """One import at a time; the outcome is told in a banner."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._target = Path()
        context.at_close(self.close)

    def ask(self) -> None:
        """Ask for the file, and for the project to make of it."""
        name, _ = file_dialogs.ask_open(self._context.window(), "Import a network", "", MODELS, "Import")
        if name:
            self.ask_where(Path(name))

    def ask_where(self, model: Path) -> None:
        """Ask for the project to make of the file ``model``."""
        start = str(model.with_suffix(".netloom"))
        target, _ = file_dialogs.ask_save(self._context.window(), "Save the imported network as", start, PROJECTS)
        if target:
            self.start(model, Path(target) if Path(target).suffix else Path(target).with_suffix(".netloom"))

    def start(self, model: Path, target: Path) -> None:
        """Make the project ``target`` of the file ``model``, and open it; what was there gives way."""
        self._target = target
        cancel = ("Cancel", self.close)
        self._context.say(Notice(importing(model), "info", (cancel,), "import", open=True))
        self._process.start(["import", str(model), "-o", str(target), "--force"])

    def _ended(self, worked: bool, word: str) -> None:
        if not worked:
            self._context.say(Notice(f"Nothing was imported: {word}", "error", (), "import"))
            return
        self._context.part(FileActions).open(self._target)
        self._context.say(Notice(f"{self._target.name} was imported. {word}".strip(), "ok", (), "import"))

    def close(self) -> None:
        """Call a running import off."""
        self._process.close()


def importing(model: Path) -> str:
    """What is said while ``model`` comes in; of an ONNX file also that it is run."""
    run = " It is run once in a process of its own, to compare outputs." if model.suffix.lower() == ".onnx" else ""
    return f"Importing {model.name}…{run}"


ACTIONS = (
    Action("import_network", "File", "Import a network…", lambda c: c.part(ImportActions).ask(), (), "", ready,
           after="save_as"),
)  # fmt: skip
