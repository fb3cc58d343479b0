"""The folder where Netloom keeps what it remembers: preferences, runs, unsaved work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain
from pathlib import Path

from graph.errors import NetloomError

_STAND_IN: ContextVar[Path | None] = ContextVar("stand-in for the home folder", default=None)


def home() -> Path:
    """The folder itself, which may not exist yet: ``NETLOOM_HOME``, or the place the system has for such data."""
    stand_in = _STAND_IN.get()
    if stand_in is not None:
        return stand_in
    chosen = os.environ.get("NETLOOM_HOME")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Netloom"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Netloom"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "netloom"


@contextmanager
def home_in(path: Path) -> Iterator[None]:
    """Have `home` be ``path`` meanwhile, for this thread alone: others, and programs started here, keep theirs."""
    before = _STAND_IN.set(path)
    try:
        yield
    finally:
        _STAND_IN.reset(before)


def folder(name: str) -> Path:
    """The folder ``name`` in the home, made if it is missing.

    Raises
    ------
    NetloomError
        if it cannot be made.
    """
    path = home() / name
    make_folder(path, "Set NETLOOM_HOME to another one.")
    return path


def free_path(path: Path) -> Path:
    """``path``, with a number behind its name where something is there already."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in range(2, 10_000))
    return next(free for free in chain((path,), numbered) if not free.exists())


def make_folder(path: Path, remedy: str = "Choose another folder.") -> None:
    """Make the folder ``path``, and those above it, where they are missing.

    Raises
    ------
    NetloomError
        if the disk refuses; the sentence ends with ``remedy``.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "it cannot be made").lower()
        raise NetloomError(f"The folder {path} cannot be made: {reason}. {remedy}") from None
