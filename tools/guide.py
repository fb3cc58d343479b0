"""What the scripts that take the guide's pictures share: a folder to write to, and a window ready to be driven."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt

from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.tour.hands import WindowDriver
from widgets.tour.story import own_home
from widgets.understand.understand_panel import UnderstandPanel


@contextmanager
def opened(description: str | None, size: tuple[int, int]) -> Iterator[tuple[MainWindow, WindowDriver, Path]]:
    """A window of ``size`` pixels with a home of its own, hands at it, and the folder that ``--out`` names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=Path("docs/guide"))
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with own_home():
        window = make_window(None)
        window.resize(*size)
        window.show()
        hands = WindowDriver(window, out, print)
        hands.wait(lambda: window.loader.finished, "the window was to be ready")
        yield window, hands, out
        window.close_now()
        hands.rest(200)


def train(window: MainWindow, hands: WindowDriver, preset: str) -> None:
    """Open a preset from the start page and train it to its end."""
    window.show_start()
    hands.click(f"preset-{preset}")
    hands.wait(lambda: "plan" in window.session.document.sections, "the preset")
    hands.rest(500)
    hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.wait(lambda: window.training.active, "the training was to begin")
    hands.wait(lambda: not window.training.active, "the training was to end", 900)
    hands.rest(500)


def understand(window: MainWindow, hands: WindowDriver) -> UnderstandPanel:
    """The understand panel, brought forward."""
    hands.click("understandWorkspace")
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    return panel
