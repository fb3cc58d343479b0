"""What is written on a run after its training: the project it belongs to, notes and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.system.remembered import read_object
from app.training.runs import ENVIRONMENT, MADE_UP, PROJECT
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.project import encode

LABELS = "labels.json"
"""The file of a run folder that holds them; the frozen project is never touched."""


@dataclass(frozen=True)
class RunLabels:
    """``project`` is the id of the project that a run was moved to, empty where it is still with its own."""

    project: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()

    def changed(self, notes: str | None = None, tags: Sequence[str] | None = None) -> RunLabels:
        """The same with other notes or tags; None leaves them."""
        return replace(
            self, notes=self.notes if notes is None else notes, tags=self.tags if tags is None else tuple(tags)
        )


@dataclass(frozen=True)
class ProjectKey:
    """An open project as runs tell whether they are its own.

    Its runs are called after its ``name``. ``base`` is the folder of its file and ``names`` what else it was called;
    both are only for runs without an id.
    """

    id: str
    name: str = ""
    base: Path | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Owner:
    """The project that a run belongs to, as its folder tells: ``id`` is empty for runs of before ids."""

    id: str
    base: str
    title: str

    def is_project(self, key: ProjectKey) -> bool:
        """Whether that is the project ``key``; without ids by the folder of its file and its name."""
        if self.id:
            return self.id == key.id
        return key.base is not None and self.base == str(key.base) and self.title in key.names


def read_labels(run: Path) -> RunLabels:
    """The labels of the run in the folder ``run``; a file that is missing or damaged tells nothing."""
    values = read_object(run / LABELS)
    project, notes, tags = values.get("project"), values.get("notes"), values.get("tags")
    return RunLabels(
        project if isinstance(project, str) else "",
        notes if isinstance(notes, str) else "",
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def write_labels(run: Path, labels: RunLabels) -> None:
    """Keep labels in the folder of a run.

    Raises
    ------
    NetloomError
        if the disk refuses.
    """
    values = {"project": labels.project, "notes": labels.notes, "tags": list(labels.tags)}
    write_atomically(run / LABELS, encode({name: value for name, value in values.items() if value}))


def move_run(run: Path, project: str) -> None:
    """Have a run belong to another project from now on.

    Raises
    ------
    NetloomError
        if the project has no id, or the disk refuses.
    """
    if not project:
        raise NetloomError(f"The run “{run.name}” cannot be moved: the project has no id. Save the project first.")
    write_labels(run, replace(read_labels(run), project=project))


def owner_of(run: Path) -> Owner:
    """The project of the run in a folder, read without checking the run."""
    project = read_object(run / PROJECT)
    about = project.get("about")
    title = about.get("title") if isinstance(about, Mapping) else None
    named = title if isinstance(title, str) and title else MADE_UP.sub("", run.name)
    base = read_object(run / ENVIRONMENT).get("base")
    own = project.get("id")
    id_ = read_labels(run).project or (own if isinstance(own, str) else "")
    return Owner(id_, base if isinstance(base, str) else "", named)


def size_on_disk(run: Path) -> int:
    """Bytes that the folder of a run takes; files that vanish meanwhile count nothing."""
    return sum(_bytes(file) for file in run.rglob("*"))


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0
