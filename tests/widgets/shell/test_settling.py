"""The window comes to rest at any size: nothing asks for other room because of the room that it got."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.protocol.events import Points
from tests.app.protocol import samples
from widgets.shell.window import MainWindow
from widgets.start.shelf import Shelf
from widgets.training.training_panel import TrainPanel

PAGES = ("data", "network", "train", "understand")
MOST = 20
"""Sizes that one widget may take for one size of the window."""


class Resizes(QObject):
    """Counts sizes that each widget takes, and hides the window of one that never stops."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self.window, self.counts = window, dict[QObject, int]()
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.counts[watched] = self.counts.get(watched, 0) + 1
            if self.counts[watched] > 10 * MOST:
                self.window.hide()
        return False

    def restless(self) -> list[QObject]:
        """Which widgets took more than a few sizes; counts begin anew."""
        restless = [widget for widget, count in self.counts.items() if count > MOST]
        self.counts.clear()
        return restless

    def stop(self) -> None:
        QApplication.instance().removeEventFilter(self)


def with_curves(window: MainWindow, project_file: Path) -> None:
    """A window with a run's curves on the page Train."""
    window.files.open(project_file)
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    run = project_file.with_name("run")
    panel.curves.add_run(run, "digits", 0)
    controller = window.training.controller
    assert controller is not None
    link = controller.link
    link.training_event.emit(samples.started(run=str(run)))
    steps = np.arange(1, 401)
    link.points.emit(Points(steps, (1 / steps).astype(np.float32)))
    for number in range(1, 11):
        metrics = {"loss": 0.5 / number, "accuracy": 1 - 0.5 / number}
        link.training_event.emit(samples.epoch(epoch=number, step=40 * number, train=metrics, validation=metrics))


@pytest.mark.parametrize("projector", [False, True])
def test_the_window_settles_at_every_size(window: MainWindow, project_file: Path, projector: bool) -> None:
    with_curves(window, project_file)
    window.preferences.set("projector", projector)
    resizes = Resizes(window)
    try:
        for page in PAGES:
            window.show_workspace(page)
            for width in (1920, 1024, 1440, *range(1024, 1300, 40)):
                window.resize(width, 700)
                for _ in range(5):
                    QApplication.processEvents()
                assert window.isVisible() and not resizes.restless(), (page, width)
    finally:
        resizes.stop()


@pytest.mark.built("workbench")
@pytest.mark.parametrize("projector", [False, True])
def test_the_start_page_settles_at_every_size(window: MainWindow, projector: bool) -> None:
    window.preferences.set("projector", projector)
    window.show_start()
    shelf = window.start.findChild(Shelf)
    assert isinstance(shelf, Shelf)
    resizes, least = Resizes(window), set[int]()
    try:
        for width in (1920, 800, 1440, *range(800, 1300, 20)):
            window.resize(width, 700)
            for _ in range(5):
                QApplication.processEvents()
            assert window.isVisible() and not resizes.restless(), width
            least.add(shelf.minimumSizeHint().width())
    finally:
        resizes.stop()
    assert len(least) == 1


@pytest.mark.built("workbench")
def test_the_bar_never_asks_for_more_because_it_got_more(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    least = set()
    for width in (1920, 800):
        window.resize(width, 700)
        for _ in range(5):
            QApplication.processEvents()
        least.add(window.bar.minimumSizeHint().width())
    assert len(least) == 1
