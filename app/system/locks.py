"""Locks between processes that the system takes back when their owner ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


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
            self.path.unlink(missing_ok=True)
        self._file.close()
        self._file = None
        if remove and os.name == "nt":
            self.path.unlink(missing_ok=True)


def try_lock(path: Path) -> FileLock | None:
    """The lock on ``path``, or None where someone else holds it. A folder that cannot be written counts as held."""
    try:
        file = path.open("ab")
    except OSError:
        return None
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return FileLock(path, file)


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
