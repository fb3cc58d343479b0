"""Watch over the pointer while something on the canvas is lit under it: Qt does not always tell that it left, as where
a sheet over the canvas has just gone.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from widgets.canvas.surface import Surface

GONE = {QEvent.Type.Leave, QEvent.Type.Hide, QEvent.Type.WindowDeactivate}
LOOK_MS = 200
"""How often it is looked whether the pointer is still there."""


class PointerWatch(QObject):
    """Ends what a surface shows as under the pointer once that is not over the viewport any more."""

    def __init__(self, viewport: QWidget, surface: Surface) -> None:
        super().__init__(viewport)
        self._viewport, self._surface = viewport, surface
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Nothing is lit once the viewport is left or hidden, or the window is not the active one any more."""
        kind = event.type()
        if kind in GONE:
            self._surface.leave()
        elif kind == QEvent.Type.MouseMove and not self._timer.isActive():
            self._timer.start()
        return False

    def _look(self) -> None:
        if QApplication.widgetAt(QCursor.pos()) is not self._viewport:
            self._surface.leave()
        if not self._surface.is_hovered:
            self._timer.stop()
