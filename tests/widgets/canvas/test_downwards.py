"""Networks drawn from top to bottom: by one key, with ports above and below, edited like any other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.project import network_json
from graph.structure.blocks import Block
from tests.widgets.canvas.conftest import Hand, build
from widgets.canvas.canvas_view import CanvasView

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[Document], CanvasView]


def skipping() -> Document:
    """A chain of five whose second layer also feeds a sum behind it."""
    document = build("input", "relu", "relu", "relu", "add", "output")
    with document.transaction("Skip"):
        document.connect(Connection("relu1", "out", "add1", "in2"))
    return document


def downwards(canvas: CanvasView) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_L, SHIFT)


def typed(canvas: CanvasView, word: str) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    field = canvas.context.popups.search.field
    QTest.keyClicks(field, word)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_shift_l_leads_the_data_from_top_to_bottom(open_canvas: Open) -> None:
    canvas = open_canvas(skipping())
    before = network_json(canvas.document.network)
    downwards(canvas)
    network, cards = canvas.document.network, canvas.board.cards
    assert all(node.vertical for node in network)
    for wire in canvas.board.wires.values():
        c = wire.connection
        assert cards[c.source].rect.bottom() < cards[c.target].rect.top()
        assert wire.course.start == cards[c.source].output_place(c.source_port).toTuple()
        assert wire.course.end == cards[c.target].input_place(c.target_port).toTuple()
        assert wire.course.start[1] == cards[c.source].rect.bottom()
        assert wire.course.end[1] == cards[c.target].rect.top()
    # The skip runs beside the cards that it passes.
    skip = canvas.board.wires["add1", "in2"]
    passed = [cards[id_].rect for id_ in ("relu2", "relu3")]
    assert not any(rect.contains(QPointF(*point)) for rect in passed for point in skip.course.points())
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    canvas.document.undo()
    assert network_json(canvas.document.network) == before


def test_l_turns_everything_back(open_canvas: Open) -> None:
    canvas = open_canvas(skipping())
    QTest.keyClick(canvas, Qt.Key.Key_L)
    plain = network_json(canvas.document.network)
    downwards(canvas)
    assert network_json(canvas.document.network) != plain
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert network_json(canvas.document.network) == plain


def test_a_long_chain_goes_on_in_a_column_beside_it(open_canvas: Open) -> None:
    canvas = open_canvas(build("input", *["relu"] * 20))
    downwards(canvas)
    network = canvas.document.network
    assert len({node.position[0] for node in network}) > 1
    assert canvas.navigation.zoom > 0.6
    read = [network.node(id_).position for id_ in network.ordered()]
    assert read == sorted(set(read))


def test_the_selection_is_laid_out_without_covering_other_cards(open_canvas: Open) -> None:
    canvas = open_canvas(build("input", "relu", "relu", "relu", "output", step=180))
    canvas.select(["relu1", "relu2"])
    downwards(canvas)
    cards = list(canvas.board.cards.values())
    assert not any(a.rect.intersects(b.rect) for a in cards for b in cards if a is not b)
    assert [canvas.document.network.node(id_).vertical for id_ in ("relu1", "relu2", "relu3")] == [True, True, False]


def test_typing_goes_on_below_and_what_is_inserted_is_turned(open_canvas: Open) -> None:
    canvas = open_canvas(build("input", "relu"))
    downwards(canvas)
    canvas.select(["relu1"])
    typed(canvas, "dense")
    network, cards = canvas.document.network, canvas.board.cards
    assert network.node("dense1").vertical
    assert cards["dense1"].rect.top() > cards["relu1"].rect.bottom()
    assert cards["dense1"].rect.left() == cards["relu1"].rect.left()
    middle = QPointF(*canvas.board.wires["relu1", "in"].course.middle())
    canvas.add(catalogue()["tanh"], middle)
    assert str(network.into("relu1")["in"]) == "tanh1.out -> relu1.in"
    assert network.node("tanh1").vertical


def test_ports_below_and_above_are_pulled_by_hand(open_canvas: Open) -> None:
    document = build("input", "relu")
    with document.transaction("Add"):
        document.add(catalogue()["tanh"](), (0.0, 400.0))
    canvas = open_canvas(document)
    downwards(canvas)
    cards = canvas.board.cards
    canvas.navigation.center_on(cards["relu1"].rect.center())
    Hand(canvas).drag(cards["relu1"].output_place("out"), cards["tanh1"].input_place("in"))
    assert str(document.network.into("tanh1")["in"]) == "relu1.out -> tanh1.in"
    # A wire pulled into empty space asks for a layer, which hangs under it.
    end = cards["tanh1"].output_place("out") + QPointF(40, 120)
    Hand(canvas).drag(cards["tanh1"].output_place("out"), end)
    QTest.keyClicks(canvas.context.popups.search.field, "sigmoid")
    QTest.keyClick(canvas.context.popups.search.field, Qt.Key.Key_Return)
    assert str(document.network.into("sigmoid1")["in"]) == "tanh1.out -> sigmoid1.in"
    assert cards["sigmoid1"].input_place("in").y() > cards["tanh1"].rect.bottom()


def test_arrows_walk_down_along_the_wires(open_canvas: Open) -> None:
    canvas = open_canvas(skipping())
    downwards(canvas)
    canvas.select(["input1"])
    walked: list[str] = []
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Down)
        walked += canvas.selection.ids
    assert walked[0] == "relu1"
    assert walked == [id_ for id_ in canvas.document.network.ordered() if id_ in walked]
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.selection.ids == (walked[1],)


def test_turned_cards_are_copied_turned(open_canvas: Open) -> None:
    canvas = open_canvas(build("input", "relu"))
    downwards(canvas)
    canvas.select(["relu1"])
    QTest.keyClick(canvas, Qt.Key.Key_D, CTRL)
    assert canvas.document.network.node("relu2").vertical


def test_all_is_in_view_while_the_cards_still_glide(open_canvas: Open, qtbot: QtBot) -> None:
    canvas = open_canvas(build("input", *["relu"] * 9))
    canvas.navigation.animated = True
    downwards(canvas)
    qtbot.waitUntil(
        lambda: canvas.board.cards["relu9"].rect.left() == canvas.document.network.node("relu9").position[0]
    )
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())


def test_a_group_of_turned_cards_is_turned_and_runs_down_inside(open_canvas: Open) -> None:
    canvas = open_canvas(build("input", "relu", "tanh", "output"))
    downwards(canvas)
    canvas.select(["relu1", "tanh1"])
    QTest.keyClick(canvas, Qt.Key.Key_G, CTRL)
    node = canvas.document.network.node(*canvas.selection.ids)
    assert node.vertical
    assert isinstance(node.layer, Block)
    inner = node.layer.body.network
    assert all(each.vertical for each in inner)
    tops = [inner.node(id_).position[1] for id_ in inner.ordered()]
    assert tops == sorted(set(tops))
