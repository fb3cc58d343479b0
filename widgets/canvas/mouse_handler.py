"""The mouse on the canvas: which gesture a press begins, and what the pointer is over."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from graph.editing.matching import LooseEnd
from graph.network import Connection
from graph.structure.blocks import Block
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.commands.add_commands import add_layer, search_for
from widgets.canvas.commands.annotation_commands import edit_annotation
from widgets.canvas.commands.layer_commands import show_problems_of
from widgets.canvas.gestures.cut import Cut
from widgets.canvas.gestures.drag import Drag, TakeOut
from widgets.canvas.gestures.drag_wire import DragWire
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.move_annotation import MoveAnnotation, ResizeAnnotation
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.gestures.rubber_band import RubberBand
from widgets.canvas.hit_test import END_GRASP, Hit, What

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class MouseHandler:
    """Turns presses, moves, releases and the space bar into gestures, selection and commands."""

    def __init__(self, canvas: CanvasContext) -> None:
        self._canvas = canvas
        canvas.gestures.cancelled.connect(self.forget)
        self._pressed: tuple[QPoint, Hit, Qt.KeyboardModifier] | None = None
        self._held = False
        """Whether a button is down that went down here."""
        self._fresh = False
        """Whether the press itself selected the card under it."""
        self._space = False
        self._panned = False
        """Whether Space was used to pan since it went down."""

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        canvas, spot = self._canvas, event.position().toPoint()
        place = canvas.navigation.to_scene(spot)
        if canvas.gestures.current is not None or self._pressed is not None:
            return
        self._held = True
        if event.button() == MIDDLE or (event.button() == LEFT and self._space):
            self._panned = True
            canvas.gestures.begin(Pan(canvas.navigation, place))
        elif event.button() == LEFT:
            hit = canvas.hit(spot)
            if hit.what in (What.INPUT, What.OUTPUT):
                canvas.gestures.begin(self._from_port(hit, place))
            else:
                self._pressed = (spot, hit, event.modifiers())
                self._select_on_press(hit, event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        canvas, spot = self._canvas, event.position().toPoint()
        canvas.pointer = spot
        if self._pressed is not None:
            start, hit, modifiers = self._pressed
            if (spot - start).manhattanLength() < QApplication.startDragDistance():
                return
            self._pressed = None
            canvas.gestures.begin(self._gesture(hit, canvas.navigation.to_scene(start), modifiers))
        if canvas.gestures.current is not None:
            canvas.gestures.move(canvas.navigation.to_scene(spot), event.modifiers())
        else:
            canvas.surface.hover(canvas.hit(spot))

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        self._held, canvas = False, self._canvas
        if self._pressed is not None and event.button() == LEFT:
            _, hit, modifiers = self._pressed
            self._pressed = None
            self._click(hit, modifiers)
        elif canvas.gestures.current is not None and event.button() in (LEFT, MIDDLE):
            canvas.gestures.end(canvas.navigation.to_scene(event.position().toPoint()), event.modifiers())

    @property
    def holds(self) -> bool:
        """Whether a button that went down here is still held, so that the view must not move by itself."""
        return self._pressed is not None or (self._held and self._canvas.gestures.current is not None)

    def forget(self) -> None:
        """Drop a press that has not become a gesture."""
        self._pressed = None

    def double_click(self, event: QMouseEvent) -> None:
        """Search on the ground, open a block, go to a layer's settings, or edit a note or frame."""
        canvas, hit = self._canvas, self._canvas.hit(event.position().toPoint())
        if event.button() != LEFT:
            return
        if hit.what is What.NOTHING:
            canvas.pointer = event.position().toPoint()
            add_layer(canvas)
        elif hit.what is What.CARD and isinstance(canvas.document.network.layer(hit.id), Block):
            canvas.events.blockEntered.emit(hit.id)
        elif hit.what is What.CARD:
            canvas.events.layerActivated.emit(hit.id)
        elif hit.what is What.ANNOTATION:
            edit_annotation(canvas, hit.id)

    # The space bar

    def hold_space(self) -> bool:
        """Space went down: a drag pans until it goes up. False if it was down."""
        if self._space:
            return False
        self._space, self._panned = True, False
        return True

    def release_space(self) -> bool:
        """Space went up. Whether it did nothing but go down and up."""
        plain = self._space and not self._panned and self._canvas.gestures.current is None
        self._space = False
        return plain

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
            return self._lifted(canvas.board.wires[hit.slot].connection, place)
        return RubberBand(canvas, place, adding=bool(modifiers & CTRL))

    def _from_port(self, hit: Hit, place: QPointF) -> DragWire:
        """A new wire from a port, or the end of the wire that arrives at it."""
        port = (hit.id, hit.port)
        if hit.what is What.OUTPUT:
            return self._wire(place, port, output=True)
        connection = self._canvas.document.network.at(*port)
        if connection is not None:
            return self._wire(place, (connection.source, connection.source_port), output=True, lifted=connection)
        return self._wire(place, port, output=False)

    def _lifted(self, connection: Connection, place: QPointF) -> DragWire:
        """Take off the end of a wire that is nearer to the pointer."""
        cards = self._canvas.board.cards
        source = cards[connection.source].output_place(connection.source_port)
        target = cards[connection.target].input_place(connection.target_port)
        to_source, to_target = (place - source).manhattanLength(), (place - target).manhattanLength()
        if to_source < to_target and to_source < 3 * END_GRASP:
            return self._wire(place, (connection.target, connection.target_port), output=False, lifted=connection)
        return self._wire(place, (connection.source, connection.source_port), output=True, lifted=connection)

    def _wire(
        self, place: QPointF, fixed: tuple[str, str], *, output: bool, lifted: Connection | None = None
    ) -> DragWire:
        def search(end: LooseEnd, place: QPointF) -> None:
            search_for(self._canvas, end, place)

        return DragWire(self._canvas, place, fixed, output=output, lifted=lifted, dropped=search)

    # Clicks

    def _select_on_press(self, hit: Hit, modifiers: Qt.KeyboardModifier) -> None:
        canvas = self._canvas
        self._fresh = hit.what is What.CARD and hit.id not in canvas.selection
        if hit.what is What.ANNOTATION:
            canvas.selection.select_annotation(hit.id)
        if not self._fresh:
            return
        if modifiers & (CTRL | SHIFT):
            canvas.selection.add(hit.id)
        else:
            canvas.selection.set([hit.id])

    def _click(self, hit: Hit, modifiers: Qt.KeyboardModifier) -> None:
        canvas = self._canvas
        if hit.what is What.MARK:
            canvas.selection.set([hit.id])
            show_problems_of(canvas, hit.id)
        elif hit.what is What.CARD:
            if modifiers & (CTRL | SHIFT) and not self._fresh:
                canvas.selection.toggle(hit.id)
            elif not self._fresh:
                canvas.selection.set([hit.id])
        elif hit.what is not What.ANNOTATION and not modifiers & CTRL:
            canvas.selection.select_wire(hit.slot)
