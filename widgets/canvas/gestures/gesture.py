"""What every gesture is: something that starts, moves, and ends or is cancelled."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter


class Gesture:
    """One movement of the pointer, from press to release.

    It is told where the pointer goes, and `end` or `cancel` is called once. Only `end` edits the document, in one
    transaction.
    """

    cursor = Qt.CursorShape.ArrowCursor
    edits = True
    """Whether it is about layers and wires as they were when it began; an edit made meanwhile calls it off."""

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is at ``place`` (scene coordinates)."""

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Leave everything as it was."""

    def area(self) -> QRectF:
        """The part of the scene that `paint` paints on."""
        return QRectF()

    def paint(self, painter: QPainter) -> None:
        """Paint what belongs to the gesture alone, above the network."""
