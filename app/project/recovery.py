"""The recovery journal: unsaved work, kept on the disk while it is unsaved, found again after a crash.

Every window with unsaved edits has one entry: a file with the whole project as it stands (projects are small, and a
whole file needs no replay), beside a lock that the system takes back when the process ends. An entry whose lock is
free was left by a process that did not end well.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.system.locks import FileLock, try_lock
from graph import strict_json
from graph.errors import NetloomError
from graph.user_files import bytes_of

if TYPE_CHECKING:
    from graph.project import Project

VERSION = 1
LARGEST = 2**27
"""Entries over this many bytes are refused: twice what a project may have."""


class Journal:
    """The entry of one window. It appears with the first `write` and goes with `clear` or `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: FileLock | None = None
        self._file: Path | None = None

    def write(self, project: Mapping[str, Any], path: Path | None) -> None:
        """Keep ``project`` (its JSON object), which was last saved at ``path``, if ever.

        Raises
        ------
        NetloomError
            if the disk refuses.
        """
        entry = {
            "recovery": VERSION,
            "path": str(path) if path else None,
            "written": time.time(),
            "project": dict(project),
        }
        with strict_json.in_a_sentence("The unsaved work"):
            strict_json.check(entry["project"], "The unsaved work")
            content = json.dumps(entry).encode()  # the path need not be text
        file = self._own_file()
        temporary = file.with_suffix(".part")
        try:
            with temporary.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(file)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            reason = (error.strerror or "it cannot be written").lower()
            raise NetloomError(
                f"Unsaved work is not protected against a crash: {file.parent}: {reason}. Save the project."
            ) from None

    def clear(self) -> None:
        """Forget the entry: the work is saved, or was given up."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """Forget the entry and let go of its lock."""
        self.clear()
        if self._lock is not None:
            self._lock.release(remove=True)
        self._lock = self._file = None

    def _own_file(self) -> Path:
        if self._file is None:
            name = os.urandom(16).hex()
            self._lock = try_lock(self._folder / f"{name}.lock")
            self._file = self._folder / f"{name}.json"
        return self._file


@dataclass(frozen=True)
class Unsaved:
    """Work that a process left behind. ``path`` is where it was last saved; ``written`` is in seconds since 1970."""

    file: Path
    path: Path | None
    written: float

    @property
    def title(self) -> str:
        """Name of the project."""
        return self.path.name if self.path else "Untitled project"

    def read(self) -> Project:
        """The project itself.

        Raises
        ------
        NetloomError
            if the entry is damaged.
        """
        from graph.project import parse_project

        try:
            value = _read(self.file)["project"]
        except (NetloomError, KeyError, TypeError):
            value = None
        if not isinstance(value, dict):
            raise NetloomError(f"The unsaved work on {self.title} is damaged and cannot be recovered.") from None
        return parse_project(value, f"unsaved work on {self.title}")

    def discard(self) -> None:
        """Remove it for good."""
        self.file.unlink(missing_ok=True)
        self.file.with_suffix(".lock").unlink(missing_ok=True)


def unsaved(folder: Path) -> list[Unsaved]:
    """What processes that ended badly left behind in ``folder``, the latest first."""
    found = [entry for file in folder.glob("*.json") if (entry := _entry(file)) is not None]
    return sorted(found, key=lambda entry: entry.written, reverse=True)


def _entry(file: Path) -> Unsaved | None:
    lock = try_lock(file.with_suffix(".lock"))
    if lock is None:
        return None  # its window is open
    lock.release()
    try:
        value = _read(file)
        path = value["path"]
        return Unsaved(file, Path(path) if path else None, float(value["written"]))
    except (NetloomError, ValueError, KeyError, TypeError):
        return None


def _read(file: Path) -> Any:
    return strict_json.parse(bytes_of(file, LARGEST, "unsaved work"), file.name, strict=False)
