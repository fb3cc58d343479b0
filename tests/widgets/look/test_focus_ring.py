"""The ring around what has the keyboard: there with the focus, gone without it, as large as what it lies over."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.look.focus_ring import FocusRing
from widgets.look.layouts import vbox


def test_the_ring_comes_and_goes_with_the_keyboard_and_moves_nothing(qtbot: QtBot) -> None:
    window, area, other = QWidget(), QListWidget(), QPushButton("Elsewhere")
    qtbot.addWidget(window)
    vbox(area, other, parent=window)
    ring = FocusRing(area)
    window.show()
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    before = area.viewport().geometry()
    assert not ring.isVisible()
    area.setFocus()
    assert ring.isVisible()
    assert (ring.geometry(), area.viewport().geometry()) == (area.rect(), before)
    window.resize(500, 400)
    qtbot.waitUntil(lambda: ring.size() == area.size())
    other.setFocus()
    assert not ring.isVisible()
