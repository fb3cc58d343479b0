"""The legend of the wires: what flows along each kind, beside a piece of such a wire."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.canvas.popup_frame import PopupFrame
from widgets.canvas.wire_painter import LEGEND, WirePainter
from widgets.look.labels import text_label

TITLE, MORE = "What flows along the wires", "Point at a wire to read its shape."

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


class WireLegend(PopupFrame):
    """A row for every kind of wire, painted as on the canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "wireLegend")
        self.setAccessibleName(TITLE)
        self.setAccessibleDescription("; ".join(f"{looks}: {carried}" for looks, carried in LEGEND.values()))
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
        self.dress(painter.theme)
        self._rows.ensurePolished()
        self._rows.adjustSize()
        self.setFixedSize(self._rows.size())
        self._rows.show()
        self.open_at(place)
