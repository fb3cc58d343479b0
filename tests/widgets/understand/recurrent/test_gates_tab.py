"""Gates over time: asked for, read by pointer and keys, of the run or of the open project."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.messages import ModelRequest
from app.protocol.recurrent_messages import ReadRecurrentStates
from app.training.training_session import load_model
from app.worker.handlers import answer
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent
from widgets.charts.time_lanes import Lane, TimeLanes, fitting
from widgets.look.theme import ThemeSource
from widgets.understand.recurrent.gates_tab import GatesTab
from widgets.understand.recurrent.recurrent_tab import NO_RECURRENT

PATIENCE = 30_000
Q = TypeVar("Q", bound=ModelRequest[Any])


def document_of(id: str) -> Document:
    project = preset(id).project
    return Document(project.network, project.sections)


def answered(qtbot: QtBot, silent: Silent, kind: type[Q]) -> Q:
    """Answer the newest request about the open project as the worker would, and give it back."""
    wait_for(qtbot, silent, kind)
    request = silent.request(kind)
    assert request.project is not None
    silent.reply(kind, answer(request, load_model))
    return request


def wait_for(qtbot: QtBot, silent: Silent, kind: type[ModelRequest[Any]]) -> None:
    """Wait until a request of a kind is asked."""
    qtbot.waitUntil(lambda: any(isinstance(request, kind) for _, _, request in silent.asked), timeout=PATIENCE)


def shown(qtbot: QtBot, silent: Silent, id: str) -> GatesTab:
    silent.open(document_of(id), "Gates")
    silent.show_data()
    answered(qtbot, silent, ReadRecurrentStates)
    return silent.panel.view(GatesTab)


def test_the_gates_of_the_first_sample_stand_beside_its_words(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "brackets_lstm")
    titles = [lane.title for lane in tab.lanes.lanes]
    assert titles == [
        "Input", "Forget gate f", "Input gate i", "Candidate g", "Output gate o", "Cell state c", "Hidden state h",
    ]  # fmt: skip
    assert set(tab.lanes.lanes[0].words) <= set("()[]")
    assert len(tab.lanes.lanes[0].words) == tab.lanes.steps
    assert "truth" in tab.prediction.text()
    assert tab.says.text() == "untrained weights"
    assert [group.heading for group in tab.gallery.groups()] == ["With the true class"]
    assert not tab.level.isVisible()
    assert not tab.direction.isVisible()


def test_another_sample_and_another_direction_are_asked_for(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_bilstm")
    assert tab.direction.isVisible()
    assert tab.lanes.lanes[0].ink == "plain"
    tab.gallery.pick(2)
    assert answered(qtbot, silent, ReadRecurrentStates).sample == tab.gallery.position
    before = tab.lanes.lanes[1].values
    tab.direction.setFocus()
    qtbot.keyClick(tab.direction, Qt.Key.Key_Down)
    assert answered(qtbot, silent, ReadRecurrentStates).backward is True
    assert tab.lanes.back
    assert not np.array_equal(tab.lanes.lanes[1].values, before)


def test_curves_are_chosen_in_a_list(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_gru")
    assert [lane.title[-1] for lane in tab.lanes.lanes[1:]] == ["r", "z", "g", "h"]
    colours = tab.lanes.grab().toImage()
    qtbot.keyClick(tab.mode, Qt.Key.Key_Down)
    assert tab.lanes.curves
    assert tab.lanes.grab().toImage() != colours


def test_an_edit_asks_again(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_gru")
    document = document_of("digits_gru")
    with document.transaction("Smaller"):
        document.set_values("gru1", hidden_size=5)
    silent.panel.subject.follow(document, None)
    answered(qtbot, silent, ReadRecurrentStates)
    assert tab.lanes.lanes[1].units == 5


def test_a_network_without_memory_says_so(silent: Silent) -> None:
    silent.open(make_document("digits", 1), "Gates")
    assert silent.panel.views.nothing.isVisible() and silent.panel.views.nothing.text() == NO_RECURRENT
    assert not silent.panel.show_slug("gates")


def test_a_refusal_is_told_in_place(qtbot: QtBot, silent: Silent) -> None:
    silent.open(document_of("digits_gru"), "Gates")
    silent.show_data()
    wait_for(qtbot, silent, ReadRecurrentStates)
    silent.refuse("ReadRecurrentStates", "The data cannot be read.")
    assert silent.panel.view(GatesTab).lanes.empty_text == "The data cannot be read."


# The lanes by themselves


@pytest.fixture
def lanes(qtbot: QtBot) -> TimeLanes:
    view = TimeLanes(ThemeSource("light"), "Gates", "Nothing yet.")
    qtbot.addWidget(view)
    view.resize(700, 320)
    gate = np.linspace(0, 1, 5 * 3).reshape(5, 3)
    view.set_lanes([Lane("Input", "words", np.zeros((5, 1)), words=list("abcde")), Lane("Gate", "", gate, "share")])
    view.show()
    return view


def test_the_pointer_reads_step_unit_and_value(qtbot: QtBot, lanes: TimeLanes) -> None:
    place = lanes.lane_place(1)
    spot = QPointF(place.left() + place.width() * 3.5 / 5, place.top() + place.height() * 1.5 / 3)
    assert lanes.sentence_at(spot) == "Step 4  ·  Gate, unit 2: 0.7143, mean of 3 units: 0.7143"
    told: list[str] = []
    lanes.hovered.connect(told.append)
    qtbot.mouseClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=spot.toPoint())
    assert told[-1] == "Step 4  ·  Gate, unit 2: 0.7143, mean of 3 units: 0.7143"
    assert lanes.sentence_at(QPointF(2, 2)) == ""


def test_keys_go_everywhere_and_no_further(qtbot: QtBot, lanes: TimeLanes) -> None:
    lanes.setFocus()
    assert lanes.words_of(*lanes.cursor_at) == "Step 1  ·  Input “a”"
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(lanes, key)
    assert lanes.cursor_at == (1, 3, 1)
    for _ in range(9):
        qtbot.keyClick(lanes, Qt.Key.Key_Up)
        qtbot.keyClick(lanes, Qt.Key.Key_PageUp)
        qtbot.keyClick(lanes, Qt.Key.Key_Left)
    assert lanes.cursor_at == (0, 0, 0)
    qtbot.keyClick(lanes, Qt.Key.Key_Home)
    assert lanes.cursor_at == (0, 0, 0)


def test_what_the_pointer_reads_goes_along_with_the_keys(qtbot: QtBot, lanes: TimeLanes) -> None:
    qtbot.keyClick(lanes, Qt.Key.Key_PageDown)
    assert not lanes.readout.isVisible(), "keys alone open nothing"
    lanes.readout.show_at(lanes.lane_place(1).center(), "Step 3")
    for curves in (False, True):
        lanes.set_curves(curves)
        before = lanes.readout.pos()
        qtbot.keyClick(lanes, Qt.Key.Key_Right)
        assert lanes.readout.text() == lanes.words_of(*lanes.cursor_at)
        assert lanes.readout.pos() != before


def test_every_lane_of_values_has_its_times_below(lanes: TimeLanes) -> None:
    """Of many lanes the last is out of view, and with it the only axis."""
    lane = lanes.lanes[1]
    lanes.set_lanes([lanes.lanes[0], lane, lane, lane])
    axes = [panel.sides.get("bottom") for panel in lanes.panels]
    assert axes[0] is None and all(axis is not None for axis in axes[1:])
    assert [axis.title for axis in axes if axis is not None] == ["", "", "time step"]


def test_in_curves_the_nearest_one_is_read(lanes: TimeLanes) -> None:
    lanes.set_curves(True)
    panel = lanes.panels[1]
    lanes.grab()
    for unit, value in enumerate(lanes.lanes[1].values[2]):
        found = lanes.place_at(panel.point_of(3.0, float(value)))
        assert found == (1, 2, unit)


def test_fewer_steps_move_the_cursor_inside(lanes: TimeLanes) -> None:
    lanes.cursor_at = (1, 4, 2)
    lanes.set_lanes([Lane("Gate", "", np.zeros((2, 1)))])
    assert lanes.cursor_at == (0, 1, 0)
    lanes.set_lanes([])
    assert lanes.is_empty()
    with pytest.raises(ValueError, match="equally many"):
        lanes.set_lanes([Lane("a", "", np.zeros((2, 1))), Lane("b", "", np.zeros((3, 1)))])


def test_the_mark_of_a_step_covers_no_word(lanes: TimeLanes) -> None:
    pictures = []
    for step in (1, 3):
        lanes.cursor_at = (0, step, 0)
        lanes.scene().update()
        place = lanes.lane_place(0)
        wide = place.width() / 5
        cell = QRectF(place.left() + wide, place.top(), wide, place.height()).adjusted(6, 6, -6, -6).toRect()
        pictures.append(lanes.grab().toImage().copy(cell))
    assert pictures[0] == pictures[1], "the word is the same with the mark at its step and elsewhere"
    ink = pictures[0].pixel(0, 0)
    assert any(pictures[0].pixel(x, y) != ink for x in range(pictures[0].width()) for y in range(pictures[0].height()))


def test_units_have_rows_that_can_be_told_apart(lanes: TimeLanes) -> None:
    gate = np.zeros((5, 32))
    lanes.set_lanes([lanes.lanes[0], *(Lane(title, "", gate, "share") for title in "fio")])
    least = lanes.minimumSizeHint().height()
    lanes.resize(700, least)
    lanes.grab()
    assert all(lanes.lane_place(lane).height() >= 3 * 32 - 1 for lane in (1, 2, 3))
    assert lanes.lane_place(0).height() < 3 * 32, "one row of words needs less"
    lanes.set_curves(True)
    assert lanes.minimumSizeHint().height() < least


def test_words_beside_a_lane_that_do_not_fit_end_in_dots(lanes: TimeLanes) -> None:
    metrics = QFontMetricsF(lanes.theme.font(small=True))
    words, width = "how much of the cell is kept", metrics.horizontalAdvance("how much of the cell") + 2
    assert fitting(words, metrics, width, 10 * metrics.height()) == words
    assert fitting(words, metrics, width, 1.2 * metrics.height()).endswith("…")
    assert fitting("kept", metrics, 1.0, 1.0) == "kept"
