"""Painting a sample by its kind: a row of a table as names and values, a sequence or a nameless vector as lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.data.readers.column_values import OTHER
from app.protocol.values import FieldFacts
from app.system.number_format import format_short, with_decimal
from widgets.look.theme import Theme
from widgets.plots.axes import polygon

Samples = NDArray[np.float64]
Cell = tuple[str, str]
"""The name of a column, and its value with its unit."""
MARGIN, BETWEEN = 6.0, 8.0
"""Pixels around the cells of a row, and between a name and its value."""
ONE_HOT, FLAG = " = ", " is missing"
"""What stands in the names of features that are 1 for one category, and 1 where another is missing."""


def row_cells(sample: Samples, field: FieldFacts) -> list[Cell]:
    """Return the cells of a row (features,): a category by its name, numbers with their units, what is missing as such.

    Categories that were coded as a feature of 0 or 1 each are one cell again.
    """
    units = field.units if len(field.units) == len(sample) else ("",) * len(sample)
    coded = {place for place, name in enumerate(field.names) if ONE_HOT in name or name.endswith(FLAG)}
    # In a batch as the network reads it, codes are standardised, and stand for themselves.
    whole = all(sample[place] in (0.0, 1.0) for place in coded)
    cells: list[Cell] = []
    for place, (name, value, unit) in enumerate(zip(field.names, sample.tolist(), units, strict=True)):
        if not (whole and place in coded):
            number = with_decimal(format_short(value), field.decimal)
            cells.append((name, "missing" if np.isnan(value) else f"{number} {unit}".strip()))
        elif value == 1.0 and ONE_HOT in name:
            column, _, category = name.partition(ONE_HOT)
            cells.append((column, category))
    return cells


def cell_names(field: FieldFacts) -> tuple[str, ...]:
    """Return what the numbers of a sample are called: the features, or of a one-hot class ``field = class``."""
    if field.names or field.shape != (len(field.classes),):
        return field.names
    return tuple(f"{field.name}{ONE_HOT}{name}" for name in field.classes)


def occurring(names: Sequence[str], values: Samples | None = None) -> list[int]:
    """Return the places of the features that occur: all but those of categories that training never saw.

    Such a feature is 0 in all training samples. Where it is not 0 among ``values`` (features,), it occurs after all.
    """
    never = f"{ONE_HOT}{OTHER}"
    return [
        place
        for place, name in enumerate(names)
        if not name.endswith(never) or (values is not None and values[place] != 0)
    ]


def row_words(cells: list[Cell]) -> str:
    """Return the cells of a row as a sentence has them."""
    return ", ".join(f"{name} {value}" for name, value in cells)


def paint_row(painter: QPainter, theme: Theme, cells: list[Cell], place: QRectF) -> None:
    """Paint names at the left and values at the right, one cell below the other, as many as there is room for."""
    painter.setPen(theme.border)
    painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.setFont(theme.font(small=True))
    metrics = QFontMetricsF(painter.font())
    inner = place.adjusted(MARGIN, MARGIN / 2, -MARGIN, -MARGIN / 2)
    room = max(1, int((inner.height() + 0.5) // metrics.height()))
    shown = cells if len(cells) <= room else [*cells[: room - 1], (f"and {len(cells) - room + 1} more", "")]
    for number, (name, value) in enumerate(shown):
        line = QRectF(inner.left(), inner.top() + number * metrics.height(), inner.width(), metrics.height())
        said = metrics.elidedText(value, Qt.TextElideMode.ElideRight, inner.width() * 0.6)
        left = line.adjusted(0, 0, -metrics.horizontalAdvance(said) - BETWEEN, 0)
        painter.setPen(theme.faint)
        shortened = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shortened)
        painter.setPen(theme.text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, said)


def paint_lines(
    painter: QPainter,
    theme: Theme,
    sample: Samples,
    place: QRectF,
    low: float,
    high: float,
    ink: QColor | None = None,
) -> None:
    """Paint a vector (F,) as a small line, or a sequence (T, F) as up to four, on a scale from ``low`` to ``high``.

    Lines have a hue each, or all have ``ink`` where that is seen better.
    """
    painter.setPen(theme.border)
    painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    columns = sample[:, None] if sample.ndim == 1 else sample
    inner = place.adjusted(4, 4, -4, -4)
    across = inner.left() + np.linspace(0, inner.width(), len(columns))
    for feature in range(min(columns.shape[1], 4)):
        heights = inner.bottom() - (columns[:, feature] - low) / (high - low) * inner.height()
        painter.setPen(QPen(ink or theme.run(feature), 1))
        painter.drawPolyline(polygon(np.stack([across, np.nan_to_num(heights)], axis=1)))
