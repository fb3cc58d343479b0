"""Scroll areas: a widget in one as a single call, and whether a widget stands on a page that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from widgets.look.focus_ring import FocusRing


def scrolled(
    widget: QWidget,
    parent: QWidget | None = None,
    *,
    sideways: bool = False,
    by_keys: bool = True,
    framed: bool = False,
) -> QScrollArea:
    """``widget`` in a scroll area that it fills; see `make_scrolled`. The area takes the focus only ``by_keys``."""
    area = QScrollArea(parent)
    make_scrolled(area, sideways=sideways, framed=framed)
    area.setWidget(widget)
    if not by_keys:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def make_scrolled(area: QScrollArea, *, sideways: bool = False, framed: bool = False) -> None:
    """Let what is in ``area`` fill it and scroll down, across only where ``sideways``; no frame unless ``framed``."""
    area.setWidgetResizable(True)
    FocusRing(area)
    if not framed:
        area.setFrameShape(QFrame.Shape.NoFrame)
    if not sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def on_scrolling_page(widget: QWidget | None) -> bool:
    """Whether a widget stands on a page that can be scrolled up or down at its present size."""
    while widget is not None:
        if isinstance(widget, QScrollArea) and widget.verticalScrollBar().maximum() > 0:
            return True
        widget = widget.parentWidget()
    return False
