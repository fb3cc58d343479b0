"""What is in view, as it can be returned to after the view had another size or showed something else."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF


@dataclass(frozen=True)
class Stand:
    """What a view of a ``size`` in pixels shows: its zoom, and the place of the scene in its middle."""

    zoom: float
    middle: QPointF
    size: QSize
    scrolled: QPoint
    """Where the scroll bars stood, which in a view of the same size says it to the pixel."""
    framed: bool
    """Whether it was asked to show everything."""
    by_hand: bool
    """Whether it was chosen by zooming or moving the view."""

    @property
    def region(self) -> QRectF:
        """The part of the scene that is in view."""
        size = QSizeF(self.size) / self.zoom
        return QRectF(self.middle - QPointF(size.width(), size.height()) / 2, size)
