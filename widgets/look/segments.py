"""A segmented control: a row of buttons of which one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QWidget

from widgets.look.layouts import hbox


def segments(named: Sequence[tuple[str, str]], parent: QWidget, margin: int = 3) -> tuple[QFrame, QButtonGroup]:
    """A row of buttons, the first of them on: object names and titles, numbered in order; ``margin`` is in pixels."""
    frame = QFrame()
    frame.setProperty("segments", True)
    row = hbox(parent=frame, margins=(margin, margin, margin, margin), spacing=2)
    group = QButtonGroup(parent)
    for index, (name, title) in enumerate(named):
        button = QToolButton()
        button.setObjectName(name)
        button.setText(title)
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.setProperty("segmented", True)
        group.addButton(button, index)
        row.addWidget(button)
    group.button(0).setChecked(True)
    return frame, group
