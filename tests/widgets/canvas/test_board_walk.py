"""What is painted is what the document holds: after each of many edits by mouse and keys, the canvas shows pixel for
pixel what one that is built afresh shows."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.checking.check import Checker
from graph.document import Document
from graph.editing import block_edits
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.structure.blocks import Block
from graph.structure.inner_document import InnerDocument
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from widgets.canvas.board import Board
from widgets.canvas.canvas_view import MIME, CanvasView
from widgets.canvas.grid_index import GridIndex
from widgets.canvas.surface import Surface

Key, Mod = Qt.Key, Qt.KeyboardModifier
KINDS = ("relu", "dense", "add", "flatten", "input", "output", "dropout", "concatenate")


def painted(surface: Surface, region: QRectF, zoom: float = 1.0) -> QImage:
    """A picture of part of a board, from whatever the surface keeps."""
    image = QImage((region.size() * zoom).toSize(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(zoom, zoom)
    painter.translate(-region.topLeft())
    surface.draw(painter, region, zoom, 1.0)
    painter.end()
    return image


def assert_true(canvas: CanvasView, step: str) -> None:
    """The board is, in all that is shown, the one that would be built of the document now."""
    board, document = canvas.board, canvas.document
    fresh = Board(document, canvas.checker, lambda _: None)
    assert {id_: (card.face, card.rect) for id_, card in board.cards.items()} == {
        id_: (card.face, card.rect) for id_, card in fresh.cards.items()
    }, step
    assert {slot: (wire.connection, wire.course, wire.shape, wire.area) for slot, wire in board.wires.items()} == {
        slot: (wire.connection, wire.course, wire.shape, wire.area) for slot, wire in fresh.wires.items()
    }, step
    assert (board.ties, board.faulty, board.annotations) == (fresh.ties, fresh.faulty, fresh.annotations), step
    assert board.bounds() == fresh.bounds(), step
    for id_, card in fresh.cards.items():  # which of two cards or wires lies above follows from what was done
        card.order = board.cards[id_].order
    fresh.cards = {id_: fresh.cards[id_] for id_ in board.cards}
    fresh.wires = {slot: fresh.wires[slot] for slot in board.wires}
    fresh.wire_index = GridIndex()
    for slot in board.wire_index.meeting(board.wire_index.span):
        fresh.wire_index.put(slot, fresh.wires[slot].area)
    surface = Surface(canvas.context.theme)
    surface.set_board(fresh)
    surface.emphasis = canvas.surface.emphasis
    region = board.bounds().adjusted(-30, -30, 30, 30)
    if not region.isEmpty() and region.width() < 8000 and region.height() < 8000:
        for zoom in (0.7, 0.1):  # near enough for all texts and ports, and from far
            assert painted(canvas.surface, region, zoom) == painted(surface, region, zoom), step
    surface.deleteLater()


def drag_over(canvas: CanvasView, kind: str, place: QPointF) -> None:
    """Hold a layer from the palette over the canvas."""
    _drag(canvas, kind, place, QDragEnterEvent, QDragMoveEvent)


def drop(canvas: CanvasView, kind: str, place: QPointF) -> None:
    """Drag a layer from the palette onto the canvas."""
    _drag(canvas, kind, place, QDragEnterEvent, QDragMoveEvent, QDropEvent)


def _drag(canvas: CanvasView, kind: str, place: QPointF, *events: type[QDropEvent]) -> None:
    data = QMimeData()
    data.setData(MIME, kind.encode())
    spot, left = canvas.mapFromScene(place), Qt.MouseButton.LeftButton
    for event in events:
        QApplication.sendEvent(canvas.viewport(), event(spot, Qt.DropAction.CopyAction, data, left, Mod.NoModifier))


def add_by_search(canvas: CanvasView, word: str) -> None:
    QTest.keyClick(canvas, Key.Key_Tab)
    QTest.keyClicks(canvas.context.popups.search.field, word)
    QTest.keyClick(canvas.context.popups.search.field, Key.Key_Return)


def wire_middle(canvas: CanvasView, id_: str, port: str = "in") -> QPointF:
    return QPointF(*canvas.board.wires[id_, port].course.middle())


def perceptron() -> Document:
    """An image, flattened, through two dense layers."""
    return build("input", "flatten", "dense", "output")


# The two faults that were seen


def test_a_wire_forgets_the_card_that_undo_took_off_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(perceptron())
    before = canvas.board.wires["flatten1", "in"].course
    drop(canvas, "relu", wire_middle(canvas, "flatten1"))
    assert canvas.document.network.into("flatten1")["in"].source == "relu1"
    canvas.document.undo()
    assert canvas.board.wires["flatten1", "in"].course == before
    assert_true(canvas, "undo")


@pytest.mark.parametrize("first_on_wire", [True, False])
def test_a_new_card_shows_nothing_of_one_of_its_name_that_was_undone(
    open_canvas: OpenCanvas, first_on_wire: bool
) -> None:
    canvas = open_canvas(perceptron())
    acts: list[Callable[[], object]] = [
        lambda: drop(canvas, "relu", wire_middle(canvas, "flatten1")),
        lambda: drop(canvas, "relu", QPointF(240, 320)),
    ]
    for act in acts if first_on_wire else reversed(acts):
        act()
        canvas.viewport().grab()  # the picture of the card is kept
        assert_true(canvas, "added")
        canvas.document.undo()
        assert_true(canvas, "undone")


def test_a_drag_is_called_off_by_an_edit_made_meanwhile(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(perceptron())
    hand = Hand(canvas)
    drop(canvas, "relu", QPointF(240, 320))
    start = canvas.board.cards["relu1"].rect.center()
    hand.drag(start, start + QPointF(90, 40), let_go=False)
    canvas.document.undo()
    hand.move(start + QPointF(200, 90))
    hand.release(start + QPointF(200, 90))
    assert set(canvas.board.cards) == {"input1", "flatten1", "dense1", "output1"}
    assert_true(canvas, "undone while it was dragged")


# A random walk


class Walk:
    """Edits at random, by the ways that hands have."""

    def __init__(self, canvas: CanvasView, seed: int) -> None:
        self.canvas, self.random, self.hand = canvas, random.Random(seed), Hand(canvas)

    @property
    def ids(self) -> list[str]:
        return list(self.canvas.document.network.ids)

    def place(self) -> QPointF:
        return QPointF(self.random.randrange(-200, 1300), self.random.randrange(-250, 450))

    def select(self, most: int = 3) -> None:
        ids = self.ids
        self.canvas.select(self.random.sample(ids, min(len(ids), self.random.randint(1, most))))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Mod.NoModifier) -> None:
        self.canvas.setFocus()
        QTest.keyClick(self.canvas, key, modifiers)
        for field in (self.canvas.context.popups.name_field, self.canvas.context.popups.note_field):
            if field.isVisible():
                QTest.keyClicks(field, f"x{self.random.randrange(99)}")
                QTest.keyClick(field, Key.Key_Return, Mod.ControlModifier)
                QTest.keyClick(field, Key.Key_Return) if field.isVisible() else None

    # Steps

    def drop_on_ground(self) -> None:
        drop(self.canvas, self.random.choice(KINDS), self.place())

    def drop_on_wire(self) -> None:
        if self.canvas.board.wires:
            wire = self.random.choice(list(self.canvas.board.wires.values()))
            drop(self.canvas, self.random.choice(KINDS), QPointF(*wire.course.middle()))

    def add_by_keys(self) -> None:
        if self.ids:
            self.select(1)
        add_by_search(self.canvas, self.random.choice(KINDS))

    def drag_card(self) -> None:
        if self.ids:
            self.select()
            start = self.canvas.board.cards[self.random.choice(self.ids)].rect.center()
            modifiers = self.random.choice([Mod.NoModifier, Mod.NoModifier, Mod.AltModifier])
            self.hand.drag(start, self.place(), modifiers=modifiers)

    def drag_wire(self) -> None:
        cards = [card for card in self.canvas.board.cards.values() if card.node.outputs]
        targets = [card for card in self.canvas.board.cards.values() if card.node.inputs]
        if cards and targets:
            card, target = self.random.choice(cards), self.random.choice(targets)
            self.hand.drag(card.output_place(card.node.outputs[0]), target.rect.center())

    def delete(self) -> None:
        if self.ids:
            self.select(2)
            self.key(Key.Key_Delete)

    def undo(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            if self.canvas.document.undo_names[:1] != ("Group",):  # the block itself stays
                self.canvas.document.undo()

    def redo(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.canvas.document.redo()

    def by_key(self) -> None:
        if not self.ids:
            return
        self.select()
        control, shift = Mod.ControlModifier, Mod.ShiftModifier
        key, modifiers = self.random.choice(
            [
                (Key.Key_M, Mod.NoModifier),
                (Key.Key_B, Mod.NoModifier),
                (Key.Key_G, control),
                (Key.Key_G, control | shift),
                (Key.Key_D, control),
                (Key.Key_F2, Mod.NoModifier),
                (Key.Key_N, Mod.NoModifier),
                (Key.Key_F, shift),
                (Key.Key_Right, control | shift),
                (Key.Key_L, Mod.NoModifier),
                (Key.Key_L, shift),
            ]
        )
        self.key(key, modifiers)

    def paste(self) -> None:
        if self.ids:
            self.select(2)
            self.key(Key.Key_C, Mod.ControlModifier)
            self.key(Key.Key_V, Mod.ControlModifier)

    def change_settings(self) -> None:
        ids = [node.id for node in self.canvas.document.network if node.layer.kind in ("dense", "add", "concatenate")]
        if ids:
            id_ = self.random.choice(ids)
            setting = "units" if self.canvas.document.network.layer(id_).kind == "dense" else "inputs"
            with self.canvas.document.transaction("Change"):
                self.canvas.document.set_values(id_, **{setting: self.random.randint(2, 5)})

    def tie(self) -> None:
        dense = [node.id for node in self.canvas.document.network if node.layer.kind == "dense"]
        if len(dense) > 1:
            self.canvas.select(self.random.sample(dense, 2))
            self.canvas.events.attempt(lambda: self.canvas.run("tie"))

    def replace_kind(self) -> None:
        if self.ids:
            id_, kind = self.random.choice(self.ids), self.random.choice(KINDS)
            with self.canvas.document.transaction("Change the kind"):
                self.canvas.document.set_layer(id_, catalogue()[kind]())

    def step(self) -> str:
        steps = [getattr(self, name) for name in STEPS]
        act = self.random.choice(steps)
        act()
        return str(act.__name__)


STEPS = (
    "drop_on_ground",
    "drop_on_wire",
    "drop_on_wire",
    "add_by_keys",
    "drag_card",
    "drag_wire",
    "drag_wire",
    "delete",
    "undo",
    "undo",
    "redo",
    "by_key",
    "by_key",
    "paste",
    "change_settings",
    "tie",
    "replace_kind",
)


@pytest.mark.parametrize("seed", range(8))
def test_after_any_edits_the_canvas_shows_what_a_new_one_would(open_canvas: OpenCanvas, seed: int) -> None:
    canvas = open_canvas(perceptron())
    walk = Walk(canvas, seed)
    done: list[str] = []
    for _ in range(60):
        done.append(walk.step())
        canvas.context.animation.finish()
        QApplication.processEvents()
        assert_true(canvas, f"seed {seed}: {' '.join(done)}")
    assert len(set(done)) > 8


def test_inside_a_block_as_well(open_canvas: OpenCanvas) -> None:
    document = build("input", "dense", "relu", "dense", "output")
    with document.transaction("Group"):
        id_ = block_edits.group_in_place(document, Checker(document), ["dense1", "relu1"])
    inner = InnerDocument(document, id_)
    canvas = open_canvas(inner)
    walk = Walk(canvas, 7)
    done: list[str] = []
    for _ in range(60):
        done.append(walk.step())
        canvas.context.animation.finish()
        assert_true(canvas, " ".join(done))
    inner.close()


def test_the_states_of_a_loop_are_named_on_the_cards_inside(open_canvas: OpenCanvas) -> None:
    document = build("input", "dense", "relu", "output")
    with document.transaction("Group"):
        id_ = block_edits.group_in_place(document, Checker(document), ["dense1", "relu1"])
    block = document.network.layer_as(id_, Block)
    inner = InnerDocument(document, id_)
    canvas = open_canvas(inner)
    source, target = block.inner_outputs()[0], block.inner_inputs()[0]
    assert canvas.board.cards[target].title == "Port in"
    with document.transaction("Loop"):
        block_edits.run_as_loop(document, id_, [(source, target)])
    assert canvas.board.cards[target].title == "State"
    assert_true(canvas, "loop")
    with inner.transaction("Rename"):
        inner.rename(target, "memory")
    assert canvas.board.cards["memory"].title == "State"
    assert_true(canvas, "rename")
    document.undo()
    document.undo()
    assert canvas.board.cards[target].title == "Port in"
    assert_true(canvas, "undo")
    inner.close()


def test_edits_that_follow_from_an_edit_are_shown_in_any_order(open_canvas: OpenCanvas) -> None:
    """A subscriber that was there before the canvas answers an edit by another, which the canvas hears of first."""
    document = perceptron()

    def answer(_: object) -> None:
        if "relu1" in document.network and not document.network.into("relu1"):
            with document.transaction("Answer"):
                document.connect(Connection("input1", "out", "relu1", "in"))

    document.subscribe(answer)
    canvas = open_canvas(document)
    drop(canvas, "relu", QPointF(240, 320))
    assert ("relu1", "in") in canvas.board.wires
    assert_true(canvas, "answered")
