"""What may be shown on the canvas beside the network itself: differences to another version, what training sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from widgets.canvas.level_of_detail import Level


class Extra(Protocol):
    """Something that is painted below and above the cards; all coordinates are the scene's."""

    def ground(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Paint what lies under wires and cards."""

    def below(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Paint what lies over the wires and under the cards."""

    def above(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Paint what lies over the cards."""

    def description(self, id: str) -> str:
        """What is said of the layer under the pointer; empty for nothing."""

    def layer_at(self, place: QPointF) -> str:
        """The layer of which something is shown at a place beside its card; empty for none."""

    def bounds(self) -> QRectF:
        """What is to be in view as well when everything is framed; empty for nothing."""
