"""Connecting by keyboard: arrows choose among the layers that a wire may go to, Enter connects."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from graph.drawing.routing import course
from graph.editing import edits
from graph.editing.matching import Fit, Verdict, judge_target
from graph.errors import NetloomError
from graph.network import Connection
from widgets.canvas.board_items import painter_path
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.hit_test import find

FORWARD = (Qt.Key.Key_Right, Qt.Key.Key_Down)
BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up)
CONNECT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Step(Enum):
    """What follows a key."""

    GO_ON = auto()
    END = auto()
    CANCEL = auto()


class ConnectByKeyboard(Gesture):
    """A wire from a layer's output reaches for one candidate after another.

    Raises
    ------
    NetloomError
        if the layer has no output, or nothing that it may feed.
    """

    def __init__(self, canvas: CanvasContext, source: str) -> None:
        self._canvas = canvas
        self._source = source
        self._ports = canvas.document.network.node(source).outputs
        if not self._ports:
            raise NetloomError(f"{source} has no output to connect from.")
        self._port = self._ports[0]
        self._candidates = self._judged()
        if not self._candidates:
            raise NetloomError(f"There is no layer that {source} may feed: add one first.")
        self._index = self._nearest()
        self._confirmed = False
        self._announce()

    # Keys

    def key(self, key: int) -> Step:
        """Answer a key: choose another candidate or port, or say that the gesture is to end or be cancelled."""
        if key in FORWARD or key in BACK:
            self._index = (self._index + (1 if key in FORWARD else -1)) % len(self._candidates)
            self._announce()
        elif key == Qt.Key.Key_Tab:
            self._port = self._ports[(self._ports.index(self._port) + 1) % len(self._ports)]
            self._candidates = self._judged() or self._candidates
            self._index = min(self._index, len(self._candidates) - 1)
            self._announce()
        elif key in CONNECT:
            self._confirmed = True
            return Step.END
        return Step.CANCEL if key == Qt.Key.Key_Escape else Step.GO_ON

    @property
    def candidate(self) -> str:
        """The layer that Enter would connect to."""
        return self._candidates[self._index][0]

    # Ending

    def end(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Connect to the candidate, or to the layer that was clicked; a click elsewhere cancels."""
        canvas = self._canvas
        target = self.candidate if self._confirmed else find(canvas.board, place, canvas.navigation.zoom).id
        verdict = dict(self._candidates).get(target)
        if verdict is None:
            return
        document = canvas.document
        replaced = document.network.at(target, verdict.port) if verdict.port else None
        with document.transaction(f"Connect {self._source} to {target}"):
            port = verdict.port or edits.input_for(document, target)
            edits.connect(document, Connection(self._source, self._port, target, str(port)))
        canvas.selection.set([target])
        canvas.tell_replaced(replaced)
        if verdict.reason:
            canvas.events.statusMessage.emit(verdict.reason)

    # Inside

    def _judged(self) -> list[tuple[str, Verdict]]:
        """Layers that may be fed, as they are read: by rows from the top, each from the left."""
        canvas = self._canvas
        network, here = canvas.document.network, (self._source, self._port)
        fed = {c.target for c in network.out_of(self._source) if c.source_port == self._port}
        judged = [(id_, judge_target(network, canvas.checker, here, id_)) for id_ in network.ids if id_ not in fed]
        allowed = [(id_, verdict) for id_, verdict in judged if verdict.fit is not Fit.REFUSED]
        return sorted(allowed, key=lambda entry: network.node(entry[0]).position[::-1])

    def _nearest(self) -> int:
        """A good fit before a doubtful one, a free input before a taken one, the nearest before others."""
        network = self._canvas.document.network
        x, y = network.node(self._source).position

        def price(index: int) -> tuple[int, bool, float]:
            id_, verdict = self._candidates[index]
            there = network.node(id_).position
            taken = edits.free_input(network, id_) is None
            return -verdict.fit, taken, abs(there[0] - x) + abs(there[1] - y) + (400 if there[0] < x else 0)

        return min(range(len(self._candidates)), key=price)

    def _announce(self) -> None:
        canvas, verdict = self._canvas, self._candidates[self._index][1]
        canvas.navigation.reveal(canvas.board.cards[self.candidate].rect)
        sentence = (
            f"Connect {self._source}.{self._port} to {self.candidate}: Enter connects, arrows choose, Esc cancels."
        )
        canvas.events.hinted.emit(f"{sentence} {verdict.reason}".strip())

    def _path(self) -> QPainterPath:
        board, verdict = self._canvas.board, self._candidates[self._index][1]
        target = board.cards[self.candidate]
        end = target.input_place(verdict.port or target.node.inputs[-1])
        source = board.cards[self._source]
        start = source.output_place(self._port)
        vertical = source.node.vertical, target.node.vertical
        return painter_path(course(start.toTuple(), end.toTuple(), (), (source.outline, target.outline), vertical))

    def area(self) -> QRectF:
        """The wire and the ring around the candidate."""
        ring = self._canvas.board.cards[self.candidate].area
        return self._path().boundingRect().united(ring).adjusted(-8, -8, 8, 8)

    def paint(self, painter: QPainter) -> None:
        """The wire that would be, and a dashed ring around where it would go."""
        canvas, fit = self._canvas, self._candidates[self._index][1].fit
        color = QColor(canvas.theme.accent if fit is Fit.GOOD else canvas.theme.warning)
        shape = canvas.checker.layer_info(self._source).outputs.get(self._port)
        canvas.surface.wire_painter.loose(painter, self._path(), shape.kind if shape else "", color)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 2.5 / min(1.0, canvas.navigation.zoom), Qt.PenStyle.DashLine))
        painter.drawRoundedRect(canvas.board.cards[self.candidate].rect.adjusted(-5, -5, 5, 5), 11, 11)
