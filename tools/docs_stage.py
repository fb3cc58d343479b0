"""The window that the pictures in docs are taken of: driven by mouse and keys, and photographed in 256 colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt

from widgets.canvas.canvas_view import CanvasView
from widgets.launch import make_window
from widgets.tour.hands import WindowDriver
from widgets.tour.pictures import take_picture
from widgets.understand.understand_panel import UnderstandPanel

SIZE = (1280, 800)
"""Usual size of the window, in pixels."""


class Stage:
    """A window that is driven and photographed; pictures go to the folder ``out``."""

    def __init__(self, out: Path, size: tuple[int, int] = SIZE, file: Path | None = None) -> None:
        self.window = make_window(file)
        self.window.resize(*size)
        self.window.show()
        self.driver = WindowDriver(self.window, out, print)
        self.driver.wait(lambda: self.window.loader.finished, "the window was to be ready")
        self.driver.wait(lambda: self.window.training.devices, "the worker was to tell its devices")
        self._out = out

    def grab(self, name: str, rest: int = 600, *, trained: bool = False) -> None:
        """Take the picture ``name`` after ``rest`` ms; ``trained`` says that a training decides what is on it."""
        self.driver.rest(rest)
        path = self._out / f"{name}.png"
        take_picture(self.window, path, trained=trained)
        shrink(path)
        print(path.name, flush=True)

    def train(self, preset: str) -> None:
        """Open a preset from the start page and train it to its end."""
        self.window.show_start()
        self.driver.click(f"preset-{preset}")
        self.driver.wait(lambda: "plan" in self.window.session.document.sections, "the preset")
        self.driver.rest(500)
        self.driver.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.driver.wait(lambda: self.window.training.active, "the training was to begin")
        self.driver.wait(lambda: not self.window.training.active, "the training was to end", 900)
        self.driver.rest(500)

    def panel(self, name: str) -> Any:
        """A panel of the workbench, by name."""
        return self.window.workbench.panel(name)

    def understand(self) -> UnderstandPanel:
        """The understand panel, brought forward."""
        self.driver.workspace("understand")
        panel = self.panel("understand")
        assert isinstance(panel, UnderstandPanel)
        return panel

    @property
    def canvas(self) -> CanvasView:
        """The canvas of the open project."""
        return self.window.workbench.canvas

    def close(self) -> None:
        """End the window and what it started."""
        self.window.close_now()
        self.driver.rest(200)


def shrink(path: Path) -> None:
    """Keep a picture in 256 colours, which nobody sees."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


@contextmanager
def stage(out: Path, size: tuple[int, int] = SIZE, file: Path | None = None) -> Iterator[Stage]:
    """A window for some pictures, closed behind them."""
    made = Stage(out, size, file)
    try:
        yield made
    finally:
        made.close()
