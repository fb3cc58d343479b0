"""Keyboard focus: what takes the keys in a pane, and where they go when what had them disappears."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid


@runtime_checkable
class HasMain(Protocol):
    """A pane with a main part, which has the keys as the pane comes into view."""

    def main_part(self) -> QWidget | None:
        """That part; None where nothing in it takes keys now."""


def main_of(pane: object) -> QWidget | None:
    """The main part of a pane, if it has one."""
    return pane.main_part() if isinstance(pane, HasMain) else None


def target_in(pane: QWidget, leaving: QWidget | None = None) -> QWidget | None:
    """What in a pane takes the keys: the widget that had them last, else its main part, or the first that can have
    them.

    Nothing inside ``leaving`` is chosen, which is about to disappear.
    """
    last = keys_in(pane)
    if last is not None and _takes_keys(last) and not (leaving is not None and within(leaving, last)):
        return last
    # In the order in which they stand in each other: PySide makes what QWidget.nextInFocusChain gives a child of the
    # widget that was asked, in its own books, and takes both for deleted when one of them is.
    inside = (pane, *pane.findChildren(QWidget))
    mains = (main_of(widget) for widget in inside if widget.isVisible())
    for widget in (*mains, *inside):
        if widget is not None and _takes_keys(widget) and not (leaving is not None and within(leaving, widget)):
            return widget
    return None


def keys_in(pane: QWidget) -> QWidget | None:
    """What had the keys last in a pane, or in a window; None where nothing had. Qt's types leave that out."""
    return pane.focusWidget()


def types_in(widget: QWidget | None) -> bool:
    """Whether a widget takes what is typed as text."""
    fields = QLineEdit | QAbstractSpinBox
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, fields) or (isinstance(widget, QTextEdit | QPlainTextEdit) and not widget.isReadOnly())


def within(pane: QWidget, widget: QWidget) -> bool:
    """Whether a widget is a pane or stands in it."""
    return pane is widget or pane.isAncestorOf(widget)


def has_keys(widget: QWidget) -> bool:
    """Whether a widget that is about to close has the keys, or nothing has them: else they went on to another one."""
    focus = QApplication.focusWidget()
    return focus is None or within(widget, focus)


def give_back(before: QWidget | None) -> None:
    """Give the keys back to what had them, or where that has closed meanwhile to what it stands in."""
    target = before if before is not None and isValid(before) else None
    while target is not None and not _takes_keys(target):
        target = target.parentWidget()
    if target is not None:
        target.setFocus(Qt.FocusReason.PopupFocusReason)


def _takes_keys(widget: QWidget | None) -> bool:
    if widget is None:
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
