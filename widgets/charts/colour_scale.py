"""The legend of a colour map: a strip from least to greatest with its numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from widgets.charts.colour_maps import Bytes, Floats, ends_in_figures, image
from widgets.look.theme import Theme

STRIP = 96.0


def draw_scale(
    painter: QPainter,
    theme: Theme,
    place: QRectF,
    table: Bytes,
    ends: tuple[float, float],
    values: Floats,
    note: str = "",
    *,
    wide: bool = False,
) -> None:
    """Draw the strip of `table` at the left of `place` with its `ends` beside it, and `note` at the right.

    Where some of the `values` that are shown lie beyond, that is said. With `wide` the strip takes all the room that
    its numbers leave.
    """
    font = theme.font(small=True)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    first, last = ends_in_figures(ends, values)
    left = place.left() + metrics.horizontalAdvance(first) + 6
    length = place.right() - metrics.horizontalAdvance(last) - 6 - left if wide else STRIP * theme.scale
    strip = QRectF(left, place.center().y() - 4, length, 8)
    painter.setPen(theme.faint)
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, first)
    painter.drawImage(strip, image(table[None]))
    after = place.adjusted(strip.right() + 6 - place.left(), 0, 0, 0)
    painter.drawText(after, middle | Qt.AlignmentFlag.AlignLeft, last)
    room = after.adjusted(metrics.horizontalAdvance(last) + 16, 0, 0, 0)
    text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, text)
