"""Commands on the selection: muting, bypassing, sharing weights, aligning, following the stream."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF, Qt
from pytestqt.qtbot import QtBot

from graph.errors import NetloomError
from graph.network import Connection
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView

SHIFT_ALT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture
def canvas(open_canvas: OpenCanvas) -> CanvasView:
    return open_canvas(build("input", "dense", "relu", "dense", "output"))


def pixels(canvas: CanvasView, id_: str) -> bytes:
    area = canvas.mapFromScene(canvas.board.cards[id_].area).boundingRect()
    return bytes(canvas.grab(area).toImage().constBits())


def test_m_mutes_and_unmutes_what_is_selected(canvas: CanvasView, qtbot: QtBot) -> None:
    before = pixels(canvas, "relu1")
    canvas.select(["relu1", "dense1"])
    qtbot.keyClick(canvas, Qt.Key.Key_M)
    network = canvas.document.network
    assert network.node("relu1").muted
    assert network.node("dense1").muted
    canvas.selection.clear()
    assert pixels(canvas, "relu1") != before
    assert canvas.board.cards["dense1"].info.parameters == 0
    canvas.select(["relu1", "dense1"])
    qtbot.keyClick(canvas, Qt.Key.Key_M)
    assert not network.node("relu1").muted
    canvas.document.undo()
    assert network.node("relu1").muted


def test_an_end_of_the_network_is_not_muted(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.select(["relu1", "output1"])
    with qtbot.waitSignal(canvas.events.statusMessage) as told:
        qtbot.keyClick(canvas, Qt.Key.Key_M)
    assert "output1" in told.args[0]
    assert not canvas.document.network.node("relu1").muted


def test_b_bypasses_and_heals_the_wires(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_B)
    network = canvas.document.network
    assert Connection("dense1", "out", "dense2", "in") in network.connections
    assert not network.into("relu1")
    assert "relu1" in network


def test_linked_layers_share_weights_and_say_so(canvas: CanvasView) -> None:
    before = pixels(canvas, "dense2")
    canvas.select(["dense1", "dense2"])
    canvas.run("tie")
    canvas.selection.clear()
    assert canvas.document.network.node("dense2").tied == "dense1"
    assert canvas.board.ties == {"dense2": "dense1"}
    assert pixels(canvas, "dense2") != before
    canvas.select(["dense2"])
    canvas.run("untie")
    assert canvas.board.ties == {}
    canvas.document.undo()
    assert canvas.board.ties == {"dense2": "dense1"}


def test_layers_of_two_kinds_cannot_share_weights(canvas: CanvasView) -> None:
    canvas.select(["dense1", "relu1"])
    with pytest.raises(NetloomError, match="same kind"):
        canvas.run("tie")


@pytest.mark.parametrize(
    ("key", "axis", "edge"),
    [
        (Qt.Key.Key_Left, 0, lambda rect: rect.left()),
        (Qt.Key.Key_Right, 0, lambda rect: rect.right()),
        (Qt.Key.Key_Up, 1, lambda rect: rect.top()),
        (Qt.Key.Key_Down, 1, lambda rect: rect.bottom()),
    ],
)
def test_shift_alt_and_an_arrow_align(
    canvas: CanvasView, qtbot: QtBot, key: Qt.Key, axis: str, edge: Callable[[QRectF], float]
) -> None:
    with canvas.document.transaction("Scatter"):
        canvas.document.move({"dense1": (20, 180), "relu1": (132, 300), "dense2": (400, 40)})
    canvas.select(["dense1", "relu1", "dense2"])
    qtbot.keyClick(canvas, key, SHIFT_ALT)
    rects = [canvas.board.cards[id_].rect for id_ in ("dense1", "relu1", "dense2")]
    assert len({edge(rect) for rect in rects}) == 1
    canvas.document.undo()
    assert canvas.document.network.node("relu1").position == (132, 300)


@pytest.mark.parametrize("command", ["align_centre", "align_middle"])
def test_centres_come_in_line(canvas: CanvasView, command: str) -> None:
    canvas.select(["dense1", "relu1"])
    canvas.run(command)
    first, second = (canvas.board.cards[id_].rect.center() for id_ in ("dense1", "relu1"))
    values = (first.x(), second.x()) if command == "align_centre" else (first.y(), second.y())
    assert values[0] == pytest.approx(values[1], abs=1)


@pytest.mark.parametrize("positions", [(0, 300, 900), (0, 10, 20)])
def test_gaps_become_equal_and_no_card_covers_another(canvas: CanvasView, positions: list[float]) -> None:
    ids = ["dense1", "relu1", "dense2"]
    with canvas.document.transaction("Scatter"):
        canvas.document.move({id_: (x, 200) for id_, x in zip(ids, positions, strict=True)})
    canvas.select(ids)
    canvas.run("distribute_across")
    rects = sorted((canvas.board.cards[id_].rect for id_ in ids), key=lambda rect: rect.left())
    gaps = [b.left() - a.right() for a, b in pairwise(rects)]
    assert gaps[0] == pytest.approx(gaps[1], abs=1)
    assert gaps[0] > 0


def test_u_and_d_select_along_the_stream(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_U)
    assert set(canvas.selection.ids) == {"relu1", "dense1", "input1"}
    canvas.select(["relu1"])
    qtbot.keyClick(canvas, Qt.Key.Key_D)
    assert set(canvas.selection.ids) == {"relu1", "dense2", "output1"}


def test_a_command_without_a_selection_says_what_it_needs(canvas: CanvasView, qtbot: QtBot) -> None:
    canvas.selection.clear()
    with qtbot.waitSignal(canvas.events.statusMessage) as told:
        qtbot.keyClick(canvas, Qt.Key.Key_M)
    assert "select" in told.args[0]
