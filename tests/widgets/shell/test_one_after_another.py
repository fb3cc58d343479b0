"""Whatever was opened before, a project looks as it does in a window that never showed another."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.protocol.data_messages import DataPreviewed
from app.protocol.data_values import DataPreview
from app.protocol.events import Points
from app.training.runs import Run
from graph.project import project_json
from tests.app.protocol import samples
from tests.widgets.conftest import close
from tests.widgets.due_timers import let_pass
from widgets.data.data_view import DataView
from widgets.launch import make_window
from widgets.plots.curve_view import CurveView
from widgets.plots.plot_header import PlotHeader
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS
from widgets.training.busy_covers import Cover
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

WORKSPACES = ("data", "network", "train", "understand")
CHAINS = [
    ("ring_gan", "brackets_lstm", "ring_gan"),
    ("digits_cnn", "seasons_lstm", "iris_mlp"),
    ("iris_mlp", "dates_attention", "digits_cnn"),
    ("digits_mlp", "digits_mlp"),
]
"""Projects that one window shows one after another."""

SOON = 180
"""Milliseconds after which a timer no longer belongs to what was done last."""

MakeWindow = Callable[[], MainWindow]


@pytest.fixture
def another(qtbot: QtBot, no_worker: None) -> Iterator[MakeWindow]:
    """Makes windows, which are closed in the end."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = make_window()
        window.resize(1440, 900)
        window.show()
        qtbot.waitExposed(window)
        window.loader.require("understand")
        made.append(window)
        return window

    yield make
    for window in made:
        close(window)


def open_preset(window: MainWindow, name: str) -> None:
    window.files.open_shipped(PRESETS / f"{name}.netloom", lambda: None)


def bring_data(window: MainWindow) -> None:
    """What a worker would say of the data that is chosen."""
    view = window.workbench.panel("data")
    assert isinstance(view, DataView) and view.section is not None
    view._on_preview(DataPreviewed(preview=previewed(json.dumps(view.section, sort_keys=True))))


@cache
def previewed(section: str) -> DataPreview:
    """A preview of the data that a section chooses, which is prepared once for all windows."""
    return preview(prepare(DataChoice.parse(json.loads(section))), 40)


def train(window: MainWindow, folder: Path) -> None:
    """A short training, as a worker tells of it; its curves are zoomed, and another metric is chosen."""
    controller = window.training.controller
    assert controller is not None
    Run.create(folder, project_json(window.session.project), {"created": "2026-01-01T12:00:00"})
    link = controller.link
    controller._begin(folder)
    link.training_event.emit(samples.started(run=str(folder)))
    link.points.emit(Points(np.arange(1, 40), np.linspace(3, 1, 39).astype(np.float32)))
    metrics = {"loss": 0.5, "accuracy": 0.9, "rmse": 3.0}
    for step in (10, 20, 30):
        link.training_event.emit(samples.epoch(step=step, train=metrics, validation=metrics))
    link.training_event.emit(samples.finished(run=str(folder), test={"loss": 0.4, "accuracy": 0.8}))
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.runs.model.read_all()
    window.show_workspace("train")
    QApplication.processEvents()
    for curves in (panel.curves.loss.view, panel.curves.metric.view):
        curves.panel.zoom(0.2)
    QTest.keyClick(panel.curves.chooser, Qt.Key.Key_End)
    choose_views(window)


def choose_views(window: MainWindow) -> None:
    """Leave no pane at what it begins with."""
    workbench, understand = window.workbench, window.workbench.panel("understand")
    assert isinstance(understand, UnderstandPanel)
    workbench.left.setCurrentWidget(workbench.history)
    workbench.checks.setCurrentWidget(workbench.summary)
    offered = [kind for kind in understand.views.kinds if understand.views.offered(kind)]
    understand.views.bring(offered[-1])


def everything(window: MainWindow) -> dict[str, list[str]]:
    """What every workspace shows, in words."""
    shown = {}
    for workspace in WORKSPACES:
        window.show_workspace(workspace)
        let_pass(window, SOON)
        shown[workspace] = list(said(window.workbench))
    shown["line"] = list(said(window.status))
    shown["bar"] = [window.bar.title.accessibleName(), *said(window.bar)]
    shown["notices"] = [notice.text for notice in window.banners.notices]
    shown["drawn"] = sorted(window.workbench.canvas.surface.extras)
    return shown


