"""A recent project, as the start page offers to continue with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RecentProject:
    """A project to continue with: its file, its name, and in words what came of its last run, empty where it has none.

    ``unsaved`` says that it was trained and never saved: the file is then that of its last run.
    """

    path: Path
    name: str
    score: str = ""
    unsaved: bool = False
