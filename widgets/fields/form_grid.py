"""The grid of a pane's forms: labels, fields and units in columns that all forms of the pane share.

Where the pane is too narrow for a label beside its field, labels stand above their fields.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

ACROSS = 10
"""Pixels between a label and its field."""

LINES = 3
"""Lines of the grid for one setting: label and field, the field alone where it stands below, and the help."""


class FormGrid(QGridLayout):
    """The layout of one form. ``measure`` gives the widest label, the widest field at its least, and the widest unit,
    in pixels.
    """

    _measured: tuple[int, int, int] | None = None

    def __init__(self, form: QWidget, measure: Callable[[], tuple[int, int, int]]) -> None:
        super().__init__(form)
        self.form, self._measure = form, measure
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(ACROSS)
        self.setVerticalSpacing(6)
        self.setColumnStretch(1, 1)

    def invalidate(self) -> None:
        """What the grid holds asks for other room."""
        self._measured = None
        super().invalidate()

    def measure(self) -> tuple[int, int, int]:
        """The widest label, field at its least and unit: kept until one asks for other room, for Qt asks often."""
        if self._measured is None:
            self._measured = self._measure()
        return self._measured


class FormColumns:
    """Gives the forms of one pane the same columns, so that fields stand below each other across all of them."""

    def __init__(self) -> None:
        self._grids: list[FormGrid] = []

    def add(self, grid: FormGrid) -> None:
        """Let a form share the columns."""
        self._grids.append(grid)

    def fit(self) -> None:
        """Make the columns as wide as the widest label and unit of the forms that are shown."""
        widths = self.widths()
        for grid in self._grids:
            for column, width in ((0, widths[0]), (2, widths[2])):
                if grid.columnMinimumWidth(column) != width:
                    grid.setColumnMinimumWidth(column, width)

    def widths(self) -> tuple[int, int, int]:
        """The widest label, field at its least and unit of all forms that are shown, in pixels."""
        measured = [grid.measure() for grid in self._grids if not grid.form.isHidden()]
        labels, fields, units = zip(*measured, strict=True) if measured else ((0,), (0,), (0,))
        return max(labels), max(fields), max(units)

    def needed(self, *, stacked: bool) -> int:
        """Pixels that the forms need with labels beside their fields, or above them."""
        label, field, unit = self.widths()
        inside = field + (unit + ACROSS if unit else 0)
        return max(label, inside) if stacked else label + ACROSS + inside
