"""Crash recovery: unsaved work that a process left in its journal is found, read and discarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from networkx import NetworkXError

from app.project.journal import DRAFT, SUFFIX
from app.project.journal_lines import VERSION, whole_lines
from app.system.locks import try_lock
from graph import strict_json
from graph.change_json import parse_change
from graph.changes import Content
from graph.errors import NetloomError
from graph.project import Project, parse_project, project_json
from graph.user_files import bytes_of

FIRST_SUFFIX = ".json"
"""Entries of version 1 hold the whole project as one JSON object."""
LARGEST = 2**28
"""Entries over this many bytes are refused: a project may have a quarter of that, and its edits as many again."""
DAMAGED = (LookupError, TypeError, ValueError, AttributeError, StopIteration, NetworkXError)
"""What comes of lines that make no sense."""
KNOWN = (SUFFIX, DRAFT, FIRST_SUFFIX, ".lock")


@dataclass(frozen=True)
class Unsaved:
    """Work that a process left behind. ``path`` is where it was last saved; ``written`` is in seconds since 1970.

    ``print`` is the fingerprint of the file at ``path`` as that process knew it; None where that is not known.
    """

    file: Path
    path: Path | None
    written: float
    print: str | None = None

    @property
    def title(self) -> str:
        """Name of the project."""
        return self.path.name if self.path else "Untitled project"

    def read(self) -> Project:
        """The project itself.

        Raises
        ------
        NetloomError
            if the entry is damaged, or gone.
        """
        if not self.file.exists():
            raise NetloomError(f"The unsaved work on {self.title} was recovered or discarded in another window.")
        try:
            if self.file.suffix == FIRST_SUFFIX:
                return parse_project(_first_version(self.file)["project"], f"unsaved work on {self.title}")
            return _replayed(_lines(self.file), f"unsaved work on {self.title}")
        except DAMAGED:
            raise NetloomError(f"The unsaved work on {self.title} is damaged and cannot be recovered.") from None

    def discard(self) -> None:
        """Remove it for good; what resists is left."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)
        with _free(self.file) as free:
            if free:
                self.file.with_suffix(DRAFT).unlink(missing_ok=True)


def unsaved(folder: Path) -> list[Unsaved]:
    """What processes that ended badly left behind in ``folder``, the latest first.

    What they left there with nothing to recover is removed.
    """
    found = [entry for place in _places(folder) for entry in _entries(place)]
    return sorted(found, key=lambda entry: entry.written, reverse=True)


def _places(folder: Path) -> list[Path]:
    """Where entries are, each without an ending."""
    with suppress(OSError):
        return sorted({file.with_suffix("") for file in folder.iterdir() if file.suffix in KNOWN})
    return []


@contextmanager
def _free(file: Path) -> Iterator[bool]:
    """Whether no window has the entry, which then is held meanwhile."""
    lock = try_lock(file.with_suffix(".lock"))
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release(remove=True)


def _entries(place: Path) -> Iterator[Unsaved]:
    with _free(place) as free, suppress(OSError):
        if not free:
            return  # its window is open
        place.with_suffix(DRAFT).unlink(missing_ok=True)
        for suffix, read in ((SUFFIX, _entry), (FIRST_SUFFIX, _first_entry)):
            file = place.with_suffix(suffix)
            if file.exists() and (entry := read(file)) is not None:
                yield entry


def _first_version(file: Path) -> dict[str, Any]:
    value = strict_json.parse(bytes_of(file, LARGEST, "unsaved work"), file.name, strict=False)
    return dict(value)


def _first_entry(file: Path) -> Unsaved | None:
    try:
        value = _first_version(file)
        path, written = Path(value["path"]) if value["path"] else None, float(value["written"])
    except (NetloomError, *DAMAGED):
        return None
    # Which file it began from is not known: one that was written since is another.
    newer = path is not None and path.exists() and path.stat().st_mtime > written
    return Unsaved(file, path, written, "" if newer else None)


def _lines(file: Path) -> list[list[Any]]:
    return whole_lines(bytes_of(file, LARGEST, "unsaved work"))


def _entry(file: Path) -> Unsaved | None:
    """What is in a journal; a clean one is removed, and one of a newer Netloom is left alone."""
    try:
        lines = _lines(file)
        if lines[0] != ["journal", VERSION]:
            return None
        states = [line[1] for line in lines if line[0] == "state"]
        if lines[-1][0] == "state" and states[-1]["clean"]:
            file.unlink()
            return None
        written = lines[-1][1] if lines[-1][0] == "edit" else states[-1]["written"]
        path = states[-1]["path"]
        return Unsaved(file, Path(path) if path else None, float(written), states[-1]["print"])
    except (NetloomError, *DAMAGED):
        return None


def _replayed(lines: list[list[Any]], place: str) -> Project:
    """The project of the base, with the edits after it, up to the first that does not fit."""
    edits = [line[2] for line in lines if line[0] == "edit"]
    project, done = _edited(lines, edits, place)
    if done < len(edits):  # a half of the edit at fault may have been done
        project, _ = _edited(lines, edits[:done], place)
    id_ = [line[1]["id"] for line in lines if line[0] == "state"][-1]
    return parse_project({**project_json(project), "id": id_}, place)


def _edited(lines: list[list[Any]], edits: list[list[Any]], place: str) -> tuple[Project, int]:
    """The project of the base with ``edits``, and how many of them were done."""
    value = next(dict(line[1]) for line in lines if line[0] == "project")

    def joined(kind: str) -> list[Any]:
        return [part for line in lines if line[0] == kind for part in line[1]]

    value["network"] = {"layers": joined("layers"), "connections": joined("wires"), "remarks": joined("remarks")}
    project = parse_project(value, place)
    content = Content(project.network, project.sections)
    for number, edit in enumerate(edits):
        try:
            for change in edit:
                parse_change(change, content).apply(content)
        except (NetloomError, *DAMAGED):
            return project, number
    return project, len(edits)
