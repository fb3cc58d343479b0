"""The canvas by keyboard: building a chain, clipboard, renaming, walking, framing, and the search."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Annotation, AnnotationKind, Connection
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.canvas_view import MIME, CanvasView
from widgets.canvas.layer_search import SearchPopup
from widgets.canvas.name_field import NameField
from widgets.shell.keys_page import keys_page

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def wires(document: Document) -> set[str]:
    return {str(connection) for connection in document.network.connections}


def search_of(canvas: CanvasView) -> SearchPopup:
    search = canvas.findChild(SearchPopup, "addLayerSearch")
    assert search is not None
    return search


def add(canvas: CanvasView, qtbot: QtBot, text: str) -> None:
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    field = search_of(canvas).field
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_tab_type_enter_builds_a_chain(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = Document()
    canvas = open_canvas(document)
    for text in ("input", "conv2d", "relu", "flat", "dense", "output"):
        add(canvas, qtbot, text)
    assert wires(document) == {
        "input1.out -> conv1.in",
        "conv1.out -> relu1.in",
        "relu1.out -> flatten1.in",
        "flatten1.out -> dense1.in",
        "dense1.out -> output1.in",
    }
    # It reads like text: along the row, and on in the next where the view ends.
    read = [document.network.node(id_).position[::-1] for id_ in document.network.ordered()]
    assert read == sorted(set(read))
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    assert canvas.board.cards["output1"].rect.intersects(canvas.navigation.visible_region())


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_A])
def test_the_search_opens_by_key_and_closes_by_escape(open_canvas: OpenCanvas, qtbot: QtBot, key: Qt.Key) -> None:
    canvas = open_canvas(Document())
    qtbot.keyClick(canvas, key, SHIFT if key == Qt.Key.Key_A else Qt.KeyboardModifier.NoModifier)
    assert search_of(canvas).isVisible()
    qtbot.keyClick(search_of(canvas).field, Qt.Key.Key_Escape)
    assert not search_of(canvas).isVisible()
    assert not len(canvas.document.network)


def test_double_click_on_the_ground_opens_the_search_and_arrows_choose(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = Document()
    canvas = open_canvas(document)
    Hand(canvas).double_click(QPointF(100, 300))
    field = search_of(canvas).field
    qtbot.keyClicks(field, "pool")
    second = search_of(canvas).results()[1].kind
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [node.layer.kind for node in document.network] == [second.kind]
    assert canvas.board.cards[document.network.ids[0]].rect.contains(QPointF(100, 300))


def test_lately_used_kinds_come_first(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(Document())
    add(canvas, qtbot, "gelu")
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert search_of(canvas).results()[0].kind.kind == "gelu"
    search_of(canvas).close_search()


def test_copy_and_paste_between_canvases_keeps_inner_wires(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    first, second = open_canvas(build("input", "relu", "output")), open_canvas(build("relu"))
    first.select(["input1", "relu1"])
    qtbot.keyClick(first, Qt.Key.Key_C, CTRL)
    qtbot.keyClick(second, Qt.Key.Key_V, CTRL)
    assert wires(second.document) == {"input1.out -> relu2.in"}
    assert set(second.selection.ids) == {"input1", "relu2"}
    assert "netloom-layers" in QGuiApplication.clipboard().text()


def test_cut_duplicate_and_delete(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    canvas.select(["input1", "relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_D, CTRL)
    assert "input2.out -> relu2.in" in wires(document)
    qtbot.keyClick(canvas, Qt.Key.Key_X, CTRL)
    assert set(document.network.ids) == {"input1", "relu1", "output1"}
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert wires(document) == set()
    for _ in range(3):
        document.undo()
    assert wires(document) == {"input1.out -> relu1.in", "relu1.out -> output1.in"}


def test_pasting_something_else_says_so_and_changes_nothing(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input")
    canvas = open_canvas(document)
    said: list[str] = []
    canvas.events.statusMessage.connect(said.append)
    for text in ("hello", '{"netloom-layers": 1}', '{"netloom-layers": 1, "layers": [{"id": 3}], "connections": []}'):
        QGuiApplication.clipboard().setText(text)
        qtbot.keyClick(canvas, Qt.Key.Key_V, CTRL)
    assert len(said) == 3
    assert document.network.ids == ("input1",)


def test_control_arrows_move_as_one_undo(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu", "output")
    canvas = open_canvas(document)
    canvas.select(["relu1"])
    for _ in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Down, CTRL)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, CTRL | SHIFT)
    assert document.network.node("relu1").position == (256.0, 12.0)
    document.undo()
    assert document.network.node("relu1").position == (240.0, 0.0)
    canvas.selection.clear()
    seen = canvas.navigation.visible_region().left()
    qtbot.keyClick(canvas, Qt.Key.Key_Right, CTRL)
    assert canvas.navigation.visible_region().left() > seen
    assert document.undo_names[0] == "Build"


def branched() -> Document:
    """An input with two branches, ReLU above tanh, that meet in a sum; far below a layer without wires."""
    document = Document()
    kinds = catalogue()
    with document.transaction("Build"):
        for kind, place in (
            ("input", (0, 0)), ("relu", (240, -80)), ("tanh", (240, 80)), ("add", (480, 0)), ("dropout", (240, 400)),
        ):  # fmt: skip
            document.add(kinds[kind](), place)
        for target in ("relu1", "tanh1"):
            document.connect(Connection("input1", "out", target, "in"))
        document.connect(Connection("relu1", "out", "add1", "in1"))
        document.connect(Connection("tanh1", "out", "add1", "in2"))
    return document


def test_arrows_go_from_card_to_card_and_move_none(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = branched()
    canvas = open_canvas(document)
    places = {node.id: node.position for node in document.network}
    walked = []
    for arrow in ("Right", "Right", "Down", "Down", "Up", "Right", "Right", "Left"):
        qtbot.keyClick(canvas, getattr(Qt.Key, f"Key_{arrow}"))
        walked.append(canvas.selection.ids)
    assert [id_ for (id_,) in walked] == [
        "input1", "relu1", "tanh1", "dropout1", "tanh1", "add1", "add1", "relu1",
    ]  # fmt: skip
    assert {node.id: node.position for node in document.network} == places
    assert document.undo_names[0] == "Build"


def test_shift_and_an_arrow_add_the_next_card(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(build("input", "relu", "tanh", "output"))
    canvas.select(["relu1"])
    for arrow in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(canvas, arrow, SHIFT)
    assert canvas.selection.ids == ("relu1", "output1", "tanh1")


def test_arrows_leave_a_wire_by_its_ends_and_a_note_for_the_card_beside_it(
    open_canvas: OpenCanvas, qtbot: QtBot
) -> None:
    document = build("input", "relu", "output")
    with document.transaction("Write"):
        document.set_annotation("note1", Annotation("note1", AnnotationKind.NOTE, "Here", (200, -200, 120, 60)))
    canvas = open_canvas(document)
    for arrow, end in ((Qt.Key.Key_Right, "relu1"), (Qt.Key.Key_Left, "input1")):
        canvas.selection.select_wire(("relu1", "in"))
        qtbot.keyClick(canvas, arrow)
        assert canvas.selection.ids == (end,)
    qtbot.keyClick(canvas, Qt.Key.Key_N, SHIFT)
    assert canvas.selection.annotation == "note1"
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.selection.ids == ("relu1",)


def test_the_page_of_keys_and_screen_readers_tell_what_arrows_do(open_canvas: OpenCanvas) -> None:
    text = keys_page().text
    assert "| Go from card to card, along the wires | Left, Right, Up or Down |" in text
    assert "| Move what is selected; with nothing selected, the view | Ctrl+Left, Ctrl+Right" in text
    assert "Arrows go from card to card" in open_canvas(build("input")).accessibleDescription()


def test_renaming_in_place(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu")
    canvas = open_canvas(document)
    said: list[str] = []
    canvas.events.statusMessage.connect(said.append)
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F2)
    field = canvas.findChild(QLineEdit, "renameField")
    qtbot.keyClicks(field, "gate")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert canvas.selection.ids == ("gate",)
    assert wires(document) == {"input1.out -> gate.in"}
    qtbot.keyClick(canvas, Qt.Key.Key_F2)
    qtbot.keyClicks(field, "no good")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.isVisible(), field.text(), field.hasFocus()) == (True, "no good", True)
    fault = canvas.context.popups.name_field.editing.fault
    assert fault.isVisible()
    assert "“no good” cannot name a layer" in fault.text()
    assert "as in “no_good”" in fault.text()
    assert not fault.geometry().intersects(field.geometry().translated(-fault.parentWidget().mapTo(canvas, QPoint())))
    for _ in range(5):
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    field.insert("größe")  # pytest-qt types no letters but ASCII's
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert canvas.selection.ids == ("nogröße",)
    assert not field.isVisible()
    assert not fault.isVisible()
    assert said == []


def leave_refused_name(canvas: CanvasView, qtbot: QtBot, name: str) -> NameField:
    """Type a name that no layer may have into the field on the card of ``relu1``, and leave the field."""
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F2)
    field = canvas.context.popups.name_field
    qtbot.keyClicks(field, name)
    canvas.setFocus()
    return field


def test_a_refused_name_stays_when_the_field_is_left_until_escape(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu")
    canvas = open_canvas(document)
    field = leave_refused_name(canvas, qtbot, "input1")
    assert (field.isVisible(), field.text()) == (True, "input1")
    assert "already called" in field.editing.fault.text()
    before = field.pos()
    canvas.navigation.set_zoom(canvas.navigation.zoom / 2, QPoint(0, 0))
    qtbot.waitUntil(lambda: field.pos() != before)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert not field.editing.fault.isVisible()
    assert document.network.ids == ("input1", "relu1")


def test_an_open_name_field_goes_with_its_layer(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu")
    canvas = open_canvas(document)
    field = leave_refused_name(canvas, qtbot, "2nd")
    assert field.isVisible()
    document.undo()
    assert "relu1" not in document.network
    assert not field.isVisible()
    assert not field.editing.fault.isVisible()


def test_framing_and_zoom(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(build("input", "relu", "output", step=1500))
    qtbot.keyClick(canvas, Qt.Key.Key_H)
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    canvas.select(["output1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert canvas.navigation.zoom == 1.0
    assert canvas.navigation.visible_region().contains(canvas.board.cards["output1"].rect)


def test_auto_layout_is_one_undo(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    document = build("input", "relu", "output", step=10)
    canvas = open_canvas(document)
    qtbot.keyClick(canvas, Qt.Key.Key_L)
    assert document.network.node("output1").position == (448.0, 0.0)
    canvas.navigation.animated = True
    document.undo()
    qtbot.keyClick(canvas, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: canvas.board.cards["output1"].rect.left() == 448.0)
    document.undo()
    assert canvas.board.cards["output1"].rect.left() == 20.0


def drop(canvas: CanvasView, kind: str, place: QPointF) -> None:
    data = QMimeData()
    data.setData(MIME, kind.encode())
    spot = QPointF(canvas.mapFromScene(place))
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (
        QDragEnterEvent(spot.toPoint(), *rest),
        QDragMoveEvent(spot.toPoint(), *rest),
        QDropEvent(spot, *rest),
    ):
        QApplication.sendEvent(canvas.viewport(), event)


def test_a_layer_dropped_from_the_palette_is_added_and_on_a_wire_inserted(open_canvas: OpenCanvas) -> None:
    document = build("input", "output", step=500)
    canvas = open_canvas(document)
    drop(canvas, "relu", QPointF(300, 300))
    assert canvas.board.cards["relu1"].rect.contains(QPointF(300, 300))
    drop(canvas, "dropout", QPointF(*canvas.board.wires["output1", "in"].course.middle()))
    assert wires(document) == {"input1.out -> dropout1.in", "dropout1.out -> output1.in"}
    drop(canvas, "no such kind", QPointF(0, 0))
    assert len(document.network) == 4


def test_another_document_takes_the_place_of_the_first(open_canvas: OpenCanvas) -> None:
    from graph.checking.check import Checker

    first, second = build("input", "relu"), build("dense")
    canvas = open_canvas(first)
    canvas.set_document(second, Checker(second))
    with first.transaction("Move"):
        first.move({"relu1": (900, 900)})
    assert set(canvas.board.cards) == {"dense1"}


def test_the_problem_of_a_layer_is_told_under_the_pointer(open_canvas: OpenCanvas) -> None:
    from widgets.canvas.hit_test import find
    from widgets.canvas.tips import tip

    canvas = open_canvas(build("input", "dense"))
    place = canvas.board.cards["dense1"].rect.center() + QPointF(0, 10)
    assert "vector" in tip(canvas.board, find(canvas.board, place, 1.0))


def test_a_picture_of_the_whole_network_is_written(open_canvas: OpenCanvas, tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    from graph.errors import NetloomError

    canvas = open_canvas(build("input", "relu"))
    canvas.render_to_png(tmp_path / "net.png", 2.0)
    image = QImage(str(tmp_path / "net.png"))
    assert image.width() > 2 * 416
    with pytest.raises(NetloomError, match="could not be written"):
        canvas.render_to_png(tmp_path / "missing" / "net.png")


def test_the_minimap_leads_elsewhere(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(build("input", *["relu"] * 20))
    minimap = canvas.findChild(QWidget, "minimap")
    assert minimap.isVisible()
    qtbot.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() - 9, minimap.height() // 2))
    assert canvas.board.cards["relu20"].rect.intersects(canvas.navigation.visible_region())
