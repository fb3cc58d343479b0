"""Which run folders are listed: those of the open project, or on request those of all projects."""

from __future__ import annotations

from pathlib import Path

from app.training.run_labels import Owner, ProjectKey, owner_of
from widgets.training.run_entries import NO_PROJECT, run_folders, run_places, stamp


class RunScope:
    """The open project ``key``, whether runs of ``all_projects`` are listed, and the ``folder`` where runs are kept."""

    def __init__(self) -> None:
        self.key: ProjectKey = NO_PROJECT
        self.all_projects = False
        self.folder: Path | None = None
        self._owners: dict[Path, tuple[tuple[int, int, int], Owner]] = {}

    @property
    def places(self) -> list[Path]:
        """The folder where runs are kept, and the folder ``runs`` beside the project, which a pack brings."""
        return run_places(self.key.base, self.folder)

    def folders(self) -> list[Path]:
        """All run folders in those places, of whichever project."""
        return [run for place in self.places for run in run_folders(place)]

    def is_own(self, path: Path) -> bool:
        """Whether a run belongs to the open project; without one all do."""
        if not self.key.id:
            return True
        kept, now = self._owners.get(path), stamp(path)
        if kept is None or kept[0] != now:
            kept = self._owners[path] = (now, owner_of(path))
        return kept[1].is_project(self.key)

    def lists(self, path: Path) -> bool:
        """Whether a run is listed."""
        return self.all_projects or self.is_own(path)
