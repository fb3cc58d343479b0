"""The tab of units on runs that the real worker trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.protocol.unit_messages import RankUnits, UnitRanking
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel, train
from widgets.training.training_controller import TrainingController
from widgets.understand.piecewise_request import ALONE, BESIDE, PiecewiseRequest
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.units.units_tab import UnitsTab, first_loud


class Worker(QObject):
    """Stands for a subject: notes what is asked, and answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[RankUnits] = []
        self.dropped: list[int] = []
        self.busy = False

    def request(self, request: RankUnits, on_reply: Any, on_refused: Any) -> int:
        self.reply, self.refuse = on_reply, on_refused
        self.asked.append(request)
        return len(self.asked) - 1

    def drop(self, request: int) -> None:
        self.dropped.append(request)


def piece(done: int) -> UnitRanking:
    none = np.zeros((4, 0))
    return UnitRanking(done=done, total=6, values=none, rows=none, places=none, names=(), maps=True)


def test_work_in_pieces_goes_on_until_it_is_done(qapp: object) -> None:
    worker, shown, ended = Worker(), list[int](), list[UnitRanking]()
    work = PiecewiseRequest(worker)  # type: ignore[arg-type]
    work.grown.connect(lambda reply: shown.append(reply.done))
    work.finished.connect(ended.append)
    work.begin(RankUnits(layer="conv1"))
    assert (worker.asked[-1].so_far, worker.asked[-1].seconds) == (None, ALONE)
    worker.busy = True
    first = piece(3)
    worker.reply(first)
    assert (worker.asked[-1].layer, worker.asked[-1].seconds) == ("conv1", BESIDE)
    assert worker.asked[-1].so_far is first
    assert work.running
    worker.reply(piece(6))
    assert (shown, len(ended), work.running, len(worker.asked)) == ([3, 6], 1, False, 2)


def test_work_that_was_cancelled_or_begun_anew_asks_no_more(qapp: object) -> None:
    worker, running = Worker(), list[bool]()
    work = PiecewiseRequest(worker)  # type: ignore[arg-type]
    work.running_changed.connect(running.append)
    work.begin(RankUnits(layer="conv1"))
    work.begin(RankUnits(layer="conv1"))
    work.cancel()
    work.cancel()
    assert worker.dropped == [0, 1]
    assert running == [True, True, False]
    refused: list[str] = []
    work.failed.connect(refused.append)
    work.begin(RankUnits(layer="conv1"))
    worker.refuse("No such layer.")
    assert refused == ["No such layer."]
    assert not work.running


def settled(tab: UnitsTab) -> bool:
    """Whether all that was asked for has come."""
    under_way = (tab.work, tab.sheet.work, tab.exciting.work)
    waiting = tab._request is not None or tab.sheet._request is not None
    return tab._ranking is not None and not waiting and not any(work.running for work in under_way)


def units(qtbot: QtBot, controller: TrainingController, kind: str) -> tuple[UnderstandPanel, UnitsTab]:
    """A panel that shows the units of a run that has ended."""
    panel = make_panel(qtbot, controller)
    panel.show_tab("Units")
    train(qtbot, controller, kind)
    qtbot.waitUntil(lambda: settled(panel.view(UnitsTab)), timeout=PATIENCE)
    return panel, panel.view(UnitsTab)


