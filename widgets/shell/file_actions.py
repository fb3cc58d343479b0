"""Opening, saving and exporting, with every question and every fault told inside the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from graph.errors import NetloomError
from widgets.shell.banners import Notice
from widgets.shell.opening import OpeningPage, is_large
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from app.project.recovery import Unsaved
    from widgets.shell.project_session import OpenedProject, ProjectSession
    from widgets.shell.window import MainWindow
    from widgets.start.preset_entries import PresetEntry

FILTER = "Netloom projects (*.netloom)"
LESSON_FILTER = "Lessons (*.json)"


class FileActions:
    """The file commands of one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    @property
    def _session(self) -> ProjectSession:
        self._window.loader.require("workbench")
        session = self._window.session
        assert session is not None  # the loader has just made it
        return session

    def _try(self, act: Callable[[], object], key: str) -> bool:
        """Do something; a refusal is told in a banner."""
        try:
            act()
        except NetloomError as error:
            self._window.say(Notice(str(error), "error", (), key))
            return False
        self._window.banners.withdraw(key)
        return True

    # Opening

    def new(self, then: Callable[[], object] | None = None) -> None:
        """An empty project, and ``then`` what follows."""
        self._after_asking(lambda: self._begin_new(then))

    def _begin_new(self, then: Callable[[], object] | None = None) -> None:
        self._session.start_new(str(self._window.preferences["device"]).strip() or "auto")
        self._window.show_workbench("network")
        if then is not None:
            then()

    def ask_open(self) -> None:
        """Choose a project and open it."""
        start = str(self._session.base or self._window.memory.get("folder", ""))
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a project", start, FILTER)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a project, after asking about unsaved edits."""
        self._after_asking(lambda: self._open(path))

    def _open(self, path: Path) -> None:
        if path.resolve().parent == PRESETS:
            self._begin_from(path)
            return
        if is_large(path):
            self._open_slowly(path)
        elif self._try(lambda: self._session.open(path), "open"):
            self._opened(path.resolve())
            self._window.show_workbench("network")

    def open_shipped(self, path: Path, then: Callable[[], object]) -> None:
        """Begin a project from a preset's file, after asking about unsaved edits; once it is open, do ``then``."""
        self._after_asking(lambda: self._begin_from(path) and then())

    def ask_lesson(self) -> None:
        """Choose a lesson's file and begin it."""
        start = str(self._window.memory.get("folder", ""))
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a lesson", start, LESSON_FILTER)
        if name:
            self._window.open_lesson(Path(name))

    def _open_slowly(self, path: Path) -> None:
        """Open a large project while its progress is shown; what was on show comes back if that is called off."""
        from widgets.shell.project_session import opening

        window, page = self._window, OpeningPage()
        before = window.pages.currentWidget()

        def leave() -> None:
            window.pages.removeWidget(page)
            page.deleteLater()

        def give_up() -> None:
            leave()
            workbench = window.workbench if before is window.workbench else None
            window.show_start() if workbench is None else window.show_workbench(workbench.workspace)

        def refuse(sentence: str) -> None:
            give_up()
            window.say(Notice(sentence, "error", (), "open"))

        def take_over(opened: OpenedProject) -> None:
            window.banners.withdraw("open")
            self._session.take_over(opened)
            self._opened(opened.path)
            window.show_workbench("network")
            leave()

        page.opened.connect(take_over)
        page.refused.connect(refuse)
        page.called_off.connect(give_up)
        window.show_opening(page)
        page.begin(path.name, opening(path))

    def _opened(self, path: Path) -> None:
        self._window.memory.opened(path)
        self._window.memory.put(folder=str(path.parent))

    def open_preset(self, preset: PresetEntry) -> None:
        """Begin a project from a preset, after asking about unsaved edits."""
        self._after_asking(lambda: self._begin_from(preset.path))

    def _begin_from(self, path: Path) -> bool:
        """Begin an untitled copy of what ships, so that Save can never write over it."""
        from graph.project import read_project

        if not self._try(lambda: self._session.start_from(read_project(path)), "open"):
            return False
        self._window.show_workbench("network")
        return True

    # Unsaved edits

    def _after_asking(self, then: Callable[[], object]) -> None:
        """Do ``then`` once unsaved edits are saved or given up; ask in a banner if there are any."""
        window = self._window
        if window.session is None or not window.session.modified:
            then()
            return
        choices = (
            ("Save", lambda: then() if self.save() else None),
            ("Do not save", then),
            ("Cancel", lambda: None),
        )
        window.say(Notice(f"{window.session.title} has unsaved edits.", "warning", choices, "unsaved"))

    def may_close(self, close: Callable[[], object]) -> bool:
        """Whether the window can close at once; if not, what is at stake is asked about, and ``close`` called then."""
        window = self._window
        modified = window.session is not None and window.session.modified
        training = window.training.active
        if not modified and not training:
            return True
        if modified and window.session is not None:
            text = f"{window.session.title} has unsaved edits."
            choices: tuple[tuple[str, Callable[[], object]], ...] = (
                ("Save and close", lambda: close() if self.save() else None),
                ("Close without saving", close),
                ("Keep working", lambda: None),
            )
        else:
            text, choices = "", (("Stop and close", close), ("Keep working", lambda: None))
        if training:
            text += " A run is in progress; it stops when the window closes, and can be resumed later."
        window.say(Notice(text.strip(), "warning", choices, "closing"))
        return False

    # Saving

    def save(self) -> bool:
        """Save; asks for a place the first time. False if that failed or was called off."""
        session = self._session
        if session.path is None:
            return self.save_as()
        if session.overtaken_on_disk:
            self.tell_overtaken()
            return False
        return self._write(None)

    def save_as(self) -> bool:
        """Save in another file."""
        start = (
            self._session.path
            or Path(str(self._window.memory.get("folder", ""))) / f"{self._session.suggested_name}.netloom"
        )
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the project", str(start), FILTER)
        return bool(name) and self._write(Path(name))

    def _write(self, path: Path | None) -> bool:
        again = ("Save as…", self.save_as)
        session = self._session
        try:
            session.save(path)
        except NetloomError as error:
            self._window.say(Notice(str(error), "error", (again,), "save"))
            return False
        self._window.banners.withdraw("save")
        if session.path is not None:
            self._opened(session.path)
        return True

    # The file on the disk

    def tell_overtaken(self) -> None:
        """Say that someone else changed the file, and offer both ways out."""
        session = self._session
        text = f"{session.title} was changed on the disk by someone else."
        if session.modified:
            text += " Reloading gives up the edits made here."
        choices = (("Reload", self._reload), ("Keep mine", session.keep_mine))
        self._window.say(Notice(text, "warning", choices, "overtaken"))

    def _reload(self) -> None:
        self._try(self._session.reload, "open")

    def tell_shared(self) -> None:
        """Say that another window has the file open too."""
        text = f"{self._session.title} is open in another window too. If it is saved there, you will be told here."
        self._window.say(Notice(text, "info", (), "shared"))

    # Recovery

    def offer_recovery(self, entries: list[Unsaved]) -> None:
        """Offer work that was not saved when Netloom ended unexpectedly, the latest first."""
        if not entries:
            return
        entry, rest = entries[0], entries[1:]

        def recover() -> None:
            self._after_asking(lambda: self._recover(entry))

        def discard() -> None:
            entry.discard()
            self.offer_recovery(rest)

        more = f" (and {len(rest)} more)" if rest else ""
        text = f"Netloom ended unexpectedly. Unsaved work on {entry.title}{more} was kept."
        choices = (("Recover", recover), ("Discard", discard))
        self._window.say(Notice(text, "warning", choices, "recovery"))

    def _recover(self, entry: Unsaved) -> None:
        if self._try(lambda: self._session.recover(entry), "open"):
            self._window.show_workbench("network")

    # Exports

    def export_code(self) -> None:
        """Write the network as one Python file."""
        from graph.build.embedded_drawing import code_with_drawing
        from graph.project import write_atomically

        path = self._ask_export("Export Python code", ".py", "Python files (*.py)")
        if path is not None:
            network = self._session.document.network
            if self._try(lambda: write_atomically(path, code_with_drawing(network).encode("utf-8")), "export"):
                self._window.say(Notice(f"The code was written to {path}.", "ok", (), "export"))

    def export_picture(self) -> None:
        """Write a picture of the network on show, as pixels or, where the name ends in .svg, as lines."""
        path = self._ask_export("Export a picture", ".png", "Pictures (*.png);;Drawings (*.svg)")
        workbench = self._window.workbench
        if path is None or workbench is None:
            return
        canvas, lines = workbench.canvas, path.suffix.lower() == ".svg"
        if self._try(lambda: (canvas.render_to_svg if lines else canvas.render_to_png)(path), "export"):
            self._window.say(Notice(f"The picture was written to {path}.", "ok", (), "export"))

    def _ask_export(self, title: str, suffix: str, kind: str) -> Path | None:
        session = self._session
        stem = session.suggested_name
        folder = session.base or Path(str(self._window.memory.get("folder", "")))
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(folder / f"{stem}{suffix}"), kind)
        if not name:
            return None
        return Path(name) if Path(name).suffix else Path(name).with_suffix(suffix)
