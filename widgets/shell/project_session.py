"""The project in a window: opening, saving, the unsaved mark, and the file on the disk."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from app.project.journal_lines import Standing
from app.project.project_ids import id_of, new_id
from app.project.recovery import Unsaved
from app.system.locks import FileLock, try_lock
from graph.atomic_write import remove_lost_drafts, write_atomically
from graph.checking.check import Checker
from graph.checking.layer_info import Problem
from graph.document import Act, Commit, Document
from graph.errors import NetloomError
from graph.garbage_collection import undisturbed
from graph.project import LARGEST, SUFFIX, Project, content_steps, project_bytes
from graph.steps import Steps, finished, part
from graph.user_files import bytes_of
from widgets.shell.journal_keeper import JournalKeeper
from widgets.shell.kept_histories import CHANGES, KeptHistories
from widgets.shell.overtaken import OvertakenError
from widgets.shell.project_state import ProjectState

MANY = 2000
"""Layers of a large network."""


@dataclass(frozen=True)
class OpenedProject:
    """A project that was read and checked, and is not worked on yet."""

    path: Path
    document: Document
    checker: Checker
    id: str
    print: str


def opening(path: Path) -> Steps[OpenedProject]:
    """Read and check a project file, in steps.

    Raises
    ------
    NetloomError
        if it is refused.
    """
    path = path.resolve()
    remove_lost_drafts(path.parent)
    content = bytes_of(path, LARGEST, "project")
    project = yield from part(content_steps(content, path.name), 0.0, 0.6)
    document = Document(project.network, project.sections)
    checker = yield from part(Checker.in_steps(document), 0.6, 1.0)
    return OpenedProject(path, document, checker, id_of(project, path), digest(content))


class ProjectSession(QObject):
    """Holds the document of one window.

    What is known of it is its ``state``, which is exchanged whole: ``leaving`` comes before, ``replaced`` after that.
    Before it is exchanged or saved, ``finishing`` has every editor hand over what is being typed.
    ``copied`` says that the project was saved in another file, and has an id of its own from there; ``changed`` that
    the title or the unsaved mark may differ; ``committed`` passes on each commit; ``checked`` says that the network was
    checked again, after an edit or against other data; ``troubled`` carries a sentence; ``overtaken`` says that someone
    else changed the file; ``shared`` that another window has it open.
    """

    finishing = Signal()
    leaving = Signal()
    replaced = Signal()
    copied = Signal()
    changed = Signal()
    committed = Signal(object)
    checked = Signal()
    troubled = Signal(str)
    overtaken = Signal()
    shared = Signal()

    def __init__(self, recovery: Path, locks: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._locks = locks
        self._lock: FileLock | None = None
        self._print: str | None = None
        self._held: str | None = None  # the fingerprint of what the file held when it was read or saved here
        self._histories = KeptHistories()
        self._recovered: Unsaved | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look_at_file)
        self._journal = JournalKeeper(recovery, lambda: (self.project, self._standing), self)
        self._journal.troubled.connect(self.troubled)
        self.state = _fresh(Document(), new_id())
        self._listen()

    # Reading

    @property
    def document(self) -> Document:
        """What is edited."""
        return self.state.document

    @property
    def checker(self) -> Checker:
        """What checks it."""
        return self.state.checker

    @property
    def path(self) -> Path | None:
        """The project's file; None until it is saved for the first time."""
        return self.state.path

    @property
    def base(self) -> Path | None:
        """The folder where the project's relative paths begin."""
        return self.state.base

    @property
    def title(self) -> str:
        """What the window is called after: the file, else what the project says of itself."""
        return self.state.title

    @property
    def suggested_name(self) -> str:
        """A name for a file of this project, without its ending."""
        return self.state.suggested_name

    @property
    def modified(self) -> bool:
        """Whether there is something that a close would lose."""
        return self.document.modified or self.state.unsaved_origin

    @property
    def begun(self) -> bool:
        """Whether there is something to come back to: a file, a layer or an edit."""
        return self.state.path is not None or self.only_here

    @property
    def only_here(self) -> bool:
        """Whether no file has the project as it is: one that was edited, or begun without a file."""
        return self.modified or (self.state.path is None and len(self.document.network) > 0)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the project: with its data and plan first, then with its network."""
        return (*self.state.project_problems, *self.checker.problems)

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return self.state.project

    # Undoing

    def set_attempt(self, what: str, give_up: Callable[[], object]) -> None:
        """Know what was tried last without success, so that undo gives it up; nothing was where ``what`` is empty."""
        state = self.state
        if state.attempt is not None:
            state.document.forget(state.attempt)
            state.attempt = None
        if what:
            state.attempt = Act(what, lambda: bool(give_up()))
            state.document.record(state.attempt)

    # Opening

    def start_new(self, device: str = "auto", title: str = "", page: str = "") -> None:
        """Begin an empty project that trains on ``device``, called ``title`` and described by ``page``."""
        project = Project(sections={} if device == "auto" else {"plan": {"device": device}})
        self._begin(_titled(project, title, page), None)

    def start_from(self, project: Project, title: str = "", page: str = "") -> None:
        """Begin an untitled project that is a copy of a preset, called and described as that or as is said here.

        Of one that was left without a file, undo and redo are as they were if it is as it was left.
        """
        self._begin(_titled(project, title, page), None)

    def open(self, path: Path) -> None:
        """Open a project file.

        Raises
        ------
        NetloomError
            if it is refused; the project that is open stays.
        """
        with undisturbed():
            self.take_over(finished(opening(path)))

    def take_over(self, opened: OpenedProject) -> None:
        """Work on a project that `opening` has read."""
        self._adopt(ProjectState(opened.document, opened.checker, opened.id), opened.path, opened.print)
        if self._lock is None:
            self.shared.emit()
        self._look_at_file()  # it may have changed while it was read

    def recover(self, entry: Unsaved) -> None:
        """Take over unsaved work that another process left behind.

        Raises
        ------
        NetloomError
            if it is damaged.
        """
        project = entry.read()
        known = fingerprint(entry.path) if entry.print is None else entry.print
        self._begin(project, entry.path, known, holds=False)
        self.state.unsaved_origin, self._recovered = True, entry
        if self._journal.keep_all():
            self._discard_recovered()
        self.changed.emit()

    def _discard_recovered(self) -> None:
        """Remove what another process left: it is kept here now."""
        if self._recovered is not None:
            self._recovered.discard()
        self._recovered = None

    def reload(self) -> None:
        """Take the file's content in place of what is here.

        Raises
        ------
        NetloomError
            if the file is refused.
        """
        path = self.state.path
        if path is not None:
            content = bytes_of(path, LARGEST, "project")
            self._begin(finished(content_steps(content, path.name)), path, digest(content))

    def _begin(self, project: Project, path: Path | None, known: str | None = None, *, holds: bool = True) -> None:
        document = Document(project.network, project.sections)
        self._adopt(_fresh(document, id_of(project, path)), path, known, holds=holds)

    def _adopt(self, state: ProjectState, path: Path | None, known: str | None, *, holds: bool = True) -> None:
        """Take another project in place of this one; ``holds`` says whether its file holds it as it is."""
        self.finish_editing()
        self.leaving.emit()
        self._keep_history()
        self._journal.stop()
        self.checker.close()
        before, self.state = self.state.path, state
        self._recovered = None
        self._listen()
        self._belong_to(path, before, known)
        self._held = known if holds else None
        self._bring_history_back()
        self._journal.begin()
        gc.unfreeze()
        self.replaced.emit()
        self.changed.emit()
        if len(state.document.network) > MANY:
            # Python's search for unreachable objects would halt the window each time it passes over all of these.
            gc.freeze()

    def _keep_history(self) -> None:
        """The project is left: keep what undo and redo need for what its file holds, or without one for what it is."""
        history = self.document.history(CHANGES, saved=self.path is not None)
        if history is not None and (history.undo or history.redo):
            self._histories.keep(self.state.id, self._content, history)

    def _bring_history_back(self) -> None:
        """The project may have been here before: if it is as it was left, so are undo and redo."""
        if self._histories.has(self.state.id):
            self._histories.give(self.state.id, self._content, self.document)

    @property
    def _content(self) -> str:
        """A fingerprint of what the file holds, or of a project that has none; empty where that is not known."""
        if self.path is not None:
            return self._held or ""
        try:
            return digest(project_bytes(self.project)) if len(self.document.network) <= MANY else ""
        except NetloomError:
            return ""

    def _listen(self) -> None:
        self.document.subscribe(self._journal.keep, first=True)
        self.document.subscribe(self._on_commit)
        self.checker.subscribe(lambda _: self.checked.emit())

    def _belong_to(self, path: Path | None, before: Path | None, known: str | None) -> None:
        """Have ``path`` as the file, in which the content with the fingerprint ``known`` was read or written."""
        if path != before or self._lock is None:
            if self._lock is not None:
                self._lock.release(remove=True)
            self._lock = try_lock(self._locks / f"{digest(os.fsencode(path))[:32]}.lock") if path else None
        self.state.path = path
        self._print = known
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if path is not None and path.exists():
            self._watcher.addPath(str(path))

    def finish_editing(self) -> None:
        """Have the document take over what is being typed: it must not reach another one, nor be left out of a file."""
        self.finishing.emit()

    # Saving

    def save(self, path: Path | None = None) -> None:
        """Write the project to its file, or to ``path``, which then is its file.

        Raises
        ------
        OvertakenError
            if someone else has changed the file, and ``path`` was not named.
        NetloomError
            if it cannot be written; the old file is untouched.
        """
        self.finish_editing()
        target = path or self.state.path
        if target is None:
            raise NetloomError("This project has no file yet: choose one with Save as.")
        target = target if target.suffix else target.with_suffix(SUFFIX)
        target, before = target.resolve(), self.state.path
        copied = before is not None and target != before
        if path is None and self.overtaken_on_disk:
            raise OvertakenError(f"{self.title} was changed on the disk by someone else, and was not saved.")
        id_ = new_id() if copied else self.state.id
        content = project_bytes(replace(self.project, id=id_))
        write_atomically(target, content)
        self.document.mark_saved()
        self.state.unsaved_origin, self.state.id = False, id_
        self._belong_to(target, before, digest(content))
        self._held = self._print
        self._journal.note()
        self._discard_recovered()
        if copied:
            self.copied.emit()
        self.changed.emit()

    @property
    def overtaken_on_disk(self) -> bool:
        """Whether the file holds something else than what was opened or saved here."""
        return self.state.path is not None and fingerprint(self.state.path) not in (self._print, None)

    def keep_mine(self) -> None:
        """Know of the other content of the file, and leave it to be overwritten."""
        self._print = fingerprint(self.state.path)
        self._journal.note()

    def _look_at_file(self) -> None:
        path = self.state.path
        if path is not None and path.exists() and str(path) not in self._watcher.files():
            self._watcher.addPath(str(path))  # a file that is replaced drops out of the watch
        if self.overtaken_on_disk:
            self.overtaken.emit()

    @property
    def _standing(self) -> Standing:
        """What the journal must know of the file."""
        return Standing(self.state.path, self._print, self.state.id, not self.modified)

    def _on_commit(self, commit: Commit) -> None:
        self.committed.emit(commit)
        self.changed.emit()

    def close(self) -> None:
        """Let go of everything; unsaved edits were asked about before."""
        gc.unfreeze()
        self._journal.close()
        self.checker.close()
        if self._lock is not None:
            self._lock.release(remove=True)
            self._lock = None
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())


def _fresh(document: Document, id_: str) -> ProjectState:
    return ProjectState(document, Checker(document), id_)


def fingerprint(path: Path | None) -> str | None:
    """A digest of the file's content; None where there is no file, empty where it cannot be read."""
    try:
        return digest(bytes_of(path, LARGEST, "project")) if path else None
    except NetloomError:
        return "" if path and path.exists() else None


def digest(content: bytes) -> str:
    """What tells whether the content of a file is another."""
    return hashlib.sha256(content, usedforsecurity=False).hexdigest()


def _titled(project: Project, title: str, page: str) -> Project:
    """A project that calls itself ``title`` and has ``page`` as its description; as it is where there is no title.

    What its preset says of itself is left out, description and what to expect: under another title it is another task.
    """
    if not title:
        return project
    kept = {name: value for name, value in project.sections.items() if name not in ("about", "notes")}
    return replace(project, sections={**kept, "about": {"title": title}, **({"notes": page} if page else {})})
