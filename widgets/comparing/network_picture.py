"""A network to look at: the canvas without its edits. Drag pans, the wheel zooms, F and H frame."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QKeyEvent, QMouseEvent

from widgets.canvas.canvas_command import Group
from widgets.canvas.canvas_view import CanvasView
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.keys import command_for

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


class NetworkPicture(CanvasView):
    """Shows a document's network, and changes nothing of it."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pan from here."""
        if event.button() in BUTTONS:
            place = self.navigation.to_scene(event.position().toPoint())
            self.context.gestures.begin(Pan(self.navigation, place))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Neither a search nor a settings form opens here."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """There are no commands to offer."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """No layer can be dropped."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what moves the view."""
        command = command_for(event)
        if command is not None and command.group is Group.VIEW:
            command.run(self.context)
        else:
            event.ignore()
