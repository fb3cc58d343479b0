"""The legend of the canvas: what flows along each kind of wire, and what the colours below cards mean."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.canvas.popup_frame import PopupFrame
from widgets.canvas.wire_painter import LEGEND, WirePainter
from widgets.charts.colour_maps import between, image
from widgets.look.labels import text_label
from widgets.look.theme import Theme

TITLE, MORE = "What flows along the wires", "Point at a wire to read its shape."

COLOURS = "What the colours below cards mean"
SCALES: tuple[tuple[tuple[float, float], str], ...] = (
    ((-1.0, 1.0), "values that can be negative: orange below 0, blue above"),
    ((0.0, 1.0), "values from 0 on, as behind ReLU or softmax"),
)
"""The values of the first and last colour of each palette, and what it is for."""
BEYOND = "A few values far out have the colour of the end."

PIECE = QSize(64, 16)
"""Size of a piece of wire, in pixels."""


class WirePiece(QWidget):
    """A straight piece of wire of one kind."""

    def __init__(self, painter: WirePainter, kind: str) -> None:
        super().__init__()
        self._painter, self._kind = painter, kind
        self.setFixedSize(PIECE * painter.theme.scale)
        self.setAccessibleName(LEGEND[kind][0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, middle = QPainter(self), self.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.paint_piece(painter, QPointF(2, middle), QPointF(self.width() - 2, middle), self._kind)
        painter.end()


class ScalePiece(QWidget):
    """The colours between two ends, from the first to the last."""

    def __init__(self, theme: Theme, ends: tuple[float, float], says: str) -> None:
        super().__init__()
        self._colours = image(between(ends, theme)[None])
        self.setFixedSize(PIECE * theme.scale)
        self.setAccessibleName(says)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()).adjusted(2, 3, -2, -3), self._colours)
        painter.end()


class WireLegend(PopupFrame):
    """A row for every kind of wire, painted as on the canvas, and one for each palette of the pictures below cards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "wireLegend")
        self.setAccessibleName(TITLE)
        wires = [f"{looks}: {carried}" for looks, carried in LEGEND.values()]
        self.setAccessibleDescription("; ".join([*wires, *(says for _, says in SCALES)]))
        self._rows: QWidget | None = None

    def tell(self, place: QPoint, painter: WirePainter) -> None:
        """Show the legend near a place of the parent, in the strokes of a painter."""
        if self._rows is not None:
            self._rows.setParent(None)
            self._rows.deleteLater()
        self._rows = QWidget(self)
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(14, 12, 14, 12)
        grid.setHorizontalSpacing(12)
        grid.addWidget(text_label(TITLE, look="heading"), 0, 0, 1, 2)
        for row, (kind, (_, carried)) in enumerate(LEGEND.items(), start=1):
            grid.addWidget(WirePiece(painter, kind), row, 0)
            grid.addWidget(text_label(carried), row, 1)
        grid.addWidget(text_label(MORE, look="faint"), len(LEGEND) + 1, 0, 1, 2)
        first = len(LEGEND) + 2
        grid.addWidget(text_label(COLOURS, look="heading"), first, 0, 1, 2)
        for row, (ends, says) in enumerate(SCALES, start=first + 1):
            grid.addWidget(ScalePiece(painter.theme, ends, says), row, 0)
            grid.addWidget(text_label(says), row, 1)
        grid.addWidget(text_label(BEYOND, look="faint"), first + 1 + len(SCALES), 0, 1, 2)
        self.dress(painter.theme)
        self._rows.ensurePolished()
        self._rows.adjustSize()
        self.setFixedSize(self._rows.size())
        self._rows.show()
        self.open_at(place)
