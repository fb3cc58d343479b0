"""Framing and zooming."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext

LOWER_LEFT = QPoint(0, 10_000)
"""A spot below every viewport: what opens there stands in the corner."""


@command("Frame the selection", "F", id="frame", group=Group.VIEW)
def frame_selection(canvas: CanvasContext) -> None:
    """Show the selected cards, or all where none is selected."""
    if canvas.selection.ids:
        canvas.show_layers(canvas.selection.ids)
        canvas.navigation.take()
    else:
        canvas.frame_all()


@command("Frame everything", "H", "Home", id="home", group=Group.VIEW, context=ContextMenu.GROUND, icon="fit")
def frame_all(canvas: CanvasContext) -> None:
    """Show the whole network, with what is shown beside it."""
    canvas.frame_all()


@command("What the wires mean", "Shift+W", id="wire_legend", group=Group.VIEW, context=ContextMenu.GROUND)
def show_wire_legend(canvas: CanvasContext) -> None:
    """Show what flows along wires of each colour and stroke, at the pointer, or else in the lower left corner."""
    pointed = canvas.pointer is not None
    canvas.popups.legend.tell(canvas.pointer_spot() if pointed else LOWER_LEFT, canvas.surface.wire_painter)


@command("Zoom in", "Ctrl++", "Ctrl+=", "+", group=Group.VIEW, everywhere=True)
def zoom_in(canvas: CanvasContext) -> None:
    """One step nearer."""
    canvas.navigation.zoom_in()


@command("Zoom out", "Ctrl+-", "-", group=Group.VIEW, everywhere=True)
def zoom_out(canvas: CanvasContext) -> None:
    """One step away."""
    canvas.navigation.zoom_out()


@command("Zoom to 100 %", "Ctrl+0", group=Group.VIEW, everywhere=True)
def zoom_reset(canvas: CanvasContext) -> None:
    """One pixel of the scene is one of the screen."""
    canvas.navigation.set_zoom(1.0)
