"""The layer unrolled: how many steps from where, values in, states on, gradients back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from app.insight.value_ranges import reach
from app.protocol.recurrent_messages import ReadRecurrentStates
from tests.widgets.understand.recurrent.test_gates_tab import answered, document_of
from tests.widgets.understand.silent import Silent
from widgets.charts.colour_maps import diverging
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.recurrent.unrolled_diagram import UnrolledDiagram, lowered
from widgets.understand.recurrent.unrolled_states import Unrolled
from widgets.understand.recurrent.unrolled_tab import UnrolledTab


def shown(qtbot: QtBot, silent: Silent, id: str) -> UnrolledTab:
    silent.open(document_of(id), "Unrolled")
    silent.show_data()
    answered(qtbot, silent, ReadRecurrentStates)
    return silent.panel.view(UnrolledTab)


def test_at_first_the_last_steps_are_drawn(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_rnn")
    assert (tab.diagram.first, tab.diagram.count) == (3, 5)
    assert tab.start.value() == 4
    layer = tab.diagram.layer
    assert layer is not None
    assert (layer.name, layer.only_last, [letter for letter, _, _ in layer.states]) == ("RNN", True, ["h"])
    assert layer.read[0] == "8 numbers"
    assert "truth" in layer.answer
    assert layer.length(7) > 0


def test_the_colours_of_all_states_have_a_scale(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "brackets_lstm")
    layer = tab.diagram.layer
    assert layer is not None
    said = []
    for letter, values, _ in layer.states:
        far, greatest = reach(values), float(np.abs(values).max())
        further = " and further" if greatest > far else ""
        said.append(f"{letter} from −{number(far, 2)} to {number(far, 2)}{further}")
        assert greatest < 2 * far
    assert tab.diagram.scale_words() == "  ·  ".join(said) and any(words.endswith("further") for words in said)
    tab.gradients.setChecked(True)
    assert "∂h from −" in tab.diagram.scale_words() and "∂c from −" in tab.diagram.scale_words()
    picture = tab.diagram.grab().toImage()
    lowest = range(picture.height() - 24, picture.height())
    seen = {picture.pixelColor(x, y).rgb() & 0xFFFFFF for x in range(picture.width()) for y in lowest}
    for end in diverging(tab.diagram.theme)[[0, -1], :3].astype(int):
        near = min(max(abs((rgb >> by & 255) - part) for by, part in zip((16, 8, 0), end, strict=True)) for rgb in seen)
        assert near < 12, "the strip lies at the lower edge, from end to end"


def test_steps_and_start_are_typed(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_rnn")
    for box, text in ((tab.steps, "3"), (tab.start, "2")):
        box.selectAll()
        qtbot.keyClicks(box, text)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert (tab.diagram.first, tab.diagram.count) == (1, 3)
    tab.start.selectAll()
    qtbot.keyClicks(tab.start, "8")
    qtbot.keyClick(tab.start, Qt.Key.Key_Return)
    assert tab.start.value() == 6  # the last from which three steps can be drawn


def test_another_sample_keeps_the_steps_in_sight(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_gru")
    tab.diagram.setFocus()
    qtbot.keyClick(tab.diagram, Qt.Key.Key_Home)
    assert tab.start.value() == 1
    tab.gallery.pick(3)
    answered(qtbot, silent, ReadRecurrentStates)
    assert tab.diagram.first == 0


def test_words_and_both_states_of_an_lstm_are_drawn(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "brackets_lstm")
    layer = tab.diagram.layer
    assert layer is not None
    assert {word[1] for word in layer.read} <= set("()[]")
    assert [letter for letter, _, _ in layer.states] == ["h", "c"]
    plain = tab.diagram.grab().toImage()
    qtbot.keyClick(tab.gradients, Qt.Key.Key_Space)
    assert tab.diagram.gradients
    assert tab.diagram.grab().toImage() != plain


def test_backwards_the_first_step_is_the_end(qtbot: QtBot, silent: Silent) -> None:
    tab = shown(qtbot, silent, "digits_bilstm")
    tab.direction.setCurrentIndex(1)
    tab.direction.activated.emit(1)
    answered(qtbot, silent, ReadRecurrentStates)
    layer = tab.diagram.layer
    assert layer is not None
    assert layer.back
    assert (layer.end, tab.diagram.first) == (0, 0)


# The drawing by itself


@pytest.fixture
def diagram(qtbot: QtBot) -> UnrolledDiagram:
    view = UnrolledDiagram(ThemeSource("light"), "Nothing yet.")
    qtbot.addWidget(view)
    view.resize(900, 320)
    random = np.random.default_rng(1)
    state = ("h", random.normal(size=(40, 7)), random.normal(size=(40, 7)) * 1e-3)
    view.show_layer(Unrolled("RNN", (state,), [str(step) for step in range(40)]))
    view.show()
    return view


def test_cells_stand_side_by_side_and_are_read_by_the_pointer(diagram: UnrolledDiagram) -> None:
    diagram.show_steps(10, 4)
    boxes = [diagram.cell(index) for index in range(-1, 4)]
    assert all(left.right() < right.left() for left, right in pairwise(boxes))
    words = diagram.sentence_at(diagram.cell(2).center())
    assert words.startswith("Step 13 reads 12  ·  size of h ")
    assert "of its gradient" in words
    assert diagram.sentence_at(QPointF(1, 1)) == ""


def test_keys_go_through_time_and_stop_at_its_ends(qtbot: QtBot, diagram: UnrolledDiagram) -> None:
    moved: list[int] = []
    diagram.moved.connect(moved.append)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_Left):
        qtbot.keyClick(diagram, key)
    assert moved == [35, 35, 34, 29, 0, 0]


@pytest.mark.parametrize("count", [1, 24, 99])
@pytest.mark.parametrize("back", [False, True])
def test_any_number_of_steps_is_drawn(diagram: UnrolledDiagram, count: int, back: bool) -> None:
    layer = diagram.layer
    assert layer is not None
    states = (*layer.states, ("c", np.zeros((40, 7)), np.zeros((40, 7))))
    diagram.show_layer(Unrolled("LSTM", states, layer.read, "says yes", only_last=False, back=back))
    diagram.show_gradients(True)
    diagram.show_steps(0, count)
    assert diagram.count == min(count, 24)
    assert not diagram.grab().isNull()
    assert diagram.minimumWidth() > 60 * diagram.count


def test_indices_count_from_one() -> None:
    assert lowered(41) == "₄₂"


@pytest.mark.parametrize("only_last", [True, False])
def test_the_whole_answer_has_room_in_the_drawing(diagram: UnrolledDiagram, only_last: bool) -> None:
    state = ("h", np.zeros((6, 2)), np.zeros((6, 2)))
    answer = "predicts 1,234.5 megawatts, truth 1,234.6 megawatts"
    layer = Unrolled("RNN", (state,), ["0"] * 6, answer, only_last=only_last)
    diagram.show_layer(layer)
    diagram.show_steps(1, 5)
    box = diagram.cell(4)
    out = QRectF(box.left() - 30, box.top() - 40, box.width() + 60, 14)
    room = diagram._room_of_answer(out, layer)
    assert room.width() >= QFontMetricsF(diagram.theme.font(small=True)).horizontalAdvance(answer)
    assert room.left() >= 0 and room.right() <= diagram.width()
    assert only_last or room.bottom() <= out.top(), "it would stand over what leaves the step before"
