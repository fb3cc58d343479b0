"""How late the window's event loop is while a network trains and its plots are drawn, in one run with its rivals.

python -m benchmarks.responsiveness

A 5 ms timer runs in the window's process while the digits CNN trains in a real worker. Its lateness is taken three
times: at rest, with the real training panel, and with pyqtgraph redrawing all curves 20 times a second from the same
messages. The samples per second that the worker reaches meanwhile are held against the ordinary tutorial loop.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.protocol.events import Epoch
from graph.document import Document
from graph.project import Project, read_project

PRESET = Path(__file__).resolve().parent.parent / "presets" / "digits_cnn.netloom"
INTERVAL_MS = 5
SECONDS = 8.0
SETTLING = 1.5
"""Seconds at the start of a training that are left out: the worker is still loading data then."""


class Lateness(QObject):
    """A timer that notes by how many milliseconds it is late."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._due = 0.0
        self._timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin anew."""
        self.late.clear()
        self._due = time.perf_counter() + INTERVAL_MS / 1e3
        self._timer.start()

    def stop(self) -> tuple[float, float]:
        """Return the median and the 99th percentile, in milliseconds."""
        self._timer.stop()
        return float(np.median(self.late)), float(np.percentile(self.late, 99))

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._due) * 1e3))
        self._due = now + INTERVAL_MS / 1e3


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1e3), loop.quit)
    loop.exec()


def project() -> Project:
    """The digits CNN with more epochs than the benchmark lasts."""
    found = read_project(PRESET)
    plan = found.sections["plan"]
    assert isinstance(plan, Mapping)
    return Project(found.network, {**found.sections, "plan": {**plan, "epochs": 100_000, "patience": 0}})


class Redraw(QWidget):
    """The rival: everything redrawn with pyqtgraph's `setData` 20 times a second."""

    def __init__(self, controller: Any) -> None:
        super().__init__()
        import pyqtgraph
        from PySide6.QtWidgets import QHBoxLayout

        row = QHBoxLayout(self)
        self._plots = [pyqtgraph.PlotWidget(self) for _ in range(2)]
        self._curves = [plot.plot() for plot in self._plots for _ in range(2)]
        for plot in self._plots:
            row.addWidget(plot)
        self._loss: list[float] = []
        self._epochs: list[tuple[float, float, float]] = []
        controller.link.points.connect(lambda points: self._loss.extend(points.loss.tolist()))
        controller.epoch_ended.connect(self._take_epoch)
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._redraw)
        self._timer.start()

    def _take_epoch(self, epoch: Epoch) -> None:
        accuracies = epoch.train.get("accuracy", 0.0), epoch.validation.get("accuracy", 0.0)
        self._epochs.append((epoch.validation.get("loss") or 0.0, *accuracies))

    def _redraw(self) -> None:
        columns = list(zip(*self._epochs, strict=True)) if self._epochs else [(), (), ()]
        for curve, values in zip(self._curves, [self._loss, *columns], strict=True):
            curve.setData(np.arange(len(values)), np.asarray(values, dtype=np.float64))


def measured(kind: str) -> tuple[float, float, float]:
    """Median and 99th percentile of the lateness in milliseconds, and samples per second, with one kind of view."""
    from widgets.look.stylesheet import apply_theme
    from widgets.look.theme import ThemeSource
    from widgets.training.training_controller import TrainingController
    from widgets.training.training_panel import TrainPanel
    from widgets.training.worker_link import WorkerLink

    app = QApplication.instance()
    source, link, lateness = ThemeSource("light"), WorkerLink(), Lateness()
    if isinstance(app, QApplication):
        apply_theme(app, source.theme)
    controller, speeds = TrainingController(link), list[float]()
    controller.progressed.connect(lambda progress: speeds.append(progress.samples_per_second))
    found = project()
    document = Document(found.network, found.sections)
    view: QWidget = TrainPanel(source, controller) if kind == "panel" else QWidget()
    if isinstance(view, TrainPanel):
        view.set_document(document)
    if kind == "pyqtgraph":
        view = Redraw(controller)
    view.resize(1400, 360)
    view.show()
    if kind != "rest":
        begin(controller, document)
    wait(SETTLING)
    speeds.clear()
    lateness.start()
    wait(SECONDS)
    middle, worst = lateness.stop()
    controller.stop()
    link.close()
    view.close()
    return middle, worst, median_of(speeds)


def begin(controller: Any, document: Document) -> None:
    """Start training and wait until it runs."""
    loop = QEventLoop()
    controller.started.connect(loop.quit)
    controller.failed.connect(loop.quit)
    controller.train(document)
    loop.exec()
    if controller.reason:
        controller.close()
        raise SystemExit(f"responsiveness: {controller.reason}")


def median_of(values: Iterable[float]) -> float:
    """The median, 0 of nothing."""
    known = [value for value in values if value]
    return float(np.median(known)) if known else 0.0


def tutorial() -> float:
    """Samples per second of the ordinary loop on the same network and data; needs a process of its own.

    One thread, as the worker has: on a busy machine a second one makes the loop several times slower.
    """
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from app.data.data_choice import DataChoice
    from app.data.prepare import prepare
    from app.training.plan import Plan
    from graph.build.compile import compile_network

    torch.set_num_threads(1)
    found = project()
    data, plan = found.sections["data"], Plan.parse(found.sections["plan"])  # type: ignore[arg-type]
    part = prepare(DataChoice.parse(data)).train
    inputs, labels = (torch.from_numpy(values) for values in part.arrays.values())
    module = compile_network(found.network).module
    optimiser = torch.optim.Adam(module.parameters(), lr=plan.learning_rate)
    criterion = torch.nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(inputs, labels), batch_size=plan.batch_size, shuffle=True)
    seen, start, history = 0, time.perf_counter(), []
    while time.perf_counter() - start < SECONDS / 2:
        for batch, answers in loader:
            optimiser.zero_grad()
            loss = criterion(module(batch), answers)
            loss.backward()
            optimiser.step()
            history.append(loss.item())
            seen += len(batch)
    return seen / (time.perf_counter() - start)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tutorial", action="store_true", help="only the tutorial loop's samples per second")
    if parser.parse_args().tutorial:
        print(tutorial())
        return
    app = QApplication.instance() or QApplication([])
    os.environ["NETLOOM_HOME"] = tempfile.mkdtemp(prefix="netloom-benchmark-")
    rest = measured("rest")
    ours = measured("panel")
    theirs = measured("pyqtgraph")
    command = [sys.executable, "-m", "benchmarks.responsiveness", "--tutorial"]
    plain = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(
        f"responsiveness: {theirs[1] / ours[1]:.1f}x (99th percentile of lateness, pyqtgraph setData at 20 Hz / ours)"
    )
    print(f"responsiveness: {ours[0]:.2f} ms median, {ours[1]:.2f} ms 99th percentile while training with live plots")
    print(f"responsiveness: {theirs[0]:.2f} ms median, {theirs[1]:.2f} ms 99th percentile with pyqtgraph setData")
    print(f"responsiveness: {rest[0]:.2f} ms median, {rest[1]:.2f} ms 99th percentile at rest")
    ratio = ours[2] / plain
    print(f"responsiveness: {ratio:.2f}x (samples per second, worker beside the window against the tutorial loop)")
    del app


if __name__ == "__main__":
    main()
