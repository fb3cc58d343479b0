"""Moving and resizing notes and frames; a frame takes along what lies in it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from graph.drawing import cards
from graph.network import Annotation, AnnotationKind, Position
from widgets.canvas import annotation_shapes
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture


class MoveAnnotation(Gesture):
    """Drag a note, or a frame with the cards and annotations in it."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: CanvasContext, start: QPointF, id: str, merge: str | None = None) -> None:
        self._canvas, self._start = canvas, start
        self._merge = merge
        network = canvas.document.network
        self._annotation = network.annotations[id]
        area = annotation_shapes.rect(self._annotation)
        frame = self._annotation.kind is AnnotationKind.FRAME
        self._cards = [card.id for card in canvas.board.cards_in(area) if frame and area.contains(card.rect)]
        inside = [
            each for each in network.annotations.values() if frame and area.contains(annotation_shapes.rect(each))
        ]
        self._moving: list[Annotation] = [self._annotation, *(each for each in inside if each.id != id)]
        self._step = QPointF()

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show everything at its new place, on the grid."""
        corner = QPointF(*self._annotation.area[:2])
        self._step = QPointF(*cards.snapped(*(corner + place - self._start).toTuple())) - corner
        self._canvas.board.show_annotations(self._moved())
        self._canvas.board.displace(self._places())

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move it in the document."""
        self.move(place, modifiers)
        document = self._canvas.document
        with document.transaction(f"Move the {self._annotation.kind.value}", merge=self._merge):
            for annotation in self._moved():
                document.set_annotation(annotation.id, annotation)
            document.move(self._places())
        self.cancel()

    def cancel(self) -> None:
        """Show everything where the document has it."""
        self._canvas.board.settle_back(self._cards)
        self._canvas.board.settle_annotations()

    def _moved(self) -> list[Annotation]:
        return [
            annotation_shapes.placed(each, annotation_shapes.rect(each).translated(self._step)) for each in self._moving
        ]

    def _places(self) -> dict[str, Position]:
        network = self._canvas.document.network
        places = {id_: network.node(id_).position for id_ in self._cards}
        return {id_: (x + self._step.x(), y + self._step.y()) for id_, (x, y) in places.items()}


class ResizeAnnotation(Gesture):
    """Drag the lower right corner of a note or frame."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: CanvasContext, start: QPointF, id: str, merge: str | None = None) -> None:
        self._canvas, self._start = canvas, start
        self._merge = merge
        self._annotation = canvas.document.network.annotations[id]

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show it in its new size."""
        self._canvas.board.show_annotations([self._resized(place)])

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Resize it in the document."""
        document = self._canvas.document
        with document.transaction(f"Resize the {self._annotation.kind.value}", merge=self._merge):
            document.set_annotation(self._annotation.id, self._resized(place))
        self.cancel()

    def cancel(self) -> None:
        """Show it as the document has it."""
        self._canvas.board.settle_annotations()

    def _resized(self, place: QPointF) -> Annotation:
        area, step = annotation_shapes.rect(self._annotation), place - self._start
        width, height = cards.snapped(area.width() + step.x(), area.height() + step.y())
        size = QSizeF(width, height).expandedTo(annotation_shapes.SMALLEST)
        return annotation_shapes.placed(self._annotation, QRectF(area.topLeft(), size))
