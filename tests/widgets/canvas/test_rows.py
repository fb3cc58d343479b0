"""Long chains: folded to the view, continued in new rows while typing, legible from further away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF, QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.editing.row_layout import LANDSCAPE
from graph.layers.catalogue import catalogue
from graph.layers.io import Input
from graph.shapes import image, vector
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView

CHAIN = ("input", "conv2d", "relu", "max_pool2d", "conv2d", "relu", "max_pool2d", "flatten", *("dense", "relu") * 3)


def test_l_folds_a_chain_so_that_it_fits_at_work_size(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(build(*CHAIN))
    canvas.resize(900, 700)
    canvas.run("home")
    before = canvas.navigation.zoom
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert canvas.navigation.zoom > 0.8 > 2 * before
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    canvas.document.undo()
    assert canvas.document.network.node("relu5").position == (13 * 240.0, 0.0)


def typed(canvas: CanvasView, word: str) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    field = canvas.context.popups.search.field
    QTest.keyClicks(field, word)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_typed_chain_goes_on_in_a_new_row_at_the_edge_of_the_view(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(Document())
    canvas.resize(900, 700)
    canvas.navigation.show_region(QRectF(0, 0, 820, 620))
    typed(canvas, "input")
    with canvas.document.transaction("Move"):
        canvas.document.move({"input1": (20.0, 40.0)})
    for _ in range(6):
        typed(canvas, "relu")
    network = canvas.document.network
    assert len(network.connections) == 6
    assert len({node.position[1] for node in network}) == 3
    assert network.node("relu3").position[0] == 20.0
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())


LINE = "conv 6 5x5, tanh, average pool, conv 16 5x5, tanh, average pool, flatten, dense 120, tanh, dense 84, tanh"


def places(canvas: CanvasView) -> dict[str, tuple[float, float]]:
    return {node.id: node.position for node in canvas.document.network}


@pytest.mark.parametrize("size", [(1200, 420), (740, 530)])
def test_a_line_typed_on_the_empty_canvas_is_laid_out_in_few_long_rows(
    open_canvas: OpenCanvas, size: tuple[int, int]
) -> None:
    canvas: CanvasView = open_canvas(Document())
    canvas.resize(*size)
    typed(canvas, "input")
    typed(canvas, LINE)
    stood, zoom = places(canvas), canvas.navigation.zoom
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    assert len({y for _, y in stood.values()}) <= 3, "so it can be read in a low canvas as well"
    room = canvas.navigation.room()
    if room[0] > LANDSCAPE * room[1]:
        QTest.keyClick(canvas, Qt.Key.Key_L)
        assert places(canvas) == stood and canvas.navigation.zoom == zoom, "as L would lay it out"
    typed(canvas, "dense 10, output")
    assert len(places(canvas)) == 14
    canvas.document.undo()
    assert places(canvas) == stood, "one undo takes a line back, and with it what made room for it"
    canvas.document.undo()
    assert list(places(canvas)) == ["input1"]


def test_cards_that_a_person_placed_stay_where_a_line_is_typed_behind_them(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(build("input", "conv2d", "relu"))
    canvas.resize(1200, 420)
    with canvas.document.transaction("Move"):
        canvas.document.move({"conv1": (500.0, 300.0)})
    before = places(canvas)
    canvas.select(["relu1"])
    typed(canvas, "conv 6 5x5, tanh, pool, conv 16 5x5, tanh, pool, flatten")
    after = places(canvas)
    assert before.items() <= after.items() and len(after) == 10
    boxes = [canvas.board.cards[id_].rect for id_ in after]
    assert not any(one.intersects(two) for at, one in enumerate(boxes) for two in boxes[at + 1 :])


def test_a_row_whose_start_is_out_of_view_goes_on_to_the_right(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(build("input", *["relu"] * 9))
    canvas.select(["relu9"])
    canvas.run("frame")
    typed(canvas, "relu")
    assert canvas.document.network.node("relu10").position[1] == 0.0
    assert canvas.navigation.visible_region().contains(canvas.board.cards["relu10"].rect)


def test_the_view_glides_to_a_new_card(open_canvas: OpenCanvas, qtbot: QtBot) -> None:
    canvas: CanvasView = open_canvas(build("input", "relu"))
    canvas.navigation.animated = True
    before = canvas.navigation.visible_region()
    far = QRectF(before.right() + 300, before.top(), 176, 76)
    canvas.navigation.reveal(far)
    assert not canvas.navigation.visible_region().contains(far) or not canvas.navigation.glides
    qtbot.waitUntil(lambda: canvas.navigation.visible_region().contains(far), timeout=3000)


def test_the_map_is_hidden_where_everything_is_in_view(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(build(*CHAIN))
    assert canvas._minimap.isVisible()
    canvas.run("home")
    assert not canvas._minimap.isVisible()
    assert canvas.navigation.zoom <= 1.0


def test_what_is_framed_stays_framed_in_another_size(open_canvas: OpenCanvas) -> None:
    canvas: CanvasView = open_canvas(build(*CHAIN))
    canvas.run("home")
    canvas.resize(700, 600)
    assert canvas.navigation.visible_region().contains(canvas.board.bounds())
    canvas.navigation.zoom_in()
    zoom = canvas.navigation.zoom
    canvas.resize(900, 600)
    assert canvas.navigation.zoom == zoom


def test_pictures_that_hang_out_of_view_do_not_keep_a_whole_network_from_staying_in_view(
    open_canvas: OpenCanvas,
) -> None:
    canvas: CanvasView = open_canvas(build("input", "dense", "output"))
    canvas.resize(900, 120)
    canvas.navigation.show_region(QRectF(canvas.board.bounds(canvas.board.cards).center(), QSizeF(10, 10)))
    assert not canvas.navigation.visible_region().contains(canvas.board.bounds())
    canvas.resize(500, 120)
    assert canvas.navigation.visible_region().contains(canvas.board.bounds(canvas.board.cards))


@pytest.mark.parametrize("zoom", [0.26, 0.4, 0.58])
def test_names_are_about_as_large_on_the_screen_at_every_middle_zoom(open_canvas: OpenCanvas, zoom: float) -> None:
    canvas: CanvasView = open_canvas(build("input", "dense"))
    canvas.navigation.show_region(QRectF(0, 0, 10, 10))
    canvas.navigation.set_zoom(zoom)
    card = canvas.board.cards["dense1"]
    spot: QPoint = canvas.mapFromScene(card.rect.center())
    image_ = canvas.grab(canvas.mapFromScene(card.rect).boundingRect()).toImage()
    text = canvas.context.theme.text
    dark = [
        y
        for y in range(image_.height())
        if any(abs(image_.pixelColor(x, y).lightness() - text.lightness()) < 40 for x in range(3, image_.width() - 3))
    ]
    assert canvas.viewport().rect().contains(spot)
    assert max(dark) - min(dark) >= 6  # the whole name in a little smaller type, where it would be cut short else


def test_a_new_input_takes_the_shape_of_the_data(open_canvas: OpenCanvas) -> None:
    document = Document()
    canvas: CanvasView = open_canvas(document)
    typed(canvas, "input")
    assert document.network.layer("input1").values() == Input().values()
    expected = DataSpec({"image": image(1, 28, 28)}, {"label": vector(10)}, "image", "label")
    canvas.set_document(document, Checker(document, expected))
    added = canvas.add(catalogue()["input"])
    layer = document.network.layer(added)
    assert isinstance(layer, Input)
    assert layer.shape == image(1, 28, 28)
