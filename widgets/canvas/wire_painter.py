"""Paints wires: curves in the colour and stroke of their kind, with the shape where there is room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from graph.drawing.routing import WirePath
from graph.shapes import Kind
from widgets.canvas.board_items import DEAD, Wire, painter_path
from widgets.canvas.card_painter import KIND_PIXELS
from widgets.canvas.level_of_detail import LARGEST_TEXT, Level
from widgets.look.theme import Theme, blend

STROKES: dict[str, tuple[float, tuple[float, ...]]] = {
    Kind.IMAGE: (2.4, ()),
    Kind.VECTOR: (1.6, ()),
    Kind.SEQUENCE: (2.0, (6.0, 2.5)),
    Kind.TOKENS: (2.2, (1.2, 2.2)),
    Kind.VIDEO: (2.4, (7.0, 2.0, 1.2, 2.0)),
    "": (1.4, (3.0, 3.0)),
    DEAD: (1.2, ()),
}
"""Width in pixels and dashes (in widths) by kind, so that colour is not the only sign; empty: no shape known."""

LEGEND: dict[str, tuple[str, str]] = {
    Kind.IMAGE: ("blue, solid and thick", "an image: channels × height × width"),
    Kind.VECTOR: ("grey, solid and thin", "a vector: so many numbers"),
    Kind.SEQUENCE: ("green, long dashes", "a sequence: time steps × features"),
    Kind.TOKENS: ("orange, dots", "tokens: time steps, each a word or letter by its number"),
    Kind.VIDEO: ("pink, dashes and dots in turn", "a video: pictures × channels × height × width"),
    "": ("grey, short dashes", "something whose shape is not known yet"),
    DEAD: ("grey, solid and very thin", "what leads to no output"),
}
"""How a wire of each kind looks, in words, and what it carries."""

THIN_BELOW = 0.8
"""Zoom below which wires are hairlines, which Qt draws much faster."""


LABEL_DROP = 40.0
"""Height of a wire that runs down from which its label leaves it visible above and below."""


class WirePainter:
    """Paints wires in one theme, in scene coordinates."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._font = theme.font()
        self._font.setPixelSize(round(KIND_PIXELS * min(theme.scale, LARGEST_TEXT)))
        self._metrics = QFontMetricsF(self._font)
        self._pens = {kind: self._pen(kind) for kind in STROKES}
        self._hairs = {kind: self._hair(kind) for kind in STROKES}

    def color(self, kind: str) -> QColor:
        """The colour of a kind; a quiet one where no shape is known or nobody uses it."""
        return self.theme.faint if kind in ("", DEAD) else self.theme.kind(kind)

    def paint(self, painter: QPainter, wires: Iterable[Wire], level: Level, zoom: float) -> None:
        """Paint wires as the level asks."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if level is Level.FAR:
            self.paint_lines(painter, lines_by_kind(wires))
            return
        pens = self._hairs if zoom < THIN_BELOW else self._pens
        kinds: defaultdict[str, list[QPainterPath]] = defaultdict(list)
        for wire in wires:
            kinds[wire.stroke].append(wire.path)
        for kind, paths in kinds.items():
            painter.setPen(pens[kind])
            for path in paths:
                painter.drawPath(path)

    def strong(self, painter: QPainter, wire: Wire, color: QColor | None = None) -> None:
        """Paint a wire that the pointer is over, or that something is about to happen to."""
        pen = QPen(self._pens[wire.stroke])
        pen.setColor(color or self.color(wire.stroke))
        pen.setWidthF(3.4 * self.theme.scale)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(wire.path)

    def loose(self, painter: QPainter, path: QPainterPath, kind: str, color: QColor | None) -> None:
        """Paint a wire that is being dragged."""
        pen = QPen(self._pens[kind])
        pen.setWidthF(2.6 * self.theme.scale)
        if color is not None:
            pen.setColor(color)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def paint_piece(self, painter: QPainter, start: QPointF, end: QPointF, kind: str) -> None:
        """Paint a straight piece of a wire of a kind."""
        painter.setPen(self._pens[kind])
        painter.drawLine(start, end)

    def sharing(self, painter: QPainter, pairs: Iterable[tuple[QRectF, QRectF]], zoom: float) -> None:
        """Paint faint dotted lines between cards that share weights, from bottom to bottom."""
        pen = QPen(blend(self.theme.accent, self.theme.ground, 0.55), max(1.4, 1.0 / zoom))
        pen.setDashPattern([1.0, 3.0])
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for first, second in pairs:
            start, end = (QPointF(rect.center().x(), rect.bottom()) for rect in (first, second))
            path = QPainterPath(start)
            sag = 32 + min(40.0, abs(end.x() - start.x()) / 8)
            path.cubicTo(start + QPointF(0, sag), end + QPointF(0, sag), end)
            painter.drawPath(path)

    def returning(self, painter: QPainter, lines: Iterable[WirePath], zoom: float) -> None:
        """Paint dashed wires with a head: values that come back in a loop's next step."""
        color = blend(self.theme.accent, self.theme.ground, 0.8)
        pen = QPen(color, max(1.8, 1.2 / zoom))
        pen.setDashPattern([4.0, 3.0])
        for line in lines:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(painter_path(line))
            tip = QPointF(*line.end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(-10, -5), tip + QPointF(-10, 5)]))

    def labels(self, painter: QPainter, wires: Iterable[Wire]) -> None:
        """Paint the shapes on those wires that have room for them."""
        painter.setFont(self._font)
        for wire in wires:
            if wire.shape is None:
                continue
            text = str(wire.shape)
            width = self._metrics.horizontalAdvance(text) + 12
            if not has_room(wire, width):
                continue
            centre = QPointF(*wire.course.middle())
            half = self._metrics.height() / 2 + 1
            area = QRectF(centre.x() - width / 2, centre.y() - half, width, 2 * half)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.ground)
            painter.drawRoundedRect(area, 9, 9)
            painter.setPen(blend(self.color(wire.stroke), self.theme.text, 0.6))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def paint_lines(self, painter: QPainter, lines: Mapping[str, list[QLineF]]) -> None:
        """Paint wires as they look from far: straight lines by kind."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for kind, straight in lines.items():
            painter.setPen(self._hairs[kind])
            painter.drawLines(straight)

    def _pen(self, kind: str) -> QPen:
        width, dashes = STROKES[kind]
        pen = QPen(blend(self.color(kind), self.theme.ground, 0.88), width * self.theme.scale)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.RoundCap)
        if dashes:
            pen.setDashPattern(list(dashes))
        return pen

    def _hair(self, kind: str) -> QPen:
        pen = QPen(blend(self.color(kind), self.theme.ground, 0.92), self.theme.scale)
        pen.setCosmetic(True)
        return pen


def lines_by_kind(wires: Iterable[Wire]) -> dict[str, list[QLineF]]:
    """The straight lines of wires, by the kind of what flows along them."""
    lines: defaultdict[str, list[QLineF]] = defaultdict(list)
    for wire in wires:
        lines[wire.stroke] += wire.lines
    return lines


def has_room(wire: Wire, width: float) -> bool:
    """Whether a label of this width leaves the wire visible on both sides."""
    index = len(wire.course.curves) // 2
    begin = wire.course.curves[index - 1][2] if index else wire.course.start
    end = wire.course.curves[index][2]
    if wire.course.down:
        return end[1] - begin[1] > LABEL_DROP and end[1] - begin[1] > abs(end[0] - begin[0])
    return abs(end[0] - begin[0]) > width + 56 and end[0] - begin[0] > abs(end[1] - begin[1]) * 0.6
