"""Dragging wires: from a port, or an existing wire's end to another place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath

from graph.drawing.routing import course, direct
from graph.editing import edits
from graph.editing.matching import Fit, LooseEnd, Verdict, judge_source, judge_target
from graph.network import Connection
from widgets.canvas.board_items import painter_path
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.hit_test import What, find
from widgets.look.theme import blend

MOST_LIT = 400
"""Cards that are judged at once when a wire is dragged; with more in view only the one under the pointer is."""

LABEL_WIDTH = 320.0
"""Widest line of the sentence beside the pointer."""


class DragWire(Gesture):
    """A wire follows the pointer from a fixed end; where it fits lights up, where not it says why.

    ``fixed`` is a layer and its port, an output or an input. ``lifted`` is an existing connection whose other end was
    taken off. ``dropped`` is called where a new wire ends on empty ground.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        canvas: CanvasContext,
        start: QPointF,
        fixed: tuple[str, str],
        *,
        output: bool,
        lifted: Connection | None,
        dropped: Callable[[LooseEnd, QPointF], object],
    ) -> None:
        self._canvas, self._start = canvas, start
        self._fixed, self._output, self._lifted, self._dropped = fixed, output, lifted, dropped
        self._loose = start
        self._over: tuple[str, Verdict] | None = None
        self._lit: list[tuple[str, Verdict]] = []
        if lifted is not None:
            canvas.surface.emphasis.hidden_wires.add((lifted.target, lifted.target_port))
        self._judge_all()
        canvas.surface.update()

    # Judging

    def _judge(self, id_: str, port: str | None) -> Verdict:
        document, checker = self._canvas.document, self._canvas.checker
        if self._output:
            if self._lifted is not None and port is None and id_ == self._lifted.target:
                port = self._lifted.target_port
            return judge_target(document.network, checker, self._fixed, id_, port)
        return judge_source(document.network, checker, self._fixed, id_)

    def _judge_all(self) -> None:
        visible = self._canvas.board.cards_in(self._canvas.navigation.visible_region())
        if len(visible) > MOST_LIT:
            return
        verdicts = [(card.id, self._judge(card.id, None)) for card in visible if card.id != self._fixed[0]]
        self._lit = [(id_, verdict) for id_, verdict in verdicts if verdict.fit is Fit.GOOD]
        refused = {id_ for id_, verdict in verdicts if verdict.fit is Fit.REFUSED}
        self._canvas.surface.emphasis.dimmed = refused

    # Moving

    def move(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Lead the loose end to the pointer, or to the port that would take it."""
        hit = find(self._canvas.board, place, self._canvas.navigation.zoom)
        self._loose, self._over = place, None
        if hit.what in (What.CARD, What.MARK, What.INPUT, What.OUTPUT) and hit.id != self._fixed[0]:
            wanted = What.INPUT if self._output else What.OUTPUT
            verdict = self._judge(hit.id, hit.port if hit.what is wanted else None)
            self._over = (hit.id, verdict)
            spot = self._spot(hit.id, verdict)
            if spot is not None and verdict.fit is not Fit.REFUSED:
                self._loose = spot

    def _spot(self, id_: str, verdict: Verdict) -> QPointF | None:
        card = self._canvas.board.cards[id_]
        if not self._output:
            return card.output_place(verdict.port) if verdict.port else None
        if verdict.port is not None:
            return card.input_place(verdict.port)
        beyond = QPointF(20, 0) if card.node.vertical else QPointF(0, 20)
        return card.input_place(card.node.inputs[-1]) + beyond if card.node.inputs else None

    # Ending

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Connect; over empty ground search for a layer that fits, or drop the lifted wire."""
        self.move(place, modifiers)
        over = self._over
        self._forget()
        if over is not None:
            self._land(*over)
        elif self._lifted is not None:
            with self._canvas.document.transaction("Remove a wire"):
                self._canvas.document.disconnect(self._lifted)
        elif (place - self._start).manhattanLength() * self._canvas.navigation.zoom > 16:
            self._dropped(self._loose_end(), place)

    def cancel(self) -> None:
        """Let go; a lifted wire snaps back."""
        self._forget()

    def _land(self, id_: str, verdict: Verdict) -> None:
        if verdict.fit is Fit.REFUSED:
            self._canvas.events.statusMessage.emit(verdict.reason)
            return
        document = self._canvas.document
        replaced = self._taken(id_, verdict)
        title = f"Connect {self._fixed[0]} to {id_}" if self._output else f"Connect {id_} to {self._fixed[0]}"
        with document.transaction(title):
            if self._lifted is not None:
                document.disconnect(self._lifted)
            if self._output:
                port = verdict.port or edits.input_for(document, id_)
                connection = Connection(*self._fixed, id_, str(port))
            else:
                connection = Connection(id_, str(verdict.port), *self._fixed)
            edits.connect(document, connection)
        if replaced != connection:
            self._canvas.tell_replaced(replaced)
        if verdict.reason:
            self._canvas.events.statusMessage.emit(verdict.reason)

    def _taken(self, id_: str, verdict: Verdict) -> Connection | None:
        """The wire of another layer that landing there takes away."""
        port = (id_, verdict.port) if self._output else self._fixed
        old = self._canvas.document.network.at(port[0], port[1]) if port[1] else None
        return None if old == self._lifted else old

    def _loose_end(self) -> LooseEnd:
        return self._canvas.output_end(*self._fixed) if self._output else LooseEnd(*self._fixed, False)

    def _forget(self) -> None:
        emphasis = self._canvas.surface.emphasis
        emphasis.hidden_wires.clear()
        emphasis.dimmed = set()
        self._lit, self._over = [], None
        self._canvas.surface.update()

    # Painting

    def _path(self) -> QPainterPath:
        cards = self._canvas.board.cards
        card = cards[self._fixed[0]]
        start = card.output_place(self._fixed[1]) if self._output else self._loose
        end = self._loose if self._output else card.input_place(self._fixed[1])
        if self._over is None:
            down = card.node.vertical
            return painter_path(direct(start.toTuple(), end.toTuple(), (down, down)))
        # Over a card the wire runs as it will once it has landed.
        other = cards[self._over[0]]
        ends = (card, other) if self._output else (other, card)
        vertical = ends[0].node.vertical, ends[1].node.vertical
        return painter_path(course(start.toTuple(), end.toTuple(), (), (card.outline, other.outline), vertical))

    def area(self) -> QRectF:
        """The wire, the marks on the ports that fit, and the sentence."""
        whole = self._path().boundingRect().adjusted(-8, -8, 8, 8)
        for id_, verdict in self._lit:
            spot = self._spot(id_, verdict)
            if spot is not None:
                whole = whole.united(QRectF(spot.x() - 12, spot.y() - 12, 24, 24))
        return whole.united(self._label_area(self._sentence()).adjusted(-4, -4, 4, 4))

    def _sentence(self) -> str:
        return self._over[1].reason if self._over else ""

    def _color(self) -> QColor | None:
        if self._over is None:
            return None
        colors = {Fit.GOOD: None, Fit.DOUBTFUL: self._canvas.theme.warning, Fit.REFUSED: self._canvas.theme.error}
        return colors[self._over[1].fit]

    def paint(self, painter: QPainter) -> None:
        """The wire in its kind's colour, or in the colour of what is wrong."""
        theme = self._canvas.theme
        halo = QColor(theme.accent)
        halo.setAlpha(70)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        for id_, verdict in self._lit:
            spot = self._spot(id_, verdict)
            if spot is not None:
                painter.drawEllipse(spot, 10, 10)
        shape = self._loose_end().shape
        color = self._color()
        self._canvas.surface.wire_painter.loose(painter, self._path(), shape.kind if shape else "", color)
        painter.setBrush(color or theme.accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(self._loose, 5, 5)
        if self._sentence():
            self._paint_label(painter, self._sentence(), color or theme.text)

    def _label_area(self, text: str) -> QRectF:
        if not text:
            return QRectF()
        scale = 1 / self._canvas.navigation.zoom
        flags = Qt.TextFlag.TextWordWrap
        size = QFontMetricsF(self._canvas.theme.font(small=True)).boundingRect(
            QRectF(0, 0, LABEL_WIDTH, 400), flags, text
        )
        corner = self._loose + QPointF(14, 16) * scale
        return QRectF(corner.x(), corner.y(), (size.width() + 20) * scale, (size.height() + 12) * scale)

    def _paint_label(self, painter: QPainter, text: str, color: QColor) -> None:
        theme, area, zoom = self._canvas.theme, self._label_area(text), self._canvas.navigation.zoom
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(1 / zoom, 1 / zoom)
        frame = QRectF(0, 0, area.width() * zoom, area.height() * zoom)
        painter.setPen(blend(color, theme.raised, 0.6))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(frame, 6, 6)
        painter.setPen(theme.text)
        painter.setFont(theme.font(small=True))
        painter.drawText(frame.adjusted(10, 6, -10, -6), Qt.TextFlag.TextWordWrap, text)
        painter.restore()
