"""The real window on a scaled display: ``QT_SCALE_FACTOR=2 python -m tests.widgets.shell.scaled_window PRESET ...``.

It opens as the program does, walks through all workspaces and tabs with each preset, and prints one JSON object: the
pixels that the display has for each of the window's, the sizes of screen and window, and every fault.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from app.project.presets import FOLDER
from graph.project import read_project, write_project
from tests.widgets.shell.cut_words import faults
from tests.widgets.shell.test_every_size import every_view, settle
from tests.widgets.shell.test_settling import with_curves
from widgets.launch import application, make_window
from widgets.shell.window import MainWindow
from widgets.tour.story import own_home
from widgets.training.worker_link import WorkerLink


def walk(window: MainWindow, preset: str, folder: Path) -> dict[str, list[str]]:
    """Open a copy of a preset with curves of a run, and return what is wrong in each of its views."""
    file = folder / f"{preset}.netloom"
    write_project(file, read_project(FOLDER / file.name))
    with_curves(window, file)
    layers = [node.id for node in window.session.document.network if node.id != "input"]
    found = {}
    for view in every_view(window, layers[0]):
        settle()
        found[f"{preset}, {view}"] = [*faults(window), *too_large(window)]
    return found


def too_large(window: MainWindow) -> list[str]:
    """Where the window, with its frame, is larger than its screen or reaches out of it."""
    screen, frame = window.screen().availableGeometry(), window.frameGeometry()
    fits = frame.width() <= screen.width() and frame.height() <= screen.height()
    return [] if fits else [f"the window is {frame.size().toTuple()} on a screen of {screen.size().toTuple()}"]


def main(presets: list[str]) -> int:
    """Print what is found, without a worker: only what the window itself shows; returns the exit status."""
    no_worker = patch.object(WorkerLink, "start", lambda self: None)
    with no_worker, own_home(), tempfile.TemporaryDirectory() as folder:
        window = make_window()
        window.show()
        window.loader.require("understand")
        settle()
        found = {"start": [*faults(window), *too_large(window)]}
        for preset in presets:
            found |= walk(window, preset, Path(folder))
        screen = window.screen()
        told = {
            "pixels": screen.devicePixelRatio(),
            "screen": screen.availableGeometry().size().toTuple(),
            "window": window.size().toTuple(),
            "views": len(found),
            "faults": [f"{view}: {fault}" for view, all_found in found.items() for fault in all_found],
        }
        window.close_now()
        window.deleteLater()
        application().processEvents()
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
