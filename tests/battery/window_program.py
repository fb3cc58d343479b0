"""The program as a user starts it, brought into a state from which it is ended: ``python -m ...window_program STATE``.

It says ``ready`` once it is there. A line on stdin ends it: ``close`` the window, or ``quit`` by the action.
"""

from __future__ import annotations

import sys
import threading
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from app.system.home import home
from graph.project import write_project
from tests.battery.live_window import LOADED, shown_window, wait
from tests.battery.promises.worker_deaths import endless
from widgets.launch import application
from widgets.shell.actions.export_actions import ONNX, Export, ExportActions
from widgets.shell.actions.sweep_actions import search_dialog
from widgets.shell.window import MainWindow
from widgets.training.training_state import State

STATES = ("idle", "training", "paused", "sweep", "export", "data")


def bring(window: MainWindow, state: str) -> None:
    """Bring a window with an open project into ``state``."""
    controller = window.training.controller
    assert controller is not None
    match state:
        case "training" | "paused":
            controller.train(window.session.document, window.session.base)
            wait(lambda: controller.state is State.RUNNING, LOADED, "training runs")
            if state == "paused":
                controller.pause()
                wait(lambda: controller.state is State.PAUSED, LOADED, "training is paused")
        case "sweep":
            dialog = window.part(search_dialog)
            dialog.begin()
            dialog.start()
            wait(lambda: dialog._process.lines, LOADED, "a trial has said something")
        case "export":
            file = home() / "exported.netloom"
            write_project(file, window.session.project)
            window.part(ExportActions).start(file, Export(home() / "net.onnx", ONNX))
        case "data":
            window.show_workspace("data")


class Orders(QObject):
    """Lines that come on stdin, as a signal in the window's thread."""

    came = Signal(str)

    def listen(self) -> None:
        """Read in a thread that ends with the program."""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.came.emit(line.strip())


def end(window: MainWindow, order: str) -> None:
    """Close the window, or quit by its action, which would ask where something is unsaved: a sweep's settings are."""
    if order == "close":
        window.close_now()
        return
    if window.session.modified:
        window.session.save()
    window.commands["quit"].trigger()
    for button in window.findChildren(QPushButton):
        if button.isVisible() and button.text() == "Stop and close":  # asked where a run is in progress
            button.click()


def main() -> int:
    """Open the window on a project, bring it into the state that is named, and stay."""
    file = home() / "project.netloom"
    home().mkdir(parents=True, exist_ok=True)
    write_project(file, endless(sys.argv[2]))
    window = shown_window(file)
    wait(lambda: window.training.controller and window.training.controller.link.is_ready, LOADED, "the worker is ready")
    bring(window, sys.argv[1])
    orders = Orders()
    orders.came.connect(partial(end, window))
    orders.listen()
    worker = window.training.controller.link.process_id if window.training.controller else 0
    print(f"ready {worker}", flush=True)
    return application().exec()


if __name__ == "__main__":
    sys.exit(main())
