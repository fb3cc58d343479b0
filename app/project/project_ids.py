"""Ids of projects, by which runs know whose they are, and the register of projects that were opened on this machine."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.system.home import home
from app.system.remembered import read_object, write_object
from graph.project import Project

KEPT = 300
"""So many projects are remembered; the oldest are forgotten."""


def new_id() -> str:
    """An id that no other project has."""
    return uuid.uuid4().hex


def id_of(project: Project, path: Path | None) -> str:
    """The id of a project: its own, else one that its file's place gives, so that it is the same at every opening.

    A project without file and id gets a new one.
    """
    if project.id or path is None:
        return project.id or new_id()
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]


@dataclass(frozen=True)
class KnownProject:
    """A project that was opened here: its id, its name, its file if it has one, and how its window was left."""

    id: str
    name: str
    path: Path | None
    view: Mapping[str, Any]


def known_projects() -> list[KnownProject]:
    """The projects that were opened on this machine, the latest first."""
    return [_known(id_, entry) for id_, entry in reversed(_register().items()) if isinstance(entry, dict)]


def remember_project(id_: str, name: str, path: Path | None, view: Mapping[str, Any] | None = None) -> None:
    """Put a project first in the register; without ``view``, what is known of its window stays."""
    if not id_:
        return
    register = _register()
    before = register.pop(id_, {})
    kept = before.get("view", {}) if isinstance(before, dict) else {}
    register[id_] = {"name": name, "path": str(path) if path else None, "view": dict(kept if view is None else view)}
    write_object(_file(), dict(list(register.items())[-KEPT:]))
    _read.cache_clear()


def known_project(id_: str) -> KnownProject | None:
    """What the register knows of a project, None where it knows nothing."""
    entry = _register().get(id_)
    return _known(id_, entry) if isinstance(entry, dict) else None


def _known(id_: str, entry: Mapping[str, Any]) -> KnownProject:
    name, path, view = entry.get("name"), entry.get("path"), entry.get("view")
    return KnownProject(
        id_,
        name if isinstance(name, str) and name else "Untitled",
        Path(path) if isinstance(path, str) and path else None,
        view if isinstance(view, dict) else {},
    )


def _register() -> dict[str, Any]:
    """What the register holds; it is read anew only when its file is another, because lists ask for every line."""
    try:
        status = _file().stat()
    except OSError:
        return {}
    return dict(_read(_file(), status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=1)
def _read(file: Path, _inode: int, _written: int, _size: int) -> dict[str, Any]:
    return read_object(file)


def _file() -> Path:
    return home() / "projects.json"
