"""Bringing in from elsewhere: a network becomes a project, which is opened; weights go to the network that is open.

A file that would have to be run for its network is run only once the user has said so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.file_actions import PROJECTS, FileActions
from widgets.shell.banners import Notice
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.module_dialog import ModuleDialog

MODELS = "Networks and weights (*.onnx *.py *.pt2 *.pt *.pth *.safetensors)"
WEIGHTS = (".pt", ".pth", ".safetensors")
PROGRAM = ".pt2"
"""What torch.export.save writes: it is run as code is."""
MODULE = ".py"


class ImportActions:
    """One import at a time; the outcome is told in a banner."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._target = Path()
        self.dialog: ModuleDialog | None = None
        context.at_close(self.close)

    def ask(self) -> None:
        """Ask for the file, and for the project to make of it."""
        name, _ = file_dialogs.ask_open(self._context.window(), "Import a network or weights", "", MODELS, "Import")
        if name:
            self.take(Path(name))

    def take(self, file: Path) -> None:
        """Bring in what ``file`` holds: weights for the open network, or a network. Before it is run, that is asked."""
        ending = file.suffix.lower()
        if ending in WEIGHTS:
            self._take_weights(file)
        elif ending == PROGRAM:
            self._ask_to_run(file)
        elif ending == MODULE:
            self._take_code(file)
        else:
            self.ask_where(file)

    def _take_weights(self, file: Path) -> None:
        from widgets.shell.actions.start_actions import StartActions

        if self._context.working:
            self._context.part(StartActions).ask_state(file)
            return
        text = f"{file.name} holds weights and no network. Open the project that takes them, and import them there."
        self._context.say(Notice(text, "info", (), "import"))

    def _take_code(self, file: Path) -> None:
        from app.exchange.code_in import written_by_netloom
        from app.exchange.module_classes import modules_of
        from widgets.shell.module_dialog import ModuleDialog

        try:
            if written_by_netloom(file):
                self.ask_where(file)
                return
            found = modules_of(file)
            if not found.modules:
                raise NetloomError(
                    f"{file.name} has no class that is a torch module (nn.Module), nor did Netloom write it."
                )
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "import"))
            return
        dialog = self.dialog = ModuleDialog(file, found, self._context.window())
        dialog.finished.connect(self._on_module)
        dialog.open()

    def _on_module(self, result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        dialog.deleteLater()
        if result == QDialog.DialogCode.Accepted:
            source = dialog.source
            inputs = [part for sizes in source.inputs for part in ("--input", ",".join(map(str, sizes)))]
            given = [f"--args={source.arguments}"] if source.arguments else []
            self.ask_where(source.file, ("--class", source.name, *inputs, *given, "--yes"))

    def _ask_to_run(self, file: Path) -> None:
        from app.exchange.module_source import ModuleSource
        from widgets.shell.module_dialog import TRUST

        text = f"{ModuleSource(file).rights} {TRUST}"
        choices = (("Run the file and import", lambda: self.ask_where(file, ("--yes",))), ("Cancel", lambda: None))
        self._context.say(Notice(text, "info", choices, "import", asks=True))

    def ask_where(self, model: Path, options: tuple[str, ...] = ()) -> None:
        """Ask for the project to make of the file ``model``, which is read as the ``options`` say."""
        start = str(model.with_suffix(".netloom"))
        target, _ = file_dialogs.ask_save(self._context.window(), "Save the imported network as", start, PROJECTS)
        if target:
            path = Path(target) if Path(target).suffix else Path(target).with_suffix(".netloom")
            self.start(model, path, options)

    def start(self, model: Path, target: Path, options: tuple[str, ...] = ()) -> None:
        """Make the project ``target`` of the file ``model``, and open it; what was there gives way."""
        self._target = target
        cancel = ("Cancel", self.close)
        self._context.say(Notice(importing(model, bool(options)), "info", (cancel,), "import", open=True))
        self._process.start(["import", str(model), "-o", str(target), "--force", *options])

    def _ended(self, worked: bool, word: str) -> None:
        if not worked:
            self._context.say(Notice(f"Nothing was imported: {word}", "error", (), "import"))
            return
        self._context.part(FileActions).open(self._target)
        self._context.say(Notice(f"{self._target.name} was imported. {word}".strip(), "ok", (), "import"))

    def close(self) -> None:
        """Call a running import off."""
        self._process.close()


def importing(model: Path, run: bool = False) -> str:
    """What is said while ``model`` comes in; of an ONNX file, or code that is to be ``run``, also that it is run."""
    if run:
        return f"Importing {model.name}… It is run in a process of its own, for up to three minutes."
    runs = " It is run once in a process of its own, to compare outputs." if model.suffix.lower() == ".onnx" else ""
    return f"Importing {model.name}…{runs}"


ACTIONS = (
    Action("import_network", "File", "Import a network or weights…", lambda c: c.part(ImportActions).ask(), (), "",
           ready, after="save_as"),
)  # fmt: skip
