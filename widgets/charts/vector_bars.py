"""A vector as bars: one for each unit, up and down from zero, with its number where there is room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from widgets.look.theme import Theme
from widgets.plots.ticks import number

WIDEST = 72.0
"""Widest slot of a bar in pixels, so that ten classes do not become ten walls."""


NAMED_WIDEST = 150.0
"""The same where bars have names."""
LEAST_NAMED = 28.0
"""Narrowest slot in pixels that has room for a name; below it are numbers."""


def slots(count: int, place: QRectF, theme: Theme, names: Sequence[str] = ()) -> tuple[float, float]:
    """Return where the first bar's slot begins and how wide each is; names make it wider where there is room."""
    metrics = QFontMetricsF(theme.font(small=True))
    wanted = max((metrics.horizontalAdvance(name) + 12 for name in names), default=0.0)
    widest = max(WIDEST * theme.scale, min(wanted, NAMED_WIDEST * theme.scale))
    return place.left(), min(place.width() / max(count, 1), widest)


def unit_at(count: int, at: QPointF, place: QRectF, theme: Theme, names: Sequence[str] = ()) -> int | None:
    """Return the unit whose slot is at a point, if there is one."""
    left, slot = slots(count, place, theme, names)
    index = int((at.x() - left) // slot)
    return index if 0 <= index < count and place.contains(at) else None


def paint_vector(
    painter: QPainter, theme: Theme, values: NDArray[np.float64], place: QRectF, names: Sequence[str] = ()
) -> None:
    """Paint `values`, shape (F,), as bars into `place`, their ``names`` below, or else their numbers."""
    metrics = QFontMetricsF(theme.font(small=True))
    line = metrics.height()
    finite = np.nan_to_num(values)
    high, low = max(float(finite.max()), 0.0), min(float(finite.min()), 0.0)
    span = high - low or 1.0
    body = place.adjusted(0, line + 4, 0, -(2 * line + 6))
    left, slot = slots(len(values), place, theme, names)
    zero = body.bottom() + low / span * body.height()
    painter.setFont(theme.font(small=True))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    texts, written = _fitting(values, metrics, slot)
    if not written:
        painter.setPen(theme.faint)
        painter.drawText(QPointF(left, place.top() + metrics.ascent()), f"{number(low, 3)} to {number(high, 3)}")
    named = len(names) == len(values) and slot >= LEAST_NAMED * theme.scale
    step = 1 if named else max(1, int(np.ceil((metrics.horizontalAdvance(str(len(values))) + 8) / slot)))
    for index, value in enumerate(finite):
        at = left + index * slot
        tip = zero - float(value) / span * body.height()
        bar = QRectF(at + slot * 0.12, min(tip, zero), max(slot * 0.76, 1.0), abs(tip - zero))
        painter.fillRect(bar, theme.run(0 if value >= 0 else 1))
        if written:
            painter.setPen(theme.text)
            beyond = bar.top() - line - 1 if value >= 0 else bar.bottom() + 1
            painter.drawText(QRectF(at, beyond, slot, line), Qt.AlignmentFlag.AlignCenter, texts[index])
        if index % step == 0:
            painter.setPen(theme.faint)
            half = (slot - 4) / 2 if named else 24.0
            below = QRectF(at + slot / 2 - half, place.bottom() - line, 2 * half, line)
            text = metrics.elidedText(names[index], Qt.TextElideMode.ElideRight, 2 * half) if named else str(index + 1)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
    painter.setPen(QPen(theme.strong_border, 1))
    painter.drawLine(QPointF(left, zero), QPointF(left + slot * len(values), zero))


def _fitting(values: NDArray[np.float64], metrics: QFontMetricsF, slot: float) -> tuple[list[str], bool]:
    """Return the values as texts of as many figures as fit side by side, and whether they fit at all."""
    texts = list[str]()
    for figures in (3, 2, 1):
        texts = [number(float(value), figures) for value in values]
        if max(metrics.horizontalAdvance(text) for text in texts) + 4 <= slot:
            return texts, True
    return texts, False
