"""Where a popup opens over the canvas: near a place, wholly inside."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

INSET = 8
"""Least distance from the edges, in pixels."""


def open_near(popup: QWidget, place: QPoint) -> None:
    """Show ``popup`` over its parent with its corner at ``place``, moved as far as it would reach out of the parent."""
    parent = popup.parentWidget() or popup
    right, bottom = parent.width() - popup.width() - INSET, parent.height() - popup.height() - INSET
    popup.move(max(INSET, min(place.x(), right)), max(INSET, min(place.y(), bottom)))
    popup.show()
    popup.raise_()
