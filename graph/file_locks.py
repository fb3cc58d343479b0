"""Advisory locks on open files (flock), which the system takes back when their process ends, however it ends."""

from __future__ import annotations

import os
import sys


def hold(handle: int) -> bool:
    """Lock an open file or folder without waiting; False where another opening of it holds the lock.

    Raises
    ------
    OSError
        if the file system has no locks.
    """
    try:
        _lock(handle)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_at(handle: int, path: str | os.PathLike[str]) -> bool:
    """Whether the open file is still the one at ``path``, and was not removed or exchanged since it was opened."""
    try:
        there = os.stat(path)  # noqa: PTH116 - beside its counterpart of an open file
    except OSError:
        return False
    return os.path.samestat(os.fstat(handle), there)
