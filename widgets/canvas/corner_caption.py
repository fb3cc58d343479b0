"""A line in a corner of the canvas that says whose the pictures and marks on the cards are, where that is not plain."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from widgets.canvas.key_hint import INSET, KeyHint
from widgets.look.theme import ThemeSource


class CornerCaption(KeyHint):
    """Stays in a corner while no card lies there, else takes the next one that ``is_clear`` of cards, if any is."""

    loud = False

    def __init__(self, viewport: QWidget, themes: ThemeSource, is_clear: Callable[[QRect], bool]) -> None:
        super().__init__(viewport, themes)
        self.setObjectName("canvasCaption")
        self._is_clear = is_clear
        self._corner = 0

    def place(self) -> None:
        """Stay in view, and off the cards where there is room."""
        if self.isHidden():
            return
        room, corners = self._viewport.size(), ((0, 1), (0, 0), (1, 0), (1, 1))
        across, down = room.width() - self.width() - 2 * INSET, room.height() - self.height() - 2 * INSET
        places = [QRect(QPoint(INSET + x * across, INSET + y * down), self.size()) for x, y in corners]
        tried = (self._corner, *range(len(corners)))
        self._corner = next((at for at in tried if self._is_clear(places[at])), self._corner)
        self.move(places[self._corner].topLeft())
