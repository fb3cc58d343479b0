"""A recent project, as the start page offers to continue with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RecentProject:
    """A project to continue with: its file, its name, and in words what came of its last run, empty where it has none.

    ``unsaved`` says that no file has it as it is: that of one which was trained and never saved is the one of its last
    run, and an open one may have None.
    """

    path: Path | None
    name: str
    score: str = ""
    unsaved: bool = False

    @property
    def title(self) -> str:
        """Its name, with the mark of what no file has."""
        return f"{self.name} (unsaved)" if self.unsaved else self.name
