"""Atomic file writing (write to a draft, fsync, rename), and the removal of drafts that killed processes left.

A draft is locked for as long as its process lives, so that one that can be locked is nobody's.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from graph.errors import NetloomError
from graph.file_locks import hold

PREFIX, SUFFIX = ".netloom-", ".draft"
"""How the names of drafts begin and end."""
AGE = 10.0
"""Seconds after which a draft that nobody holds is removed: a new one is not locked yet."""
EARLIER = re.compile(r"\..+\.(netloom|safetensors)\.[a-z0-9_]{8}")
"""Names of the drafts of Netloom 0.1, which were not locked."""
EARLIER_AGE = 3600.0
"""Seconds after which such a draft is removed."""
PAUSE = 30.0
"""Seconds for which a folder is not looked through again."""

_looked_through: dict[str, float] = {}


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a draft, flush it to the disk, rename it into place, and flush the folder.

    Raises
    ------
    NetloomError
        if it cannot be written, or is read-only; what was at ``path`` is untouched.
    """
    with draft(path) as file:
        file.write(content)


@contextmanager
def draft(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of ``path`` at the end, and is removed after an error.

    Its ``name`` is where it is meanwhile.

    Raises
    ------
    NetloomError
        as `write_atomically`.
    """
    refuse_read_only(path)
    remove_lost_drafts(path.parent)
    made: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=path.parent)
        made = Path(name)
        os.close(handle)
        with made.open("r+b") as file:
            _hold(file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
            made.chmod(stat.S_IMODE(path.stat().st_mode) & 0o777 if path.exists() else 0o666 & ~_umask())
            if os.name != "nt":
                made.replace(path)
        if os.name == "nt":  # where an open file cannot be renamed
            made.replace(path)
        made = None
        _flush_folder(path.parent)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise NetloomError(
            f"{path} was not saved: {reason}. Choose another folder or make room, and save again."
        ) from None
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink(missing_ok=True)


@contextmanager
def draft_folder(parent: Path) -> Iterator[Path]:
    """A folder in ``parent`` that is to be filled and renamed; what is left of it at the end is removed.

    Raises
    ------
    OSError
        if it cannot be made.
    """
    remove_lost_drafts(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
    handle = os.open(folder, os.O_RDONLY) if os.name != "nt" else None
    try:
        if handle is not None:
            _hold(handle)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def refuse_read_only(path: Path) -> None:
    """Refuse to write over a file that its owner has protected: renaming would replace it without a word.

    Raises
    ------
    NetloomError
        if it is read-only.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if stat.S_ISREG(mode) and not (mode & 0o222 and os.access(path, os.W_OK)):
        raise NetloomError(f"{path} is read-only and was not saved. Save under another name, or allow writing to it.")


def remove_lost_drafts(folder: Path) -> None:
    """Remove the drafts in ``folder`` whose processes were killed; what resists is left."""
    now = time.monotonic()
    if now - _looked_through.get(str(folder), -PAUSE) < PAUSE:
        return
    if len(_looked_through) > 100:
        _looked_through.clear()
    _looked_through[str(folder)] = now
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                with suppress(OSError):
                    _remove_if_lost(entry)


def _remove_if_lost(entry: os.DirEntry[str]) -> None:
    ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
    if not ours and not EARLIER.fullmatch(entry.name):
        return
    status = entry.stat(follow_symlinks=False)
    if time.time() - status.st_mtime < (AGE if ours else EARLIER_AGE):
        return
    if stat.S_ISREG(status.st_mode):
        if os.name == "nt" or _is_free(entry.path):  # Windows refuses to remove what is open
            os.unlink(entry.path)  # noqa: PTH108 - as the entry comes
    elif ours and stat.S_ISDIR(status.st_mode) and os.name != "nt" and _is_free(entry.path):
        shutil.rmtree(entry.path, ignore_errors=True)


def _is_free(path: str) -> bool:
    """Whether no process holds the draft at ``path``."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return hold(handle)
    finally:
        os.close(handle)


def _hold(handle: int) -> None:
    """Lock a draft, where the file system has locks. On Windows a lock would keep its maker from reading it as well."""
    if os.name != "nt":
        with suppress(OSError):
            hold(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Make a rename durable; folders cannot be opened for that on Windows, where it is not needed."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
