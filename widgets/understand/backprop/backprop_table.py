"""The table beside the drawing of a training step, with its rules above and a sum written out below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.understand.backprop.backprop_sheets import StepSheet, shown

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
NOTHING = StepSheet("", (), (), ())


class SheetModel(QAbstractTableModel):
    """The rows of a sheet; numbers stand at the right, and in full in their tips."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet = NOTHING

    def set_sheet(self, sheet: StepSheet) -> None:
        """Show another sheet."""
        self.beginResetModel()
        self.sheet = sheet
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.sheet.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == ROLE.TextAlignmentRole:
            return self._side(section)
        return self.sheet.columns[section] if role == ROLE.DisplayRole else None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        left = column == 0
        return (Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        """A cell's text, its side, or the number in full."""
        value = self.sheet.rows[index.row()][index.column()]
        if role == ROLE.TextAlignmentRole:
            return self._side(index.column())
        if role == ROLE.DisplayRole:
            return shown(value) if isinstance(value, float) else str(value)
        if role == ROLE.ToolTipRole and isinstance(value, float):
            return plain_tip(f"{self.sheet.columns[index.column()]} = {value:.9g}")
        return None


class SheetView(QWidget):
    """Title and rules, the table, and below it how the selected row came about."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backpropSheet")
        self._source = source
        self.title = text_label("", self, look="heading")
        self.words, self.worked = (text_label("", self, wrap=True, selectable=True) for _ in range(2))
        self.model = SheetModel(self)
        self.table = QTableView(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Numbers of this stop")
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        source.changed.connect(self._fit)
        self._fit()
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._explain(now.row()))
        vbox(self.title, self.words, (self.table, 1), self.worked, parent=self, margins=(12, 2, 12, 6), spacing=4)

    def _fit(self) -> None:
        """Rows as high as the theme's text wants them."""
        self.table.verticalHeader().setDefaultSectionSize(self._source.theme.px(24))

    def show_sheet(self, sheet: StepSheet) -> None:
        """Show another sheet; the row that was selected stays so where there is one."""
        row = max(self.table.currentIndex().row(), 0)
        self.title.setText(sheet.title)
        self.words.setText("\n".join(sheet.words))
        self.words.setVisible(bool(sheet.words))
        self.model.set_sheet(sheet)
        self.table.setVisible(bool(sheet.rows))
        if sheet.columns:
            self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.worked.setVisible(bool(sheet.worked))
        if sheet.worked:
            self.table.selectRow(min(row, len(sheet.rows) - 1))
        self._explain(self.table.currentIndex().row())

    def _explain(self, row: int) -> None:
        worked = self.model.sheet.worked
        self.worked.setText(worked[row] if 0 <= row < len(worked) else "")
