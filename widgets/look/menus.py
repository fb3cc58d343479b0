"""Menus of buttons, and their entries: one whose text comes from a file is shown as it is, with ``&`` or HTML in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAction, QCursor, QHoverEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QPushButton, QToolButton
from shiboken6 import isValid

from widgets.look.plain_text import caption, plain_tip


def add_entry(menu: QMenu, text: str, act: Callable[[], object] | None = None) -> QAction:
    """Add ``text`` to a menu as it is, and have it do ``act``; Qt would take it for the entry's tooltip as well."""
    entry = QAction(caption(text), menu)
    entry.setToolTip(plain_tip(text))
    menu.addAction(entry)
    if act is not None:
        entry.triggered.connect(lambda _checked: act())
    return entry


def give_menu(button: QPushButton | QToolButton, menu: QMenu) -> None:
    """Have a button open a menu, and look at rest once that has closed."""
    button.setMenu(menu)
    rest_after(menu, button)


def rest_after(menu: QMenu, button: QAbstractButton) -> None:
    """Have the button below a menu look at rest once that has closed, unless the pointer is over it.

    While a menu is open it has the mouse, and Qt does not tell the button that the pointer has left it: where an entry
    opened a dialog, the button looked hovered over until the pointer came by again.
    """
    menu.aboutToHide.connect(lambda: _rest(button), Qt.ConnectionType.QueuedConnection)


def _rest(button: QAbstractButton) -> None:
    if not isValid(button) or not button.testAttribute(Qt.WidgetAttribute.WA_UnderMouse):
        return
    place = QPointF(button.mapFromGlobal(QCursor.pos()))
    if not button.rect().contains(place.toPoint()):
        button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
        QApplication.sendEvent(button, QHoverEvent(QEvent.Type.HoverLeave, QPointF(-1, -1), place, place))
        button.update()
