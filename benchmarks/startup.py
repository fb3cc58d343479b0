"""Start-up to the first painted window, against a bare script with PySide6, pyqtgraph, networkx and one plot.

Run with ``python -m benchmarks.startup``. Both are whole processes, timed from spawn to the end of the first paint,
run in turns so that a busy machine troubles both alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TURNS = 7

BARE = """
import sys
from PySide6.QtWidgets import QApplication
import networkx
import pyqtgraph
app = QApplication(sys.argv)
plot = pyqtgraph.PlotWidget()
plot.plot([1, 3, 2, 4])
plot.resize(1280, 820)
plot.show()
app.processEvents()
plot.grab()
print("painted", flush=True)
"""

NETLOOM = """
from widgets.launch import application, make_window
window = make_window()
window.show()
application().processEvents()
window.loader.stop()
window.grab()
print("painted", flush=True)
window.close()
"""

HEAVY = ("torch", "pyqtgraph", "networkx", "numpy", "pydantic", "qtawesome")

LOADED = f"""
import sys
from widgets.launch import make_window
window = make_window()
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def environment(home: str) -> dict[str, str]:
    """The environment of a child: a home of its own, no display where there is none, and modules compiled but once."""
    shown = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform in ("win32", "darwin")
    platform = {} if shown else {"QT_QPA_PLATFORM": "offscreen"}
    # As on any user's machine, whatever this one says; the first run of each script, which is not counted, compiles.
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(home) / "compiled")}
    return {**os.environ, **platform, **compiled, "NETLOOM_HOME": home}


def seconds(script: str, home: str) -> float:
    """Time from spawning ``script`` to the line that says that it has painted."""
    began = time.perf_counter()
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.read()
    if line.strip() != "painted" or process.returncode:
        raise RuntimeError(f"the script ended with status {process.returncode} and painted nothing")
    return took


def measure(turns: int = TURNS) -> tuple[float, float]:
    """Median seconds of Netloom and of the bare script, after one run of each that warms the disk's cache."""
    own: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        for turn in range(turns + 1):
            for script, times in ((BARE, bare), (NETLOOM, own)):
                took = seconds(script, home)
                if turn:
                    times.append(took)
    return statistics.median(own), statistics.median(bare)


def heavy_before_paint() -> list[str]:
    """Which of the heavy libraries the first screen has loaded; there should be none."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-c", LOADED]
        done = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, check=True)
    return [name for name in HEAVY if f"'{name}'" in done.stdout]


def main() -> None:
    """Print the figure."""
    own, bare = measure()
    print(
        f"startup: {own / bare:.2f}x (first painted window against a bare script with PySide6, pyqtgraph, networkx and "
        f"one plot; medians of {TURNS}: {own:.2f} s and {bare:.2f} s)"
    )
    loaded = heavy_before_paint()
    print(f"startup-imports: {len(loaded)} of {', '.join(HEAVY)} loaded before the first paint")


if __name__ == "__main__":
    main()
