"""The search that adds layers, by real keys: settings and sequences, what it shows and says, and one undo."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from graph.document import Document
from graph.layers.io import Input
from graph.shapes import image
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from tests.widgets.canvas.test_board_walk import assert_true, wire_middle
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.layer_search import SearchPopup
from widgets.tour.painted_text import visible_words

Key = Qt.Key
LENET = "conv 6 5x5, relu, pool, flatten, dense 120"


def picture() -> Document:
    """An image of 28 x 28 pixels, and nothing behind it."""
    document = Document()
    with document.transaction("Draw"):
        document.add(Input(shape=image(1, 28, 28)))
    return document


def search(canvas: CanvasView, text: str, key: Qt.Key | None = Key.Key_Return) -> SearchPopup:
    """Type into the search that Tab opens."""
    popup = canvas.context.popups.search
    if not popup.isVisible():
        QTest.keyClick(canvas, Key.Key_Tab)
    popup.field.clear()
    QTest.keyClicks(popup.field, text)
    if key is not None:
        QTest.keyClick(popup.field, key)
    return popup


def flow(document: Document, start: str) -> list[str]:
    """Kinds of the layers from one to the next."""
    kinds, id_ = [document.network.layer(start).kind], start
    while following := document.network.out_of(id_):
        id_ = following[0].target
        kinds.append(document.network.layer(id_).kind)
    return kinds


def words(popup: SearchPopup) -> Sequence[str]:
    """What the rows say to a screen reader."""
    model = popup.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_a_layer_with_its_settings_is_added_at_once(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(picture())
    canvas.select(["input1"])
    popup = search(canvas, "conv 6 5x5", None)
    assert words(popup)[0] == "Conv2d, 6 filters, 5 × 5, same"
    QTest.keyClick(popup.field, Key.Key_Return)
    layer = canvas.document.network.layer("conv1")
    assert layer.values() | {"filters": 6, "kernel_size": [5, 5]} == layer.values()
    assert canvas.document.network.into("conv1")


def test_a_sequence_is_shown_added_in_one_step_and_taken_back_by_one_undo(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(picture())
    canvas.select(["input1"])
    popup = search(canvas, LENET, None)
    assert words(popup) == ["Conv2d, 6 filters, 5 × 5, same", "ReLU", "MaxPool2d, 2 × 2", "Flatten", "Dense, 120 units"]
    assert [str(step.leaving) for step in popup.steps()][-1] == "120"
    assert popup.note() == "Enter adds these 5 layers, one behind another."
    QTest.keyClick(popup.field, Key.Key_Return)
    assert flow(canvas.document, "input1") == ["input", "conv2d", "relu", "max_pool2d", "flatten", "dense"]
    assert canvas.document.undo_names[0] == "Add 5 layers"
    assert canvas.selection.ids == ("dense1",)
    assert canvas.navigation.visible_region().contains(canvas.board.cards["dense1"].rect)
    assert_true(canvas, "added")
    canvas.document.undo()
    assert canvas.document.network.ids == ("input1",)
    assert_true(canvas, "undone")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("conv 6, foobar, relu", "No layer is called “foobar”."),
        ("dense 10 quick", "Dense does not understand “quick”."),
        ("qqqq", "No layer is called “qqqq”."),
        ("dropuot 0.3", "No layer is called “dropuot”. Did you mean Dropout?"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_added(open_canvas: OpenCanvas, text: str, note: str) -> None:
    canvas = open_canvas(picture())
    popup = search(canvas, text)
    assert popup.isVisible()
    assert popup.note() == note
    assert canvas.document.network.ids == ("input1",)
    search(canvas, "relu")
    assert not popup.isVisible()
    assert "relu1" in canvas.document.network


def test_a_sequence_goes_between_a_layer_and_what_follows_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "flatten", "dense", "output"))
    canvas.select(["dense1"])
    search(canvas, "relu, dropout 0.2, dense 10")
    assert flow(canvas.document, "input1") == ["input", "flatten", "dense", "relu", "dropout", "dense", "output"]
    lefts = [canvas.board.cards[id_].rect.left() for id_ in ("dense1", "relu1", "dropout1", "dense2", "output1")]
    assert lefts == sorted(lefts)
    canvas.document.undo()
    assert flow(canvas.document, "input1") == ["input", "flatten", "dense", "output"]


def test_a_sequence_goes_on_a_selected_wire(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "flatten", "dense", "output"))
    Hand(canvas).click(wire_middle(canvas, "dense1"))
    assert canvas.selection.wire == ("dense1", "in")
    search(canvas, "dense 64, relu")
    assert flow(canvas.document, "input1") == ["input", "flatten", "dense", "relu", "dense", "output"]


@pytest.mark.parametrize("forwards", [True, False])
def test_a_sequence_goes_to_the_loose_end_of_a_wire(open_canvas: OpenCanvas, forwards: bool) -> None:
    canvas = open_canvas(build("input", "flatten", "output", step=600))
    with canvas.document.transaction("Cut"):
        canvas.document.disconnect(canvas.document.network.into("output1")["in"])
    hand, cards = Hand(canvas), canvas.board.cards
    begin = cards["flatten1"].output_place("out") if forwards else cards["output1"].input_place("in")
    hand.drag(begin, begin + QPointF(60 if forwards else -200, 180))
    popup = search(canvas, "dense 12, relu")
    assert not popup.isVisible()
    if forwards:
        assert flow(canvas.document, "input1") == ["input", "flatten", "dense", "relu"]
    else:
        assert flow(canvas.document, "dense1") == ["dense", "relu", "output"]
        lefts = [canvas.board.cards[id_].rect.left() for id_ in ("dense1", "relu1", "output1")]
        assert lefts == sorted(lefts)


def test_a_whole_network_is_typed_on_an_empty_canvas(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(Document())
    search(canvas, "input 1x28x28, conv 6 5x5, tanh, avgpool, flatten, dense 10, output")
    assert flow(canvas.document, "input1")[-1] == "output"
    assert canvas.checker.ok
    assert len(canvas.document.undo_names) == 1


def test_what_an_empty_canvas_says_does_not_stick_out_below_the_search(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(Document())
    assert "press Tab" in visible_words(canvas)
    popup = search(canvas, "relu", None)
    assert "press Tab" not in visible_words(canvas)
    QTest.keyClick(popup.field, Qt.Key.Key_Escape)
    assert "press Tab" in visible_words(canvas)


def test_a_click_on_a_row_of_a_sequence_adds_all_of_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(picture())
    canvas.select(["input1"])
    popup = search(canvas, "flatten, dense 10", None)
    area = popup.list.visualRect(popup.list.model().index(1, 0))
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert flow(canvas.document, "input1") == ["input", "flatten", "dense"]