def differences(used: dict[str, list[str]], fresh: dict[str, list[str]]) -> list[str]:
    """The lines that differ, with the place where they stand."""
    return [
        f"{place}: {line}"
        for place in fresh
        for line in difflib.unified_diff(fresh[place], used[place], "fresh", "used", n=0, lineterm="")
    ]


def said(widget: QWidget) -> Iterator[str]:
    """What the visible parts of a widget say, in their order."""
    # The word "Smoothing" goes where a plot is narrow, which is for the person to say who moves the dividers.
    captions = [header.caption for header in widget.findChildren(PlotHeader)]
    for part in widget.findChildren(QWidget):
        # How long the worker, which never comes here, has been waited for is nothing of a project.
        if part.isVisibleTo(widget) and part not in captions and not isinstance(part, Cover):
            yield from words(part)


def words(part: QWidget) -> Iterator[str]:
    kind = type(part).__name__
    if isinstance(part, QLabel):
        yield f"{kind}: {part.text()}"
    elif isinstance(part, QAbstractButton):
        yield f"{kind}: {part.text()} {part.isChecked()} {part.isEnabled()}"
    elif isinstance(part, QComboBox):
        yield f"{kind}: {[part.itemText(row) for row in range(part.count())]} {part.currentText()}"
    elif isinstance(part, QLineEdit):
        yield f"{kind}: {part.text()}"
    elif isinstance(part, QAbstractSpinBox):
        yield f"{kind}: {part.text()} {part.isEnabled()}"
    elif isinstance(part, QProgressBar):
        yield f"{kind}: {part.value()}"
    elif isinstance(part, QTabWidget):
        tabs = [part.tabText(at) for at in range(part.count()) if part.isTabVisible(at)]
        yield f"{kind}: {tabs} {part.tabText(part.currentIndex())}"
    elif isinstance(part, CurveView):
        yield f"{kind}: {sorted(part.curves)} {part.panel.follows} {part.panel.sides['left'].title}"
    elif isinstance(part, QAbstractItemView) and part.model() is not None:
        yield f"{kind}: {list(cells(part.model()))}"


def cells(model: QAbstractItemModel) -> Iterator[str]:
    for row in range(min(model.rowCount(QModelIndex()), 50)):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
        for column in range(columns):
            yield str(model.data(model.index(row, column), Qt.ItemDataRole.DisplayRole))


@pytest.mark.parametrize("chain", CHAINS, ids=" ".join)
def test_a_project_looks_as_in_a_fresh_window(another: MakeWindow, tmp_path: Path, chain: tuple[str, ...]) -> None:
    used = another()
    open_preset(used, chain[0])
    bring_data(used)
    for number, name in enumerate(chain[1:]):
        fresh = another()
        train(used, tmp_path / f"run{number}")
        everything(used)
        for window in (used, fresh):
            open_preset(window, name)
        at_once = [[str(problem) for problem in window.session.problems] for window in (used, fresh)]
        assert at_once[0] == at_once[1]
        found = differences(everything(used), everything(fresh))
        assert not found, f"{name}:\n" + "\n".join(found)
        for window in (used, fresh):
            bring_data(window)
        found = differences(everything(used), everything(fresh))
        assert not found, f"{name}:\n" + "\n".join(found)


def test_data_of_the_project_before_judges_nothing(another: MakeWindow) -> None:
    window = another()
    open_preset(window, "ring_gan")
    bring_data(window)
    open_preset(window, "brackets_lstm")
    document = window.session.document
    plan = document.sections["plan"]
    assert isinstance(plan, dict)
    with document.transaction("Set epochs"):
        document.set_section("plan", {**plan, "epochs": 7})
    assert window.session.problems == ()
    assert window.workbench.checks.tabText(0) == "Problems"  # without a number
    assert window.training.checked() is not None  # Train is not refused


def test_data_chosen_before_judges_nothing_either(another: MakeWindow) -> None:
    window = another()
    open_preset(window, "digits_mlp")
    bring_data(window)
    document = window.session.document
    with document.transaction("Choose brackets"):
        document.set_section("data", {"source": "brackets"})
    known = window.session.checker.data_spec
    with document.transaction("Set epochs"):
        document.set_section("plan", {"epochs": 7})
    assert window.session.checker.data_spec == known
