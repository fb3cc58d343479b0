"""Color swatches: small squares that say which colour stands for what."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPixmap

SWATCH = 10
"""Side of the square in pixels, where nothing else is asked for."""


def swatch(color: QColor, side: int = SWATCH) -> QPixmap:
    """A square filled with a colour, ``side`` in pixels."""
    picture = QPixmap(side, side)
    picture.fill(color)
    return picture
