"""Autosave of the window: edits go to the recovery journal at once, its base in slices between other events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from app.project.journal import Journal
from app.project.journal_lines import Standing
from graph.document import Commit
from graph.errors import NetloomError
from graph.project import Project

SYNC_MS = 500
"""Edits are on the disk itself at most this long after they were handed to the system."""

RETRY_MS = 3000
"""Where the disk refused, it is asked again after so long."""

SLICE = 0.006
"""Seconds that a base is written for before other events have their turn."""

MANY = 1000
"""Layers of a network whose base is made ahead and in slices; that of a smaller one takes hundredths of a second."""


class JournalKeeper(QObject):
    """Keeps the journal of one window; ``look`` gives the project as it stands, with what is known of its file.

    ``troubled`` carries a sentence where work is not protected, and an empty one once it is again.
    """

    troubled = Signal(str)

    def __init__(self, folder: Path, look: Callable[[], tuple[Project, Standing]], parent: QObject) -> None:
        super().__init__(parent)
        self._journal, self._look, self._said = Journal(folder), look, ""
        self._sync = QTimer(self)
        self._sync.setSingleShot(True)
        self._sync.timeout.connect(self._bring_to_disk)
        self._slices = QTimer(self)
        self._slices.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Another project is worked on; the base of a large one is made before its first edit."""
        self.stop()
        project, standing = self._look()
        if len(project.network) > MANY:
            self._journal.begin(project, standing)
            self._slices.start(0)

    def keep(self, commit: Commit) -> None:
        """Keep an edit; what was done beside the document leaves nothing to keep."""
        if not commit.changes:
            return
        self._try(lambda: self._keep(commit))
        if not self._sync.isActive():
            self._sync.start(SYNC_MS)

    def _keep(self, commit: Commit) -> None:
        journal, (project, standing) = self._journal, self._look()
        if journal.covers:
            journal.add(commit.changes, standing)
        elif not standing.clean:
            journal.begin(project, standing)
            if len(project.network) <= MANY:
                journal.settle()
        if journal.long:
            journal.begin(project, standing)
        if journal.urgent:
            journal.settle()
        if journal.at_work:
            self._slices.start(0)

    def note(self) -> None:
        """What is known of the project's file has changed: it was saved."""
        if self._journal.covers:
            self._try(lambda: self._journal.note(self._look()[1]))

    def keep_all(self) -> bool:
        """Have the whole project on the disk now; False where it refuses, which is told."""
        return self._try(self._keep_all)

    def _keep_all(self) -> None:
        if not self._journal.at_work:
            self._journal.begin(*self._look())
        self._journal.settle()

    def stop(self) -> None:
        """Forget what was kept."""
        self._sync.stop()
        self._slices.stop()
        self._journal.clear()

    def close(self) -> None:
        """Forget what was kept, and let go of it."""
        self.stop()
        self._journal.close()

    def _go_on(self) -> None:
        """Write on at the base for some milliseconds; all of it where edits would wait for too long."""
        end = perf_counter() + SLICE

        def steps() -> None:
            while self._journal.step() and (self._journal.urgent or perf_counter() < end):
                pass

        if not self._try(steps) or not self._journal.at_work:
            self._slices.stop()

    def _bring_to_disk(self) -> None:
        """Bring edits to the disk; where they could not be kept, try again."""
        if self._journal.covers:
            self._try(self._journal.sync)
        elif not self._look()[1].clean and not self.keep_all():
            self._sync.start(RETRY_MS)

    def _try(self, act: Callable[[], object]) -> bool:
        """Do something with the journal; a refusal is told once."""
        try:
            act()
        except NetloomError as error:
            self._say(str(error))
            return False
        if self._journal.covers:
            self._say("")
        return True

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self.troubled.emit(sentence)