def test_without_a_run_the_tab_says_what_to_do(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Units")
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == UnitsTab.no_run
    assert not panel.view(UnitsTab).isVisible()


def test_units_samples_and_exciting_input_of_a_convolution(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = units(qtbot, controller, "digits")
    assert tab.picker.chosen == "conv1"
    assert tab.sheet.tiles.count() == 4
    assert len(tab.sheet.tiles.faces) == 4
    assert tab.samples.count() == 16
    assert not tab.exciting.view.is_empty()
    place = tab.sheet.tiles.tile_place(2).center().toPoint()
    qtbot.mouseClick(tab.sheet.tiles, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: "Map 3 " in tab.heading.text() and settled(tab), timeout=PATIENCE)
    assert tab._ranking is not None
    assert tab.samples._values == pytest.approx(tab._ranking.values[2].tolist())
    assert tab.exciting.about.text().startswith("activation")
    assert tab.exciting.view._patch is not None


def test_neurons_of_a_table_and_maps_of_a_series(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = units(qtbot, controller, "diabetes")
    assert tab.exciting.view._values.shape == (10,)
    assert not tab.measure.isVisible()
    assert tab.heading.text().startswith("Neuron 1: ")
    assert tab.exciting.view._names[0] != "feature 1"


def test_other_settings_seek_another_input_and_all_units_are_sought_on_request(
    qtbot: QtBot, controller: TrainingController
) -> None:
    _, tab = units(qtbot, controller, "digits")
    before = tab.exciting.view._values.copy()
    qtbot.mouseClick(tab.exciting.settings, Qt.MouseButton.LeftButton)
    assert tab.exciting.form.isVisible()
    tab.exciting.form.edited.emit("seed", 7)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert not np.array_equal(tab.exciting.view._values, before)
    samples = tab.sheet.tiles.faces
    tab.sheet.shown.setCurrentIndex(1)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    inputs = tab.sheet.tiles.faces
    assert list(inputs) == list(samples) == [0, 1, 2, 3]
    assert np.allclose(inputs[0].sample, tab.exciting.view._values, atol=0.02)
    tab.exciting.form.edited.emit("steps", 0)
    assert tab.exciting.recipe.steps != 0
    tab.sheet.shown.setCurrentIndex(0)
    assert tab.sheet.tiles.faces.keys() == samples.keys()


def test_seeking_is_stopped_and_taken_up_again(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = units(qtbot, controller, "digits")
    tab.exciting.form.edited.emit("steps", 5000)
    qtbot.waitUntil(lambda: "step" in tab.exciting.about.text(), timeout=PATIENCE)
    qtbot.mouseClick(tab.exciting.stop, Qt.MouseButton.LeftButton)
    assert not tab.exciting.work.running
    assert tab.exciting.stop.text() == "Again"
    tab.exciting.form.edited.emit("steps", 3)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    qtbot.mouseClick(tab.exciting.stop, Qt.MouseButton.LeftButton)
    assert tab.exciting.work.running
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)


def test_what_is_not_seen_is_not_sought_and_comes_when_it_is(qtbot: QtBot, controller: TrainingController) -> None:
    panel, tab = units(qtbot, controller, "digits")
    tab.exciting.form.edited.emit("steps", 5000)
    assert tab.exciting.work.running
    panel.show_tab("Filters")
    assert not tab.exciting.work.running
    tab.exciting.recipe = tab.exciting.recipe.changed(steps=2)
    panel.show_tab("Units")
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert tab.samples.count() == 16


def test_a_run_in_progress_is_looked_into_and_goes_on(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Units")
    controller.train(make_document("digits", 100_000))
    tab = panel.view(UnitsTab)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert controller.active
    assert "step" in tab.says.text()
    first = tab._ranking
    assert tab.again.isVisible()
    qtbot.mouseClick(tab.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: settled(tab) and tab._ranking is not first, timeout=PATIENCE)
    assert controller.active
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "trained weights" in tab.says.text() and settled(tab), timeout=PATIENCE)
    assert not tab.again.isVisible()


def test_everything_usable_has_a_name(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    boxes = panel.view(UnitsTab).findChildren(QComboBox)
    assert len(boxes) >= 4
    assert all(box.accessibleName() for box in boxes)


def test_the_first_unit_that_is_not_silent_is_shown_first() -> None:
    assert first_loud(np.array([[0.0, 0.0], [0.3, 0.1]])) == 1
    assert first_loud(np.zeros((3, 2))) == 0
    assert first_loud(np.empty((3, 0))) == 0
