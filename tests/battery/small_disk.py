"""A disk that is full whenever a promise wants it: a small tmpfs where it may be mounted, else a limit on each file."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

SIZE = 2**23
NEW_MOUNTS = 0x00020000


class SmallDisk:
    """``folder`` is on it."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder, self._mounted = folder, mounted

    @contextmanager
    def room(self, bytes_: int) -> Iterator[None]:
        """Have room for no more than about so many bytes meanwhile."""
        if self._mounted:
            filler = self.folder / "filler"
            free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, free - bytes_))
            try:
                yield
            finally:
                filler.unlink()
            return
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A new disk at ``folder``."""
    folder.mkdir()
    mounted = _own_mounts() and _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))
    try:
        yield SmallDisk(folder, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


@cache
def _own_mounts() -> bool:
    """Let this process see mounts of its own, which go with it."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return False
    return ctypes.CDLL(None).unshare(NEW_MOUNTS) == 0 and _mount("--make-rprivate", "/")


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0
