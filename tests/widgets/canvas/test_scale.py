"""Large networks: what is painted on a pan, how wires are led, and what it costs to look for things."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.document import Document
from graph.network import Annotation, AnnotationKind, Connection
from tests.graph.networks import layer
from tests.widgets.canvas.conftest import OpenCanvas
from widgets.canvas import board as boards
from widgets.canvas import card_cache
from widgets.canvas import minimap as minimaps
from widgets.canvas import surface as surfaces
from widgets.canvas.board import Board
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.grid_index import GridIndex
from widgets.look.stylesheet import stylesheet
from widgets.look.theme import LIGHT


def rows(layers: int, per_row: int = 10) -> Document:
    """A chain in rows, with a skip around every fourth layer."""
    document = Document()
    with document.transaction("Draw"):
        ids = [document.add(layer("input"))]
        for index in range(1, layers):
            place = (index % per_row * 224, index // per_row * 180)
            ids.append(document.add(layer("add" if index % 4 == 0 else "relu"), place))
            port = document.network.node(ids[-1]).inputs[0]
            document.connect(Connection(ids[-2], "out", ids[-1], port))
            if index % 4 == 0:
                document.connect(Connection(ids[-4], "out", ids[-1], "in2"))
        document.set_annotation("f", Annotation("f", AnnotationKind.FRAME, "Region", (-40.0, -60.0, 1400.0, 500.0), 3))
    return document


def on_screen(canvas: CanvasView) -> QImage:
    """What stands on the screen, not painted anew for the picture."""
    picture = canvas.screen().grabWindow(canvas.winId()).toImage()
    return picture.convertToFormat(QImage.Format.Format_RGB32)


def furthest(first: QImage, second: QImage) -> int:
    """The largest difference of a colour between two pictures, from 0 to 255."""
    pairs = zip(bytes(first.constBits()), bytes(second.constBits()), strict=True)
    return max((abs(a - b) for a, b in pairs if a != b), default=0)


@pytest.mark.parametrize(("zoom", "sheet"), [(0.2, ""), (0.4, ""), (0.73, ""), (1.0, ""), (0.73, stylesheet(LIGHT))])
def test_a_pan_paints_only_what_comes_into_view_and_looks_as_if_all_were_painted(
    open_canvas: OpenCanvas, zoom: float, sheet: str, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    canvas = open_canvas(rows(120))
    canvas.setStyleSheet(sheet)
    canvas.navigation.set_zoom(zoom)
    canvas.navigation.center_on(QPointF(1100, 900))
    qtbot.waitUntil(lambda: not canvas.navigation.zooming and not canvas.surface.zooming, timeout=20_000)
    QApplication.processEvents()
    painted: list[QRectF] = []
    draw = canvas.surface.draw

    def spy(painter: QPainter, region: QRectF, zoom: float, ratio: float) -> None:
        painted.append(QRectF(region))
        draw(painter, region, zoom, ratio)

    monkeypatch.setattr(canvas.surface, "draw", spy)
    whole = canvas.navigation.visible_region()
    for dx, dy in ((9, 0), (-31, 0), (0, 14), (60, -35)):
        painted.clear()
        canvas.navigation.scroll_to(canvas.navigation.scrolled + QPoint(dx, dy))
        QApplication.processEvents()
        share = sum(each.width() * each.height() for each in painted) / (whole.width() * whole.height())
        assert painted
        assert share < 0.25
    seen = on_screen(canvas)
    canvas.viewport().update()
    QApplication.processEvents()
    assert furthest(seen, on_screen(canvas)) <= 8  # edges are smoothed alike, but for rounding


def test_scrolls_before_a_frame_is_painted_become_one(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas = open_canvas(rows(120))
    QApplication.processEvents()
    start, told = canvas.navigation.scrolled, list[QPoint]()
    canvas.navigation.viewMoved.connect(lambda: told.append(canvas.navigation.scrolled))
    for _ in range(5):
        canvas.navigation.scroll_to(canvas.navigation.scrolled + QPoint(7, 3))
    assert canvas.navigation.scrolled == start + QPoint(35, 15)
    qtbot.waitUntil(lambda: canvas.horizontalScrollBar().value() == start.x() + 35, timeout=20_000)
    assert canvas.verticalScrollBar().value() == start.y() + 15
    assert len(told) == 2


def courses(board: Board) -> dict[object, object]:
    return {slot: wire.course for slot, wire in board.wires.items()}


def test_many_wires_are_led_a_few_at_a_time_those_in_view_first(monkeypatch: pytest.MonkeyPatch) -> None:
    document = rows(80)
    checker = Checker(document)
    at_once = courses(Board(document, checker, lambda _: None))
    monkeypatch.setattr(boards, "AT_ONCE", 5)
    board = Board(document, checker, lambda _: None)
    assert board.unrouted == len(board.wires)
    view = QRectF(0, 0, 700, 500)
    board.route_in(view)
    for wire in board.wires_in(view):
        assert wire.course == at_once[wire.slot]
    assert 0 < board.unrouted < len(board.wires)
    while board.route_more(0.001):
        pass
    assert courses(board) == at_once
    assert {wire.slot for wire in board.wires_in(board.bounds())} == set(board.wires)


def test_wires_that_wait_follow_names_and_removals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "AT_ONCE", 5)
    document = rows(40)
    checker = Checker(document)
    board = Board(document, checker, lambda _: None)
    document.subscribe(board.follow)
    with document.transaction("Edit"):
        document.rename("relu5", "middle")
        document.remove("relu9")
    while board.route_more(0.001):
        pass
    monkeypatch.undo()
    assert courses(board) == courses(Board(document, checker, lambda _: None))


def test_a_large_canvas_leads_all_its_wires_while_nothing_else_is_asked(
    open_canvas: OpenCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "AT_ONCE", 5)
    canvas = open_canvas(rows(60))
    qtbot.waitUntil(lambda: canvas.board.unrouted == 0, timeout=20_000)
    with canvas.document.transaction("Move all"):
        canvas.document.move({id_: (x + 7, y) for id_, (x, y) in places(canvas.document).items()})
    qtbot.waitUntil(lambda: canvas.board.unrouted == 0, timeout=20_000)


def places(document: Document) -> dict[str, tuple[float, float]]:
    return {node.id: node.position for node in document.network}


def test_the_map_of_a_large_network_follows_once_the_hand_rests(
    open_canvas: OpenCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minimaps, "MANY", 5)
    canvas = open_canvas(rows(120))
    minimap = canvas.findChild(QWidget, "minimap")
    # Among so many cards it takes a moment to find a place that is clear.
    qtbot.waitUntil(lambda: minimap.isVisible() and minimap._picture is not None, timeout=20_000)
    before = minimap._tiles()
    with canvas.document.transaction("Move"):
        canvas.document.move({"relu1": (900.0, 900.0)})
    assert minimap._tiles() is before
    qtbot.waitUntil(lambda: minimap._picture[1] == canvas.board.changed, timeout=20_000)
    assert minimap._tiles() is not before


def test_an_index_answers_in_order_and_knows_its_bounds() -> None:
    index = GridIndex[int]()
    for number in range(50):
        index.put(number, QRectF(number * 300, (number % 7) * 200, 100, 60))
    assert index.meeting(index.bounds()) == list(range(50))
    assert sorted(index.meeting(QRectF(290, -10, 700, 2000))) == [1, 2, 3]
    index.put(49, QRectF(-500, 0, 10, 10))
    index.drop(48)
    assert index.bounds() == QRectF(-500, 0, 47 * 300 + 600, 1260)
    assert index.meeting(QRectF(-600, -10, 200, 50)) == [49]
    for number in [*range(48), 49]:
        index.drop(number)
    assert index.bounds().isNull()


def from_far(open_canvas: OpenCanvas, title: str, zoom: float = 0.15) -> QImage:
    """A network with a frame whose title is covered by cards, seen from far."""
    document = rows(120)
    with document.transaction("Frame"):
        document.set_annotation("f", Annotation("f", AnnotationKind.FRAME, title, (-40.0, -20.0, 2400.0, 500.0), 3))
    canvas = open_canvas(document)
    canvas.navigation.set_zoom(zoom)
    canvas.navigation.center_on(QPointF(1000, 800))
    canvas.surface.sharpen()
    return canvas.viewport().grab().toImage()


def test_titles_of_frames_can_be_read_from_far_above_the_cards(open_canvas: OpenCanvas) -> None:
    canvas_with = {title: from_far(open_canvas, title) for title in ("Encoder", "Decoder")}
    assert canvas_with["Encoder"] != canvas_with["Decoder"]
    # From so far that the frame itself is a few pixels, there is nothing to read.
    assert from_far(open_canvas, "Encoder", 0.02) == from_far(open_canvas, "Decoder", 0.02)


def test_names_that_differ_in_their_numbers_look_different_from_further_away(open_canvas: OpenCanvas) -> None:
    seen = []
    for name in ("norm12", "norm13"):
        document = rows(2)
        with document.transaction("Rename"):
            document.rename("relu1", name)
        canvas = open_canvas(document)
        canvas.navigation.set_zoom(0.27)
        canvas.surface.sharpen()
        seen.append(canvas.viewport().grab().toImage())
    assert seen[0] != seen[1]


def test_a_zoom_paints_a_few_cards_in_each_frame_and_all_once_it_rests(
    open_canvas: OpenCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surfaces, "ZOOMING", 0.0)
    canvas = open_canvas(rows(200, per_row=20))
    canvas.navigation.show_region(QRectF(0, 0, 4400, 1700), 0.2)
    QApplication.processEvents()
    before = canvas.surface.pictures.painted
    canvas.navigation.set_zoom(0.3)
    canvas.viewport().repaint()
    in_view = len(canvas.board.cards_in(canvas.navigation.visible_region()))
    at_once = canvas.surface.pictures.painted - before
    assert in_view > 2 * card_cache.EACH_FRAME
    assert at_once <= 2 * card_cache.EACH_FRAME  # one frame, or two where one was due before
    qtbot.waitUntil(lambda: canvas.surface.pictures.painted - before >= in_view, timeout=20_000)
