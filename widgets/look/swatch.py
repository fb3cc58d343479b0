"""Color swatches: small squares that say which colour stands for what."""

from __future__ import annotations

from PySide6.QtGui import QColor, QIcon, QPixmap

SWATCH = 10
"""Side of the square in pixels, where nothing else is asked for."""


def swatch(color: QColor, side: int = SWATCH) -> QPixmap:
    """A square filled with a colour, ``side`` in pixels."""
    picture = QPixmap(side, side)
    picture.fill(color)
    return picture


def swatch_icon(color: QColor, side: int = SWATCH) -> QIcon:
    """The same as an icon that keeps its colour where a row is selected: Qt would tint it off what it stands for."""
    icon, picture = QIcon(), swatch(color, side)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Active, QIcon.Mode.Selected, QIcon.Mode.Disabled):
        icon.addPixmap(picture, mode)
    return icon
