"""The project in a window: opening, saving, the unsaved mark, the recovery journal, and the file on the disk."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from app.project.project_ids import id_of, new_id
from app.project.recovery import Journal, Unsaved
from app.system.locks import FileLock, try_lock
from graph.checking.check import Checker
from graph.checking.layer_info import Problem
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.garbage_collection import undisturbed
from graph.project import LARGEST, SUFFIX, Project, json_steps, project_json, read_project, read_steps, write_project
from graph.steps import Steps, finished, part
from graph.strict_json import in_a_sentence
from graph.user_files import content
from widgets.shell.project_state import ProjectState

JOURNAL_DELAY_MS = 800
"""A burst of edits is written to the journal once, at most this long after its first."""


JOURNAL_SLICE = 0.006
"""Seconds that a large network is written for before other events have their turn."""

MANY = 2000
"""Layers of a large network."""


@dataclass(frozen=True)
class OpenedProject:
    """A project that was read and checked, and is not worked on yet."""

    path: Path
    document: Document
    checker: Checker
    id: str


def opening(path: Path) -> Steps[OpenedProject]:
    """Read and check a project file, in steps.

    Raises
    ------
    NetloomError
        if it is refused.
    """
    path = path.resolve()
    project = yield from part(read_steps(path), 0.0, 0.6)
    document = Document(project.network, project.sections)
    checker = yield from part(Checker.in_steps(document), 0.6, 1.0)
    return OpenedProject(path, document, checker, id_of(project, path))


class ProjectSession(QObject):
    """Holds the document of one window.

    What is known of it is its ``state``, which is exchanged whole: ``leaving`` comes before, ``replaced`` after that.
    ``copied`` says that the project was saved in another file, and has an id of its own from there; ``changed`` that
    the title or the unsaved mark may differ; ``committed`` passes on each commit; ``checked`` says that the network was
    checked again, after an edit or against other data; ``troubled`` carries a sentence; ``overtaken`` says that someone
    else changed the file; ``shared`` that another window has it open.
    """

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
        self._recovery, self._locks = recovery, locks
        self._journal = Journal(recovery)
        self._lock: FileLock | None = None
        self._print: str | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look_at_file)
        self._journal_timer = QTimer(self)
        self._journal_timer.setSingleShot(True)
        self._journal_timer.setInterval(JOURNAL_DELAY_MS)
        self._journal_timer.timeout.connect(self._write_later)
        self._journal_slices = QTimer(self)
        self._journal_slices.timeout.connect(self._write_on)
        self._journal_steps: Steps[dict[str, Any]] | None = None
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

    def set_attempt(self, what: str, take_back: Callable[[], object]) -> None:
        """Know what was tried last without success, so that the next undo takes it back; nothing where it is empty."""
        self.state.attempt = (what, take_back) if what else None

    @property
    def undo_names(self) -> tuple[str, ...]:
        """What can be taken back, the latest first."""
        names = self.document.undo_names
        return (self.state.attempt[0], *names) if self.state.attempt is not None else names

    def undo(self) -> None:
        """Take back what was done last: what was tried without success, else the last edit."""
        if self.state.attempt is None:
            self.document.undo()
            return
        (_, take_back), self.state.attempt = self.state.attempt, None
        take_back()

    # Opening

    def start_new(self, device: str = "auto", title: str = "") -> None:
        """Begin an empty project that trains on ``device``, called ``title``."""
        self._begin(_titled(Project(sections={} if device == "auto" else {"plan": {"device": device}}), title), None)

    def start_from(self, project: Project, title: str = "") -> None:
        """Begin an untitled project that is a copy of a preset, and is called as that or ``title``."""
        self._begin(_titled(project, title), None)

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
        self._adopt(ProjectState(opened.document, opened.checker, opened.id), opened.path)
        if self._lock is None:
            self.shared.emit()

    def recover(self, entry: Unsaved) -> None:
        """Take over unsaved work that another process left behind.

        Raises
        ------
        NetloomError
            if it is damaged.
        """
        project = entry.read()
        self._begin(project, entry.path)
        self.state.unsaved_origin = True
        self.write_journal()
        entry.discard()
        self.changed.emit()

    def reload(self) -> None:
        """Take the file's content in place of what is here.

        Raises
        ------
        NetloomError
            if the file is refused.
        """
        if self.state.path is not None:
            self._begin(read_project(self.state.path), self.state.path)

    def _begin(self, project: Project, path: Path | None) -> None:
        document = Document(project.network, project.sections)
        self._adopt(_fresh(document, id_of(project, path)), path)

    def _adopt(self, state: ProjectState, path: Path | None) -> None:
        self.leaving.emit()
        self._stop_journal()
        self.checker.close()
        before, self.state = self.state.path, state
        self._listen()
        self._belong_to(path, before)
        gc.unfreeze()
        self.replaced.emit()
        self.changed.emit()
        if len(state.document.network) > MANY:
            # Python's search for unreachable objects would halt the window each time it passes over all of these.
            gc.freeze()

    def _listen(self) -> None:
        self.document.subscribe(self._on_commit)
        self.checker.subscribe(lambda _: self.checked.emit())

    def _belong_to(self, path: Path | None, before: Path | None) -> None:
        if path != before or self._lock is None:
            if self._lock is not None:
                self._lock.release(remove=True)
            self._lock = try_lock(self._locks / f"{_digest(os.fsencode(path))[:32]}.lock") if path else None
        self.state.path = path
        self._print = fingerprint(path)
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if path is not None and path.exists():
            self._watcher.addPath(str(path))

    # Saving

    def save(self, path: Path | None = None) -> None:
        """Write the project to its file, or to ``path``, which then is its file.

        Raises
        ------
        NetloomError
            if it cannot be written; the old file is untouched.
        """
        target = path or self.state.path
        if target is None:
            raise NetloomError("This project has no file yet: choose one with Save as.")
        target = target if target.suffix else target.with_suffix(SUFFIX)
        target, before = target.resolve(), self.state.path
        copied = before is not None and target != before
        id_ = new_id() if copied else self.state.id
        write_project(target, replace(self.project, id=id_))
        self.document.mark_saved()
        self.state.unsaved_origin, self.state.id = False, id_
        self._belong_to(target, before)
        self._stop_journal()
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

    def _look_at_file(self) -> None:
        path = self.state.path
        if path is not None and path.exists() and str(path) not in self._watcher.files():
            self._watcher.addPath(str(path))  # a file that is replaced drops out of the watch
        if self.overtaken_on_disk:
            self.overtaken.emit()

    # The journal

    def _on_commit(self, commit: Commit) -> None:
        self.state.attempt = None  # what is undone next is this edit
        if not self._journal_timer.isActive():
            self._journal_timer.start()
        self.committed.emit(commit)
        self.changed.emit()

    def write_journal(self) -> None:
        """Keep unsaved edits on the disk, now."""
        self._rest_journal()
        self._write(lambda: project_json(self.project))

    def _write_later(self) -> None:
        """Keep unsaved edits on the disk; those of a large network are put into words a few layers at a time."""
        if len(self.document.network) <= MANY:
            self.write_journal()
            return
        self._journal_steps = json_steps(self.project)
        self._journal_slices.start(0)

    def _write_on(self) -> None:
        end = perf_counter() + JOURNAL_SLICE
        try:
            with in_a_sentence("The unsaved work"):
                while self._journal_steps is not None and perf_counter() < end:
                    next(self._journal_steps)
        except StopIteration as last:
            self._rest_slices()
            value = last.value
            self._write(lambda: value)
        except NetloomError as error:
            self._rest_slices()
            self.troubled.emit(str(error))

    def _write(self, made: Callable[[], dict[str, Any]]) -> None:
        try:
            if not self.modified:
                self._journal.clear()
                return
            with in_a_sentence("The unsaved work"):
                self._journal.write(made(), self.state.path)
        except NetloomError as error:
            self.troubled.emit(str(error))

    def _rest_journal(self) -> None:
        self._journal_timer.stop()
        self._rest_slices()

    def _rest_slices(self) -> None:
        self._journal_slices.stop()
        self._journal_steps = None

    def _stop_journal(self) -> None:
        self._rest_journal()
        self._journal.clear()

    def close(self) -> None:
        """Let go of everything; unsaved edits were asked about before."""
        gc.unfreeze()
        self._rest_journal()
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
    """A digest of the file's content; None where there is no file."""
    try:
        return _digest(content(path, LARGEST, "project")) if path else None
    except (OSError, NetloomError):
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content, usedforsecurity=False).hexdigest()


def _titled(project: Project, title: str) -> Project:
    """A project that calls itself ``title``; as it is where that is empty.

    What its preset says of itself is left out, above all what to expect: under another title it is another task.
    """
    if not title:
        return project
    return replace(project, sections={**project.sections, "about": {"title": title}})
