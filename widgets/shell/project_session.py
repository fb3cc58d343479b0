"""The project in a window: opening, saving, the unsaved mark, the recovery journal, and the file on the disk."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from app.project.recovery import Journal, Unsaved
from app.system.locks import FileLock, try_lock
from graph.checking.check import Checker
from graph.checking.layer_info import Problem
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.garbage_collection import undisturbed
from graph.project import SUFFIX, Project, json_steps, project_json, read_project, read_steps, write_project
from graph.steps import Steps, finished, part

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
    return OpenedProject(path, document, checker)


class ProjectSession(QObject):
    """Holds the document of one window.

    ``replaced`` says that there is another document; ``changed`` that the title or the unsaved mark may differ;
    ``committed`` passes on each commit; ``checked`` says that the network was checked again, after an edit or against
    other data; ``troubled`` carries a sentence; ``overtaken`` says that someone else changed the file; ``shared`` that
    another window has it open.
    """

    replaced = Signal()
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
        self._path: Path | None = None
        self._print: str | None = None
        self._unsaved_origin = False
        self.project_problems: tuple[Problem, ...] = ()
        self.hints: tuple[Problem, ...] = ()
        self._attempt: tuple[str, Callable[[], object]] | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look_at_file)
        self._journal_timer = QTimer(self)
        self._journal_timer.setSingleShot(True)
        self._journal_timer.setInterval(JOURNAL_DELAY_MS)
        self._journal_timer.timeout.connect(self._write_later)
        self._journal_slices = QTimer(self)
        self._journal_slices.timeout.connect(self._write_on)
        self._journal_steps: Steps[dict[str, Any]] | None = None
        self.document = Document()
        self.checker = Checker(self.document)
        self._listen()

    # Reading

    @property
    def path(self) -> Path | None:
        """The project's file; None until it is saved for the first time."""
        return self._path

    @property
    def base(self) -> Path | None:
        """The folder where the project's relative paths begin."""
        return self._path.parent if self._path else None

    @property
    def title(self) -> str:
        """What the window is called after: the file, else what the project says of itself."""
        if self._path is not None:
            return self._path.name
        about = self.document.sections.get("about")
        title = about.get("title") if isinstance(about, dict) else None
        return title if isinstance(title, str) and title else "Untitled"

    @property
    def suggested_name(self) -> str:
        """A name for a file of this project, without its ending."""
        words = re.sub(r"[^a-z0-9]+", "-", self.title.removesuffix(SUFFIX).lower()).strip("-")
        return self._path.stem if self._path else (words if words not in ("", "untitled") else "network")

    @property
    def modified(self) -> bool:
        """Whether there is something that a close would lose."""
        return self.document.modified or self._unsaved_origin

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the project: with its data and plan first, then with its network."""
        return (*self.project_problems, *self.checker.problems)

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return Project(self.document.network, dict(self.document.sections))

    # Undoing

    def set_attempt(self, what: str, take_back: Callable[[], object]) -> None:
        """Know what was tried last without success, so that the next undo takes it back; nothing where it is empty."""
        self._attempt = (what, take_back) if what else None

    @property
    def undo_names(self) -> tuple[str, ...]:
        """What can be taken back, the latest first."""
        names = self.document.undo_names
        return (self._attempt[0], *names) if self._attempt is not None else names

    def undo(self) -> None:
        """Take back what was done last: what was tried without success, else the last edit."""
        if self._attempt is None:
            self.document.undo()
            return
        (_, take_back), self._attempt = self._attempt, None
        take_back()

    # Opening

    def start_new(self, device: str = "auto") -> None:
        """Begin an empty project that trains on ``device``."""
        self._begin(Project(sections={} if device == "auto" else {"plan": {"device": device}}), None)

    def start_from(self, project: Project) -> None:
        """Begin an untitled project that is a copy of a preset."""
        self._begin(project, None)

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
        self._adopt(opened.document, opened.checker, opened.path)
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
        self._unsaved_origin = True
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
        if self._path is not None:
            self._begin(read_project(self._path), self._path)

    def _begin(self, project: Project, path: Path | None) -> None:
        document = Document(project.network, project.sections)
        self._adopt(document, Checker(document), path)

    def _adopt(self, document: Document, checker: Checker, path: Path | None) -> None:
        self._stop_journal()
        self.checker.close()
        self.document, self.checker = document, checker
        self._attempt = None
        self._listen()
        self._unsaved_origin = False
        self._belong_to(path)
        gc.unfreeze()
        self.replaced.emit()
        self.changed.emit()
        if len(document.network) > MANY:
            # Python's search for unreachable objects would halt the window each time it passes over all of these.
            gc.freeze()

    def _listen(self) -> None:
        self.document.subscribe(self._on_commit)
        self.checker.subscribe(lambda _: self.checked.emit())

    def _belong_to(self, path: Path | None) -> None:
        if path != self._path or self._lock is None:
            if self._lock is not None:
                self._lock.release(remove=True)
            self._lock = try_lock(self._locks / f"{_digest(str(path).encode())[:32]}.lock") if path else None
        self._path = path
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
        target = path or self._path
        if target is None:
            raise NetloomError("This project has no file yet: choose one with Save as.")
        target = target if target.suffix else target.with_suffix(SUFFIX)
        target = target.resolve()
        write_project(target, self.project)
        self.document.mark_saved()
        self._unsaved_origin = False
        self._belong_to(target)
        self._stop_journal()
        self.changed.emit()

    @property
    def overtaken_on_disk(self) -> bool:
        """Whether the file holds something else than what was opened or saved here."""
        return self._path is not None and fingerprint(self._path) not in (self._print, None)

    def keep_mine(self) -> None:
        """Know of the other content of the file, and leave it to be overwritten."""
        self._print = fingerprint(self._path)

    def _look_at_file(self) -> None:
        if self._path is not None and self._path.exists() and str(self._path) not in self._watcher.files():
            self._watcher.addPath(str(self._path))  # a file that is replaced drops out of the watch
        if self.overtaken_on_disk:
            self.overtaken.emit()

    # The journal

    def _on_commit(self, commit: Commit) -> None:
        self._attempt = None  # what is undone next is this edit
        if not self._journal_timer.isActive():
            self._journal_timer.start()
        self.committed.emit(commit)
        self.changed.emit()

    def write_journal(self) -> None:
        """Keep unsaved edits on the disk, now."""
        self._rest_journal()
        self._write(project_json(self.project) if self.modified else None)

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
            while self._journal_steps is not None and perf_counter() < end:
                next(self._journal_steps)
        except StopIteration as last:
            self._journal_slices.stop()
            self._journal_steps = None
            self._write(last.value if self.modified else None)

    def _write(self, value: dict[str, Any] | None) -> None:
        try:
            self._journal.clear() if value is None else self._journal.write(value, self._path)
        except NetloomError as error:
            self.troubled.emit(str(error))

    def _rest_journal(self) -> None:
        self._journal_timer.stop()
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


def fingerprint(path: Path | None) -> str | None:
    """A digest of the file's content; None where there is no file."""
    try:
        return _digest(path.read_bytes()) if path else None
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content, usedforsecurity=False).hexdigest()
