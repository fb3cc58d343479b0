"""How long a large project takes to open in the window, and how long the window is deaf meanwhile.

    python -m benchmarks.opening

The file goes the way that File > Open takes it: read, checked and laid before the user, in slices between which the
window answers. It stands beside the least that any editor has to do: ``json.loads`` of the file and a bare scene with
as many rectangles and lines.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NETLOOM_HOME"] = tempfile.mkdtemp(prefix="netloom-benchmark-")

from PySide6.QtWidgets import QApplication

from benchmarks.common import say
from benchmarks.editors.network import drawn
from benchmarks.editors.peers import Plain, shown
from graph.project import Project, write_project
from widgets.launch import make_window
from widgets.shell.window import MainWindow

SIZES = (1000, 10_000)


def until(done: Callable[[], bool]) -> float:
    """Let the window work until something holds; the longest time it was deaf, in seconds."""
    longest = 0.0
    while not done():
        begin = time.perf_counter()
        QApplication.processEvents()
        longest = max(longest, time.perf_counter() - begin)
    return longest


def opened(window: MainWindow, path: Path, layers: int) -> tuple[float, float]:
    """Seconds until the project stands in the window, and the longest that the window was deaf."""

    def stands() -> bool:
        there = len(window.session.document.network) == layers
        return there and window.pages.currentWidget() is window.workbench

    begin = time.perf_counter()
    window.files.open(path)
    called = time.perf_counter() - begin
    longest = until(stands)
    QApplication.processEvents()
    return time.perf_counter() - begin, max(called, longest)


def least(path: Path, layers: int) -> float:
    """Seconds for the file as plain JSON, and a bare scene with as many items."""
    document, peer = drawn(layers), Plain()
    peer.prepare()
    begin = time.perf_counter()
    json.loads(path.read_text("utf-8"))
    peer.fill(document)
    shown(peer, layers, 0.2)
    took = time.perf_counter() - begin
    peer.view.close()
    return took


def edited(window: MainWindow) -> float:
    """Seconds that the middle one of a few edits takes, everything that follows it repainted."""
    document, times = window.session.document, list[float]()
    id_ = next(node.id for node in document.network if node.layer.kind == "conv2d")
    for turn in range(9):
        begin = time.perf_counter()
        with document.transaction("Edit"):
            document.set_values(id_, bias=bool(turn % 2))
        QApplication.processEvents()
        times.append(time.perf_counter() - begin)
    document.mark_saved()
    return sorted(times)[len(times) // 2]


def main() -> None:
    """Print the figures of every size."""
    window = make_window()
    window.show()
    until(lambda: window.loader.finished)
    for layers in SIZES:
        path = Path(tempfile.mkdtemp()) / f"{layers}.netloom"
        write_project(path, Project(drawn(layers).network))
        took, deaf = opened(window, path, layers)
        bare = least(path, layers)
        say(f"opening {layers}", took / bare, f"in the window {took:.2f} s against JSON and plain items {bare:.2f} s")
        print(f"opening {layers}: {deaf * 1000:.0f} ms the longest that the window was deaf meanwhile", flush=True)
        end = time.perf_counter() + 1.5
        until(lambda end=end: time.perf_counter() > end)  # type: ignore[misc]
        print(f"opening {layers}: {edited(window) * 1000:.0f} ms for an edit and all that follows it", flush=True)
    sys.stdout.flush()
    os._exit(0)  # a worker may have been started, which ends with its input


if __name__ == "__main__":
    main()
