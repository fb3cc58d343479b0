"""Small matrices of a lesson as pictures: each cell in its grey, with its number, and a window ringed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.lessons.schema import LessonPicture
from widgets.look.flow import flow
from widgets.look.layouts import empty
from widgets.look.theme import Themed, ThemeSource
from widgets.understand.by_hand.number_table import Drawn, decimals, paint_table, ring, text_of
from widgets.understand.by_hand.scene import Stand, plain

CELL, WIDEST = 20, 264
"""Side of a cell, and the most that a picture takes across, in pixels."""


class NumberPicture(Themed, QWidget):
    """One matrix below its title; its numbers are its description for screen readers."""

    def __init__(self, themes: ThemeSource, picture: LessonPicture, rows: int) -> None:
        super().__init__()
        self.picture = picture
        self._table, self._rows = plain(np.array(picture.rows, dtype=float)), rows
        high, wide = self._table.shape
        self.setAccessibleName(f"{picture.title}, {high} × {wide}")
        places = decimals(self._table.values)[0]
        lines = (" ".join(text_of(value, places) for value in row) for row in self._table.values.tolist())
        self.setAccessibleDescription("; ".join(lines))
        self.follow(themes)

    @property
    def _side(self) -> int:
        """Side of a cell in pixels: as its widest number needs, where there is room for that."""
        metrics, places = QFontMetricsF(self.theme.font(small=True)), decimals(self._table.values)[0]
        texts = (text_of(value, places) for value in self._table.values.flat)
        wanted = max(self.theme.px(CELL), *(round(metrics.horizontalAdvance(text)) + 8 for text in texts))
        return min(wanted, self.theme.px(WIDEST) // self._table.shape[1])

    @property
    def _title_height(self) -> int:
        return round(QFontMetricsF(self.theme.font()).height()) + 4

    def sizeHint(self) -> QSize:
        title = round(QFontMetricsF(self.theme.font()).horizontalAdvance(self.picture.title)) + 2
        across = max(self._table.shape[1] * self._side + 2, title)
        return QSize(across, self._title_height + self._rows * self._side + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, side = QPainter(self), self.theme, self._side
        painter.setFont(theme.font())
        painter.setPen(theme.text)
        title = QRectF(0, 0, self.width(), self._title_height)
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.picture.title)
        rows, columns = self._table.shape
        stand = Stand(QRectF(QPointF(1, self._title_height), QSize(columns * side, rows * side)), side, side)
        values = self._table.values
        reach = float(values.min()), max(float(values.max()), float(values.min()) + 1)
        paint_table(painter, theme, Drawn.of(self._table, stand, theme, reach, colours=None), stand)
        window = self.picture.window
        if window is not None:
            first = stand.cell(window.row - 1, window.column - 1)
            last = stand.cell(window.row + window.rows - 2, window.column + window.columns - 2)
            ring(painter, theme, first.united(last), theme.accent)
        painter.end()


class PictureRow(QWidget):
    """The pictures of a step side by side."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("lessonPictures")
        self._themes = themes
        self._layout = flow(parent=self, spacing=12)

    def show_pictures(self, pictures: Sequence[LessonPicture]) -> None:
        """Show the pictures of another step."""
        empty(self._layout)
        rows = max((len(picture.rows) for picture in pictures), default=0)
        for picture in pictures:
            self._layout.addWidget(NumberPicture(self._themes, picture, rows))
        self.setVisible(bool(pictures))
