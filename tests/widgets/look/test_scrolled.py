"""Scroll areas are made by one helper, and a widget knows whether its page scrolls."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFrame, QWidget
from pytestqt.qtbot import QtBot

import widgets
from widgets.look.layouts import vbox
from widgets.look.scrolled import on_scrolling_page, scrolled


def test_a_widget_knows_whether_its_page_scrolls(qtbot: QtBot) -> None:
    inside, held = QWidget(), QWidget()
    held.setFixedSize(100, 400)
    vbox(held, parent=inside)
    area = scrolled(inside)
    qtbot.addWidget(area)
    area.resize(200, 200)
    area.show()
    assert on_scrolling_page(held) and not on_scrolling_page(area.parentWidget())
    area.resize(200, 600)
    assert not on_scrolling_page(held)
    assert area.frameShape() == QFrame.Shape.NoFrame


def test_no_other_module_sets_up_a_scroll_area() -> None:
    room = Path(widgets.__path__[0])
    own = {path.relative_to(room).as_posix() for path in room.rglob("*.py") if "setWidgetResizable" in path.read_text()}
    assert own == {"look/scrolled.py"}
