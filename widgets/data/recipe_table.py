"""The columns of a table as their recipes read them: type, example, what was found, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.data.readers.date_parsing import shown_format
from app.data.readers.header_rows import above_note
from app.data.readers.recipe import ColumnRecipe, Dialect
from app.protocol.data_values import ColumnReading, ColumnType
from widgets.look.plain_text import plain_tip

Index = QModelIndex | QPersistentModelIndex

TITLES = ("Column", "Type", "How sure", "Example", "Read as")
LEFT_OUT = "left out"
"""The type of a column that the network does not see."""
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space", ".": "point", r"\s+": "blanks"}
CATEGORIES = 4
"""Categories that are named."""


class RecipeModel(QAbstractTableModel):
    """A row for each column of the table."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[ColumnRecipe] = ()
        self._readings: Mapping[str, ColumnReading] = {}
        self._left_out: Collection[str] = ()

    def set_columns(
        self, columns: Sequence[ColumnRecipe], readings: Mapping[str, ColumnReading], left_out: Collection[str]
    ) -> None:
        """Show ``columns``, with how each may be read by name; those ``left_out`` the network does not see."""
        alike = [column.name for column in columns] == [column.name for column in self.columns]
        if not alike:
            self.beginResetModel()
        self.columns, self._readings, self._left_out = columns, readings, left_out
        if not alike:
            self.endResetModel()
        elif columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(columns) - 1, len(TITLES) - 1))

    def row_of(self, name: str) -> int:
        """The row of the column called ``name``, the first where there is none."""
        return next((row for row, column in enumerate(self.columns) if column.name == name), 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The titles of the columns."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return TITLES[section] if orientation == Qt.Orientation.Horizontal else f"{section + 1:,}"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell says; its tooltip says why."""
        column = self.columns[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.why or self._cells(column)[index.column()])
        return self._cells(column)[index.column()] if role == Qt.ItemDataRole.DisplayRole else None

    def _cells(self, column: ColumnRecipe) -> tuple[str, ...]:
        reading = self._readings.get(column.name)
        kind = LEFT_OUT if column.name in self._left_out else str(column.type)
        return column.name, kind, sureness(column, reading), reading.example if reading else "", read_as(column)


def read_as(column: ColumnRecipe) -> str:
    """How the cells of a column become values, in a few words."""
    parts = []
    if column.type is ColumnType.NUMBER:
        parts += [f"in {column.unit}"] if column.unit else []
        parts += [f"{SIGNS[column.decimal]} before decimals"] if column.decimal in SIGNS else []
    elif column.type is ColumnType.DATE:
        parts.append(shown_format(column.date_format))
    elif column.type is ColumnType.CATEGORY:
        more = ", …" if len(column.categories) > CATEGORIES else ""
        parts.append(f"{len(column.categories)}: {', '.join(column.categories[:CATEGORIES])}{more}")
    if column.merged:
        parts.append(f"{len(column.merged)} merged")
    return "; ".join(parts)


def sureness(column: ColumnRecipe, reading: ColumnReading | None) -> str:
    """Whether a reading is certain, doubtful, to be decided, or a person's own."""
    if column.stated:
        return "your choice"
    if reading is not None and reading.question is not None:
        return "undecided"
    return "see why" if column.why else "sure"


def dialect_sentence(dialect: Dialect) -> str:
    """How a file is written, in one line."""
    parts = []
    if dialect.encoding:
        parts.append(dialect.encoding.removesuffix("-sig").upper())
    if dialect.delimiter:
        parts.append(f"{SIGNS.get(dialect.delimiter, dialect.delimiter)} between columns")
    if dialect.decimal:
        parts.append(f"{SIGNS.get(dialect.decimal, dialect.decimal)} before decimals")
    names = "names in one line" if dialect.names == 1 else f"names in {dialect.names} lines"
    parts.append(names if dialect.header else "no names")
    if dialect.skip and above_note(dialect.skip) not in dialect.why:
        parts.append(f"{dialect.skip} {'line' if dialect.skip == 1 else 'lines'} above passed over")
    if dialect.below:
        parts.append(f"below the names {', '.join(dialect.below)}")
    if dialect.sheet:
        parts.append(f"from {dialect.sheet}")
    return " ".join((f"Found: {', '.join(parts)}.", *dialect.why))
