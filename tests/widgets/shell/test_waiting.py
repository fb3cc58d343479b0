"""Every order whose work takes long says so within 0.2 s of the event loop, and the window answers meanwhile.

The work is held until the test is over: the worker never replies, processes never end, and what the window does in
steps gets no further. So nothing depends on how busy the machine is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.training import runs
from app.training.runs import CHECKPOINT, WEIGHTS, Run
from graph.checking.check import Checker
from graph.project import Project, project_json, write_project
from tests.widgets.conftest import chain, digits_project
from tests.widgets.training.finished_run import write_log
from widgets.shell import waiting_page
from widgets.shell.actions import comparison_actions
from widgets.shell.actions.comparison_actions import ComparisonActions
from widgets.shell.actions.export_actions import ONNX, Export, ExportActions
from widgets.shell.actions.import_actions import ImportActions
from widgets.shell.actions.pack_actions import PackActions
from widgets.shell.actions.sweep_actions import search_dialog
from widgets.shell.window import MainWindow
from widgets.training import run_reading
from widgets.training.busy_covers import QUIET_MS, Cover
from widgets.training.command_process import CommandProcess
from widgets.training.run_model import RunModel
from widgets.training.training_panel import READING, TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

AFTER_MS = QUIET_MS + 25
"""Timers of Qt that need not be precise come up to 5 % early."""
MOST_STEPS = 3000
"""Steps of a millisecond that are asked for at most: more are asked for by who does not let others work."""


class Held:
    """The window with a project, and work that gets no further."""

    def __init__(
        self, window: MainWindow, home: Path, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.window, self.home, self.folder, self.qtbot, self.monkeypatch = window, home, folder, qtbot, monkeypatch
        window.session.start_from(digits_project(), "digits")
        window.show_workbench("network")
        monkeypatch.setattr(CommandProcess, "start", lambda self, arguments: None)

    def hold(self, place: Any, name: str) -> None:
        """Have a function that works in steps get no further."""

        def steps(*_: object, **__: object) -> Iterator[float]:
            for _step in range(MOST_STEPS):
                sleep(0.001)
                yield 0.5
            raise AssertionError(f"{name} was done at one go")

        self.monkeypatch.setattr(place, name, steps)

    def run(self, number: int = 0) -> Path:
        """A run of the project, as a worker would have left it."""
        run = self.home / "runs" / f"digits-20260101-10{number:02d}00"
        project = digits_project()
        project.id = self.window.session.state.id
        Run.create(run, project_json(project), {"created": f"2026-01-01T10:{number:02d}:00"})
        write_log(run, 0.9)
        for name in (WEIGHTS, CHECKPOINT):
            (run / name).touch()
        return run

    def train_panel(self) -> TrainPanel:
        """The panel of the training, with its list of runs in front."""
        self.window.show_workspace("train")
        panel = self.window.workbench.panel("train")
        assert isinstance(panel, TrainPanel)
        panel.show_runs()
        return panel

    def listed(self, *listed: Path) -> TrainPanel:
        """The panel with runs that are listed, and none ticked."""
        panel = self.train_panel()
        panel.refresh_runs()
        panel.runs.model.read_all()
        for run in listed:
            panel.runs.model.tick(run, False)
        return panel

    def press(self, title: str) -> None:
        """Click the button with this title that is in view."""
        (button,) = [each for each in self.window.findChildren(QPushButton) if is_shown(each, title)]
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def is_shown(button: QPushButton, title: str) -> bool:
    return button.text() == title and button.isVisible()


def said() -> str:
    """What labels, covers and notices of all windows say at present."""
    labels = [each for top in QApplication.topLevelWidgets() for each in top.findChildren(QLabel) if each.isVisible()]
    return "  ".join(label.text() for label in labels)


def covers(window: MainWindow) -> list[str]:
    """What covers over empty views say."""
    return [cover.text() for cover in window.findChildren(Cover) if cover.isVisible()]


# What a user can order. Each gives the order, and returns what is said while it is carried out.


def training(held: Held) -> str:
    held.window.show_workspace("train")
    held.qtbot.mouseClick(held.window.bar.train, Qt.MouseButton.LeftButton)
    return "Starting"


def going_on_with_a_training(held: Held) -> str:
    run = held.run()
    held.listed(run).runs.select(run)
    held.press("Train more")
    return "Starting"


def reading_data(held: Held) -> str:
    held.window.show_workspace("data")
    return "Starting PyTorch…"


def opening_own_data(held: Held) -> str:
    table = held.folder / "own.csv"
    table.write_text("a,b\n1,2\n")
    held.window.show_workspace("data")
    held.window.workbench.panel("data").open_path(table)  # type: ignore[attr-defined]
    return "Looking at own.csv…"


def understanding_a_run(held: Held) -> str:
    run = held.run()
    held.window.show_workspace("understand")
    panel = held.window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    panel.show_run(run)
    panel.show_tab("Weights")
    return "Starting PyTorch…"


def exporting(held: Held) -> str:
    held.window.part(ExportActions).start(held.run(), Export(held.folder / "net.onnx", ONNX))
    return "Exporting net.onnx…"


def importing(held: Held) -> str:
    held.window.part(ImportActions).start(held.folder / "other.onnx", held.folder / "other.netloom")
    return "Importing other.onnx…"


def packing(held: Held) -> str:
    held.window.part(PackActions).pack(held.folder / "all.zip", "all", (held.run(),))
    return "Packing all.zip…"


def unpacking(held: Held) -> str:
    held.window.part(PackActions).unpack(held.folder / "all.zip", held.folder / "all", lambda path: None)
    return "Unpacking all.zip…"


def searching_for_settings(held: Held) -> str:
    document = held.window.session.document
    with document.transaction("Vary"):
        document.set_section("sweep", {"settings": {"plan.learning_rate": {"low": 0.001, "high": 0.1, "log": True}}})
    held.window.commands["search"].trigger()
    held.qtbot.mouseClick(held.window.part(search_dialog).go, Qt.MouseButton.LeftButton)
    return "Preparing the data…"


def comparing_two_runs(held: Held) -> str:
    both = [held.run(number) for number in range(2)]
    held.monkeypatch.setattr(comparison_actions, "SLOW", 10)
    held.hold(Checker, "in_steps")
    panel = held.listed()
    for run in both:
        panel.runs.model.tick(run, True)
    held.press("Compare")
    return "Comparing two runs…"


def comparing_with_another_project(held: Held) -> str:
    from graph import project

    other = held.folder / "other.netloom"
    write_project(other, digits_project(units=12))
    held.monkeypatch.setattr(comparison_actions, "SLOW", 10)
    held.hold(project, "content_steps")
    held.window.part(ComparisonActions).with_file(other)
    return "Comparing with other…"


def opening_a_large_project(held: Held) -> str:
    from widgets.shell import project_session

    large = held.folder / "large.netloom"
    write_project(large, Project(chain(("input", {}), ("relu", {}), ("output", {}))))
    held.window.session.document.mark_saved()
    held.monkeypatch.setattr(waiting_page, "LARGE", 10)
    held.hold(project_session, "content_steps")
    held.window.files.open(large)
    return "Opening large.netloom…"


def opening_a_run_of_the_list(held: Held) -> str:
    run = held.run()
    panel = held.listed(run)
    held.monkeypatch.setattr(run_reading, "AT_ONCE", 1)
    held.hold(runs, "history_steps")
    table, place = panel.runs.table, panel.runs.table.visualRect(panel.runs.model.index(0, 0))
    held.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    QTest.keyClick(table, Qt.Key.Key_Space)  # ticks it
    return "Reading the log of digits  10:00…"


def listing_the_runs(held: Held) -> str:
    held.run()
    held.monkeypatch.setattr(RunModel, "_read_next", lambda self: None)
    held.train_panel().refresh_runs()
    return READING


ORDERS: tuple[Callable[[Held], str], ...] = (
    training,
    going_on_with_a_training,
    reading_data,
    opening_own_data,
    understanding_a_run,
    exporting,
    importing,
    packing,
    unpacking,
    searching_for_settings,
    comparing_two_runs,
    comparing_with_another_project,
    opening_a_large_project,
    opening_a_run_of_the_list,
    listing_the_runs,
)
COVERED = (reading_data, understanding_a_run, opening_a_run_of_the_list, listing_the_runs)
"""Those that are told over the views which they fill."""


@pytest.fixture
def held(window: MainWindow, netloom_home: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(window, netloom_home, tmp_path, qtbot, monkeypatch)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: str(order.__name__))
def test_what_takes_long_is_told_within_a_fifth_of_a_second(order: Callable[[Held], str], held: Held) -> None:
    words = order(held)
    if order in COVERED:
        held.qtbot.waitUntil(lambda: bool(covers(held.window)))  # a view asks once it is made and in view
    held.qtbot.wait(AFTER_MS)  # whatever the machine does: what the window has due before comes before that
    assert words in (covers(held.window) if order in COVERED else said())
    held.window.activateWindow()
    held.qtbot.waitUntil(held.window.isActiveWindow)
    QTest.keyClick(held.window, Qt.Key.Key_F10)
    menu = held.window.bar.menu.menu()
    assert menu.isVisible(), "the window does not answer"
    menu.close()


def test_work_that_lets_nothing_else_happen_is_found_out(held: Held) -> None:
    def all_at_once(self: object, steps: Iterator[float], at_once: int = 0) -> NoReturn:
        for _ in steps:
            pass
        raise AssertionError("it ended")

    held.monkeypatch.setattr("widgets.training.sliced_work.SlicedWork.begin", all_at_once)
    with pytest.raises(AssertionError, match="content_steps was done at one go"):
        comparing_with_another_project(held)
