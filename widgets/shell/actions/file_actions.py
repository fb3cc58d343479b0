"""New, open, save and recover, with every question and every refusal told inside the window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Notice
from widgets.shell.overtaken import OvertakenError, beside
from widgets.shell.refused_texts import CORRECT, RefusedTexts
from widgets.shell.saving import proposed
from widgets.shell.waiting_page import WaitingPage, is_large
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from app.project.recovery import Unsaved
    from graph.document import Document
    from widgets.shell.context import Context
    from widgets.shell.project_session import OpenedProject, ProjectSession
    from widgets.start.preset_entries import PresetEntry

Choices = tuple[tuple[str, Callable[[], object]], ...]

PROJECTS = "Netloom projects (*.netloom)"
"""What file dialogs save as."""
OPENED = "Netloom projects and packs (*.netloom *.zip)"
"""What file dialogs open."""
LOST = "Without saving, they are lost."
"""What becomes of edits of which no run has anything either."""


class FileActions:
    """The project's file, as the window deals with it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.shown: Document | None = None
        """An example that is open to be shown: nobody waits for a training of it."""

    def _try(self, act: Callable[[], object], key: str) -> bool:
        """Do something; a refusal is told in a banner."""
        try:
            act()
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), key))
            return False
        self._context.withdraw(key)
        return True

    # Opening

    def new(self, then: Callable[[], object] | None = None, title: str = "", page: str = "") -> None:
        """An empty project called ``title`` and described by ``page``, and ``then`` what follows."""
        self._after_asking(lambda: self._begin_new(then, title, page))

    def _begin_new(self, then: Callable[[], object] | None, title: str, page: str) -> None:
        self._context.session.start_new(str(self._context.preferences["device"]).strip() or "auto", title, page)
        self._context.show_workbench("network")
        if then is not None:
            then()

    def ask_open(self) -> None:
        """Choose a project and open it."""
        start = str(self._context.session.base or "")
        name, _ = file_dialogs.ask_open(self._context.window(), "Open a project", start, OPENED)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a project, after asking about unsaved edits; of a pack, say what it holds and offer to unpack it."""
        from app.exchange.pack_format import is_pack

        if is_pack(path):
            from widgets.shell.actions.pack_actions import PackActions

            self._context.part(PackActions).offer(path, self.open)
            return
        self._after_asking(lambda: self._open(path))

    def _open(self, path: Path) -> None:
        if path.resolve().parent == PRESETS:
            self._begin_from(path)
            return
        if str(path) in self._context.memory.unsaved:
            self._go_on_unsaved(path)
            return
        if is_large(path):
            self._open_slowly(path)
        elif self._try(lambda: self._context.session.open(path), "open"):
            self._opened(path.resolve())
            self._show_as_left()

    def _go_on_unsaved(self, path: Path) -> None:
        """Go on with a project that was trained and never saved, as its last run has it: it has no file yet."""
        from graph.project import read_project

        if self._try(lambda: self._context.session.start_from(read_project(path)), "open"):
            self._context.memory.opened(path)
            self._show_as_left()
            text = f"{self._context.session.title} was not saved: it is here as its last run has it."
            self._context.say(Notice(text, "info", (("Save…", self.save),), "open", of_project=True))

    def _show_as_left(self) -> None:
        """Show the project in the workspace in which it was left."""
        from widgets.shell.project_memory import ProjectMemory

        self._context.show_workbench(self._context.part(ProjectMemory).workspace())

    def go_back(self) -> None:
        """Back from the start page to the project that is open, where one was begun."""
        if self._context.ready and self._context.session.begun:
            self._context.show_workbench()

    def reopen_last(self) -> bool:
        """Open the project that was worked on last; False where there is none."""
        recent = self._context.memory.recent
        if recent:
            self.open(recent[0])
        return bool(recent) and self._context.working

    def open_shipped(self, path: Path, then: Callable[[], object], title: str = "", page: str = "") -> None:
        """Begin a project from a preset's file, after asking about unsaved edits; once it is open, do ``then``.

        It and its runs are called ``title`` and described by ``page``, or as the preset is.
        """
        self._after_asking(lambda: self._begin_from(path, title, page) and then())

    def _open_slowly(self, path: Path) -> None:
        """Open a large project while its progress is shown; what was on show comes back if that is called off."""
        from widgets.shell.project_session import opening

        context, page = self._context, WaitingPage()

        def refuse(sentence: str) -> None:
            context.leave_page(page)
            context.say(Notice(sentence, "error", (), "open"))

        def take_over(opened: OpenedProject) -> None:
            context.withdraw("open")
            context.session.take_over(opened)
            self._opened(opened.path)
            self._show_as_left()
            context.leave_page(page)

        page.done.connect(take_over)
        page.refused.connect(refuse)
        page.called_off.connect(lambda: context.leave_page(page))
        context.show_page(page)
        page.begin(f"Opening {path.name}…", opening(path))

    def _opened(self, path: Path) -> None:
        self._context.memory.opened(path)
        self._context.memory.put(folder=str(path.parent))

    def open_preset(self, preset: PresetEntry) -> None:
        """Begin a project from a preset, after asking about unsaved edits."""
        self._after_asking(lambda: self._begin_from(preset.path))

    def _begin_from(self, path: Path, title: str = "", page: str = "") -> bool:
        """Begin an untitled copy of what ships, so that Save can never write over it."""
        from graph.project import read_project

        if not self._try(lambda: self._context.session.start_from(read_project(path), title, page), "open"):
            return False
        self._context.show_workbench("network")
        return True

    # Unsaved edits

    def _after_asking(self, then: Callable[[], object]) -> None:
        """Do ``then`` once unsaved edits are saved or given up; ask if there are any."""
        context = self._context
        refused = self._finish_editing()
        if not context.ready or not (context.session.modified or refused):
            then()
            return
        choices: Choices = (
            ("Save", lambda: then() if self.save() else None),
            ("Do not save", then),
            ("Cancel", lambda: None),
        )
        if not context.session.modified:
            choices = ((CORRECT, context.part(RefusedTexts).correct), ("Give it up", then))
        again = partial(self._after_asking, then)
        self._ask(self._at_stake(refused), choices, "unsaved", again, training=False)

    @property
    def kept_without_file(self) -> str:
        """Of a project without a file of which nothing is lost when it is left: where it stays, in a sentence."""
        from widgets.shell.project_memory import ProjectMemory

        context = self._context
        if not context.ready or context.session.path is not None or context.session.modified:
            return ""
        kept = context.part(ProjectMemory).without_saving()
        return f"{context.session.title} has no file yet. {kept}" if kept else ""

    def _ask(self, text: str, choices: Choices, key: str, again: Callable[[], object], *, training: bool) -> None:
        """Ask in the middle of the window: what was clicked waits for the answer.

        Once something else is at stake, or nothing, it is tried ``again``; a ``training`` that ends counts or does not.
        """
        holds = self._same_at_stake(training=training) if self._context.ready else None
        notice = Notice(text, "warning", choices, key, asks=True, of_project=True, holds=holds, lapsed=again)
        self._context.say(notice)

    def _finish_editing(self) -> str:
        """Have what is being typed taken over; returns what is refused of it and would be lost with the project."""
        if not self._context.ready:
            return ""
        self._context.session.finish_editing()
        return self._context.part(RefusedTexts).standing

    def _at_stake(self, refused: str) -> str:
        """What would be lost with the project: its edits, and text that was refused."""
        from widgets.shell.project_memory import ProjectMemory

        session = self._context.session
        edits = f"{session.title} has unsaved edits." if session.modified else ""
        kept = (self._context.part(ProjectMemory).without_saving() or LOST) if session.modified else ""
        return " ".join(filter(None, (edits, f"Typed and not taken over: {refused}" if refused else "", kept)))

    def _same_at_stake(self, *, training: bool) -> Callable[[], bool]:
        """Whether as much is at stake later as now, with the ``training`` that is in progress or without."""

        def stake() -> tuple[bool, str, bool]:
            context = self._context
            return (
                context.session.modified,
                context.part(RefusedTexts).standing,
                training and context.part(TrainingActions).active,
            )

        now = stake()
        return lambda: stake() == now

    def may_close(self, close: Callable[[], object]) -> bool:
        """Whether the window can close at once; if not, what is at stake is asked about, and ``close`` called then."""
        context = self._context
        refused = self._finish_editing()
        modified = context.ready and context.session.modified
        training = context.part(TrainingActions).active and not (context.ready and self._only_shown)
        if not modified and not training and not refused:
            return True
        text = self._at_stake(refused) if modified or refused else ""
        if modified:
            choices: Choices = (
                ("Save and close", lambda: close() if self.save() else None),
                ("Close without saving", close),
                ("Keep working", lambda: None),
            )
        else:
            title = "Stop and close" if training else "Give it up and close"
            keep = (CORRECT, context.part(RefusedTexts).correct) if refused else ("Keep working", lambda: None)
            choices = ((title, close), keep) if training else (keep, (title, close))
        if training:
            text += " A run is in progress; it stops when the window closes, and can be resumed later."
        self._ask(text.strip(), choices, "closing", context.window().close, training=True)
        return False

    @property
    def _only_shown(self) -> bool:
        """Whether what is trained is an example that is open to be shown, and was not edited."""
        controller, session = self._context.part(TrainingActions).controller, self._context.session
        own = controller is not None and controller.own
        return own and session.document is self.shown and not session.modified

    # Saving

    def save(self) -> bool:
        """Save; asks for a place the first time. False if that failed or was called off."""
        session = self._context.session
        session.finish_editing()
        if session.path is None:
            return self.save_as()
        return self._write(None)

    def save_as(self) -> bool:
        """Save in another file."""
        start = str(self._context.session.path or proposed(self._context, ".netloom"))
        name, _ = file_dialogs.ask_save(self._context.window(), "Save the project", start, PROJECTS)
        return bool(name) and self._write(Path(name))

    def _write(self, path: Path | None) -> bool:
        again = ("Save as…", self.save_as)
        session = self._context.session
        try:
            session.save(path)
        except OvertakenError:
            self.tell_overtaken()
            return False
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (again,), "save", of_project=True))
            return False
        self._context.withdraw("save")
        self._context.withdraw("overtaken")
        if session.path is not None:
            self._opened(session.path)
            self._keep_score()
        return True

    def _keep_score(self) -> None:
        """The start page names the project by its file from now on, and with what came of its last run."""
        from widgets.shell.project_memory import ProjectMemory

        self._context.part(ProjectMemory).keep()

    # The file on the disk

    def listen_to(self, session: ProjectSession) -> None:
        """Tell what becomes of the file, and of the journal of edits."""
        session.overtaken.connect(self.tell_overtaken)
        session.shared.connect(self.tell_shared)
        session.copied.connect(self.tell_copied)
        session.troubled.connect(self._tell_trouble)

    def _tell_trouble(self, sentence: str) -> None:
        if not sentence:
            self._context.withdraw("journal")
            return
        self._context.say(Notice(sentence, "warning", (), "journal", of_project=True))

    def tell_overtaken(self) -> None:
        """Say that someone else changed the file, and offer the ways out, before anything is written."""
        session = self._context.session
        text = f"{session.title} was changed on the disk by someone else."
        choices: Choices = (
            ("Reload", self._reload),
            ("Keep mine", session.keep_mine),
        )
        if session.modified:
            text += " Reload gives up yours."
            choices = (
                ("Keep both", self._keep_both),
                ("Overwrite", self._overwrite),
                ("Save as…", self.save_as),
                ("Reload", self._reload),
            )
        self._context.say(Notice(text, "warning", choices, "overtaken", of_project=True))

    def _keep_both(self) -> None:
        path = self._context.session.path
        if path is not None:
            self._write(beside(path))

    def _overwrite(self) -> None:
        self._context.session.keep_mine()
        self._write(None)

    def _reload(self) -> None:
        self._try(self._context.session.reload, "open")

    def tell_shared(self) -> None:
        """Say that another window has the file open too."""
        text = (
            f"{self._context.session.title} is open in another window too. If it is saved there, you will be told here."
        )
        self._context.say(Notice(text, "info", (), "shared"))

    def tell_copied(self) -> None:
        """Say that runs stay with the project that was saved in another file, where there are any."""
        controller = self._context.part(TrainingActions).controller
        if controller is None or controller.run is None or controller.active:
            return
        text = (
            f"{self._context.session.title} is a project of its own, and not trained yet. The runs stay with "
            f"{controller.project.name}; the list of runs shows them with “All projects”."
        )
        self._context.say(Notice(text, "info", (), "copied"))

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
        self._context.say(Notice(text, "warning", choices, "recovery"))

    def _recover(self, entry: Unsaved) -> None:
        if self._try(lambda: self._context.session.recover(entry), "open"):
            self._context.show_workbench("network")


ACTIONS = (
    Action("new", "File", "New", lambda c: c.part(FileActions).new(), ("Ctrl+N",), "new"),
    Action("open", "File", "Open…", lambda c: c.part(FileActions).ask_open(), ("Ctrl+O",), "open"),
    Action("start", "File", "Start page", lambda c: c.show_start(), ("Ctrl+Shift+H",), "logo"),
    Action("save", "File", "Save", lambda c: c.part(FileActions).save(), ("Ctrl+S",), "save", ready, divide=True),
    Action("save_as", "File", "Save as…", lambda c: c.part(FileActions).save_as(), ("Ctrl+Shift+S",), "", ready),
    Action("quit", "File", "Quit", lambda c: c.window().close(), ("Ctrl+Q",), always=True),
)
