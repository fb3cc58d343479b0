"""The mouse on the canvas: which gesture a press begins, and what the pointer is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from graph.network import Connection
from widgets.canvas.gestures.cut import Cut
from widgets.canvas.gestures.drag import Drag, TakeOut
from widgets.canvas.gestures.drag_wire import DragWire
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.move_annotation import MoveAnnotation, ResizeAnnotation
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.gestures.rubber_band import RubberBand
from widgets.canvas.hit_test import END_GRASP, Hit, What, find

if TYPE_CHECKING:
    from widgets.canvas.canvas_view import CanvasView

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class MouseHandler:
    """Turns presses, moves and releases into gestures; at most one goes on at a time."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._pressed: tuple[QPoint, Hit, Qt.KeyboardModifier] | None = None
        self._fresh = False
        """Whether the press itself selected the card under it."""
        self.space = False
        self.panned = False
        """Whether Space was used to pan since it went down."""

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        canvas, spot = self._canvas, event.position().toPoint()
        place = canvas.mapToScene(spot)
        if canvas.gesture is not None or self._pressed is not None:
            return
        if event.button() == MIDDLE or (event.button() == LEFT and self.space):
            self.panned = True
            canvas.begin(Pan(canvas, place))
        elif event.button() == LEFT:
            hit = find(canvas.board, place, canvas.zoom)
            if hit.what in (What.INPUT, What.OUTPUT):
                canvas.begin(self._pull(hit, place))
            else:
                self._pressed = (spot, hit, event.modifiers())
                self._select_on_press(hit, event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        canvas, spot = self._canvas, event.position().toPoint()
        if self._pressed is not None:
            start, hit, modifiers = self._pressed
            if (spot - start).manhattanLength() < QApplication.startDragDistance():
                return
            self._pressed = None
            canvas.begin(self._gesture(hit, canvas.mapToScene(start), modifiers))
        if canvas.gesture is not None:
            canvas.lead(canvas.mapToScene(spot), event.modifiers())
        else:
            canvas.hover(find(canvas.board, canvas.mapToScene(spot), canvas.zoom))

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        canvas = self._canvas
        if self._pressed is not None and event.button() == LEFT:
            _, hit, modifiers = self._pressed
            self._pressed = None
            self._click(hit, modifiers)
        elif canvas.gesture is not None and event.button() in (LEFT, MIDDLE):
            canvas.finish(canvas.mapToScene(event.position().toPoint()), event.modifiers())

    def forget(self) -> None:
        """Drop a press that has not become a gesture."""
        self._pressed = None

    # Which gesture

    def _gesture(self, hit: Hit, place: QPointF, modifiers: Qt.KeyboardModifier) -> Gesture:
        canvas = self._canvas
        if hit.what in (What.CARD, What.MARK):
            if hit.id not in canvas.selection:
                canvas.selection.add(hit.id)
            return (TakeOut if modifiers & ALT else Drag)(canvas, place, hit.id)
        if hit.what is What.ANNOTATION:
            return (ResizeAnnotation if hit.port == "corner" else MoveAnnotation)(canvas, place, hit.id)
        if modifiers & SHIFT:
            return Cut(canvas, place)
        if hit.what is What.WIRE and hit.slot is not None:
            return self._lift(canvas.board.wires[hit.slot].connection, place)
        return RubberBand(canvas, place, adding=bool(modifiers & CTRL))

    def _pull(self, hit: Hit, place: QPointF) -> DragWire:
        canvas = self._canvas
        if hit.what is What.OUTPUT:
            return DragWire(canvas, place, (hit.id, hit.port), output=True, lifted=None)
        connection = canvas.document.network.at(hit.id, hit.port)
        if connection is not None:
            fixed = (connection.source, connection.source_port)
            return DragWire(canvas, place, fixed, output=True, lifted=connection)
        return DragWire(canvas, place, (hit.id, hit.port), output=False, lifted=None)

    def _lift(self, connection: Connection, place: QPointF) -> Gesture:
        """Take off the end of a wire that is nearer to the pointer."""
        canvas = self._canvas
        source = canvas.board.cards[connection.source].output_place(connection.source_port)
        target = canvas.board.cards[connection.target].input_place(connection.target_port)
        to_source, to_target = (place - source).manhattanLength(), (place - target).manhattanLength()
        if to_source < to_target and to_source < 3 * END_GRASP:
            fixed = (connection.target, connection.target_port)
            return DragWire(canvas, place, fixed, output=False, lifted=connection)
        fixed = (connection.source, connection.source_port)
        return DragWire(canvas, place, fixed, output=True, lifted=connection)

    # Clicks

    def _select_on_press(self, hit: Hit, modifiers: Qt.KeyboardModifier) -> None:
        canvas = self._canvas
        self._fresh = hit.what is What.CARD and hit.id not in canvas.selection
        canvas.select_annotation(hit.id if hit.what is What.ANNOTATION else None)
        if not self._fresh:
            return
        canvas.select_wire(None)
        if modifiers & (CTRL | SHIFT):
            canvas.selection.add(hit.id)
        else:
            canvas.selection.set([hit.id])

    def _click(self, hit: Hit, modifiers: Qt.KeyboardModifier) -> None:
        canvas = self._canvas
        if hit.what is What.MARK:
            canvas.selection.set([hit.id])
            canvas.show_problems(hit.id)
        elif hit.what is What.CARD:
            if modifiers & (CTRL | SHIFT) and not self._fresh:
                canvas.selection.toggle(hit.id)
            elif not self._fresh:
                canvas.selection.set([hit.id])
        elif not modifiers & CTRL:
            canvas.selection.clear()
            canvas.select_wire(hit.slot)
