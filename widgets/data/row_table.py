"""The rows of the user's table as they stand in the file, under columns that say their type and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget

from app.data.sources.columns import Column, ColumnType
from widgets.data.columns import facts_of

Index = QModelIndex | QPersistentModelIndex


class RowModel(QAbstractTableModel):
    """The first rows of a table as text; a missing value says so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[Column] = ()
        self._rows: Sequence[Sequence[str | None]] = ()

    def set_rows(self, columns: Sequence[Column], rows: Sequence[Sequence[str | None]]) -> None:
        """Show ``rows``, each with a text or None for each of ``columns``."""
        self.beginResetModel()
        self._columns, self._rows = columns, rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and type of a column with what is missing in it; the number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return f"{section + 1:,}" if role == Qt.ItemDataRole.DisplayRole else None
        column = self._columns[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.name}: {facts_of(column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        missing = f", {column.missing:,} missing" if column.missing else ""
        return f"{column.name}\n{column.type}{missing}"

    def _side(self, column: int) -> Qt.AlignmentFlag:
        right = self._columns[column].type is ColumnType.NUMBER
        return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text; numbers stand on the right."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        value = self._rows[index.row()][index.column()]
        return "missing" if value is None else value


class RowTable(QTableView):
    """The first rows of the file, to look at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.held = RowModel(self)
        self.setModel(self.held)
        self.setAccessibleName("Rows of the file")
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Sequence[str | None]]) -> None:
        """Show ``rows``, each with a text or None for each of ``columns``."""
        self.held.set_rows(columns, rows)
        self.resizeColumnsToContents()
