"""What is lit under the pointer goes dark when the pointer leaves the canvas, or something comes to lie over it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.canvas_view import CanvasView


@pytest.fixture
def lit(open_canvas: OpenCanvas, qtbot: QtBot) -> CanvasView:
    """A canvas whose only wire is under the pointer."""
    canvas = open_canvas(build("input", "relu", step=400.0))
    slot, wire = next(iter(canvas.board.wires.items()))
    points = wire.course.points()
    canvas.resize(700, 600)  # inside the screen
    canvas.navigation.center_on(QPointF(*points[len(points) // 2]))
    spot = canvas.mapFromScene(QPointF(*points[len(points) // 2]))
    QCursor.setPos(canvas.viewport().mapToGlobal(spot))
    qtbot.mouseMove(canvas.viewport(), spot)
    assert canvas.surface.emphasis.hovered_wire == slot
    return canvas


def test_it_stays_lit_as_long_as_the_pointer_stays(lit: CanvasView, qtbot: QtBot) -> None:
    qtbot.wait(450)
    assert lit.surface.is_hovered


def test_it_goes_dark_under_what_comes_to_lie_over_it(lit: CanvasView, qtbot: QtBot) -> None:
    cover = QWidget(lit)
    cover.setGeometry(lit.rect())
    cover.show()
    qtbot.waitUntil(lambda: not lit.surface.is_hovered, timeout=3000)


def test_it_goes_dark_when_the_pointer_is_elsewhere_without_a_word_of_it(lit: CanvasView, qtbot: QtBot) -> None:
    QCursor.setPos(lit.mapToGlobal(lit.rect().bottomRight()) * 2)
    qtbot.waitUntil(lambda: not lit.surface.is_hovered, timeout=3000)


def test_it_goes_dark_with_the_canvas(lit: CanvasView) -> None:
    lit.hide()
    assert not lit.surface.is_hovered
