"""The rows of the summary as a tree model: layers, sorted by any column, and what is inside blocks, once opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.project.summary import SummaryRow, Totals, inside, plain_costs
from app.system.number_format import format_percent, scaled
from graph.checking.layer_info import Costs
from graph.shapes import format_sizes
from widgets.look import icons
from widgets.look.plain_text import plain_tip
from widgets.look.terms import tip
from widgets.look.theme import ThemeSource

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
SHARE = ROLE.UserRole + 1
"""The part of the network's total that a cell stands for, 0 to 1, or None."""


@dataclass(frozen=True)
class SummaryColumn:
    """One column: its heading, what it means, the text of a row, what it is sorted by, and its sum."""

    title: str
    help: str
    text: Callable[[SummaryRow], str]
    key: Callable[[SummaryRow], Any]
    total: Callable[[Totals], int] | None = None
    summed: Callable[[int], str] = str

    @property
    def number(self) -> bool:
        """Whether it is aligned at the right."""
        return self.total is not None


def _sizes(sizes: tuple[int, ...] | None) -> tuple[int, ...]:
    return sizes or ()


def _grouped(number: int) -> str:
    return f"{number:,}"


def _flop(number: int) -> str:
    return scaled(number, "FLOP")


def _bytes(number: int) -> str:
    return scaled(number, "B")


def _costs(of: SummaryRow | Totals) -> Costs:
    """The costs that are shown: where the number of steps is open, those at the length of the data if it is known."""
    return of.at_length or plain_costs(of)


UNUSED = "leads to no output: it is not counted in the totals"
PER_STEP = {"Connections": "connections", "Work": "flops", "Activations": "activation_bytes"}
"""Columns whose numbers depend on how many steps a sample has."""
SORTING = "Click to sort, once more the other way, then as in the network."
COLUMNS = (
    SummaryColumn("Layer", "The layer's name", lambda row: row.name, lambda row: row.name.casefold()),
    SummaryColumn("Kind", "The kind of layer", lambda row: row.title, lambda row: row.title.casefold()),
    SummaryColumn("Output", "Sizes of what it gives for one sample", lambda row: row.output,
           lambda row: sum(shape.elements or 0 for shape in row.outputs)),
    SummaryColumn("Parameters", "Trainable numbers: weights and biases", lambda row: _grouped(row.parameters),
           lambda row: row.parameters, lambda whole: whole.parameters, _grouped),
    SummaryColumn("Connections", "Weights and biases, counted at each place where they are used, for one sample",
           lambda row: _grouped(_costs(row).connections), lambda row: _costs(row).connections,
           lambda whole: _costs(whole).connections, _grouped),
    SummaryColumn("Work", "Floating-point operations for one sample", lambda row: _flop(_costs(row).flops),
           lambda row: _costs(row).flops, lambda whole: _costs(whole).flops, _flop),
    SummaryColumn("Activations", "Memory of the values it makes of one sample, in float32; training keeps them",
           lambda row: _bytes(_costs(row).activation_bytes), lambda row: _costs(row).activation_bytes,
           lambda whole: _costs(whole).activation_bytes, _bytes),
    SummaryColumn("Receptive field", "Places of the network's input that one of its values depends on",
           lambda row: format_sizes(row.receptive_field), lambda row: _sizes(row.receptive_field)),
    SummaryColumn("Stride in input pixels", "Distance in the network's input between two neighbouring values",
           lambda row: format_sizes(row.jump), lambda row: _sizes(row.jump)),
)  # fmt: skip


@dataclass(eq=False)
class _Item:
    """A row in its place; ``parts`` is None until the block has been opened."""

    row: SummaryRow
    parent: int
    place: int
    parts: list[int] | None = field(default=None)


