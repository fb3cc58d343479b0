"""What every painted view shares: a theme, an empty text, a sentence for what is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource
from widgets.plots.axes import draw_empty


class PaintedView(QWidget, Themed):
    """A widget that paints data in one go; subclasses say when there is none, paint it, and put it into words."""

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follow(source)
        self.empty_text = empty
        self.setAccessibleName(title)
        self.setAccessibleDescription(empty)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def is_empty(self) -> bool:
        """Return whether there is nothing to paint yet."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the data into `area`; called only when there is some."""
        raise NotImplementedError

    def sentence_at(self, at: QPointF) -> str:
        """Return what is under the pointer, in words, or nothing."""
        return ""

    def set_empty_text(self, text: str) -> None:
        """Say what to do while there is nothing to show."""
        self.empty_text = text
        self.update()

    def describe(self, text: str) -> None:
        """Give screen readers a summary of what is shown."""
        self.setAccessibleDescription(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, then the data or the empty text, then the focus ring."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.fillRect(area, self.theme.surface)
        if self.is_empty():
            draw_empty(painter, self.theme, area, self.empty_text)
        else:
            self.paint(painter, area)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.theme.accent)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        words = "" if self.is_empty() else self.sentence_at(event.position())
        if words:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words), self)
        else:
            QToolTip.hideText()

    def sizeHint(self) -> QSize:
        """A comfortable size for a panel."""
        return QSize(self.theme.px(320), self.theme.px(200))
