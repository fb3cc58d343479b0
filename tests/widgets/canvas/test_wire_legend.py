"""What is said of the colours and strokes of wires is what is painted, and it stands where one looks for it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.system.guide_pages import guide_pages
from graph.shapes import Kind
from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.hit_test import What, find
from widgets.canvas.tips import tip
from widgets.canvas.wire_legend import WirePiece
from widgets.canvas.wire_painter import LEGEND, STROKES, WirePainter
from widgets.look.theme import DARK, LIGHT, Theme
from widgets.shell.keys_page import keys_page


def hue_name(color: QColor) -> str:
    """The word for a colour."""
    if color.hslSaturation() < 60:
        return "grey"
    names = ((60, "orange"), (180, "green"), (270, "blue"), (360, "pink"))
    return next(name for end, name in names if color.hue() < end)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_legend_names_the_colours_and_strokes_that_are_painted(theme: Theme) -> None:
    assert LEGEND.keys() == STROKES.keys() == {*Kind, "", *(set(STROKES) - set(Kind))}
    painter = WirePainter(theme)
    for kind, (looks, _) in LEGEND.items():
        assert looks.startswith(hue_name(painter.color(kind))), kind
        assert bool(STROKES[kind][1]) == ("dash" in looks or "dot" in looks), kind


def test_the_guide_and_the_page_of_keys_have_the_legend() -> None:
    canvas = next(page for page in guide_pages() if page.id == "canvas")
    for looks, carried in LEGEND.values():
        for text in (canvas.text, keys_page().text):
            assert f"| {looks} | {carried} |" in text


def test_a_wire_under_the_pointer_says_what_it_carries(open_canvas: OpenCanvas) -> None:
    board = open_canvas(build("input", "dense")).board
    (wire,) = board.wires.values()
    assert wire.shape is not None
    hit = find(board, QPointF(*wire.course.middle()), 1.0)
    assert hit.what is What.WIRE
    assert tip(board, hit).splitlines() == [
        f"input1 to dense1: {wire.shape.kind} {wire.shape}",
        "Blue, solid and thick: so is a wire that carries an image: channels × height × width",
    ]


@pytest.mark.parametrize("way", ["key", "ground", "wire"])
def test_the_canvas_shows_what_its_wires_mean(open_canvas: OpenCanvas, qtbot: QtBot, way: str) -> None:
    canvas = open_canvas(build("input", "flatten", "output"))
    legend = canvas.context.popups.legend
    if way == "key":
        qtbot.keyClick(canvas, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    else:
        middle = QPointF(*canvas.board.wires["flatten1", "in"].course.middle())
        spot = canvas.mapFromScene(QPointF(60, 300) if way == "ground" else middle)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, canvas.viewport().mapToGlobal(spot))
        QApplication.sendEvent(canvas.viewport(), event)
        menu = canvas.findChildren(QMenu, "canvasMenu")[-1]
        next(each for each in menu.actions() if each.text().startswith("What the wires mean")).trigger()
        menu.close()
    assert legend.isVisible() and canvas.rect().contains(legend.geometry())
    texts = [label.text() for label in legend.findChildren(QLabel)]
    assert all(carried in texts for _, carried in LEGEND.values())
    piece = next(each for each in legend.findChildren(WirePiece) if each.accessibleName().startswith("blue"))
    image = piece.grab().toImage()
    assert hue_name(image.pixelColor(image.width() // 2, image.height() // 2)) == "blue"
    qtbot.keyClick(legend, Qt.Key.Key_Escape)
    assert not legend.isVisible()
    assert canvas.hasFocus()
