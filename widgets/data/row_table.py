"""The rows of the user's table as they stand in the file, under columns that say their type and what is missing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.data.table_preview import ROWS
from app.protocol.data_values import Column, ColumnType
from widgets.data.column_list import facts_of
from widgets.look.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex
Row = Sequence[str | None]

PAGES = 64
"""Pages of `ROWS` rows that are kept, the latest looked at."""
WIDEST = 360
"""Pixels that a column takes at most; a longer text is cut, and whole in its tooltip."""
SETTLE_MS = 30
"""While rows rush by, only those are asked for at which they come to rest."""


class RowModel(QAbstractTableModel):
    """The rows of a table as text; a missing value says so.

    Rows are held in pages. `wanted` carries the first row of a page that is looked at and not there.
    """

    wanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[Column] = ()
        self._count = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._missing: list[int] = []
        self._asked: int | None = None
        self._targets: frozenset[str] = frozenset()
        self._soon = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._soon.timeout.connect(self._ask)

    def set_rows(self, columns: Sequence[Column], rows: Sequence[Row], count: int) -> None:
        """Show ``count`` rows, of which ``rows`` are the first, each with a text or None for each of ``columns``."""
        self.beginResetModel()
        self._columns, self._count = columns, max(count, len(rows))
        self._pages = OrderedDict({0: rows})
        self._missing, self._asked = [], None
        self.endResetModel()

    def mark_targets(self, names: Collection[str]) -> None:
        """Mark the columns called ``names`` as those that are predicted."""
        self._targets = frozenset(names)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self._columns) - 1))

    @property
    def targets(self) -> frozenset[str]:
        """The columns that are marked as predicted."""
        return self._targets

    def places(self, names: Collection[str]) -> list[int]:
        """The places of the columns with these names."""
        return [place for place, column in enumerate(self._columns) if column.name in names]

    def targets_first(self) -> list[int]:
        """The places of all columns, those of targets before the others."""
        return sorted(range(len(self._columns)), key=lambda place: self._columns[place].name not in self._targets)

    def put_rows(self, start: int, rows: Sequence[Row]) -> None:
        """Take the page that begins with row ``start``."""
        self._asked = None
        if start % ROWS or start >= self._count or not rows:
            return
        self._pages[start // ROWS] = rows
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        last = self.index(start + len(rows) - 1, self.columnCount() - 1)
        self.dataChanged.emit(self.index(start, 0), last)
        if self._missing:
            self._soon.start()

    def _row(self, number: int) -> Row | None:
        """A row, or None while it is on its way."""
        page = number // ROWS
        held = self._pages.get(page)
        if held is None:
            if page not in self._missing:
                self._missing.append(page)
            if not self._soon.isActive():
                self._soon.start()
            return None
        self._pages.move_to_end(page)
        return held[number % ROWS] if number % ROWS < len(held) else None

    def _ask(self) -> None:
        """Ask for the page that was looked at last; of those before it, only its neighbour is still in view."""
        if self._asked is None and self._missing:
            self._asked = self._missing.pop()
            self._missing = [page for page in self._missing if abs(page - self._asked) == 1]
            self.wanted.emit(self._asked * ROWS)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and type of a column with what is missing in it; the number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return f"{section + 1:,}" if role == Qt.ItemDataRole.DisplayRole else None
        column = self._columns[section]
        target = column.name in self._targets
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{column.name}: {facts_of(column, 'target' if target else '')}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        missing = f", {column.missing:,} missing" if column.missing else ""
        star, said = ("★ ", "target, ") if target else ("", "")
        return f"{star}{column.name}\n{said}{column.type}{missing}"

    def _side(self, column: int) -> Qt.AlignmentFlag:
        right = self._columns[column].type is ColumnType.NUMBER
        return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, whole as its tooltip; numbers stand on the right, and rows that are still to come are dots."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self._row(index.row())
        if row is None:
            return "…"
        value = row[index.column()]
        text = "missing" if value is None else value
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text


class RowTable(QTableView):
    """All rows of the file, to look at, the columns that are predicted first.

    `wanted` asks for rows from a number on, which `put_rows` takes.
    """

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.held = RowModel(self)
        self.setModel(self.held)
        self.setAccessibleName("Rows of the file")
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        # A million rows of one height need no measuring.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setResizeContentsPrecision(ROWS // 2)
        self.horizontalHeader().setMaximumSectionSize(WIDEST)
        self.held.wanted.connect(self.wanted)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Row], count: int) -> None:
        """Show ``count`` rows, of which ``rows`` are the first, each with a text or None for each of ``columns``."""
        self.held.set_rows(columns, rows, count)
        self._order_columns()
        self.resizeColumnsToContents()

    def mark_targets(self, names: Collection[str]) -> None:
        """Have the columns called ``names``, which are predicted, marked and first, where they are in view."""
        changed = self.held.targets ^ frozenset(names)
        if not changed:
            return
        self.held.mark_targets(names)
        self._order_columns()
        for place in self.held.places(changed):  # no other heading is longer or shorter now
            self.resizeColumnToContents(place)

    def _order_columns(self) -> None:
        header = self.horizontalHeader()
        for place, column in enumerate(self.held.targets_first()):
            if header.visualIndex(column) != place:
                header.moveSection(header.visualIndex(column), place)

    def put_rows(self, start: int, rows: Sequence[Row]) -> None:
        """Take the rows from number ``start`` (0-based) on."""
        self.held.put_rows(start, rows)
