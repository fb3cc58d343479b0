"""Where the search opens: inside the canvas, beside the selected card or the pointer, never over a card's open end."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.drawing import cards
from tests.widgets.canvas.conftest import Hand, OpenCanvas, build
from tests.widgets.canvas.test_board_walk import wire_middle
from widgets.canvas.canvas_view import CanvasView

Key = Qt.Key
STEP = cards.STEP


def opened(canvas: CanvasView) -> QRect:
    """Where the search is, which must be wholly inside the canvas."""
    popup = canvas.context.popups.search
    assert popup.isVisible()
    assert canvas.rect().contains(popup.geometry())
    assert popup.rect().contains(popup.list.geometry())
    return popup.geometry()


@pytest.mark.parametrize("size", [(484, 515), (826, 583), (1400, 800)], ids=str)
@pytest.mark.parametrize("zoom", [0.3, 0.55, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("vertical", [False, True], ids=["across", "downwards"])
def test_tab_opens_the_search_beside_the_selected_card(
    open_canvas: OpenCanvas, size: tuple[int, int], zoom: float, vertical: bool
) -> None:
    document = build("input", "conv2d", "relu", "flatten")
    with document.transaction("Turn"):
        document.set_vertical(document.network.ids, vertical)
    canvas = open_canvas(document)
    canvas.resize(*size)
    QApplication.processEvents()
    for id_ in document.network.ids:
        rect = canvas.board.cards[id_].rect
        for spot in (rect.center(), rect.topLeft() - QPointF(90, 60), rect.bottomRight() + QPointF(90, 60)):
            canvas.navigation.set_zoom(zoom)
            canvas.navigation.center_on(spot)
            canvas.select([id_])
            QTest.keyClick(canvas, Key.Key_Tab)
            place, card = opened(canvas), canvas.context.area_with_ends(id_)
            assert not place.intersects(card)
            assert canvas.rect().contains(canvas.navigation.area_of(rect))
            gap = max(
                place.left() - card.right(), card.left() - place.right(),
                place.top() - card.bottom(), card.top() - place.bottom(),
            )  # fmt: skip
            assert gap <= 24
            QTest.keyClick(canvas.context.popups.search.field, Key.Key_Escape)


def test_the_view_stays_where_there_is_room(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu"))
    canvas.select(["relu1"])
    before = canvas.navigation.middle(), canvas.navigation.zoom
    QTest.keyClick(canvas, Key.Key_Tab)
    opened(canvas)
    assert (canvas.navigation.middle(), canvas.navigation.zoom) == before


@pytest.mark.parametrize("share", [(0.05, 0.1), (0.5, 0.5), (0.97, 0.05), (0.03, 0.95), (0.97, 0.97)], ids=str)
def test_on_the_ground_it_opens_beside_the_pointer(open_canvas: OpenCanvas, share: tuple[float, float]) -> None:
    canvas = open_canvas(build("input"))
    canvas.navigation.center_on(QPointF(5000, 5000))
    view = canvas.viewport()
    spot = view.rect().topLeft() + view.rect().bottomRight() * 0
    spot.setX(int(view.width() * share[0]))
    spot.setY(int(view.height() * share[1]))
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=spot)
    place = opened(canvas)
    assert not place.contains(spot)
    assert place.adjusted(-16, -16, 16, 16).contains(spot)


def test_on_a_wire_it_opens_beside_the_wire_wherever_the_pointer_is(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", "output", step=400))
    middle = wire_middle(canvas, "output1")
    Hand(canvas).click(middle)
    canvas.context.pointer = canvas.viewport().rect().bottomLeft()
    QTest.keyClick(canvas, Key.Key_Tab)
    place, spot = opened(canvas), canvas.navigation.from_scene(middle)
    assert not place.contains(spot)
    assert place.adjusted(-16, -16, 16, 16).contains(spot)
    assert not place.intersects(canvas.context.area_with_ends("relu1"))


def test_a_double_click_beside_an_open_end_offers_its_wire_and_adds_what_is_connected(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", step=STEP))
    Hand(canvas).double_click(QPointF(2 * STEP + 100, 44))
    search = canvas.context.popups.search
    assert search.field.placeholderText() == "Add a layer after relu1"
    assert canvas.surface.emphasis.offered is not None
    assert not opened(canvas).intersects(canvas.context.area_with_ends("relu1"))
    QTest.keyClicks(search.field, "tanh, dropout")
    QTest.keyClick(search.field, Key.Key_Return)
    assert canvas.surface.emphasis.offered is None
    network = canvas.document.network
    assert [network.into(id_)["in"].source for id_ in ("tanh1", "dropout1")] == ["relu1", "tanh1"]


def test_a_double_click_before_an_open_input_adds_what_leads_to_it(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("relu", "output", step=STEP))
    Hand(canvas).double_click(QPointF(-STEP + 90, 36))
    search = canvas.context.popups.search
    assert search.field.placeholderText() == "Add a layer before relu1"
    QTest.keyClicks(search.field, "tanh, dropout")
    QTest.keyClick(search.field, Key.Key_Return)
    network = canvas.document.network
    assert [network.into(id_)["in"].source for id_ in ("dropout1", "relu1")] == ["tanh1", "dropout1"]


def test_esc_takes_the_offered_wire_away(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu", step=STEP))
    Hand(canvas).double_click(QPointF(2 * STEP + 100, 44))
    QTest.keyClick(canvas.context.popups.search.field, Key.Key_Escape)
    assert canvas.surface.emphasis.offered is None
    assert canvas.document.network.ids == ("input1", "relu1")