class SummaryModel(QAbstractItemModel):
    """Layers as rows. A block's parts are found out when they are first asked for."""

    def __init__(self, source: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._items: list[_Item] = []
        self._top: list[int] = []
        self._whole: Totals | None = None
        self._order: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)

    # Rows

    def set_rows(self, rows: Sequence[SummaryRow], whole: Totals) -> None:
        """Show these rows; where only their facts differ, nothing moves."""
        known = [self._items[number].row for number in self._top]
        unsorted = self._order[0] < 0 and all(item.parts is None for item in self._items)
        self._whole = whole
        if unsorted and [row.path for row in known] == [row.path for row in rows]:
            for number, row in zip(self._top, rows, strict=True):
                self._items[number].row = row
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._items = [_Item(row, -1, place) for place, row in enumerate(rows)]
        self._top = self._sorted(list(range(len(rows))))
        self.endResetModel()

    def row_at(self, index: Index) -> SummaryRow:
        """The row behind an index."""
        return self._items[int(index.internalId())].row

    def find(self, path: Sequence[str]) -> QModelIndex:
        """Where the layer with this path stands; invalid where it does not."""
        at = QModelIndex()
        for name in path:
            for place in range(self.rowCount(at)):
                child = self.index(place, 0, at)
                if self.row_at(child).name == name:
                    at = child
                    break
            else:
                return QModelIndex()
        return at

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 is the order of the network."""
        self._order = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = [int(index.internalId()) for index in self.persistentIndexList()]
        columns = [index.column() for index in self.persistentIndexList()]
        self._top = self._sorted(self._top)
        for item in self._items:
            item.parts = self._sorted(item.parts) if item.parts else item.parts
        after = [self._index_of(number, column) for number, column in zip(before, columns, strict=True)]
        self.changePersistentIndexList(self.persistentIndexList(), after)
        self.layoutChanged.emit()

    def _sorted(self, numbers: list[int]) -> list[int]:
        column, order = self._order
        in_order = sorted(numbers)  # rows are made in the network's order
        if column >= 0:
            key = COLUMNS[column].key
            in_order.sort(
                key=lambda number: key(self._items[number].row), reverse=order == Qt.SortOrder.DescendingOrder
            )
        for place, number in enumerate(in_order):
            self._items[number].place = place
        return in_order

    def _index_of(self, number: int, column: int) -> QModelIndex:
        return self.createIndex(self._items[number].place, column, number)

    def _children(self, parent: Index) -> list[int]:
        return self._parts(int(parent.internalId())) if parent.isValid() else self._top

    def _parts(self, number: int) -> list[int]:
        item = self._items[number]
        if item.parts is None:
            start = len(self._items)
            self._items += [_Item(row, number, place) for place, row in enumerate(inside(item.row))]
            item.parts = self._sorted(list(range(start, len(self._items))))
        return item.parts

    # Qt's questions

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The cell in a row and column below ``parent``."""
        children = self._children(parent)
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The block that a row is in; invalid at the top."""
        number = self._items[int(index.internalId())].parent if index.isValid() else -1
        return self._index_of(number, 0) if number >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else len(self._children(parent)) if self.hasChildren(parent) else 0

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return self.row_at(parent).opens if parent.isValid() else True

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
        roles: dict[int, Any] = {
            ROLE.DisplayRole: column.title,
            ROLE.ToolTipRole: plain_tip(tip(column.title, f"{column.help}. {SORTING}")),
            ROLE.TextAlignmentRole: side | Qt.AlignmentFlag.AlignVCenter,
        }
        return roles.get(role)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        """What a cell shows, as Qt asks for it."""
        row, column = self.row_at(index), COLUMNS[index.column()]
        match role:
            case ROLE.DisplayRole:
                return column.text(row)
            case ROLE.TextAlignmentRole if column.number:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case ROLE.DecorationRole if index.column() == 0:
                return icons.family_icon(row.family, self._source.theme)
            case ROLE.ForegroundRole if not row.used:
                return self._source.theme.faint
            case ROLE.ToolTipRole:
                return plain_tip(self._told(row, column) if row.used else f"{row.name} {UNUSED}")
            case ROLE.AccessibleDescriptionRole:
                return self._told(row, column)
            case _ if role == SHARE:
                whole = column.total(self._whole) if column.total and self._whole else 0
                return column.key(row) / whole if whole and row.used else None
        return None

    def _told(self, row: SummaryRow, column: SummaryColumn) -> str:
        """A cell in full."""
        whole = column.total(self._whole) if column.total and self._whole else 0
        if not column.number:
            text = column.text(row)
            return f"{row.name}: {column.title.lower()} {text}" if text else ""
        value = int(column.key(row))
        unit = {"Work": " FLOP", "Activations": " B"}.get(column.title, "")
        share = f" ({format_percent(value / whole)} of the network)" if whole else ""
        per_step = int(getattr(plain_costs(row), PER_STEP.get(column.title, ""), 0))
        step = f", {per_step:,}{unit} per step" if row.is_open and per_step else ""
        return f"{row.name}: {column.title.lower()} {value:,}{unit}{step}{share}"
