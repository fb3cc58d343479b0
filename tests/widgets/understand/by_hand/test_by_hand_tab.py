"""Working out convolutions and poolings by mouse and keyboard: the examples, and layers of a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.layers.catalogue import parse_layer
from graph.layers.value_range import ANYTHING, NO_NEGATIVE
from graph.structure.blocks import Block, Body
from tests.app.training.projects import chain
from tests.widgets.understand.by_hand.cases import lenet_case
from tests.widgets.understand.by_hand.here_link import HereLink
from tests.widgets.understand.conftest import make_document
from widgets.charts.colour_maps import diverging, sequential
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.understand.by_hand.by_hand_requests import followable, same_networks
from widgets.understand.by_hand.by_hand_tab import EXAMPLES, NETWORK, NO_LAYER, ByHandTab
from widgets.understand.by_hand.number_table import decimals, text_of
from widgets.understand.by_hand.scene import ScenePart, Spot, arrange
from widgets.understand.by_hand.sliding_window import SlidingPicture
from widgets.understand.understand_panel import UnderstandPanel

PATIENCE = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[UnderstandPanel]:
    """A panel whose worker is this process, with the tab in front."""
    controller = TrainingController(HereLink())
    made = UnderstandPanel(ThemeSource("light"), controller)
    qtbot.addWidget(made)
    made.resize(1200, 420)
    made.show()
    made.show_tab(ByHandTab.title)
    yield made
    made.view(ByHandTab).asker.close_document()


def cell(tab: ByHandTab, part: ScenePart, row: int, column: int) -> QPoint:
    """Where a cell of the picture is, once it has been painted."""
    tab.picture.repaint()
    return tab.picture._stands[part].cell(row, column).center().toPoint()


def output(tab: ByHandTab) -> list[list[float]]:
    case = tab.picture.case
    assert case is not None
    rows: list[list[float]] = case.output[tab.picture.spot.filter].tolist()
    return rows


def hand_set(numbers: str = "1 0 1 / 0 1 0 / 1 0 1", kind: str = "digits") -> Document:
    """A typed kernel on the digits, then something that learns."""
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("kernel1", "fixed_conv2d", {"choice": "typed", "numbers": numbers, "padding": "valid"}),
        ("pool1", "max_pool2d", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    return Document(network, {"data": {"source": kind}})


# The examples


def test_without_a_network_the_examples_are_there(panel: UnderstandPanel) -> None:
    tab = panel.view(ByHandTab)
    assert tab.mode == EXAMPLES
    assert output(tab) == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert "1 × 1" in tab.sheet.toPlainText()
    assert "Sum: 4" in tab.sheet.toPlainText()
    assert "(5 − 3 + 0) / 1 + 1 = 3" in tab.sheet.toPlainText()


def test_keys_step_through_the_output(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    picture = tab.picture
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(picture, key)
        seen.append((picture.spot.row, picture.spot.column))
    assert seen == [(0, 1), (1, 1), (1, 2), (1, 1), (2, 2), (0, 0)]
    assert tab.player.place.text().startswith("Step 1 of 9")
    assert picture.accessibleDescription() == "Map 1, row 1, column 1: 4"


def test_buttons_step_too_and_know_the_ends(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    buttons = tab.player.buttons
    assert not buttons["back"].isEnabled()
    qtbot.mouseClick(buttons["forward"], LEFT)
    assert tab.picture.spot == Spot(column=1)
    qtbot.mouseClick(buttons["last"], LEFT)
    assert not buttons["forward"].isEnabled()
    qtbot.mouseClick(buttons["back"], LEFT)
    assert tab.picture.spot == Spot(row=2, column=1)
    qtbot.mouseClick(buttons["first"], LEFT)
    assert tab.picture.spot == Spot()


def test_a_click_on_the_output_shows_where_it_came_from(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.OUTPUT, 2, 1))
    step = tab.picture.step
    assert step is not None
    assert (step.rows, step.columns) == ([2, 3, 4], [1, 2, 3])
    assert "Map 1, row 3, column 2" in tab.sheet.toPlainText()
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.INPUT, 1, 2))
    assert tab.picture.spot == Spot(row=0, column=1)


def test_the_window_runs_to_the_end_and_stops(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    tab.player.speed.setCurrentIndex(tab.player.speed.count() - 1)
    tab.picture.setFocus()
    qtbot.keyClick(tab.picture, Qt.Key.Key_Space)
    assert tab.player.running
    assert tab.picture.unfolding
    assert tab.player.buttons["play"].accessibleName() == "Pause"
    qtbot.waitUntil(lambda: not tab.player.running, timeout=PATIENCE)
    assert tab.picture.spot == Spot(row=2, column=2)
    assert not tab.picture.unfolding


def test_nothing_moves_where_the_system_asks_for_stillness(
    panel: UnderstandPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = panel.view(ByHandTab)
    monkeypatch.setattr(type(tab.player), "moves", property(lambda _: False))
    qtbot.keyClick(tab.picture, Qt.Key.Key_Right)
    assert not tab.player.buttons["play"].isEnabled()
    qtbot.keyClick(tab.picture, Qt.Key.Key_Space)
    assert not tab.player.running


def test_a_kernel_typed_over_acts_at_once_and_can_be_taken_back(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    editor = tab.picture.editor
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.KERNEL, 1, 1))
    assert editor.isVisible()
    assert editor.accessibleName() == "Kernel, row 2, column 2"
    qtbot.keyClicks(editor, "5")
    assert output(tab) == [[8, 7, 8], [2, 8, 7], [2, 7, 8]]
    assert tab.examples.kernel.chosen == "typed by you"
    qtbot.keyClicks(editor, "x")
    assert editor.property("invalid")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert output(tab) == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    qtbot.keyClick(tab.picture, Qt.Key.Key_F2)
    qtbot.keyClicks(editor, "0")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.cell == (ScenePart.KERNEL, 0, 1)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.cell == (ScenePart.KERNEL, 0, 2)


def test_the_kernel_of_each_channel_is_typed_by_itself(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    tab.show_examples("channels")
    assert output(tab) == [[8, -1], [-3, 7]]
    assert "Sum of all channels: 7" in tab.sheet.toPlainText() and "+ bias 1" in tab.sheet.toPlainText()
    tab.go(replace(tab.picture.spot, channel=1))
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.KERNEL, 1, 1))
    qtbot.keyClicks(tab.picture.editor, "6")  # in place of -4, over a green pixel of 0
    case = tab.picture.case
    assert case is not None and case.weights is not None
    assert [case.weights[0, channel, 1, 1] for channel in range(3)] == [0, 6, 1]
    assert output(tab) == [[8, 9], [17, 7]]
    assert tab.examples.kernel.chosen == "typed by you"


def test_a_pixel_typed_over_acts_at_once(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    tab.show_examples("pooling")
    assert output(tab) == [[20, 30], [112, 37]]
    assert "The largest of them is 20." in tab.sheet.toPlainText()
    qtbot.mouseDClick(tab.picture, LEFT, pos=cell(tab, ScenePart.INPUT, 0, 0))
    qtbot.keyClicks(tab.picture.editor, "99")
    assert output(tab) == [[99, 30], [112, 37]]


def test_examples_are_chosen_in_lists(panel: UnderstandPanel) -> None:
    tab = panel.view(ByHandTab)
    tab.show_examples("x_or_o")
    assert "÷ 9 products" in tab.sheet.toPlainText()
    tab.examples.way.box.setCurrentText("sum of products")
    tab.picture.go(Spot(row=1, column=1))
    assert output(tab)[1][1] == 9
    tab.show_examples("kernels")
    tab.examples.kernel.box.setCurrentText("edge")
    tab.examples.way.box.setCurrentText("zero padding")
    case = tab.picture.case
    assert case is not None and case.rule.padded
    tab.picture.go(Spot())
    assert tab.picture.sentence_at(cell(tab, ScenePart.INPUT, 0, 0).toPointF()) == "Padding: 0"
    assert tab.picture.sentence_at(cell(tab, ScenePart.INPUT, 4, 4).toPointF()) == "Input, row 4, column 4: 9"


# Layers of a network


def test_an_untrained_layer_is_worked_out_and_follows_its_kernel(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab, document = panel.view(ByHandTab), hand_set()
    tab.set_document(document, None)
    tab.choose_layer("kernel1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    assert tab.only.text() == "Weights before training"
    assert tab.sample.label.text() == "is 0"
    before = output(tab)
    with document.transaction("Type a kernel"):
        document.set_values("kernel1", numbers=((0.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 0.0)))
    qtbot.waitUntil(lambda: output(tab) != before, timeout=PATIENCE)
    case = tab.picture.case
    assert case is not None
    assert np.allclose(case.output[0], 2 * case.values[0, 1:-1, 1:-1], atol=1e-5)


def test_typing_into_the_picture_edits_the_layer_and_can_be_undone(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab, document = panel.view(ByHandTab), hand_set()
    tab.set_document(document, None)
    tab.choose_layer("kernel1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    before = output(tab)
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.KERNEL, 0, 0))
    qtbot.keyClicks(tab.picture.editor, "-7")
    assert document.network.layer("kernel1").values()["numbers"][0] == [-7, 0, 1]
    qtbot.waitUntil(lambda: output(tab) != before, timeout=PATIENCE)
    assert tab.picture.editor.isVisible()
    assert document.undo_names == ("Set kernel of kernel1",)
    document.undo()
    qtbot.waitUntil(lambda: output(tab) == before, timeout=PATIENCE)


def test_the_kernel_of_a_channel_of_a_layer_is_typed_over(panel: UnderstandPanel, qtbot: QtBot) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 3}),
        ("kernel1", "fixed_conv2d", {"choice": "typed per channel", "bias": 2.0}),
    )
    tab, document = panel.view(ByHandTab), Document(network, {"data": {"source": "digits"}})
    tab.set_document(document, None)
    tab.choose_layer("kernel1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    text = tab.sheet.toPlainText()
    assert "Channel 3: sum" in text and "Sum of all channels" in text and "+ bias 2" in text
    before = output(tab)
    tab.channel.picked.emit(1)
    qtbot.mouseClick(tab.picture, LEFT, pos=cell(tab, ScenePart.KERNEL, 1, 1))
    qtbot.keyClicks(tab.picture.editor, "9")
    kernels = document.network.layer("kernel1").values()["channel_kernels"]
    assert kernels == [[[1, 0, -1]] * 3, [[0, 1, 0], [1, 9, 1], [0, 1, 0]], [[0, 0, 0], [0, 1, 0], [0, 0, 0]]]
    qtbot.waitUntil(lambda: output(tab) != before, timeout=PATIENCE)
    document.undo()
    qtbot.waitUntil(lambda: output(tab) == before, timeout=PATIENCE)


def test_another_sample_and_another_layer(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    tab.set_document(hand_set(), None)
    tab.choose_layer("kernel1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    first = output(tab)
    qtbot.keyClick(tab.sample.number, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: output(tab) != first, timeout=PATIENCE)
    assert tab.sample.label.text() == "is 1"
    qtbot.mouseClick(tab.sample.button, LEFT)
    qtbot.waitUntil(lambda: tab.sample.gallery.count() > 20, timeout=PATIENCE)
    second = output(tab)
    tab.sample.gallery.pick(7)
    assert not tab.sample.popup.isVisible()
    assert tab.sample.sample == tab.sample._places[7] > 1
    qtbot.waitUntil(lambda: output(tab) != second, timeout=PATIENCE)
    tab.choose_layer("pool1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    assert "The largest of them is" in tab.sheet.toPlainText()


def test_a_layer_that_cannot_run_is_told_in_the_picture(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab, document = panel.view(ByHandTab), hand_set()
    with document.transaction("Forget the data"):
        document.set_section("data", None)
    tab.set_document(document, None)
    tab.choose_layer("kernel1")
    qtbot.waitUntil(lambda: "choose a data set" in tab.picture.empty_text, timeout=PATIENCE)
    assert tab.picture.is_empty()


def test_a_network_without_such_layers_says_so(panel: UnderstandPanel, qtbot: QtBot) -> None:
    tab = panel.view(ByHandTab)
    tab.set_document(make_document("spirals", 1), None)
    qtbot.mouseClick(tab.modes.button(NETWORK), LEFT)
    assert tab.picture.empty_text == NO_LAYER
    qtbot.mouseClick(tab.modes.button(EXAMPLES), LEFT)
    assert not tab.picture.is_empty()


def test_maps_and_channels_are_chosen_by_number(panel: UnderstandPanel, qtbot: QtBot) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 3}),
        ("conv2", "conv2d", {"filters": 5}),
    )
    tab = panel.view(ByHandTab)
    tab.set_document(Document(network, {"data": {"source": "digits"}}), None)
    tab.choose_layer("conv2")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    assert (tab.map.count.text(), tab.channel.count.text()) == ("of 5", "of 3")
    qtbot.keyClick(tab.map.box, Qt.Key.Key_Up)
    qtbot.keyClick(tab.channel.box, Qt.Key.Key_Up)
    assert (tab.picture.spot.filter, tab.picture.spot.channel) == (1, 1)
    text = tab.sheet.toPlainText()
    assert all(f"Channel {number}: sum" in text for number in (1, 2, 3))
    assert "Sum of all channels" in text and "+ bias" in text
    qtbot.keyClick(tab.picture, Qt.Key.Key_PageDown)
    assert tab.map.box.value() == 3


# Rules


def test_layers_inside_blocks_are_listed_by_their_paths() -> None:
    inner = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {}),
        ("output1", "output", {}),
    )
    document = Document(chain(("pool1", "max_pool2d", {})))
    with document.transaction("Add"):
        document.add(Block(body=Body.of(inner)), name="block1")
        document.add(parse_layer("relu", {}, "relu"), name="relu1")
    assert followable(document.network) == ["block1.conv1", "pool1"]


def test_networks_are_the_same_wherever_their_cards_stand() -> None:
    one, other = hand_set(), hand_set()
    with other.transaction("Move"):
        other.move({"kernel1": (300.0, 7.0)})
    assert same_networks(one.network, other.network)
    with other.transaction("Mute"):
        other.mute("pool1", True)
    assert not same_networks(one.network, other.network)


@pytest.mark.parametrize("look", [("light", 1.0), ("light", PROJECTOR_SCALE), ("dark", 2.0)])
@pytest.mark.parametrize("values", [(0.0, 1.0), (-3.0, 3.0), (0.0, 255.0)])
def test_window_and_kernel_show_their_numbers_in_a_small_pane(
    qtbot: QtBot, look: tuple[Literal["light", "dark"], float], values: tuple[float, float]
) -> None:
    themes = ThemeSource(*look)
    picture = SlidingPicture(themes)
    qtbot.addWidget(picture)
    picture.show_case(lenet_case(*values))
    picture.resize(picture.minimumSize())
    picture.show()
    for spot in (Spot(), Spot(3, 14, 14), Spot(5, 27, 27), Spot(2, 5, 20)):
        picture.go(spot)
        picture.grab()
        for part in (ScenePart.WINDOW, ScenePart.KERNEL):
            stand, drawn = picture._drawn[part]
            assert drawn.texts is not None, (part, spot)
            assert picture.rect().contains(stand.area.toAlignedRect()), "nothing of it is cut"
            metrics = QFontMetricsF(themes.theme.font(small=True))
            widest = max(metrics.horizontalAdvance(text) for row in drawn.texts for text in row)
            assert widest <= stand.wide and metrics.height() - 2 <= stand.high


def test_maps_are_in_the_colours_of_their_layers_and_samples_are_grey(qtbot: QtBot) -> None:
    themes = ThemeSource("light")
    picture, ground = SlidingPicture(themes), themes.theme.ground
    qtbot.addWidget(picture)
    picture.resize(900, 500)
    picture.show()

    def hues(part: ScenePart) -> set[tuple[int, ...]]:
        return {tuple(map(int, shade)) for shade in picture._drawn[part][1].pixels.reshape(-1, 4)[:, :3]}

    about_zero, rising = (
        {tuple(map(int, shade[:3])) for shade in table} for table in (diverging(themes.theme), sequential(themes.theme))
    )
    picture.show_case(lenet_case(0.0, 1.0), can_be={ScenePart.OUTPUT: ANYTHING})
    picture.grab()
    assert hues(ScenePart.OUTPUT) <= about_zero and hues(ScenePart.KERNEL) <= about_zero
    assert all(red == green == blue for red, green, blue in hues(ScenePart.INPUT))
    picture.show_case(lenet_case(0.0, 1.0), can_be={ScenePart.OUTPUT: NO_NEGATIVE, ScenePart.INPUT: NO_NEGATIVE})
    picture.grab()
    assert hues(ScenePart.OUTPUT) | hues(ScenePart.INPUT) <= rising | {(ground.red(), ground.green(), ground.blue())}


sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


cells = st.tuples(st.floats(0, 80), st.floats(0, 40))


@given(sizes, sizes, sizes, st.booleans(), st.booleans(), st.floats(320, 1600), st.floats(160, 800), cells)
def test_tables_stand_side_by_side_within_the_room(
    source: tuple[int, int],
    window: tuple[int, int],
    out: tuple[int, int],
    weighs: bool,
    flat: bool,
    wide: float,
    high: float,
    cell: tuple[float, float],
) -> None:
    shapes = {ScenePart.INPUT: source, ScenePart.WINDOW: window, ScenePart.OUTPUT: out} | (
        {ScenePart.KERNEL: window} if weighs else {}
    )
    stands = arrange(QRectF(0, 0, wide, high), shapes, 18, 1.0, flat, cell)
    assert set(stands) == set(shapes)
    areas = [stand.area for stand in stands.values()]
    assert all(area.left() >= 0 and area.right() <= wide + 1e-6 for area in areas)
    assert all(area.top() >= 18 - 1e-6 and area.bottom() <= high + 1e-6 for area in areas)
    assert not any(one.intersects(other) for at, one in enumerate(areas) for other in areas[at + 1 :])
    for part, stand in stands.items():
        rows, columns = shapes[part]
        assert stand.at(stand.cell(rows - 1, columns - 1).center()) == (rows - 1, columns - 1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_cells_are_written_with_the_same_decimals(values: list[float]) -> None:
    for places in decimals(np.array(values)):
        texts = [text_of(value, places) for value in values]
        assert all(len(text.partition(".")[2]) in (0, places) for text in texts)
        for value, text in zip(values, texts, strict=True):
            assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(value, abs=0.51 * 10.0**-places)


def test_everything_usable_has_a_name(panel: UnderstandPanel) -> None:
    tab = panel.view(ByHandTab)
    named: list[QWidget] = [*tab.findChildren(QComboBox), *tab.findChildren(QAbstractButton), tab.picture, tab.sheet]
    shown = [widget for widget in named if not widget.objectName().startswith("qt_")]
    assert len(shown) > 10
    assert [widget for widget in shown if not widget.accessibleName()] == []
