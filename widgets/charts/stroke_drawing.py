"""What a pen has drawn, step by step: lines that were given and lines written behind them, and where the pen is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.numerics.strokes import Point, Segment, segments
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

LEAST = 12
"""Steps of the grid that there is room for, at least, so that a first short line does not fill everything."""
THICK, THIN = 3.0, 1.5
"""Widths of the lines of the pen, and of its ways through the air."""


class StrokeDrawing(PaintedView):
    """Lines that were given in one colour, those that were written behind them in another; lifted steps are dotted."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Drawing", "No line yet.", parent)
        self._segments: tuple[Segment, ...] = ()
        self._given = 0

    def show_tokens(self, tokens: Sequence[str], given: int) -> None:
        """Show a drawing of which the first ``given`` tokens were given."""
        self._segments, self._given = segments(tokens), given
        drawn = sum(segment.drawn for segment in self._segments)
        lifted = len(self._segments) - drawn
        self.describe(f"A drawing of {drawn} steps of the pen and {lifted} through the air: {' '.join(tokens)}")
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is no step."""
        return not self._segments

    def minimumSizeHint(self) -> QSize:
        """Room for a letter."""
        return QSize(self.theme.px(120), self.theme.px(120))

    def sizeHint(self) -> QSize:
        """Rather square."""
        return QSize(self.theme.px(260), self.theme.px(260))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint each step, then the pen."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = self._scale(area.adjusted(16, 12, -16, -12))
        for segment in sorted(self._segments, key=lambda segment: segment.drawn):  # lines lie over ways through the air
            painter.setPen(self._pen(segment))
            painter.drawLine(at(segment.start), at(segment.end))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.text)
        painter.drawEllipse(at(self._segments[-1].end), self.theme.px(4), self.theme.px(4))

    def _pen(self, segment: Segment) -> QPen:
        given = segment.token < self._given
        if segment.drawn:
            colour: QColor = self.theme.faint if given else self.theme.accent
            return QPen(colour, self.theme.px(1) * THICK, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        return QPen(self.theme.strong_border, THIN, Qt.PenStyle.DotLine)

    def _scale(self, place: QRectF) -> _Scale:
        points = [segment.start for segment in self._segments] + [segment.end for segment in self._segments]
        xs, ys = ([point[axis] for point in points] for axis in (0, 1))
        box = QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        unit = min(place.width() / max(box.width(), LEAST), place.height() / max(box.height(), LEAST))
        return _Scale(box.center(), place.center(), unit)


class _Scale:
    """From points of the grid to points of the view: y is upwards on the one, downwards on the other."""

    def __init__(self, middle: QPointF, centre: QPointF, unit: float) -> None:
        self.middle, self.centre, self.unit = middle, centre, unit

    def __call__(self, point: Point) -> QPointF:
        across, along = point[0] - self.middle.x(), point[1] - self.middle.y()
        return QPointF(self.centre.x() + across * self.unit, self.centre.y() - along * self.unit)
