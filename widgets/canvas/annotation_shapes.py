"""Notes and frames as they are shown: their colours, what of them can be grasped, and how they are painted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from graph.drawing.frames import TITLE
from graph.network import Annotation, AnnotationKind
from widgets.canvas.level_of_detail import MID_FROM
from widgets.look.theme import Theme, blend

EDGE = 6.0
"""Width of a frame's border that can be grasped, in pixels of the screen."""

CORNER = 16.0
"""Side of the corner that resizes, in pixels of the screen."""

SMALLEST = QSizeF(88.0, 48.0)
"""Least width and height of an annotation."""

INSET = 10.0
"""Space around a note's text."""

FAR_TITLE = 13.0
"""Size of a frame's title seen from far, in pixels of the screen."""

SMALLEST_TITLE = 6.0
"""Titles that would be smaller on the screen are left out."""

HUES = 8
"""Number of hues that annotations can have."""


def hue(theme: Theme, index: int) -> QColor:
    """The colour of an annotation's hue."""
    return list(theme.families.values())[index % HUES]


def rect(annotation: Annotation) -> QRectF:
    """The annotation's area."""
    return QRectF(*annotation.area)


def placed(annotation: Annotation, area: QRectF) -> Annotation:
    """The annotation at another place or in another size."""
    return replace(annotation, area=(area.left(), area.top(), area.width(), area.height()))


def corner_at(annotation: Annotation, place: QPointF, zoom: float) -> bool:
    """Whether the place is in the corner that resizes."""
    area, reach = rect(annotation), CORNER / zoom
    return QRectF(area.right() - reach, area.bottom() - reach, reach, reach).contains(place)


def grasped(annotation: Annotation, place: QPointF, zoom: float) -> bool:
    """Whether the place takes hold of the annotation: anywhere on a note, title or border of a frame."""
    area = rect(annotation)
    if not area.contains(place):
        return False
    if annotation.kind is AnnotationKind.NOTE or corner_at(annotation, place, zoom):
        return True
    inside = area.adjusted(EDGE / zoom, TITLE, -EDGE / zoom, -EDGE / zoom)
    return not inside.contains(place)


def title_area(annotation: Annotation) -> QRectF:
    """Where a frame's title stands."""
    area = rect(annotation)
    return QRectF(area.left(), area.top(), area.width(), TITLE)


class AnnotationPainter:
    """Paints annotations in one theme, in scene coordinates."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.text_font = _sized(theme.font(), 13 * min(theme.scale, 1.5))
        self.title_font = _sized(theme.font(bold=True), 14 * min(theme.scale, 1.3))

    def paint(self, painter: QPainter, annotations: Iterable[Annotation], selected: str | None, zoom: float) -> None:
        """Paint annotations in their order; the selected one gets a ring and a corner to resize by."""
        for annotation in annotations:
            (self._note if annotation.kind is AnnotationKind.NOTE else self._frame)(painter, annotation, zoom)
            if annotation.id == selected:
                self._ring(painter, rect(annotation), zoom)

    def ground(self, annotation: Annotation) -> QColor:
        """What a note's text stands on."""
        return blend(hue(self.theme, annotation.hue), self.theme.raised, 0.22)

    def _note(self, painter: QPainter, annotation: Annotation, zoom: float) -> None:
        area = rect(annotation)
        painter.setPen(QPen(blend(hue(self.theme, annotation.hue), self.theme.border, 0.5), 1))
        painter.setBrush(self.ground(annotation))
        painter.drawRoundedRect(area, 4, 4)
        if zoom < 0.25:
            return
        painter.setPen(self.theme.text)
        painter.setFont(self.text_font)
        painter.save()
        painter.setClipRect(area.adjusted(INSET, INSET / 2, -INSET / 2, -INSET / 2))
        painter.drawText(area.adjusted(INSET, INSET, -INSET, -INSET), Qt.TextFlag.TextWordWrap, annotation.text)
        painter.restore()

    def _frame(self, painter: QPainter, annotation: Annotation, zoom: float) -> None:
        area, color = rect(annotation), hue(self.theme, annotation.hue)
        fill = QColor(color)
        fill.setAlpha(30 if self.theme.dark else 20)
        painter.setPen(QPen(blend(color, self.theme.ground, 0.7), max(1.5, 1.0 / zoom)))
        painter.setBrush(fill)
        painter.drawRoundedRect(area, 10, 10)
        if zoom < MID_FROM:
            return  # its title stands above the cards, see `titles`
        painter.setFont(self.title_font)
        painter.setPen(blend(color, self.theme.text, 0.45))
        title = area.adjusted(12, 6, -12, -6)
        painter.drawText(title, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, annotation.text)

    def titles(self, painter: QPainter, annotations: Iterable[Annotation], zoom: float) -> None:
        """Paint frames' titles as they look from far, where they name the regions of a large network.

        They grow against the zoom, as far as their frames have room, and stand on a ground of their own above the
        cards.
        """
        for annotation in annotations:
            area, color = rect(annotation), hue(self.theme, annotation.hue)
            size = min(max(self.title_font.pixelSize(), FAR_TITLE * self.theme.scale / zoom), area.height() / 2)
            if size * zoom < SMALLEST_TITLE:
                continue
            font = _sized(self.title_font, size)
            metrics, inset = QFontMetricsF(font), size / 3
            text = metrics.elidedText(annotation.text, Qt.TextElideMode.ElideRight, area.width() - 2 * inset)
            plate = QRectF(area.topLeft(), QSizeF(metrics.horizontalAdvance(text) + 2 * inset, metrics.height()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(color, self.theme.ground, 0.2))
            painter.drawRoundedRect(plate, inset, inset)
            painter.setFont(font)
            painter.setPen(blend(color, self.theme.text, 0.3))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _ring(self, painter: QPainter, area: QRectF, zoom: float) -> None:
        painter.setPen(QPen(self.theme.accent, max(2.0, 1.6 / zoom)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 8, 8)
        side, end = CORNER * 0.7 / zoom, area.bottomRight()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.accent)
        painter.drawPolygon(QPolygonF([end, end - QPointF(side, 0), end - QPointF(0, side)]))


def _sized(font: QFont, pixels: float) -> QFont:
    copy = QFont(font)
    copy.setPixelSize(max(1, round(pixels)))
    return copy
