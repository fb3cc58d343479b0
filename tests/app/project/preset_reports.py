"""What the check finds in the examples that ship, found once for all tests of a process."""

from __future__ import annotations

from functools import cache

from app.project.presets import preset
from app.project.project_check import Report, check_project


@cache
def report_of(id_: str) -> Report:
    """The check of a preset as it ships; to be read only."""
    return check_project(preset(id_).project, None)
