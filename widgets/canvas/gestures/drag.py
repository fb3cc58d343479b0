"""Moving cards, and taking them out of the flow."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph.editing import edits
from graph.editing.open_ends import OpenEnd, join
from graph.network import Connection, Position
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.hit_test import WIRE_GRASP, wire_at
from widgets.canvas.snapping import COARSE, FINE, SnapLines, rest

SNAP = 7.0
"""How near a card must come to a line of others to join it, in pixels of the screen."""


class Drag(Gesture):
    """Drag selected cards; a lone card that nothing is connected to can be dropped on a wire, or beside an open end."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: CanvasContext, start: QPointF, grasped: str) -> None:
        self._canvas, self._start = canvas, start
        network = canvas.document.network
        self._ids = [id_ for id_ in canvas.selection.ids if id_ in network]
        self._from = {id_: network.node(id_).position for id_ in self._ids}
        self._grasped = grasped
        self._to: dict[str, Position] = {}
        self._guides: tuple[QLineF, ...] = ()
        canvas.board.raise_cards(self._ids)
        moving = set(self._ids)
        staying = [
            card.rect for card in canvas.board.cards_in(canvas.navigation.visible_region()) if card.id not in moving
        ]
        self._lines = SnapLines(staying)

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Show the cards at their new places, snapped to the lines of others or the grid."""
        x, y = self._from[self._grasped]
        rect = QRectF(self._canvas.board.cards[self._grasped].rect)
        rect.moveTo(QPointF(x, y) + place - self._start)
        coarse = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        reach = SNAP / self._canvas.navigation.zoom
        resting = rest(rect, SnapLines(()), reach, COARSE) if coarse else rest(rect, self._lines, reach, FINE)
        dx, dy = resting.x - x, resting.y - y
        self._to = {id_: (px + dx, py + dy) for id_, (px, py) in self._from.items()}
        self._guides = resting.guides
        self._canvas.board.displace(self._to)
        target = self._wire_below(place)
        self._light(target)
        layer, end = self._canvas.document.network.layer(self._grasped), self._open_end() if target is None else None
        self._canvas.offer(layer, QPointF(*self._to[self._grasped]), end)

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Move them in the document; over a wire, insert."""
        self.move(place, modifiers)
        target = self._wire_below(place)
        end = self._open_end() if target is None else None
        self._light(None)
        self._canvas.surface.offer(None)
        self._guides = ()
        self._finish(target, end)

    def cancel(self) -> None:
        """Put the cards back."""
        self._light(None)
        self._canvas.surface.offer(None)
        self._guides = ()
        self._canvas.board.settle_back(self._ids)

    def _finish(self, target: Connection | None, end: OpenEnd | None) -> None:
        document = self._canvas.document
        title = edits.counted("Move", self._ids)
        if target or end:
            title = f"Insert {self._grasped}" if target else f"Connect {self._grasped}"
        with document.transaction(title):
            document.move(self._to)
            if target is not None:
                edits.insert_on(document, target, self._grasped)
            elif end is not None:
                join(document, self._grasped, end)
        self._canvas.board.settle_back(self._ids)

    def _wire_below(self, place: QPointF) -> Connection | None:
        if not self._loose():
            return None
        network = self._canvas.document.network
        wire = wire_at(self._canvas.board, place, 2 * WIRE_GRASP / self._canvas.navigation.zoom)
        if wire is None:
            return None
        fits = edits.insertable(network, network.node(self._grasped), wire.connection)
        return wire.connection if fits else None

    def _loose(self) -> bool:
        """Whether it is one card alone, with nothing connected to it."""
        network = self._canvas.document.network
        return len(self._ids) == 1 and not network.into(self._grasped) and not network.out_of(self._grasped)

    def _open_end(self) -> OpenEnd | None:
        """The open end of a chain that a loose card is beside."""
        if not self._loose():
            return None
        layer = self._canvas.document.network.layer(self._grasped)
        return self._canvas.open_end_for(layer, QPointF(*self._to[self._grasped]), self._grasped)

    def _light(self, connection: Connection | None) -> None:
        self._canvas.surface.light_wire((connection.target, connection.target_port) if connection else None)

    def area(self) -> QRectF:
        """Around the guides."""
        whole = QRectF()
        for line in self._guides:
            whole = whole.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-2, -2, 2, 2))
        return whole

    def paint(self, painter: QPainter) -> None:
        """Lines along which the cards snapped."""
        pen = QPen(self._canvas.theme.accent, 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(self._guides)


class TakeOut(Drag):
    """Alt-drag: the cards leave the flow, and the wires heal behind them."""

    def __init__(self, canvas: CanvasContext, start: QPointF, grasped: str) -> None:
        super().__init__(canvas, start, grasped)
        slots = {wire.slot for wire in canvas.board.wires_of(self._ids)}
        canvas.surface.emphasis.doomed_wires |= slots
        canvas.surface.update()

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Take the cards out and leave them where they are dropped."""
        self.move(place, modifiers & ~Qt.KeyboardModifier.AltModifier)
        self._unmark()
        self._guides = ()
        document = self._canvas.document
        with document.transaction(edits.counted("Take out", self._ids)):
            edits.take_out(document, self._ids)
            document.move(self._to)
        self._canvas.board.settle_back(self._ids)

    def cancel(self) -> None:
        """Leave the cards in the flow."""
        self._unmark()
        super().cancel()

    def _unmark(self) -> None:
        self._canvas.surface.emphasis.doomed_wires.clear()
        self._canvas.surface.update()

    def _wire_below(self, place: QPointF) -> Connection | None:
        return None

    def _open_end(self) -> OpenEnd | None:
        return None
