"""Locks between processes that the system takes back when their owner ends, however it ends."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from graph.file_locks import hold, is_at


class FileLock:
    """Holds a file for as long as this object is not released; nobody else can take it meanwhile."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file: IO[bytes] | None = file

    def release(self, *, remove: bool = False) -> None:
        """Let go, and remove the file where ``remove``; doing it twice is harmless."""
        if self._file is None:
            return
        if remove and os.name != "nt":
            self._remove()  # while it is held: who has opened it meanwhile finds that it is gone, and opens another
        self._file.close()
        self._file = None
        if remove and os.name == "nt":
            self._remove()  # Windows refuses while anybody has it open, and then it stays

    def _remove(self) -> None:
        """Remove the file, unless another has taken its place since its folder was moved."""
        if self._file is None or is_at(self._file.fileno(), self.path):
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def try_lock(path: Path) -> FileLock | None:
    """The lock on ``path``, or None where someone else holds it. A folder that cannot be written counts as held.

    Holders remove the file as they let go, so the one that was opened and locked here may be gone: it is no lock then,
    since the next process makes another file of that name. Such a file is left, and the new one tried.
    """
    while True:
        try:
            file = path.open("ab")
        except OSError:
            return None
        try:
            held = hold(file.fileno())
        except OSError:
            held = False
        if held and is_at(file.fileno(), path):
            return FileLock(path, file)
        file.close()
        if not held:
            return None
