"""Blocks of the user's library dragged to the canvas (drag and drop): their wires are shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QDropEvent

from graph.errors import NetloomError
from graph.structure.blocks import Block
from widgets.canvas.canvas_view import CanvasView
from widgets.panels.palette import BLOCK_MIME


class BlockDrops(QObject):
    """Lets blocks be dropped on a canvas; ``add`` takes the name of one and its place in the scene."""

    def __init__(self, canvas: CanvasView, add: Callable[[str, QPointF], None]) -> None:
        super().__init__(canvas)
        self._canvas, self._add = canvas, add
        self._dragged: Block | None = None
        canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dragged over the canvas, if it is a block; entering and moving are drops too, to Qt."""
        if not isinstance(event, QDropEvent) or not event.mimeData().hasFormat(BLOCK_MIME):
            return False
        event.acceptProposedAction()
        name = event.mimeData().data(BLOCK_MIME).toStdString()
        place = self._canvas.mapToScene(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            self._dragged = None
            self._canvas.show_drop(None, place)
            self._add(name, place)
            self._canvas.setFocus()
        elif event.type() == QEvent.Type.DragEnter:
            self._dragged = kept_block(name)
        elif self._dragged is not None:
            self._canvas.show_drop(self._dragged, place)
        return True


def kept_block(name: str) -> Block | None:
    """A block of the user's library; None where it cannot be read, which is told once it is dropped."""
    from app.project import block_library

    try:
        return block_library.take(name)
    except NetloomError:
        return None
