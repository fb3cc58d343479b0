"""What the canvas benchmark measures is what it says: the same network, shown and moved in every editor at hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from benchmarks.canvas import measure
from benchmarks.editors.network import drawn
from benchmarks.editors.peers import PEERS, middle, shown
from graph.checking.check import Checker


def test_the_network_has_the_layers_asked_for_and_no_problems() -> None:
    document = drawn(40)
    assert len(document.network) == 40
    assert Checker(document).ok


@pytest.mark.parametrize("name", ["canvas", "plain items"])
def test_an_editor_shows_moves_and_zooms(name: str, qtbot: QtBot) -> None:
    document, peer = drawn(60), PEERS[name]()
    peer.prepare()
    peer.fill(document)
    shown(peer, 60, 0.4)
    qtbot.addWidget(peer.view)

    def seen() -> QRectF:
        return peer.view.mapToScene(peer.view.viewport().rect()).boundingRect()

    before = seen()
    assert abs(before.center().x() - middle(60).x()) < 10
    peer.pan(40)
    QApplication.processEvents()
    assert seen().left() == pytest.approx(before.left() + 100, abs=1)
    peer.zoom(2.0)
    assert seen().width() == pytest.approx(before.width() / 2, rel=0.02)
    peer.grasp(document.network.ids[30])
    peer.drag(30.0, 10.0)
    peer.let_go()
    QApplication.processEvents()
    peer.view.close()


def test_an_editor_that_fails_is_said_so() -> None:
    told = measure("no such editor", 10)
    assert isinstance(told, str)
    assert told.startswith("failed: ")
