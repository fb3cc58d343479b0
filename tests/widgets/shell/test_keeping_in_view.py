"""A network that is in view as a whole stays so while workspaces and layers come and go."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.test_board_walk import add_by_search, drop, wire_middle
from widgets.canvas.canvas_view import CanvasView
from widgets.shell.window import MainWindow

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


def test_a_part_that_was_zoomed_to_stays_so(window: MainWindow, canvas: CanvasView) -> None:
    draw(canvas, *LENET)
    canvas.navigation.set_zoom(1.6)
    assert not whole(canvas)
    for workspace in ("train", "understand"):
        window.show_workspace(workspace)
        settle()
        assert canvas.navigation.zoom == pytest.approx(1.6)


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
