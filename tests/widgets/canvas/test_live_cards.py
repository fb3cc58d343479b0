"""Strips below cards: in the colours of what they show, as wide as they need, explained, and never over a wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip

from app.protocol.views import CardPicture
from graph.document import Document
from graph.drawing import cards
from graph.network import Connection
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.live_cards import LiveCards, Strip
from widgets.canvas.live_cards import strip as strip_of
from widgets.charts.colour_maps import Bytes, diverging, sequential
from widgets.look.theme import Theme, ThemeSource

Shows = Literal["filters", "maps", "gates", "picture", "frames"]
LIGHT, DARK = ThemeSource("light").theme, ThemeSource("dark").theme
SIGNED = np.linspace(-1.8, 2.5, 64, dtype=np.float32).reshape(1, 8, 8)
DRAWN = {
    "input1": (0, 188), "conv1": (152, 56), "pool1": (340, 56), "flatten1": (504, 208),
    "dense1": (88, 300), "dense2": (312, 416), "output1": (536, 416),
}  # fmt: skip
"""Where a first-time user had put the cards."""


def strip(values: NDArray[np.float32], theme: Theme, what: Shows, ends: tuple[float, float] = (-2.5, 2.5)) -> Strip:
    """The strip of a picture."""
    return strip_of(CardPicture(what, values, ends), theme)


def hues(images: Iterable[QImage]) -> set[tuple[int, int, int]]:
    colors = (each.pixelColor(x, y) for each in images for x in range(each.width()) for y in range(each.height()))
    return {(color.red(), color.green(), color.blue()) for color in colors}


def shown(canvas: CanvasView, **strips: Strip) -> LiveCards:
    """The strips on the canvas."""
    live = LiveCards(canvas.board, canvas.context.theme, strips, {})
    canvas.surface.show_extra("live", live)
    return live


def hung(canvas: CanvasView) -> LiveCards:
    """A strip below every card that can have one."""
    maps = strip(np.repeat(np.abs(SIGNED), 7, axis=0), canvas.context.theme, "maps")
    return shown(canvas, **{id_: maps for id_ in canvas.board.cards if not id_.startswith("output")})


def drawn() -> Document:
    document = build("input", "conv2d", "max_pool2d", "flatten", "dense", "dense", "output")
    with document.transaction("Draw"):
        document.move({id_: (float(x), float(y)) for id_, (x, y) in DRAWN.items()})
    return document


def test_a_grey_picture_stays_grey_and_one_of_three_channels_is_one_picture() -> None:
    grey = strip(SIGNED, LIGHT, "picture")
    assert len(grey.images) == 1 and all(red == green == blue for red, green, blue in hues(grey.images))
    rgb = strip(np.stack([SIGNED[0], SIGNED[0].T, -SIGNED[0]]), LIGHT, "picture")
    assert len(rgb.images) == 1 and any(red != blue for red, _, blue in hues(rgb.images))
    frames = strip(np.repeat(SIGNED, 3, axis=0), LIGHT, "frames")
    assert len(frames.images) == 3 and all(red == green == blue for red, green, blue in hues(frames.images))
    assert any(red != blue for red, _, blue in hues(strip(SIGNED, LIGHT, "maps").images))


def test_what_the_colours_mean_is_said_with_their_values() -> None:
    assert "down to −2.5; white is 0; blue is more, up to 2.5" in strip(SIGNED, LIGHT, "maps").caption
    assert "black is 0" in strip(SIGNED, DARK, "filters").caption
    risen = np.array([[[0.5, 3.0]]], np.float32)
    assert "Never below 0: from 0, white, to 4, dark blue." in strip(risen, LIGHT, "maps", (0.0, 4.0)).caption
    assert "from 0, black, to 2 and more, light yellow." in strip(risen, DARK, "maps", (0.0, 2.0)).caption
    assert (
        "down to −2 and less; white is 0; blue is more, up to 2 and more."
        in strip(np.array([[[-3.0, 9.0]]], np.float32), LIGHT, "maps", (-2.0, 2.0)).caption
    )
    assert "its own colours" in strip(SIGNED, LIGHT, "picture").caption


def test_the_palette_goes_by_the_layer_and_not_by_the_values_of_one_sample() -> None:
    """A lone value stands on the scale of its run: half as blue where it is half as great, orange where it is less."""

    def lone(value: float, ends: tuple[float, float]) -> tuple[int, int, int]:
        (hue,) = hues(strip(np.array([[[value]]], np.float32), LIGHT, "maps", ends).images)
        return hue

    def ramp(table: Bytes) -> set[tuple[int, ...]]:
        return {tuple(int(each) for each in row[:3]) for row in table}

    assert {lone(2.0, (-2.0, 2.0)), lone(1.0, (-2.0, 2.0)), lone(-2.0, (-2.0, 2.0))} <= ramp(diverging(LIGHT))
    assert len({lone(value, (-2.0, 2.0)) for value in (2.0, 1.0, 0.5, -0.5, -2.0)}) == 5
    positive = np.abs(SIGNED)
    assert hues(strip(positive, LIGHT, "maps", (-2.5, 2.5)).images) <= ramp(diverging(LIGHT))
    assert hues(strip(positive, LIGHT, "maps", (0.0, 2.5)).images) <= ramp(sequential(LIGHT))


@pytest.mark.parametrize(
    ("shape", "width"), [((1, 8, 8), 22.0), ((3, 8, 8), 70.0), ((1, 1, 2), 44.0), ((1, 1, 64), 160.0)]
)
def test_a_strip_is_as_wide_as_its_pictures(shape: tuple[int, ...], width: float) -> None:
    places = strip(np.ones(shape, np.float32), LIGHT, "maps").places(10.0, 0.0, 160.0)
    assert places[-1].right() - places[0].left() == pytest.approx(width)
    assert all(place.height() == pytest.approx(22.0) for place in places)


def test_no_wire_runs_below_the_pictures_of_a_card(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(drawn())
    rooms = {
        id_: QRectF(*card.outline).adjusted(1, 0, -1, -1) for id_, card in canvas.board.cards.items()
    }  # the ports at their edges are where wires begin
    for slot, wire in canvas.board.wires.items():
        points = [QPointF(*point) for point in wire.course.points(40)]
        crossed = [id_ for id_, room in rooms.items() if any(map(room.contains, points))]
        assert not crossed, slot
    before = {slot: wire.course for slot, wire in canvas.board.wires.items()}
    extent = canvas.context.extent()
    hung(canvas)
    assert {slot: wire.course for slot, wire in canvas.board.wires.items()} == before, "pictures move no wire"
    assert canvas.context.extent() == extent


def test_where_a_wire_leaves_downwards_it_lies_over_the_pictures(open_canvas: OpenCanvas) -> None:
    document = build("input", "relu")
    with document.transaction("Turn"):
        document.move({"input1": (0.0, 0.0), "relu1": (0.0, 200.0)})
    canvas = open_canvas(document)
    canvas.select(["input1", "relu1"])
    canvas.run("tidy_down")
    canvas.selection.clear()
    canvas.navigation.set_zoom(1.0)
    start = canvas.board.wires["relu1", "in"].course.start
    assert start[1] == canvas.board.cards["input1"].rect.bottom()
    spot = canvas.mapFromScene(QPointF(*start) + QPointF(0, cards.STRIP / 2))
    before = canvas.grab().toImage()
    hung(canvas)
    after = canvas.grab().toImage()
    spot = min((spot + QPoint(x, 0) for x in range(-3, 4)), key=lambda place: before.pixelColor(place).lightness())
    assert after.pixelColor(spot) == before.pixelColor(spot), "the wire"
    aside = spot + QPoint(20, 0)
    assert after.pixelColor(aside) != before.pixelColor(aside), "the pictures"


def test_pointing_at_the_pictures_says_what_they_are(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "conv2d"))
    live = shown(canvas, conv1=strip(SIGNED, LIGHT, "filters"))
    body = canvas.board.cards["conv1"].rect
    for x, said in ((120, False), (12, True)):
        spot = canvas.mapFromScene(body.bottomLeft() + QPointF(x, cards.STRIP / 2))
        QToolTip.hideText()
        place = canvas.viewport().mapToGlobal(spot)
        QApplication.sendEvent(canvas.viewport(), QHelpEvent(QEvent.Type.ToolTip, spot, place))
        assert ("first filters" in QToolTip.text() and "orange" in QToolTip.text().lower()) == said, x
    assert live.layer_at(body.bottomLeft() + QPointF(12, 60)) == ""
    assert Connection("input1", "out", "conv1", "in") in canvas.document.network.connections
