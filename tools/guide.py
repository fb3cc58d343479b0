"""What the scripts that take the guide's pictures share: a folder to write to, and a window ready to be driven."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from widgets.launch import make_window
from widgets.tour.hands import Hands
from widgets.tour.story import own_home
from widgets.window import MainWindow


@contextmanager
def opened(description: str | None, size: tuple[int, int]) -> Iterator[tuple[MainWindow, Hands, Path]]:
    """A window of ``size`` pixels with a home of its own, hands at it, and the folder that ``--out`` names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, default=Path("docs/guide"))
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with own_home():
        window = make_window(None)
        window.resize(*size)
        window.show()
        hands = Hands(window, out, print)
        hands.wait(lambda: window.loader.finished, "the window was to be ready")
        yield window, hands, out
        window.close_now()
        hands.rest(200)
