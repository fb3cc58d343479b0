"""The tour: the real window, driven through the main job by mouse and keyboard, with pictures on the way."""

from __future__ import annotations

from pathlib import Path


def run(out: Path) -> int:
    """Take the tour and leave its pictures in ``out``; returns the exit status."""
    from widgets.tour.story import tell

    return tell(out)
