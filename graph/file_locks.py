"""Advisory locks on open files (flock), which the system takes back when their process ends, however it ends."""

from __future__ import annotations

import os
import sys
from typing import IO


def hold(file: IO[bytes]) -> bool:
    """Lock an open file without waiting; False where another process, or another opening of it, holds the lock.

    Raises
    ------
    OSError
        if the file system has no locks.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_at(file: IO[bytes], path: str | os.PathLike[str]) -> bool:
    """Whether the open ``file`` is still the one at ``path``, and was not removed or exchanged since it was opened."""
    try:
        there = os.stat(path)  # noqa: PTH116 - beside its counterpart of an open file
    except OSError:
        return False
    return os.path.samestat(os.fstat(file.fileno()), there)
