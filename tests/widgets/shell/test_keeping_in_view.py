"""A network that is in view as a whole stays so while workspaces and layers come and go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.test_board_walk import add_by_search, drop, wire_middle
from widgets.canvas.canvas_view import CanvasView
from widgets.shell.banners import Notice
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LENET = ("input", "conv2d", "tanh", "avgpool2d", "conv2d", "tanh", "avgpool2d", "flatten", "dense", "tanh", "dense")


@pytest.fixture
def canvas(window: MainWindow) -> CanvasView:
    """The canvas of a new network, with the keyboard."""
    window.files.new()
    window.show_workspace("network")
    settle()
    canvas = window.workbench.canvas
    canvas.setFocus()
    return canvas


def settle() -> None:
    for _ in range(8):
        QApplication.processEvents()


def draw(canvas: CanvasView, *kinds: str) -> None:
    """Add layers one behind another, each by Tab, its name and Enter."""
    for kind in kinds:
        add_by_search(canvas, kind)
        settle()


def whole(canvas: CanvasView) -> bool:
    region = canvas.navigation.visible_region()
    return all(region.contains(card.rect) for card in canvas.board.cards.values())


def test_a_network_drawn_by_hand_is_in_view_in_every_workspace(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, *LENET)
    assert len(canvas.board.cards) == len(LENET) and whole(canvas)
    for workspace in ("train", "understand", "network", "data", "understand", "train", "network"):
        window.show_workspace(workspace)
        settle()
        assert workspace == "data" or whole(canvas), workspace
        assert canvas.navigation.zoom <= 1.0
    window.resize(1024, 700)
    settle()
    assert whole(canvas)


@pytest.mark.parametrize("size", [(1024, 700), (1366, 768), (1440, 900)])
def test_wires_between_rows_are_in_view_as_well(window: MainWindow, canvas: CanvasView, size: tuple[int, int]) -> None:
    window.resize(*size)
    settle()
    for kind in LENET:
        draw(canvas, kind)
        region = canvas.navigation.visible_region()
        assert whole(canvas) and all(region.contains(wire.area) for wire in canvas.board.wires.values()), kind


def turn_wheel(canvas: CanvasView, notches: int, spot: QPoint) -> None:
    """Turn the wheel over a spot of the canvas, away from oneself where ``notches`` is positive."""
    viewport, nothing = canvas.viewport(), QPoint()
    event = QWheelEvent(
        QPointF(spot), QPointF(viewport.mapToGlobal(spot)), nothing, QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)
    settle()


def test_a_part_that_was_zoomed_to_stays_so_with_its_middle(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, *LENET)
    turn_wheel(canvas, 5, canvas.mapFromScene(canvas.board.cards["tanh2"].rect.center()))
    assert not whole(canvas)
    zoom, middle = canvas.navigation.zoom, canvas.navigation.middle()
    for workspace in ("train", "understand", "data", "train", "network"):
        window.show_workspace(workspace)
        settle()
        moved = (canvas.navigation.middle() - middle).manhattanLength() * zoom
        assert canvas.navigation.zoom == zoom and (workspace == "data" or moved < 12), workspace
    window.workbench.show_lesson(True)
    window.resize(1024, 700)
    settle()
    assert canvas.navigation.zoom == zoom
    assert (canvas.navigation.middle() - middle).manhattanLength() * zoom < 12


View = tuple[float, float, float, float, float]


def seen(canvas: CanvasView) -> View:
    """Zoom and region, to the pixel."""
    region = canvas.navigation.visible_region()
    return canvas.navigation.zoom, region.left(), region.top(), region.width(), region.height()


def test_coming_back_from_anywhere_shows_the_view_as_it_was(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, "input", "flatten", "dense")
    before = seen(canvas)
    for way in (("data",), ("train",), ("understand", "data"), ("train", "understand", "train")):
        for workspace in (*way, "network"):
            window.show_workspace(workspace)
            settle()
        assert seen(canvas) == before, way
    window.show_start()
    settle()
    window.show_workbench()
    settle()
    assert seen(canvas) == before, "the start page"
    canvas.run("home")
    assert seen(canvas) != before, "the network is not framed while it is drawn"
    canvas.select(["flatten1", "dense1"])
    canvas.run("group")
    settle()
    (block,) = canvas.selection.ids
    turn_wheel(canvas, -3, QPoint(80, 80))
    before = seen(canvas)
    window.workbench.block_navigation.enter(block)
    settle()
    assert seen(canvas) != before
    window.workbench.leave_block()
    settle()
    assert seen(canvas) == before, "a block"


def test_every_workspace_keeps_what_was_zoomed_to_in_it(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, *LENET)
    views: dict[str, View] = {}
    for notches, workspace in ((3, "network"), (5, "train"), (-2, "understand")):
        window.show_workspace(workspace)
        settle()
        turn_wheel(canvas, notches, QPoint(60, 40))
        views[workspace] = seen(canvas)
    assert len({view[0] for view in views.values()}) == 3
    for workspace in ("train", "network", "understand", "network", "data", "train"):
        window.show_workspace(workspace)
        settle()
        assert workspace == "data" or seen(canvas) == views[workspace], workspace


def test_a_zoom_by_hand_outlives_every_size_and_layers_that_make_room(window: MainWindow, canvas: CanvasView) -> None:
    window.resize(1440, 900)
    settle()
    draw(canvas, "input", "flatten", "dense", "output")
    canvas.selection.clear()
    turn_wheel(canvas, 1, canvas.viewport().rect().center())
    turn_wheel(canvas, -2, canvas.viewport().rect().center())
    assert whole(canvas)
    before = seen(canvas)
    for size in ((1024, 700), (1100, 720), (1440, 900)):
        window.resize(*size)
        settle()
        assert canvas.navigation.zoom == before[0], size
    assert seen(canvas) == before
    for _ in range(4):
        drop(canvas, "relu", wire_middle(canvas, "dense1"))
        settle()
    assert canvas.navigation.zoom == before[0]
    window.show_workspace("train")
    settle()
    window.show_workspace("network")
    settle()
    assert canvas.navigation.zoom == before[0]


def test_a_notice_moves_nothing_on_the_canvas(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, "input", "flatten", "dense", "output")
    before = seen(canvas)
    window.banners.say(Notice("Something went well, in so many words that they take two lines.", "ok", key="said"))
    settle()
    assert window.banners.isVisible() and seen(canvas) == before
    window.banners.withdraw("said")
    settle()
    assert seen(canvas) == before


def test_a_layer_that_was_gone_to_keeps_the_rest_out_of_view_in_its_workspace_alone(
    window: MainWindow, canvas: CanvasView, qtbot: QtBot
) -> None:
    draw(canvas, *LENET)
    window.resize(1024, 700)
    window.workbench.go_to("conv2")
    settle()
    assert canvas.navigation.zoom == 1.0 and not whole(canvas)
    window.resize(1060, 700)
    settle()
    assert canvas.navigation.zoom == 1.0, "it is looked at in this workspace"
    for lesson in (False, True):
        window.workbench.go_to("conv2")
        settle()
        assert not whole(canvas)
        window.workbench.show_lesson(True) if lesson else window.show_workspace("train")
        settle()
        assert whole(canvas)


def test_nothing_moves_under_a_drag_and_the_network_is_in_view_after_it(
    window: MainWindow, canvas: CanvasView, qtbot: QtBot
) -> None:
    draw(canvas, *LENET)
    spot = canvas.mapFromScene(canvas.board.cards["conv1"].rect.center())
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    for number, (workspace, shown) in enumerate((("train", False), ("understand", True), ("train", True)), 1):
        qtbot.mouseMove(canvas.viewport(), spot + QPoint(0, 20 * number))
        place, corner = canvas.mapToScene(spot), canvas.mapToScene(QPoint(0, 0))
        window.show_workspace(workspace)
        window.workbench.show_lesson(shown)
        settle()
        assert (canvas.mapToScene(spot), canvas.mapToScene(QPoint(0, 0))) == (place, corner), workspace
    assert not whole(canvas)
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settle()
    assert whole(canvas)


def test_the_whole_network_is_kept_in_view_by_the_key_that_frames_where_nothing_is_selected(
    window: MainWindow, canvas: CanvasView, qtbot: QtBot
) -> None:
    draw(canvas, *LENET)
    turn_wheel(canvas, 5, QPoint(40, 40))
    canvas.selection.clear()
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert whole(canvas) and canvas.navigation.framed
    canvas.select(["conv1"])
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    zoom = canvas.navigation.zoom
    window.show_workspace("train")
    settle()
    assert canvas.navigation.zoom == zoom and not whole(canvas), "what was framed by hand stays"


def test_layers_dropped_on_a_wire_push_no_card_out_of_view(canvas: CanvasView) -> None:
    draw(canvas, "input", "flatten", "dense", "output")
    canvas.selection.clear()
    before = canvas.navigation.zoom
    for number in range(6):
        drop(canvas, "relu", wire_middle(canvas, "dense1"))
        settle()
        assert len(canvas.board.cards) == 5 + number
        assert whole(canvas) and canvas.navigation.zoom <= 1.0
    assert canvas.navigation.zoom < before


def test_layers_put_in_between_by_tab_push_no_card_out_of_view(canvas: CanvasView) -> None:
    draw(canvas, "input", "flatten", "dense", "output")
    for _ in range(6):
        canvas.select(["flatten1"])
        draw(canvas, "relu")
        assert whole(canvas) and canvas.navigation.zoom <= 1.0


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_a_repair_that_moves_cards_and_mends_their_shapes_pushes_none_out_of_view(
    window: MainWindow, canvas: CanvasView, size: tuple[int, int]
) -> None:
    window.resize(*size)
    settle()
    draw(canvas, *(kind for kind in LENET if kind != "flatten"), "dense", "output")
    assert whole(canvas)
    repairs = [button for button in window.findChildren(QPushButton) if button.text() == "Insert Flatten"]
    QTest.mouseClick(next(button for button in repairs if button.isVisible()), Qt.MouseButton.LeftButton)
    settle()
    assert "flatten1" in canvas.board.cards and not window.session.problems
    assert whole(canvas)


def test_the_view_stands_still_where_what_is_added_is_in_view_anyway(canvas: CanvasView) -> None:
    draw(canvas, "input", "flatten")
    canvas.navigation.set_zoom(0.6)
    before = canvas.navigation.visible_region()
    draw(canvas, "dense")
    assert canvas.navigation.visible_region() == before


def test_a_part_that_is_looked_at_stays_where_it_was_as_layers_are_put_in(canvas: CanvasView) -> None:
    draw(canvas, *LENET)
    canvas.navigation.set_zoom(1.6)
    canvas.select(["conv1"])
    draw(canvas, "relu")
    assert canvas.navigation.zoom == pytest.approx(1.6)
    assert canvas.navigation.visible_region().intersects(canvas.board.cards["relu1"].rect)


CHAIN = (
    "conv 8 3x3, relu, conv 8 3x3, relu, pool, conv 16 3x3, relu, conv 16 3x3, relu, pool, flatten, dense 64, relu, "
    "dropout, dense 64, relu, dense 32, relu, dense 10, output"
).split(", ")
"""Twenty layers, as one types them."""


def test_a_long_chain_is_built_by_keys_with_all_that_is_new_in_view(window: MainWindow, canvas: CanvasView) -> None:
    window.resize(1024, 700)
    QApplication.processEvents()
    window.workbench.add_layer("input")
    search, places = canvas.context.popups.search, []
    for typed in CHAIN:
        (before,) = canvas.selection.ids
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        card, place = canvas.context.area_with_ends(before), search.geometry()
        assert search.isVisible() and not place.intersects(card) and canvas.rect().contains(place), typed
        assert place.adjusted(-24, -24, 24, 24).intersects(card), f"{typed}: the search stands beside its card"
        places.append(place.left())
        QTest.keyClicks(search.field, typed)
        QTest.keyClick(search.field, Qt.Key.Key_Return)
        QApplication.processEvents()
        (new,) = canvas.selection.ids
        region, board = canvas.navigation.visible_region(), canvas.board
        (wire,) = (wire for slot, wire in board.wires.items() if slot[0] == new)
        assert region.contains(board.cards[new].rect) and region.contains(wire.area), typed
        assert canvas.hasFocus(), "the next Tab is the canvas's too"
    assert len(canvas.document.network) == len(CHAIN) + 1
    usual = max(set(places), key=places.count)
    assert places.count(usual) >= 0.7 * len(places), f"the search jumps about: {places}"
