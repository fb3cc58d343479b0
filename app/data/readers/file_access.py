"""File access: paths relative to a project, content hashes, and errors in sentences."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.data.info_cache import cache_text, cached_text, key_of
from app.system.memory_budget import GIGABYTE, budget, more_memory_remedy
from app.system.progress import Progress, Steps, done
from graph.errors import NetloomError

MEGABYTE = 1_000_000
BLOCK = 1 << 20
"""Bytes that are hashed in one go."""
LARGE = 1 << 24
"""Bytes from which on the hash of a content is remembered."""


def locate(path: str, base: Path | None) -> Path:
    """The file or folder that ``path`` means, seen from the folder ``base``.

    Raises
    ------
    NetloomError
        if it is not there.
    """
    if not path or "\0" in path:
        raise NetloomError("data.options.path: name the file or folder that holds the data.")
    found = Path(os.path.normpath((base or Path()) / Path(path).expanduser()))
    with reading(found):
        if not found.exists():
            raise NetloomError(f"{found} is not there; put it back or point to the data again.")
        if not (found.is_file() or found.is_dir()):
            raise NetloomError(f"{found} is neither a file nor a folder, so it holds no data to read.")
    return found


def relative(path: Path, base: Path | None) -> str:
    """``path`` as a project in the folder ``base`` keeps it: relative with forward slashes where that is possible.

    Raises
    ------
    NetloomError
        if the path is not text, which a project cannot keep.
    """
    kept = str(path.absolute())
    if base is not None:
        with contextlib.suppress(ValueError):  # another drive of Windows
            kept = Path(os.path.relpath(path.absolute(), base.absolute())).as_posix()
    if kept != readable(kept):
        raise NetloomError(f"The name {readable(kept)} holds signs that are no text; rename the file or folder.")
    return kept


def readable(name: str) -> str:
    r"""The name of a file or folder as text; bytes that are none are written as numbers, such as ``\\xff``."""
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half of a surrogate pair, which no file's name holds
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


def stamp(file: Path) -> tuple[int, int]:
    """Size and time of change: a cheap sign that a file is still the same. Of a folder, over all it holds."""
    if file.is_dir():
        inner = [status for entry in files_below(file) if (status := _status(entry)) is not None]
        return sum(status.st_size for status in inner) + len(inner), max(
            (status.st_mtime_ns for status in inner), default=0
        )
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All files in a folder and in those in it; linked folders, and such as may not be read, are passed over.

    Raises
    ------
    OSError
        if ``folder`` itself cannot be read.
    """
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            with contextlib.suppress(PermissionError, FileNotFoundError):
                yield from files_below(Path(entry.path))
        elif entry.is_file():
            yield entry


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """What the system says of a file; None if it has vanished."""
    try:
        return entry.stat()
    except FileNotFoundError:
        return None


def content_hash(file: Path, inside: Iterable[Path] | None = None) -> str:
    """SHA-256 of a file, or of the names and contents of all files in a folder, or of those ``inside`` it alone.

    That of much data is remembered for as long as no file in it has another size or time of change.
    """
    if inside is not None:
        statuses = {path: path.stat() for path in inside}
    elif not file.is_dir():
        statuses = {file: file.stat()}
    else:
        statuses = {Path(entry.path): status for entry in files_below(file) if (status := _status(entry)) is not None}
    entries = sorted(statuses, key=lambda entry: entry.parts)
    stamps = [(str(entry), statuses[entry].st_size, statuses[entry].st_mtime_ns) for entry in entries]
    whole = sum(size for _, size, _ in stamps)
    key = key_of("content", stamps)
    found = cached_text(key) if whole >= LARGE else ""
    found = found or done(f"content {key}", lambda: _hashed(file, entries, whole))
    if whole >= LARGE:
        cache_text(key, found)
    return found


def _hashed(file: Path, entries: list[Path], whole: int) -> Steps[str]:
    digest, come = hashlib.sha256(), 0
    for entry in entries:
        if entry != file:
            digest.update(f"{entry.relative_to(file).as_posix()}\0".encode(errors="surrogateescape"))
        # One file of many that may not be read, or has vanished, is missed where its samples are read.
        with contextlib.suppress(*(() if entry == file else (OSError,))), entry.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                come += len(block)
                yield Progress("Reading", come // MEGABYTE, whole // MEGABYTE, "MB", kept=False)
    return digest.hexdigest()


@contextlib.contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn what the system says about ``file`` into a sentence.

    Raises
    ------
    NetloomError
        where the file cannot be read, or does not fit into memory.
    """
    try:
        yield
    except MemoryError:
        raise NetloomError(f"{file.name} does not fit into memory; use a smaller part of it.") from None
    except OSError as error:
        raise NetloomError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def room_to_read(file: Path, times: int, remedy: str) -> None:
    """Raise `NetloomError`, which ends in ``remedy``, unless ``times`` the size of a file fit into memory."""
    if file.stat().st_size > budget() // times:
        raise NetloomError(f"{file.name} takes more than {budget() / GIGABYTE:.1f} GB of memory to be read; {remedy}.")


def within_budget(file: Path, amount: int) -> None:
    """Raise `NetloomError` if ``amount`` bytes of samples are more than a data set may take in memory."""
    if amount > budget():
        raise NetloomError(
            f"{file.name} would take {amount / GIGABYTE:.1f} GB of memory, more than the {budget() / GIGABYTE:.1f} GB "
            f"that data may take; use fewer or smaller samples, or {more_memory_remedy()}."
        )
