"""Packs: the project with its data and runs as one .zip file, and the way back; both in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from app.system.number_format import counted, scaled
from app.system.told_notes import as_sentences
from app.system.work_folder import WorkFolder
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.banners import Notice
from widgets.shell.saving import proposed, remember, show_in_folder
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from app.exchange.pack_format import Manifest
    from widgets.shell.context import Context
    from widgets.shell.pack_dialog import PackDialog

FILTER = "Netloom packs (*.zip)"
Then = Callable[[Path], object]


class PackActions:
    """One pack at a time, in or out; the outcome is told in a banner."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._then: Callable[[bool, str], None] | None = None
        self._folder: WorkFolder | None = None
        self.dialog: PackDialog | None = None
        context.at_close(self.close)

    # Out

    def ask(self) -> None:
        """Ask what goes along."""
        from widgets.shell.pack_dialog import PackDialog

        session = self._context.session
        data, own = session.document.sections.get("data"), False
        if isinstance(data, dict):
            options = data.get("options")
            own = isinstance(options, dict) and bool(options.get("path"))
        packed, staying = self._own_runs()
        dialog = self.dialog = PackDialog(
            session.state.name,
            packed,
            has_data=data is not None,
            own_data=own,
            without_weights=len(staying),
            parent=self._context.window(),
        )
        dialog.finished.connect(self._on_asked)
        dialog.open()

    def _on_asked(self, result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        dialog.deleteLater()
        if result != QDialog.DialogCode.Accepted:
            return
        from app.exchange.pack_format import PACK_SUFFIX

        start = proposed(self._context, PACK_SUFFIX)
        name, _ = file_dialogs.ask_save(self._context.window(), "Pack the project", start, FILTER, "Pack")
        if name:
            path = Path(name)
            path = path if path.suffix.lower() == PACK_SUFFIX else path.with_name(path.name + PACK_SUFFIX)
            self.pack(path, dialog.extent, dialog.chosen_runs)

    def pack(self, target: Path, extent: str, own: tuple[Path, ...]) -> None:
        """Write the project as it is now, with what was chosen of its data, and runs."""
        from graph.project import SUFFIX, write_project

        session, self._folder = self._context.session, WorkFolder()
        source = self._folder.path / f"{session.suggested_name}{SUFFIX}"
        try:
            write_project(source, session.project)
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "pack", of_project=True))
            return
        remember(self._context, target)
        arguments = ["pack", str(source), "-o", str(target), "--data", extent, "--force", "--json"]
        arguments += [part for run in own for part in ("--run", str(run))] or ["--runs", "none"]
        arguments += ["--base", str(session.base)] if session.base is not None else []

        def tell(worked: bool, word: str) -> None:
            text = self._packed_words(word) if worked else f"Nothing was packed: {word}"
            choices = (show_in_folder(target),) if worked else ()
            self._context.say(Notice(text, "ok" if worked else "error", choices, "pack", of_project=True))

        self._run(arguments, f"Packing {target.name}…", tell)

    def _packed_words(self, line: str) -> str:
        said = json.loads(line)
        count = len(said["runs"])
        data = {"all": ", its data", "used": ", the part of its data that is used", "none": ""}.get(said["data"], "")
        runs = counted(count, "run") if count else "no run"
        without = ", without its data" if said["data"] == "none" else ""
        size = scaled(said["bytes"], "B")
        text = f"Wrote {Path(said['file']).name} ({size}): the project{data} and {runs}{without}."
        return as_sentences((text, *said["notes"]))

    def _own_runs(self) -> tuple[list[Path], list[Path]]:
        """The runs of the open project that have weights, the latest first, and those that have none."""
        from app.training.run_labels import owner_of
        from app.training.runs import WEIGHTS
        from widgets.training.run_entries import run_folders, run_places

        state = self._context.session.state
        folders = [run for place in run_places(state.base) for run in run_folders(place)]
        own = [run for run in folders if owner_of(run).is_project(state.key)]
        packed = [run for run in own if (run / WEIGHTS).is_file()]
        return packed, [run for run in own if run not in packed]

    # In

    def offer(self, path: Path, then: Then) -> None:
        """Say what a pack holds, and offer to unpack it; ``then`` opens the project that it becomes."""
        from app.exchange.pack_format import read_manifest
        from app.exchange.unpack import folder_for

        try:
            manifest = read_manifest(path)
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "open"))
            return
        folder = folder_for(path)
        choices = (
            (f"Unpack into {folder.name}", lambda: self.unpack(path, folder, then)),
            ("Choose a folder…", lambda: self._ask_folder(path, then)),
            ("Cancel", lambda: None),
        )
        self._context.say(Notice(_contents(path, manifest), "info", choices, "open", asks=True))

    def _ask_folder(self, path: Path, then: Then) -> None:
        name = file_dialogs.ask_folder(
            self._context.window(),
            "Unpack in a folder",
            "",
            "Unpack",
            f"{path.name} gets a folder of its own in the one that you choose.",
        )
        if name:
            from app.exchange.unpack import folder_for

            self.unpack(path, folder_for(path, Path(name)), then)

    def unpack(self, path: Path, folder: Path, then: Then) -> None:
        """Unpack into a new folder; ``then`` takes the project in it."""

        def tell(worked: bool, word: str) -> None:
            if not worked:
                self._context.say(Notice(word, "error", (), "open"))
                return
            project = Path(json.loads(word)["project"])
            then(project)
            self._context.say(Notice(f"Unpacked into {folder}.", "ok", (show_in_folder(project),), "pack"))

        self._run(["unpack", str(path), "-o", str(folder), "--json"], f"Unpacking {path.name}…", tell)

    # Both

    def _run(self, arguments: list[str], words: str, then: Callable[[bool, str], None]) -> None:
        self._then = then
        self._context.say(Notice(words, "info", (("Cancel", self.close),), "pack", open=True))
        self._process.start(arguments)

    def _ended(self, worked: bool, word: str) -> None:
        self._context.withdraw("pack")
        self._folder = None
        then, self._then = self._then, None
        if then is not None:
            lines = self._process.lines
            then(worked, lines[-1] if worked and lines else word)

    def close(self) -> None:
        """Call off what runs."""
        self._then = self._folder = None
        self._process.close()


def _contents(path: Path, manifest: Manifest) -> str:
    count = len(manifest.runs)
    runs = counted(count, "run") if count else "no run"
    data = f", its data ({scaled(manifest.data_size, 'B')})" if manifest.data_size else ""
    without = ", but not its data" if manifest.data == "none" else ""
    name = manifest.project.removesuffix(".netloom")
    return f"{path.name} is a pack. It holds the project “{name}”{data} and {runs}{without}."


ACTIONS = (
    Action("pack", "File", "Pack…", lambda c: c.part(PackActions).ask(), (), "", ready, after="save_as"),
)  # fmt: skip
