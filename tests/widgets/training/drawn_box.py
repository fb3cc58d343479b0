"""Where the tick box of a run is seen on the screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect

from widgets.training.run_model import RunModel
from widgets.training.run_table import RunTable


def drawn_box(table: RunTable, model: RunModel, run: Path) -> QRect:
    """The box of a run in the viewport: the leftmost pixels that ticking or unticking it changes."""
    row, was = model.row_of(run), model.hue(run) is not None
    assert row is not None
    cell, pictures = table.visualRect(model.index(row, 0)), []
    for on in (not was, was):
        model.tick(run, on)
        pictures.append(table.viewport().grab(cell).toImage())
    one, other = pictures
    places = [(x, y) for x in range(cell.width()) for y in range(cell.height()) if one.pixel(x, y) != other.pixel(x, y)]
    columns = {x for x, _ in places}
    left = min(columns)
    right = next(x for x in range(left, cell.width()) if x + 1 not in columns)
    rows = [y for x, y in places if x <= right]
    return QRect(QPoint(left, min(rows)), QPoint(right, max(rows))).translated(cell.topLeft())
