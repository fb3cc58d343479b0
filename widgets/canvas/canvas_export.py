"""Pictures of the whole network as files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPainter

from graph.errors import NetloomError
from widgets.canvas.ground import Ground
from widgets.canvas.surface import Emphasis, Surface

MARGIN = 32.0
"""Free space around the network, in scene pixels."""

LARGEST = 40_000_000
"""Most pixels of a picture; a larger network is drawn at a smaller scale."""


def write_png(surface: Surface, ground: Ground, bounds: QRectF, path: Path, scale: float) -> None:
    """Write the network at ``scale`` pixels per scene pixel.

    Raises
    ------
    NetloomError
        if there is nothing to draw or the file cannot be written.
    """
    if bounds.isEmpty():
        raise NetloomError("There is nothing to draw: the network has no layers.")
    area = bounds.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    scale = min(scale, (LARGEST / (area.width() * area.height())) ** 0.5)
    image = QImage(round(area.width() * scale), round(area.height() * scale), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    ground.paint(painter, area)
    shown, surface.emphasis = surface.emphasis, Emphasis()
    try:
        surface.draw(painter, area, scale, 1.0)
    finally:
        surface.emphasis = shown
        painter.end()
    if not QImageWriter(str(path), QByteArray(b"png")).write(image):
        raise NetloomError(f"The picture could not be written to {path}: check that the folder exists and has room.")
