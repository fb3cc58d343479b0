"""Entries of menus whose text comes from a file (QAction): a title with ``&`` or HTML in it is shown as it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from widgets.look.plain_text import caption, plain_tip


def add_entry(menu: QMenu, text: str, act: Callable[[], object] | None = None) -> QAction:
    """Add ``text`` to a menu as it is, and have it do ``act``; Qt would take it for the entry's tooltip as well."""
    entry = QAction(caption(text), menu)
    entry.setToolTip(plain_tip(text))
    menu.addAction(entry)
    if act is not None:
        entry.triggered.connect(lambda _checked: act())
    return entry
