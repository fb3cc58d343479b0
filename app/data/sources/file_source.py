"""What all sources that read a user's file or folder have in common."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import pydantic

from app.data.dataset import Dataset, DatasetInfo
from app.data.sidecar import keep, keep_text, key_of, recall, recall_text
from app.data.sources.source import Source
from app.system.memory_budget import GIGABYTE, budget, more
from app.system.progress import Progress, Steps, done
from graph.errors import NetloomError
from graph.layers.settings import setting

MEGABYTE = 1_000_000
BLOCK = 1 << 20
"""Bytes that are hashed in one go."""
LARGE = 1 << 24
"""Bytes from which on the hash of a content is remembered."""
CHANGED = "has changed since it was chosen for this project."
"""How the note about a file of other content ends."""


class FileSource(Source):
    """Samples from a file or folder. Subclasses give `read`.

    ``path`` is relative to the project's folder where it can be. ``sha256`` is the hash of the content when it was
    chosen, or empty; data that has changed since is read all the same, and a note says so.
    """

    from_file: ClassVar[bool] = True

    path: str = setting("", "The file or folder, relative to the project's folder")
    sha256: str = pydantic.Field("", description="Hash of the content when it was chosen")

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the file offers; it is read only if it was never read with these settings, or has changed since."""
        return self.known_info(base) or self.load(base).info

    def known_info(self, base: Path | None = None) -> DatasetInfo | None:
        """What the file offers as it was found when it was last read; None if it must be read for it.

        Nothing of the file's content is read, so a window may ask this at any time.
        """
        file = locate(self.path, base)
        with reading(file):
            return recall(self._key(file))

    def load(self, base: Path | None = None) -> Dataset:
        """The samples in the file."""
        file = locate(self.path, base)
        with reading(file):
            return _loaded(self, file, tuple(stamp(one) for one in (file, *self.beside(file))), budget())

    def _key(self, file: Path) -> str:
        stamps = tuple(stamp(one) for one in (file, *self.beside(file)))
        return key_of(self.kind, self.values(), str(file), stamps)

    def beside(self, file: Path) -> tuple[Path, ...]:
        """Other files that are read along with ``file``."""
        return ()

    def read(self, file: Path) -> Dataset:
        """The samples in ``file``, which exists."""
        raise NotImplementedError

    def change_note(self, file: Path) -> tuple[str, ...]:
        """A sentence if the content is not what it was when it was chosen."""
        if not self.sha256 or self.sha256 == content_hash(file):
            return ()
        return (f"{file.name} {CHANGED}",)


@lru_cache(maxsize=2)
def _loaded(source: FileSource, file: Path, stamped: tuple[tuple[int, int], ...], allowed: int) -> Dataset:
    """Read once as long as neither the settings, the file (``stamped``) nor the memory that is ``allowed`` change."""
    dataset = source.read(file)
    keep(source._key(file), dataset.info)
    return dataset


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
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def stamp(file: Path) -> tuple[int, int]:
    """Size and time of change: a cheap sign that a file is still the same. Of a folder, over all it holds."""
    if file.is_dir():
        inner = [status for entry in files_below(file) if (status := _status(entry)) is not None]
        return sum(one.st_size for one in inner) + len(inner), max((one.st_mtime_ns for one in inner), default=0)
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


def content_hash(file: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files in a folder.

    That of much data is remembered for as long as no file in it has another size or time of change.
    """
    held = (
        {file: file.stat()}
        if not file.is_dir()
        else {Path(entry.path): status for entry in files_below(file) if (status := _status(entry)) is not None}
    )
    entries = sorted(held, key=lambda entry: entry.parts)
    stamps = [(str(entry), held[entry].st_size, held[entry].st_mtime_ns) for entry in entries]
    whole = sum(size for _, size, _ in stamps)
    key = key_of("content", stamps)
    found = recall_text(key) if whole >= LARGE else ""
    found = found or done(f"content {key}", lambda: _hashed(file, entries, whole))
    if whole >= LARGE:
        keep_text(key, found)
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


def within_budget(file: Path, amount: int) -> None:
    """Raise `NetloomError` if ``amount`` bytes of samples are more than a data set may take in memory."""
    if amount > budget():
        raise NetloomError(
            f"{file.name} would take {amount / GIGABYTE:.1f} GB of memory, more than the {budget() / GIGABYTE:.1f} GB "
            f"that data may take; use fewer or smaller samples, or {more()}."
        )
