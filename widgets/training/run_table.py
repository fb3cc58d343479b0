"""The table of runs: as many columns as have room, and below each run's name what differs from the one before."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.fields.checked_names import CheckedNames
from widgets.look.first_press import FirstPress
from widgets.look.swatch import SWATCH
from widgets.look.theme import ThemeSource
from widgets.training.frozen_column import FrozenColumn
from widgets.training.run_columns import NAME, NOTES, TAGS
from widgets.training.run_model import CHANGES, RunModel

NAME_LETTERS = 22
"""Room that a run's name keeps, in letters of usual width."""
WIDEST_LETTERS = 40
"""Room that a column of the wide table takes at most."""
TICK = "Tick it to see its curves"
"""What a selected run says whose curves are not shown."""
GAP = 4
"""Pixels between box, swatch and name."""
INSET = 5
"""Pixels between the side of a column and its heading or text, as the style sheet has them."""
LEAST_NEEDED = ("Size", "Date", "Validation", "Epochs", "Status")
"""Columns in the order in which they are left out where there is no room."""


ASKED = {TAGS: "Tags, separated by commas", NOTES: "Notes"}
"""What stands in an empty editor of a label that is written over a run's name."""


class TwoLines(CheckedNames):
    """Cells with box and text on the first of two lines; the second is painted over the whole row by the table.

    `first_line` says where, for what is painted as for what the mouse meets.
    """

    def __init__(self, model: RunModel, parent: QWidget) -> None:
        def keep(_before: str, typed: str) -> str:
            return model.take(self.row, typed)

        super().__init__(keep, parent, may_be_empty=True)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the ground of the whole cell, and its text in the upper half."""
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        style = whole.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, whole, painter, whole.widget)
        super().paint(painter, first_line(option), index)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """An editor over a run's name that edits something else says what."""
        editor, model = super().createEditor(parent, option, index), index.model()
        if isinstance(editor, QLineEdit) and isinstance(model, RunModel) and index.column() == 0:
            editor.setPlaceholderText(ASKED.get(model.edits.title, ""))
            editor.setAccessibleName(ASKED.get(model.edits.title, "Name of the run"))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A label that is written over a run's name has the room of the whole row."""
        super().updateEditorGeometry(editor, option, index)
        model, place, viewport = index.model(), editor.geometry(), editor.parentWidget()
        if isinstance(model, RunModel) and model.edits is not NAME and viewport is not None:
            place.setRight(viewport.width() - 1 - INSET)
            editor.setGeometry(place)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Tick where the box is drawn, which is on the first line and not in the middle of the cell."""
        return super().editorEvent(event, model, first_line(option), index)


def first_line(option: QStyleOptionViewItem) -> QStyleOptionViewItem:
    """The upper of the two lines of a cell, where its box and text stand; `option` describes the whole cell."""
    upper = QStyleOptionViewItem(option)
    upper.rect = QRect(option.rect.left(), option.rect.top() + 2, option.rect.width(), line_height(option))
    return upper


def line_height(option: QStyleOptionViewItem) -> int:
    """Pixels of one line."""
    return int(option.fontMetrics.height()) + 3


class RunTable(QTableView):
    """Runs in columns. The least needed are left out until the name has room, and nothing is scrolled sideways.

    Which columns there are depends on the width and the texts alone, so that none comes or goes by a click. The wide
    table shows all of them, and is scrolled; the names and what differs stay in view.
    """

    def __init__(self, model: RunModel, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._source = model, source
        self.setObjectName("runs")
        self.setAccessibleName("Runs")
        self.setModel(model)
        self.setItemDelegate(TwoLines(model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # runs of one project differ at the end of their names
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        FirstPress(self)
        self._dress_headers()
        self.frozen = FrozenColumn(self, source, self._paint_second_lines)
        """The names, while the wide table is scrolled sideways."""
        self.frozen.setObjectName("runNames")
        self.frozen.setAccessibleName("Names of the runs")
        self.frozen.setItemDelegate(TwoLines(model, self.frozen))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalScrollBar().valueChanged.connect(
            lambda _: self.viewport().update()
        )  # second lines stay in place
        model.modelReset.connect(self._on_columns)
        self.itemDelegate().closeEditor.connect(self._on_edited)
        self._on_columns()

    def _on_edited(self, *_: object) -> None:
        self._model.edits = NAME

    def _dress_headers(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort_by)

    def _sort_by(self, column: int) -> None:
        """Sort by a column: numbers and dates the largest first, words from A on; once more the other way."""
        at, order = self._model.order
        words = not self._model.columns[column].right and self._model.columns[column].title != "Date"
        first = Qt.SortOrder.AscendingOrder if words else Qt.SortOrder.DescendingOrder
        other = {Qt.SortOrder.AscendingOrder: Qt.SortOrder.DescendingOrder}.get(order, Qt.SortOrder.AscendingOrder)
        self._model.sort(column, other if column == at else first)

    def _on_columns(self) -> None:
        header, scrolls = self.horizontalHeader(), self._model.is_wide
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(scrolls)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed if scrolls else QHeaderView.ResizeMode.Stretch)
        if scrolls:
            header.resizeSection(0, self._name_width())
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setHorizontalScrollBarPolicy(needed if scrolls else off)
        self.fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as the new width has room for."""
        super().resizeEvent(event)
        self.fit_columns()
        self.frozen.fit()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a cell into view, beside the names that stay there."""
        super().scrollTo(index, hint)
        under = self.columnWidth(0) - self.visualRect(index).left()
        if self._model.is_wide and index.column() > 0 and under > 0:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - under)

    def fit_columns(self) -> None:
        """Show the columns that have room; all of them in the wide table."""
        self.verticalHeader().setDefaultSectionSize(2 * self.fontMetrics().height() + 10)
        header, titles = self.horizontalHeader(), [column.title for column in self._model.columns]
        if self._model.is_wide:
            header.setMaximumSectionSize(self.fontMetrics().averageCharWidth() * WIDEST_LETTERS)
            for number in range(len(titles)):
                self.setColumnHidden(number, False)
            return
        header.setMaximumSectionSize(16_000_000)
        columns = range(1, len(titles))
        for number in columns:  # Qt tells no width of a hidden one
            self.setColumnHidden(number, False)
        wide = {n: max(self.sizeHintForColumn(n), header.sectionSizeHint(n)) + 1 for n in columns}
        room = self.viewport().width() - self._name_width()
        for name in LEAST_NEEDED:
            number = titles.index(name)
            crowded = sum(wide.values()) > room
            self.setColumnHidden(number, crowded)
            if crowded:
                del wide[number]

    def _box_width(self) -> int:
        return self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) + 2 * GAP

    def _name_width(self) -> int:
        """Pixels that a name keeps, with its box and swatch."""
        return self.fontMetrics().averageCharWidth() * NAME_LETTERS + self._box_width() + SWATCH + 2 * GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, then below each name what differs, over the whole row."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_second_lines(painter)
        painter.end()

    def _paint_second_lines(self, painter: QPainter) -> None:
        painter.setFont(self._source.theme.font(small=True))
        painter.setPen(self._source.theme.faint)
        for row in range(self._model.rowCount()):
            top, height = self.rowViewportPosition(row), self.rowHeight(row)
            if top + height >= 0 and top <= self.viewport().height():
                self._paint_second_line(painter, row, QRect(0, top + height // 2, 0, height // 2 - 1))

    def _paint_second_line(self, painter: QPainter, row: int, line: QRect) -> None:
        """What differs on the left; on the right of a run that is selected and not shown, how it is shown."""
        top = Qt.AlignmentFlag.AlignTop
        line.setLeft(self._box_width() + INSET)
        line.setRight(self.viewport().width() - 1 - INSET)
        metrics, asked = painter.fontMetrics(), self.asks_for_tick(row)
        if asked:
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | top, TICK)
            line.setRight(line.right() - metrics.horizontalAdvance(TICK) - 4 * GAP)
        words = str(self._model.data(self._model.index(row, 0), CHANGES) or "")
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | top, shown)

    def asks_for_tick(self, row: int) -> bool:
        """Whether a row says that its run is shown once it is ticked: it is selected, and its curves are not shown."""
        if self._model.is_wide:
            return False  # the table stands in place of the plots
        entry = self._model.entry(row)
        selected = self.selectionModel().isRowSelected(row, QModelIndex())
        return selected and not entry.problem and self._model.hue(entry.path) is None
