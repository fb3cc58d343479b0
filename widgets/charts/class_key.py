"""Which hue stands for which class: a small square and a name for each, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.charts.class_overlay import FIRST
from widgets.look.theme import Themed, ThemeSource

SQUARE, APART, BETWEEN = 10.0, 6.0, 16.0
"""Side of a square, and pixels between it and its name, and between a name and the next square."""


class ClassKey(QWidget, Themed):
    """The key of `widgets.charts.class_overlay.overlaid`: the first class has no hue, and is an outline."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.follow(source)
        self.setMinimumHeight(self.heightForWidth(600))

    def set_names(self, names: Sequence[str]) -> None:
        """Show these classes."""
        self.names = tuple(names)
        self.setAccessibleName(f"Colours of {', '.join(self.names)}" if self.names else "")
        self._fit()
        self.update()

    def theme_changed(self) -> None:
        """Paint in the new hues."""
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as all lines."""
        return QSize(300, self.heightForWidth(self.width() or 300))

    def heightForWidth(self, width: int) -> int:
        """How high all lines are at that width."""
        bottoms = [place.bottom() for _, place in self._places(float(width))]
        return round(max(bottoms, default=0.0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many lines as the width asks for."""
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint squares and names."""
        painter = QPainter(self)
        painter.setFont(self.theme.font(small=True))
        for number, place in self._places(float(self.width())):
            square = QRectF(place.left(), place.center().y() - SQUARE / 2, SQUARE, SQUARE)
            if number >= FIRST:
                painter.fillRect(square, self.theme.run(number))
            painter.setPen(self.theme.strong_border)
            painter.drawRect(square)
            painter.setPen(self.theme.text)
            words = place.adjusted(SQUARE + APART, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.names[number])

    def _fit(self) -> None:
        self.setFixedHeight(self.heightForWidth(max(self.width(), 1)))

    def _places(self, width: float) -> Iterator[tuple[int, QRectF]]:
        """Where each class stands: its number, and the place of square and name."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        left, top, high = 1.0, 0.0, metrics.height() + 4
        for number, name in enumerate(self.names):
            wide = SQUARE + APART + metrics.horizontalAdvance(name) + 1
            if left > 1.0 and left + wide > width:
                left, top = 1.0, top + high
            yield number, QRectF(left, top, wide, high)
            left += wide + BETWEEN
