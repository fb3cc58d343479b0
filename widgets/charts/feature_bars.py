"""Named values as bars to the left and right of zero, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from widgets.look.theme import Theme

TALLEST = 30.0
"""Tallest row in pixels, so that four features do not become four walls."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Which of the values are shown, in order, and how tall each row is. ``cut`` says that some are left out."""

    shown: tuple[int, ...]
    tall: float
    cut: bool


def rows_of(values: Values, place: QRectF, theme: Theme) -> Rows:
    """Return the rows that have room in ``place``: all of ``values`` (F,), else those of the greatest magnitude."""
    line = QFontMetricsF(theme.font(small=True)).height() + 2
    cut = len(values) * line > place.height()
    room = place.height() - (line if cut else 0.0)
    shown = tuple(range(len(values)))
    if cut:
        strongest = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")[: max(int(room // line), 1)]
        shown = tuple(sorted(strongest.tolist()))
    return Rows(shown, min(room / max(len(shown), 1), TALLEST * theme.scale), cut)


def row_at(values: Values, at: QPointF, place: QRectF, theme: Theme) -> int | None:
    """Return which of the values (F,) stands at a point."""
    rows = rows_of(values, place, theme)
    index = int((at.y() - place.top()) // rows.tall)
    return rows.shown[index] if 0 <= index < len(rows.shown) and place.contains(at) else None


def paint_feature_bars(
    painter: QPainter, theme: Theme, names: Sequence[str], values: Values, texts: Sequence[str], place: QRectF
) -> None:
    """Paint ``values`` (F,) into ``place``: a row each with its name at the left and its text at the right.

    Where not all have room, those of the greatest magnitude are shown, and below them how many there are.
    """
    rows = rows_of(values, place, theme)
    metrics = QFontMetricsF(theme.font(small=True))
    painter.setFont(theme.font(small=True))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    left = min(max(metrics.horizontalAdvance(names[row]) for row in rows.shown), place.width() * 0.4)
    right = min(max(metrics.horizontalAdvance(texts[row]) for row in rows.shown), place.width() * 0.3)
    body = place.adjusted(left + 8, 0, -right - 8, 0)
    known = np.nan_to_num(values)
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    scale = body.width() / (high - low or 1.0)
    zero = body.left() - low * scale
    middle = Qt.AlignmentFlag.AlignVCenter
    for at, row in enumerate(rows.shown):
        top, end = place.top() + at * rows.tall, zero + float(known[row]) * scale
        bar = QRectF(min(zero, end), top + rows.tall * 0.18, max(abs(end - zero), 1.0), rows.tall * 0.64)
        painter.fillRect(bar, theme.run(0 if known[row] >= 0 else 1))
        painter.setPen(theme.text)
        name = metrics.elidedText(names[row], Qt.TextElideMode.ElideRight, left + 1)
        painter.drawText(QRectF(place.left(), top, left, rows.tall), middle | Qt.AlignmentFlag.AlignRight, name)
        text = metrics.elidedText(texts[row], Qt.TextElideMode.ElideRight, right + 1)
        painter.drawText(QRectF(body.right() + 8, top, right + 2, rows.tall), middle | Qt.AlignmentFlag.AlignLeft, text)
    painter.setPen(QPen(theme.strong_border, 1))
    painter.drawLine(QPointF(zero, place.top()), QPointF(zero, place.top() + rows.tall * len(rows.shown)))
    if rows.cut:
        painter.setPen(theme.faint)
        below = QRectF(place.left(), place.top() + rows.tall * len(rows.shown), place.width(), metrics.height() + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"the strongest {len(rows.shown)} of {len(values):,}")
