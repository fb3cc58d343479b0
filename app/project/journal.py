"""The recovery journal (a write-ahead log): a base with the whole project, then every edit as it is made.

Every window has one entry: a file of lines beside a lock that the system takes back when the process ends. An entry
whose lock is free was left by a process that did not end well. An edit is handed to the system at once, and so survives
the end of the process; `Journal.sync` brings it to the disk, where it survives the end of the system.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from app.project.journal_lines import Standing, base_lines, edit_line, state_line
from app.system.locks import FileLock, try_lock
from graph.changes import Change
from graph.errors import NetloomError
from graph.project import Project

SUFFIX = ".journal"
DRAFT = ".part"
LONG = 2**21
"""Bytes of edits after which, and after as many as the base has, a new base is due."""
MOST_LATE = 4
"""So many edits may wait for the first base."""
LONGEST_LATE = 1.0
"""Seconds for which an edit may wait for the first base."""


class Journal:
    """The entry of one window. It appears with the first base, and goes with `clear` or `close`.

    A base is made in steps, by `step`; edits meanwhile go to the journal before, if there is one, and follow the base.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: FileLock | None = None
        self._place: Path | None = None
        self._log: _Log | None = None
        self._draft: _Log | None = None
        self._base: Iterator[bytes] | None = None
        self._late: list[bytes] = []
        self._exposed, self._exposed_since = 0, 0.0
        self._standing = Standing(None, None, "", True)

    # What is due

    @property
    def covers(self) -> bool:
        """Whether edits are kept, in a file or behind a base that is being made."""
        return self._log is not None or self._base is not None

    @property
    def at_work(self) -> bool:
        """Whether a base is being made."""
        return self._base is not None

    @property
    def urgent(self) -> bool:
        """Whether the base must be finished now, because too much would be lost without it."""
        if self._base is None or self._log is not None or not self._exposed:
            return False
        return self._exposed >= MOST_LATE or time.monotonic() - self._exposed_since > LONGEST_LATE

    @property
    def long(self) -> bool:
        """Whether a new base is due, because the edits have become many."""
        return self._log is not None and self._base is None and self._log.edits > max(LONG, self._log.base)

    def _expose(self) -> None:
        """One more edit is lost if the process ends before there is a base."""
        if not self._exposed:
            self._exposed_since = time.monotonic()
        self._exposed += 1

    # Bases

    def begin(self, project: Project, standing: Standing) -> None:
        """Begin a base of the project as it stands."""
        self._drop_draft()
        self._standing = standing
        self._base = base_lines(project)
        if not standing.clean:
            self._expose()

    def step(self) -> bool:
        """Do a few milliseconds' work on the base; False where it is done, or none is being made.

        Raises
        ------
        NetloomError
            if the disk refuses, or the project holds what no file can; what was kept before stays.
        """
        if self._base is None:
            return False
        try:
            if self._draft is None:
                self._draft = _Log(self._own_place().with_suffix(DRAFT))
            lines = next(self._base, None)
            if lines is not None:
                self._draft.append(lines)
                return True
            self._finish(self._draft)
        except OSError as error:
            self._drop_draft()
            raise self._refusal(error) from None
        except NetloomError:
            self._drop_draft()
            raise
        return False

    def settle(self) -> None:
        """Finish the base.

        Raises
        ------
        NetloomError
            as `step`.
        """
        while self.step():
            pass

    def _finish(self, draft: _Log) -> None:
        draft.append(state_line(self._standing))
        draft.mark_base()
        for late in self._late:
            draft.append(late)
        draft.sync()
        place = self._own_place().with_suffix(SUFFIX)
        if self._log is not None:
            self._log.close()
        draft.move(place)
        self._log, self._draft, self._base, self._late, self._exposed = draft, None, None, [], 0

    def _drop_draft(self) -> None:
        if self._draft is not None:
            self._draft.close()
            with suppress(OSError):
                self._draft.path.unlink(missing_ok=True)
        self._draft, self._base, self._late, self._exposed = None, None, [], 0

    # Edits

    def add(self, changes: Sequence[Change], standing: Standing) -> None:
        """Keep an edit, after which the project's file stands as ``standing`` says.

        Raises
        ------
        NetloomError
            if the disk refuses, or the edit holds what no file can: a new base is needed then.
        """
        try:
            self._write(edit_line(changes))
        except NetloomError:
            self._lose_track()
            raise
        self._expose()
        if standing.clean or self._standing != standing:
            self.note(standing)

    def note(self, standing: Standing) -> None:
        """Keep what is known of the project's file from now on.

        Raises
        ------
        NetloomError
            as `add`.
        """
        self._standing = standing
        self._write(state_line(standing))

    def _write(self, text: bytes) -> None:
        """Append to what is there, and to what follows the base that is being made."""
        if self._base is not None:
            self._late.append(text)
        if self._log is not None:
            try:
                self._log.append(text)
            except OSError as error:
                self._lose_track()
                raise self._refusal(error) from None

    def _lose_track(self) -> None:
        """What is kept ends with the edit before; edits after one that is missing cannot be kept there."""
        self._drop_draft()
        if self._log is not None:
            self._log.close()
        self._log = None

    def sync(self) -> None:
        """Bring the edits to the disk.

        Raises
        ------
        NetloomError
            if it refuses.
        """
        if self._log is not None:
            try:
                self._log.sync()
            except OSError as error:
                raise self._refusal(error) from None

    # The end

    def clear(self) -> None:
        """Forget the entry: the work was given up, or another project is begun."""
        self._lose_track()
        if self._place is not None:
            for suffix in (SUFFIX, DRAFT):
                with suppress(OSError):
                    self._place.with_suffix(suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Forget the entry and let go of its lock."""
        self.clear()
        if self._lock is not None:
            self._lock.release(remove=True)
        self._lock = self._place = None

    def abandon(self) -> None:
        """Leave everything as a process does that is killed."""
        self._lose_track()
        if self._lock is not None:
            self._lock.release()
        self._lock = self._place = None

    def _own_place(self) -> Path:
        """Where the entry is, without an ending."""
        if self._place is None:
            place = self._folder / os.urandom(16).hex()
            self._lock = try_lock(place.with_suffix(".lock"))
            self._place = place
        return self._place

    def _refusal(self, error: OSError) -> NetloomError:
        reason = (error.strerror or "it cannot be written").lower()
        return NetloomError(
            f"Unsaved work is not protected against a crash: {self._folder}: {reason}. Save the project."
        )


class _Log:
    """A file that lines are appended to, whole or not at all. ``base`` and ``edits`` count its bytes.

    Raises
    ------
    OSError
        in all that it does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("wb", buffering=0)
        self.base = self._size = 0
        self._synced = True

    @property
    def edits(self) -> int:
        """Bytes after the base."""
        return self._size - self.base

    def append(self, text: bytes) -> None:
        """Write a line; where there is no room for it, nothing is left of it."""
        view = memoryview(text)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise
        self._size += len(text)
        self._synced = False

    def mark_base(self) -> None:
        """All that was written is the base."""
        self.base = self._size

    def sync(self) -> None:
        """Bring it to the disk."""
        if not self._synced:
            os.fsync(self._file.fileno())
            self._synced = True

    def move(self, path: Path) -> None:
        """Rename it, which not every system does with an open file."""
        self._file.close()
        self.path.replace(path)
        self.path = path
        self._file = path.open("ab", buffering=0)

    def close(self) -> None:
        """Write no more."""
        with suppress(OSError):
            self._file.close()
