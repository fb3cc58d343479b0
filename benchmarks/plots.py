"""How long a plot of 1,000,000 points takes to repaint, against pyqtgraph's plain `setData`, in one run.

python -m benchmarks.plots
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

POINTS = 1_000_000
WIDTH, HEIGHT = 900, 320


def _milliseconds(work: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def _paint(widget: QWidget) -> None:
    widget.repaint()
    QApplication.processEvents()


def ours(steps: np.ndarray, values: np.ndarray, smoothing: float) -> tuple[float, float]:
    """Return milliseconds of one repaint from the data on, and of appending a batch of 20 points."""
    from widgets.look.theme import ThemeSource
    from widgets.plots.curve_view import CurveView

    view = CurveView(ThemeSource("light"), "Loss", "")
    view.set_smoothing(smoothing)
    view.add_curve("loss", "train", 0, "train")
    view.append("loss", steps, values)
    view.resize(WIDTH, HEIGHT)
    view.show()
    _paint(view)

    def repaint() -> None:
        view.refresh()
        _paint(view)

    painting = _milliseconds(repaint, 60)
    at = POINTS

    def append() -> None:
        nonlocal at
        view.append("loss", np.arange(at, at + 20), values[:20])
        at += 20

    return painting, _milliseconds(append, 200)


def theirs(steps: np.ndarray, values: np.ndarray) -> float:
    """Return milliseconds of pyqtgraph's `setData` with its defaults, painted."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    plot.resize(WIDTH, HEIGHT)
    curve = plot.plot(steps, values)
    plot.show()
    _paint(plot)

    def repaint() -> None:
        curve.setData(steps, values)
        _paint(plot.viewport())

    return _milliseconds(repaint, 7)


def main() -> None:
    """Print the figures."""
    app = QApplication.instance() or QApplication([])
    rng = np.random.default_rng(0)
    steps = np.arange(POINTS, dtype=np.float64)
    values = 2.3 * np.exp(-steps / 2e5) + 0.05 + 0.1 * rng.standard_normal(POINTS) ** 2
    plain, append = ours(steps, values, 0.0)
    smooth, smooth_append = ours(steps, values, 0.9)
    other = theirs(steps, values)
    print(f"plots: {other / plain:.1f}x (repaint of 1,000,000 points against pyqtgraph setData)")
    print(f"plots: {other / smooth:.1f}x (the same with raw and averaged line)")
    print(f"plots: {plain:.2f} ms a repaint, {smooth:.2f} ms with average, pyqtgraph {other:.1f} ms")
    print(f"plots: {append:.3f} ms to append 20 points, {smooth_append:.3f} ms with average")
    del app


if __name__ == "__main__":
    main()
