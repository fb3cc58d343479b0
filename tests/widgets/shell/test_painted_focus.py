"""Keyboard focus is seen on every class of widget of the product's own: charts, canvases, galleries, cards, lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from widgets.look.layouts import vbox
from widgets.shell.window import MainWindow

LEAST = 20
"""Pixels that focus changes at least: a ring, a mark or a line."""


def own_widgets(window: MainWindow) -> dict[type[QWidget], QWidget]:
    """One widget of each class of the product that is reached by Tab."""
    return {
        type(widget): widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and type(widget).__module__.startswith("widgets.")
    }


def build_all(window: MainWindow, project_file: Path) -> None:
    """Have every workspace and every view of Understand made."""
    window.files.open(project_file)
    for page in ("data", "network", "train", "understand"):
        window.show_workspace(page)
        QApplication.processEvents()
    panel = window.workbench.panel("understand")
    for kind in panel.views.kinds:  # type: ignore[union-attr]
        panel.view(kind)  # type: ignore[union-attr]


def changed_pixels(first: QImage, second: QImage) -> int:
    """How many pixels of two pictures of the same size differ."""
    size = first.size()
    assert second.size() == size
    places = ((x, y) for y in range(size.height()) for x in range(size.width()))
    return sum(first.pixel(x, y) != second.pixel(x, y) for x, y in places)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_focus_is_seen_on_every_class_of_the_window(
    window: MainWindow, project_file: Path, qtbot: QtBot, mode: str
) -> None:
    window.themes.set_mode(mode)  # type: ignore[arg-type]
    build_all(window, project_file)
    found = own_widgets(window)
    assert len(found) > 60, sorted(kind.__name__ for kind in found)
    host, other = QWidget(), QPushButton("Elsewhere")
    qtbot.addWidget(host)
    host.resize(420, 300)
    rows = vbox(other, parent=host)
    host.show()
    host.activateWindow()
    unseen = []
    for kind, widget in found.items():
        if not isValid(widget):  # a row of a list that was written anew
            continue
        home = widget.parentWidget()
        rows.addWidget(widget)
        widget.setEnabled(True)
        widget.show()
        try:
            if seen_pixels(widget, other, qtbot) < LEAST:
                unseen.append(kind.__name__)
        finally:
            widget.hide()
            widget.setParent(
                home if home is not None and isValid(home) else window
            )  # the window closes what is its own
    assert unseen == []


def seen_pixels(widget: QWidget, other: QWidget, qtbot: QtBot) -> int:
    """How many pixels of ``widget`` change as the keyboard comes to it from ``other``."""
    other.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(other.hasFocus)
    QApplication.processEvents()
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus(), type(widget)
    QApplication.processEvents()
    return changed_pixels(without, widget.grab().toImage())
