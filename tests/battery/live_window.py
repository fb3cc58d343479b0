"""The real window with its real worker in this process: opened, waited for, and closed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from graph.project import Project, write_project
from tests.battery.own_processes import is_alive
from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.training.training_controller import TrainingController

LOADED = 180.0
"""Seconds in which a worker has loaded torch, also on a busy machine."""


def wait(until: Callable[[], object], seconds: float, what: str) -> float:
    """Run the event loop until something is so; the seconds that took.

    Raises
    ------
    AssertionError
        if it is not so after ``seconds``.
    """
    began = time.monotonic()
    while not until():
        passed = time.monotonic() - began
        assert passed < seconds, f"{what}: not after {seconds:g} s"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.002)
    return time.monotonic() - began


def shown_window(file: Path | None = None) -> MainWindow:
    """A new window on ``file``, if there is one, with everything loaded."""
    window = make_window(file)
    window.show()
    window.loader.require("understand")
    return window


@contextmanager
def open_window(project: Project, folder: Path) -> Iterator[tuple[MainWindow, TrainingController]]:
    """The window on a project in ``folder``, with everything loaded and its worker ready; closed afterwards."""
    file = folder / "project.netloom"
    write_project(file, project)
    window = shown_window()
    try:
        window.files.open(file)
        controller = window.training.controller
        assert controller is not None
        wait(lambda: controller.link.is_ready, LOADED, "the worker is ready")
        yield window, controller
    finally:
        process = window.training.controller.link.process_id if window.training.controller else 0
        window.close_now()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if process and is_alive(process):
            os.kill(process, signal.SIGKILL)
            raise AssertionError("the worker outlived its window")
