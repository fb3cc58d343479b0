"""Every layer of what ships is selected in the window, also inside blocks, and Qt has nothing to warn of."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QToolButton

from app.project.presets import preset, preset_ids
from graph.structure.blocks import Block
from widgets.shell.window import MainWindow
from widgets.start import preset_entries

pytestmark = pytest.mark.built("workbench")

WITH_BLOCKS = ("jordan_network", "lstm_by_hand", "ring_gan", "clips_cnn_lstm", "vgg_blocks")

AT_ONCE = 8
"""So many presets are opened one after another in one window, which takes longer to build than a preset to walk."""


def open_preset(window: MainWindow, id_: str) -> None:
    window.files.open_preset(next(entry for entry in preset_entries.presets() if entry.path.stem == id_))


def select_each(window: MainWindow, seen: list[str]) -> None:
    """Select the layers of the network on show one after another, and those inside its blocks."""
    navigation = window.workbench.block_navigation
    network = navigation.document.network
    for id_ in network.ids:
        window.workbench.canvas.select([id_])
        QApplication.processEvents()
        seen.append(id_)
        assert window.workbench.selected == (id_,)
    for id_ in network.ids:
        if isinstance(network.layer(id_), Block):
            navigation.enter(id_)
            select_each(window, seen)
            navigation.leave()


def layers_inside(id_: str) -> int:
    """How many layers a preset has, those inside its blocks with them."""

    def count(block: Block) -> int:
        inside = [node.layer for node in block.body.network]
        return len(inside) + sum(count(layer) for layer in inside if isinstance(layer, Block))

    network = preset(id_).project.network
    return len(network.ids) + sum(count(node.layer) for node in network if isinstance(node.layer, Block))


@pytest.mark.parametrize("id_", WITH_BLOCKS)
def test_layers_inside_blocks_are_selected_without_a_warning(window: MainWindow, id_: str) -> None:
    window.resize(1024, 700)
    open_preset(window, id_)
    seen: list[str] = []
    select_each(window, seen)  # pytest-qt fails where Qt writes a warning
    assert len(seen) == layers_inside(id_)


OTHERS = [id_ for id_ in preset_ids() if id_ not in WITH_BLOCKS]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(OTHERS), AT_ONCE))
def test_layers_of_every_preset_are_selected_without_a_warning(window: MainWindow, first: int) -> None:
    for id_ in OTHERS[first : first + AT_ONCE]:
        open_preset(window, id_)
        seen: list[str] = []
        select_each(window, seen)
        assert len(seen) == layers_inside(id_), id_


def test_a_pin_without_room_is_painted_without_a_warning(window: MainWindow) -> None:
    open_preset(window, "clips_cnn_lstm")
    window.workbench.block_navigation.enter("frames1")
    window.workbench.canvas.select(["conv1"])
    pins = [
        pin for pin in window.workbench.inspector.findChildren(QToolButton) if pin.isCheckable() and pin.isVisible()
    ]
    assert pins
    for pin in pins:
        for width, height in ((0, 20), (20, 0), (1, 1), (0, 0)):
            pin.setFixedSize(width, height)
            pin.icon().pixmap(pin.size())
            QApplication.processEvents()
