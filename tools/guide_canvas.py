"""Takes the pictures of the guide's page on the canvas: ``python -m tools.guide_canvas [--out DIR]``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPointF, Qt

from app.project.presets import FOLDER
from graph.project import Project, read_project, write_project
from widgets.canvas.canvas_view import CanvasView
from widgets.launch import make_window
from widgets.shell.live_previews import LIVE
from widgets.shell.window import MainWindow
from widgets.tour.hands import WindowDriver
from widgets.tour.story import own_home

SIZE = (1280, 800)
LARGE = (1440, 880)
"""Size of the window in which a network of three rows is shown with all details."""

WIDE = (1860, 860)
"""Size of the window in the picture of the LSTM, whose cell is long."""


def resnet(window: MainWindow, hands: WindowDriver) -> None:
    """110 layers in three cards."""


def lstm(window: MainWindow, hands: WindowDriver) -> None:
    """Into the cell by a double-click."""
    canvas = canvas_of(window)
    canvas.setFocus()
    hands.key(Qt.Key.Key_H)
    card = canvas.board.cards["lstm_by_hand"].rect
    hands.double_click(canvas.viewport(), canvas.mapFromScene(card.center()))
    hands.wait(lambda: "forget" in canvas.board.cards, "the cell was to open")
    canvas.setFocus()
    hands.key(Qt.Key.Key_H)


def diff(window: MainWindow, hands: WindowDriver) -> None:
    """One layer changed, one removed, one put on a wire; then compared with the file."""
    canvas = canvas_of(window)
    document = canvas.document
    with document.transaction("Set the filters of conv2"):
        document.set_values("conv2", filters=20)
    canvas.setFocus()
    canvas.select(["relu3"])
    hands.key(Qt.Key.Key_B)
    hands.key(Qt.Key.Key_Delete)
    canvas.select(["pool1"])
    hands.key(Qt.Key.Key_W)
    hands.key(Qt.Key.Key_Tab)
    hands.write("batch norm")
    hands.key(Qt.Key.Key_Return)
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_L)
    hands.command("Compare with the saved version")
    hands.point(canvas.viewport(), canvas.mapFromScene(canvas.board.bounds().topLeft() - QPointF(20, 20)))


def live(window: MainWindow, hands: WindowDriver) -> None:
    """Filters and activations below the cards of a network in training."""
    canvas = canvas_of(window)
    hands.wait(lambda: window.training.controller is not None, "the training was to be ready")
    hands.command("Train")
    controller = window.training.controller
    assert controller is not None  # waited for above
    hands.wait(lambda: controller.state == "running", "the training was to begin")
    hands.command("Network workspace")
    hands.wait(lambda: LIVE in canvas.surface.extras, "the cards were to show something")
    hands.rest(2500)
    hands.command("Pause")
    canvas.setFocus()
    hands.key(Qt.Key.Key_H)
    hands.rest(600)


Shot = tuple[str, str, tuple[int, int], Callable[[MainWindow, WindowDriver], None]]
SHOTS: tuple[Shot, ...] = (
    ("canvas-resnet110", "resnet110", SIZE, resnet),
    ("canvas-lstm", "lstm_by_hand", WIDE, lstm),
    ("canvas-diff", "two_branch_cnn", LARGE, diff),
    ("canvas-live", "lenet", LARGE, live),
)
"""Name of each picture, the preset that it shows, the size of the window, and what is done there."""


def canvas_of(window: MainWindow) -> CanvasView:
    """The canvas of a window that is ready."""
    return window.workbench.canvas


def lasting(project: Project) -> Project:
    """The same project with so many epochs that it is still training when the picture is taken."""
    plan = project.sections["plan"]
    assert isinstance(plan, Mapping)
    return Project(project.network, {**project.sections, "plan": {**plan, "epochs": 2000}})


def shrink(path: Path) -> None:
    """Keep a picture of a window in 256 colours, which nobody sees."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


@contextmanager
def opened(file: Path, size: tuple[int, int], out: Path) -> Iterator[tuple[MainWindow, WindowDriver]]:
    """A window on a file, and hands for it."""
    window = make_window(file)
    window.resize(*size)
    window.show()
    hands = WindowDriver(window, out, print)
    hands.wait(lambda: window.loader.finished, "the window was to be ready")
    try:
        yield window, hands
    finally:
        window.close_now()
        hands.rest(200)


def main() -> None:
    """Open each preset as a file of the user's, do what the picture is about, and grab it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/guide"))
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with own_home(), tempfile.TemporaryDirectory(prefix="netloom-canvas-") as folder:
        for name, preset, size, act in SHOTS:
            file = Path(folder) / f"{preset}.netloom"
            write_project(file, lasting(read_project(FOLDER / file.name)))
            with opened(file, size, out) as (window, hands):
                act(window, hands)
                hands.rest(400)
                window.grab().save(str(out / f"{name}.png"))
                shrink(out / f"{name}.png")
                print(f"{name}.png")


if __name__ == "__main__":
    main()
