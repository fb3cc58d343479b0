"""Each gesture by a real mouse: what it edits, that one undo takes it back, and that Esc leaves all as it was."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Connection
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.layer_search import SearchPopup

SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
NOWHERE = QPointF(100, 380)


def body(canvas: CanvasView, id_: str) -> QPointF:
    return canvas.board.cards[id_].rect.center() + QPointF(0, 12)


def outlet(canvas: CanvasView, id_: str) -> QPointF:
    return canvas.board.cards[id_].output_place("out")


def inlet(canvas: CanvasView, id_: str, port: str = "in") -> QPointF:
    return canvas.board.cards[id_].input_place(port)


def wires(document: Document) -> set[str]:
    return {str(connection) for connection in document.network.connections}


# Cards


def test_drag_moves_all_selected_cards_in_one_transaction(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.click(body(canvas, "input1"))
    hand.click(body(canvas, "relu1"), CTRL)
    hand.drag(body(canvas, "relu1"), body(canvas, "relu1") + QPointF(40, 160))
    assert document.undo_names[0] == "Move 2 layers"
    assert document.network.node("input1").position == (40.0, 160.0)
    assert document.network.node("relu1").position == (280.0, 160.0)
    assert document.network.node("output1").position == (480.0, 0.0)
    document.undo()
    assert document.network.node("relu1").position == (240.0, 0.0)
    assert canvas.board.cards["relu1"].rect.topLeft() == QPointF(240, 0)


def test_escape_puts_dragged_cards_back(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "output")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.drag(body(canvas, "input1"), body(canvas, "input1") + QPointF(60, 90), let_go=False)
    assert canvas.board.cards["input1"].rect.topLeft() != QPointF(0, 0)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    hand.release(NOWHERE)
    assert canvas.board.cards["input1"].rect.topLeft() == QPointF(0, 0)
    assert document.undo_names == ("Build",)


def test_a_card_comes_to_rest_in_line_with_its_neighbours(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.drag(body(canvas, "relu1"), body(canvas, "relu1") + QPointF(80, 5))
    assert document.network.node("relu1").position == (320.0, 0.0)


def test_dropping_a_lone_card_on_a_wire_inserts_it(open_canvas: OpenCanvas) -> None:
    document = build("input", "output", step=480)
    with document.transaction("Add"):
        document.add(type(build("relu").network.layer("relu1"))(), (0, 300))
    canvas = open_canvas(document)
    hand = Hand(canvas)
    middle = QPointF(*canvas.board.wires["output1", "in"].course.middle())
    hand.drag(body(canvas, "relu1"), middle)
    assert wires(document) == {"input1.out -> relu1.in", "relu1.out -> output1.in"}
    document.undo()
    assert wires(document) == {"input1.out -> output1.in"}


def test_alt_drag_takes_a_layer_out_and_heals_the_wire(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    Hand(canvas).drag(body(canvas, "relu1"), body(canvas, "relu1") + QPointF(0, 200), modifiers=ALT)
    assert wires(document) == {"input1.out -> output1.in"}
    assert document.network.node("relu1").position[1] > 100
    document.undo()
    assert wires(document) == {"input1.out -> relu1.in", "relu1.out -> output1.in"}


# Wires


def test_pulling_from_an_output_to_an_input_connects(open_canvas: OpenCanvas) -> None:
    document = build("input")
    with document.transaction("Add"):
        document.add(type(build("relu").network.layer("relu1"))(), (400, 100))
    canvas = open_canvas(document)
    Hand(canvas).drag(outlet(canvas, "input1"), inlet(canvas, "relu1"))
    assert wires(document) == {"input1.out -> relu1.in"}
    assert document.undo_names[0] == "Connect input1 to relu1"


def test_pulling_from_an_input_back_to_a_card_connects(open_canvas: OpenCanvas) -> None:
    document = build("input")
    with document.transaction("Add"):
        document.add(type(build("relu").network.layer("relu1"))(), (400, 100))
    canvas = open_canvas(document)
    Hand(canvas).drag(inlet(canvas, "relu1"), body(canvas, "input1"))
    assert wires(document) == {"input1.out -> relu1.in"}


def test_an_occupied_input_is_replaced_in_one_transaction(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    Hand(canvas).drag(outlet(canvas, "input1"), body(canvas, "output1"))
    assert wires(document) == {"input1.out -> relu1.in", "input1.out -> output1.in"}
    document.undo()
    assert wires(document) == {"input1.out -> relu1.in", "relu1.out -> output1.in"}


def test_a_merge_whose_inputs_are_taken_grows_one_more(open_canvas: OpenCanvas) -> None:
    document = build("input", "add")
    with document.transaction("More"):
        document.connect(Connection("input1", "out", "add1", "in2"))
    canvas = open_canvas(document)
    Hand(canvas).drag(outlet(canvas, "input1"), canvas.board.cards["add1"].rect.center() + QPointF(30, -40))
    assert document.network.layer("add1").values()["inputs"] == 3
    assert document.network.at("add1", "in3") is not None
    assert len(canvas.board.cards["add1"].node.inputs) == 3
    document.undo()
    assert document.network.layer("add1").values()["inputs"] == 2


def test_a_wire_that_would_close_a_circle_is_refused_with_the_reason(open_canvas: OpenCanvas) -> None:
    document = build("relu", "relu", "relu")
    canvas = open_canvas(document)
    said: list[str] = []
    canvas.events.statusMessage.connect(said.append)
    Hand(canvas).drag(outlet(canvas, "relu3"), inlet(canvas, "relu1"))
    assert len(document.network.connections) == 2
    assert "circle" in said[0]


def test_the_end_of_a_wire_can_be_put_elsewhere_or_dropped(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output")
    with document.transaction("Add"):
        document.add(type(document.network.layer("relu1"))(), (240, 250))
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.drag(inlet(canvas, "relu1"), inlet(canvas, "relu2"))
    assert "input1.out -> relu2.in" in wires(document)
    assert "input1.out -> relu1.in" not in wires(document)
    hand.drag(inlet(canvas, "relu2"), NOWHERE + QPointF(0, 20))
    assert wires(document) == {"relu1.out -> output1.in"}


def test_escape_lets_a_lifted_wire_snap_back(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.drag(inlet(canvas, "relu1"), NOWHERE, let_go=False)
    assert canvas.surface.emphasis.hidden_wires
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    hand.release(NOWHERE)
    assert not canvas.surface.emphasis.hidden_wires
    assert wires(document) == {"input1.out -> relu1.in"}


def test_a_wire_dropped_on_the_ground_searches_for_what_fits(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input")
    canvas = open_canvas(document)
    Hand(canvas).drag(outlet(canvas, "input1"), QPointF(400, 200))
    search = canvas.findChild(SearchPopup, "addLayerSearch")
    assert search.isVisible()
    found = search.results()
    fitting = [item for item in found if not item.reason]
    assert found[: len(fitting)] == fitting
    assert {item.kind.kind for item in found if item.reason} >= {"lstm", "input"}
    qtbot.keyClicks(search.field, "conv2d")
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert wires(document) == {"input1.out -> conv1.in"}
    assert canvas.board.cards["conv1"].input_place("in") == QPointF(400, 200)


def test_shift_drag_cuts_the_wires_it_crosses(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output", step=320)
    canvas = open_canvas(document)
    x = (176 + 320) / 2
    Hand(canvas).drag(QPointF(x, -60), QPointF(x + 10, 160), modifiers=SHIFT)
    assert wires(document) == {"relu1.out -> output1.in"}
    document.undo()
    assert len(document.network.connections) == 2


def test_a_clicked_wire_is_selected_and_deleted(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "output", step=400)
    canvas = open_canvas(document)
    Hand(canvas).click(QPointF(*canvas.board.wires["output1", "in"].course.middle()))
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert wires(document) == set()
    assert len(document.network) == 2


# Selecting and the view


def test_band_selects_and_ctrl_adds(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    hand.drag(QPointF(-40, -40), QPointF(300, 100))
    assert canvas.selection.ids == ("input1", "relu1")
    hand.drag(QPointF(470, 160), QPointF(560, 30), modifiers=CTRL)
    assert canvas.selection.ids == ("input1", "relu1", "output1")
    hand.click(NOWHERE)
    assert canvas.selection.ids == ()


def test_middle_drag_and_space_drag_pan(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "output")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    before = canvas.mapFromScene(QPointF(0, 0))
    spot = QPointF(100, 300)
    hand.press(spot, Qt.MouseButton.MiddleButton)
    hand.move(spot + QPointF(50, 30), Qt.MouseButton.MiddleButton)
    hand.release(spot, Qt.MouseButton.MiddleButton)
    after = canvas.mapFromScene(QPointF(0, 0))
    assert (after - before).x() == 50
    assert (after - before).y() == 30
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    hand.press(spot)
    hand.move(spot + QPointF(-20, 0))
    hand.release(spot)
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert (canvas.mapFromScene(QPointF(0, 0)) - after).x() == -20
    assert not canvas.findChild(SearchPopup, "addLayerSearch").isVisible()
    assert document.undo_names == ("Build",)


def test_wheel_zooms_at_the_pointer(open_canvas: OpenCanvas) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    canvas = open_canvas(build("input", "output"))
    spot = QPoint(300, 500)
    before = canvas.mapToScene(spot)
    event = QWheelEvent(
        QPointF(spot),
        QPointF(canvas.viewport().mapToGlobal(spot)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    assert canvas.navigation.zoom > 1.2
    assert (canvas.mapToScene(spot) - before).manhattanLength() < 2.5


def test_a_pulled_wire_lights_where_it_may_land_and_says_why_not_elsewhere(open_canvas: OpenCanvas) -> None:
    document = build("input", "conv2d", "relu", "output")
    with document.transaction("Add"):
        document.add(catalogue()["dense"](), (240, 200), "dense9")
        document.add(catalogue()["tanh"](), (480, 200), "tanh9")
        document.add(catalogue()["embedding"](), (0, 200), "words9")
    canvas = open_canvas(document)
    hand = Hand(canvas)
    told: list[str] = []
    canvas.events.statusMessage.connect(told.append)
    cards = canvas.board.cards
    hand.drag(cards["conv1"].output_place("out"), cards["input1"].rect.center(), let_go=False)
    # What fits is lit, what does not is dimmed, and beside the pointer it says why.
    assert {"relu1", "tanh9"} <= {id_ for id_, _ in canvas.context.gestures.current._lit}
    assert "dense9" not in {id_ for id_, _ in canvas.context.gestures.current._lit}
    assert "input1" in canvas.surface.emphasis.dimmed
    assert "input1" in canvas.context.gestures.current._sentence()
    hand.move(cards["tanh9"].rect.center())
    assert canvas.context.gestures.current._sentence() == ""
    hand.move(cards["dense9"].rect.center())
    assert "image" in canvas.context.gestures.current._sentence()
    hand.release(cards["input1"].rect.center())
    assert told
    assert canvas.surface.emphasis.dimmed == set()
    assert not document.network.into("tanh9")


def test_guides_show_what_a_card_is_in_line_with(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", "output"))
    hand = Hand(canvas)
    grasp = canvas.board.cards["relu1"].rect.center()
    hand.drag(grasp, grasp + QPointF(3, 203), let_go=False)
    assert not canvas.context.gestures.current._guides
    hand.move(grasp + QPointF(3, 2))
    assert canvas.context.gestures.current._guides
    assert not canvas.context.gestures.current.area().isEmpty()
    hand.release(grasp + QPointF(3, 2))
    assert canvas.document.network.node("relu1").position[1] == 0.0
