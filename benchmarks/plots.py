"""How long a plot of 1,000,000 points takes to repaint: ours, the painted view of before, and pyqtgraph's own curves.

The four are measured in one run, in turns, so that their ratios hold on a busy machine too. Times are those of the
processor.

python -m benchmarks.plots
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.frozen_curve_view import FrozenCurveView
from widgets.look.theme import ThemeSource
from widgets.plots.curve_view import CurveView

POINTS = 1_000_000
WIDTH, HEIGHT = 900, 320
ROUNDS = 9
REPEATS = 12
FROZEN_LIMIT, AUTO_LIMIT = 2.0, 3.0
"""Ours may take this many times as long as the frozen view, and pyqtgraph's downsampling has to take so much longer."""

Work = Callable[[], object]
Array = np.ndarray[Any, np.dtype[np.float64]]


def milliseconds(work: Work, repeats: int) -> float:
    """Return the median processor time of a piece of work."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1e3)
    return median(times)


def show(view: QWidget, change: Work) -> Work:
    """Show a view and return what changes it and lets Qt paint it."""
    view.resize(WIDTH, HEIGHT)
    view.show()
    QApplication.processEvents()

    def repaint() -> None:
        assert view.isVisible()
        change()
        QApplication.processEvents()

    repaint()
    return repaint


def filled(view: Any, steps: Array, values: Array, smoothing: float) -> Any:
    """Return a curve view of ours, or the frozen one, with all points in it."""
    view.set_smoothing(smoothing)
    view.add_curve("loss", "train", 0, "train")
    view.append("loss", steps, values)
    return view


def ours(steps: Array, values: Array, smoothing: float = 0.0) -> tuple[CurveView, Work]:
    """Return the product's view, and its repaint from the pyramid on."""
    view = filled(CurveView(ThemeSource("light"), "Loss", ""), steps, values, smoothing)
    return view, show(view, view.redraw)


def frozen(steps: Array, values: Array) -> Work:
    """Return the repaint of the painted view of before."""
    view = filled(FrozenCurveView(ThemeSource("light")), steps, values, 0.0)
    return show(view, view.refresh)


def pyqtgraphs(steps: Array, values: Array, *, downsampling: bool) -> Work:
    """Return the repaint of pyqtgraph's own curve: with its automatic downsampling, or as `setData` draws it."""
    plot = pyqtgraph.PlotWidget()
    curve = plot.plot(steps, values)
    if downsampling:
        curve.setDownsampling(auto=True, method="peak")
        curve.setClipToView(True)
    return show(plot, lambda: curve.setData(steps, values))


def append_time(view: CurveView, values: Array) -> float:
    """Return the milliseconds in which 20 points are added."""
    ends = iter(range(POINTS, 2 * POINTS, 20))

    def append() -> None:
        start = next(ends)
        view.append("loss", np.arange(start, start + 20), values[:20])

    return milliseconds(append, 200)


def main() -> int:
    """Print the figures; return 1 where a goal is missed."""
    app = QApplication.instance() or QApplication([])
    steps = np.arange(POINTS, dtype=np.float64)
    values = 2.3 * np.exp(-steps / 2e5) + 0.05 + 0.1 * np.random.default_rng(0).standard_normal(POINTS) ** 2
    view, plain = ours(steps, values)
    works = {
        "ours": (plain, REPEATS),
        "averaged": (ours(steps, values, 0.9)[1], REPEATS),
        "frozen": (frozen(steps, values), REPEATS),
        "auto": (pyqtgraphs(steps, values, downsampling=True), 3),
        "setData": (pyqtgraphs(steps, values, downsampling=False), 1),
    }
    rounds = [{name: milliseconds(*work) for name, work in works.items()} for _ in range(ROUNDS)]
    times = {name: median(one[name] for one in rounds) for name in works}
    against_frozen = median(one["ours"] / one["frozen"] for one in rounds)
    against_auto = median(one["auto"] / one["ours"] for one in rounds)
    print(f"plots: {against_frozen:.2f}x of the frozen view (repaint of 1,000,000 points; at most {FROZEN_LIMIT:g}x)")
    print(f"plots: {against_auto:.1f}x faster than pyqtgraph's auto-downsampling (at least {AUTO_LIMIT:g}x)")
    print(f"plots: {times['setData'] / times['ours']:.1f}x faster than pyqtgraph's plain setData")
    print("plots: milliseconds a repaint: " + ", ".join(f"{name} {took:.2f}" for name, took in times.items()))
    print(f"plots: {append_time(view, values):.3f} ms to append 20 points")
    del app
    return int(against_frozen > FROZEN_LIMIT or against_auto < AUTO_LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
