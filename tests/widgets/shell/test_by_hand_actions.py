"""The ways that lead to the arithmetic of a layer: its menu, its settings, a command, and picking it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from graph.layers.pooling import MaxPool2d
from graph.network import Connection
from graph.shapes import image
from graph.structure.blocks import Block, Body
from tests.widgets.conftest import chain
from widgets.canvas.context_menu import build
from widgets.canvas.hit_test import Hit, What
from widgets.shell.window import MainWindow
from widgets.understand.by_hand.by_hand_tab import EXAMPLES, NETWORK, ByHandTab
from widgets.understand.understand_panel import UnderstandPanel

TITLE = "Compute by hand"


def tab_of(window: MainWindow) -> ByHandTab:
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    return panel.view(ByHandTab)


def titles(window: MainWindow, id_: str) -> list[str]:
    """What the context menu of a card offers."""
    menu = build(window.workbench.canvas.context, window, Hit(What.CARD, id_), QPointF())
    found = [action.text() for action in menu.actions()]
    menu.deleteLater()
    return found


def test_the_menu_of_a_convolution_leads_there(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    workbench, tab = window.workbench, tab_of(window)
    assert TITLE in titles(window, "conv1")
    assert TITLE not in titles(window, "dense3")
    menu = build(workbench.canvas.context, window, Hit(What.CARD, "conv1"), QPointF())
    next(action for action in menu.actions() if action.text() == TITLE).trigger()
    menu.deleteLater()
    assert workbench.workspace == "understand"
    assert tab.isVisible()
    assert (tab.mode, tab.picker.chosen) == (NETWORK, "conv1")


def test_the_settings_of_a_convolution_lead_there_and_stay_beside_it(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    workbench = window.workbench
    workbench.canvas.select(["dense3"])
    button = workbench.inspector.findChild(QPushButton, "computeByHand")
    assert button is not None
    assert not button.isVisible()
    workbench.canvas.select(["conv1"])
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab_of(window).isVisible()
    assert tab_of(window).picture.hasFocus()
    assert workbench.inspector.isVisible()
    panel = workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    QApplication.processEvents()
    width = workbench.canvas.width()
    for title in ("Filters", "Errors", "By hand", "Weights"):
        panel.show_tab(title)
        QApplication.processEvents()
        assert workbench.inspector.isVisible() and workbench.canvas.width() == width, "nothing beside it comes or goes"
    qtbot.mouseClick(workbench.side_panel.fold, Qt.MouseButton.LeftButton)
    panel.show_tab("Filters")
    assert not workbench.inspector.isVisible(), "folded away"
    window.show_workspace("network")
    assert workbench.inspector.isVisible() and not workbench.side_panel.fold.isVisible()


def test_turning_to_the_tab_by_itself_leaves_the_window_as_it_stands(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.show_workspace("understand")
    panel, canvas = window.workbench.panel("understand"), window.workbench.canvas
    assert isinstance(panel, UnderstandPanel)
    QApplication.processEvents()
    stood = canvas.geometry()
    for title in ("By hand", "Backpropagation", "Errors", "By hand"):
        panel.show_tab(title)
        QApplication.processEvents()
        assert canvas.geometry() == stood and not window.workbench.inspector.isVisible()


def test_the_command_works_out_the_selected_layer_and_picking_another_switches(window: MainWindow) -> None:
    window.files.new()
    workbench, session, tab = window.workbench, window.session, tab_of(window)
    document = session.document
    with document.transaction("Draw"):
        for name, layer in (("pool1", MaxPool2d()), ("pool2", MaxPool2d())):
            document.add(layer, name=name)
        document.connect(Connection("pool1", "out", "pool2", "in"))
    workbench.canvas.select(["pool2"])
    window.commands["by_hand"].trigger()
    assert tab.picker.chosen == "pool2"
    workbench.canvas.select(["pool1"])
    assert tab.picker.chosen == "pool1"
    workbench.canvas.select([])
    assert tab.picker.chosen == "pool1"


def test_the_command_shows_the_examples_where_there_is_no_such_layer(window: MainWindow) -> None:
    window.files.new()
    window.commands["by_hand"].trigger()
    tab = tab_of(window)
    assert tab.mode == EXAMPLES
    assert not tab.picture.is_empty()


def test_inside_a_block_layers_are_found_by_their_path(window: MainWindow) -> None:
    window.files.new()
    workbench, session, tab = window.workbench, window.session, tab_of(window)
    inner = chain(("input", {"shape": image(1, 8, 8)}), ("conv2d", {}), ("output", {}))
    with session.document.transaction("Draw"):
        session.document.add(Block(body=Body.of(inner)), name="block1")
    workbench.block_navigation.enter("block1")
    workbench.canvas.select(["conv1"])
    window.commands["by_hand"].trigger()
    assert tab.picker.chosen == "block1.conv1"
