"""A window to work with: shown, loaded, without a worker, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QMouseEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from graph.garbage_collection import undisturbed
from graph.layers.catalogue import catalogue
from graph.network import Connection, Network, Node
from graph.project import Project, write_project
from graph.shapes import image
from tests.widgets.commands_here import start_here
from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.start import preset_entries
from widgets.training.command_process import CommandProcess
from widgets.training.worker_link import WorkerLink


def chain(*layers: tuple[str, dict[str, object]]) -> Network:
    """Layers connected one behind the other."""
    network = Network()
    before: str | None = None
    for index, (kind, values) in enumerate(layers):
        layer = catalogue()[kind](**values)
        name = f"{layer.stem}{index}"
        network.insert_node(Node(name, layer, (240.0 * index, 0.0)))
        if before is not None:
            network.insert_connection(Connection(before, "out", name, "in"))
        before = name
    return network


def digits_project(units: int = 10) -> Project:
    """A small network for the digits without hints; with other than 10 units it has a problem."""
    network = chain(
        ("input", {"shape": image(1, 8, 8)}),
        ("conv2d", {}),
        ("flatten", {}),
        ("dense", {"units": units}),
        ("output", {}),
    )
    dismissed = {"no_activation": ["dense3"]}
    return Project(network, {"data": {"source": "digits"}, "hints": {"dismissed": dismissed}})


class Anywhere(QWidget):
    """A place where a mouse button may be let go."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's own name
        event.accept()


@pytest.fixture(scope="session", autouse=True)
def examples_read_once() -> Iterator[None]:
    """Every window lists all examples that ship: they are read for the first one alone."""
    read = preset_entries.read
    once = cache(read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            preset_entries, "read", lambda path: (once if path.parent == preset_entries.PRESETS else read)(path)
        )
        yield


@pytest.fixture(autouse=True)
def button_let_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """No button stays pressed for the next test: after a double click Qt's simulated mouse still holds it down."""
    yield
    if "qtbot" in request.fixturenames:
        place = Anywhere()
        place.resize(8, 8)
        QTest.mouseRelease(place, Qt.MouseButton.LeftButton)


@pytest.fixture(scope="session")
def first_look(qapp: QApplication) -> tuple[QPalette, QFont]:
    """The palette and the font with which the process began."""
    return qapp.palette(), qapp.font()


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication, first_look: tuple[QPalette, QFont]) -> None:
    """Begins without the style sheet that another test has left: a test that looks at it puts it on, as a window does.

    Everything that is made under it is polished by it, which takes longer than most tests of a panel.
    """
    take_off_look(qapp, *first_look)


@undisturbed()  # Qt goes through all widgets, and must not meet one that Python has deleted
def take_off_look(app: QApplication, palette: QPalette, font: QFont) -> None:
    """Have the program look as it did before it was given a theme, but where a window of several tests is open."""
    if app.styleSheet() and not any(isinstance(widget, QMainWindow) for widget in app.topLevelWidgets()):
        app.setStyleSheet("")
        app.setPalette(palette)
        app.setFont(font)


@pytest.fixture
def project_file(tmp_path: Path) -> Path:
    """A project on the disk."""
    path = tmp_path / "digits.netloom"
    write_project(path, digits_project())
    return path


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window starts no worker's process."""
    monkeypatch.setattr(WorkerLink, "start", lambda self: None)


@pytest.fixture
def commands_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the window has the command line do is done in this process: to start one with torch takes seconds."""
    monkeypatch.setattr(CommandProcess, "start", start_here)


@pytest.fixture
def window(request: pytest.FixtureRequest, qtbot: QtBot, no_worker: None) -> Iterator[MainWindow]:
    """The main window on its start page, with everything loaded.

    Where a test is marked ``built("workbench")`` only that is, as for a person who begins at once: the workspaces
    behind it, which take longer to build than most tests, are built when one turns to them.
    """
    made = make_window()
    marker = request.node.get_closest_marker("built")
    if marker is not None:
        made.loader.start = lambda: None  # type: ignore[method-assign]
    made.resize(1280, 820)
    made.show()
    qtbot.waitExposed(made)
    made.loader.require(marker.args[0] if marker is not None else "understand")
    yield made
    close(made)


def close(window: MainWindow) -> None:
    """Close without questions."""
    window.close_now()
    window.deleteLater()
