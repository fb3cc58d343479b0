"""The summary: every layer with what it gives and costs, sorted by any column, over a line of totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from app.project.summary import SummaryRow, Totals, length_note, rows, table, totals
from app.system.number_format import counted
from graph.atomic_write import write_atomically
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.look.first_press import FirstPress
from widgets.look.flow import flow
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, vbox
from widgets.look.theme import Themed, ThemeSource, blend
from widgets.summary.summary_model import COLUMNS, SHARE, SummaryModel

NOTE = "Bars show the part of the network's total. A block's row is the sum of what is inside."


class ShareDelegate(QStyledItemDelegate):
    """Lays a faint bar behind a number, as long as its part of the network's total."""

    def __init__(self, source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = source

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Bar first, then what Qt paints."""
        share = index.data(SHARE)
        if share:
            theme = self._source.theme
            place = QRectF(option.rect).adjusted(2, 3, -2, -3)
            width = max(place.width() * min(share, 1.0), 1.0)
            bar = QRectF(place.right() - width, place.top(), width, place.height())
            painter.fillRect(bar, blend(theme.accent, theme.raised, 0.16))
        super().paint(painter, option, index)


class TotalsLine(Themed, QWidget):
    """The sums, each under its column."""

    def __init__(self, source: ThemeSource, header: QHeaderView, parent: QWidget) -> None:
        super().__init__(parent)
        self._header = header
        self._whole: Totals | None = None
        self.setObjectName("summaryTotals")
        header.sectionResized.connect(lambda *_: self.update())
        header.sectionMoved.connect(lambda *_: self.update())
        self.follow(source)

    def show_totals(self, whole: Totals) -> None:
        """Show other sums."""
        self._whole = whole
        totals = [f"{column.title.lower()} {text}" for column, text in zip(COLUMNS, self.texts(), strict=True) if text]
        self.setAccessibleName("Totals of the network")
        self.setAccessibleDescription(", ".join(totals[1:]))
        self.setToolTip("Sums over the layers that lead to an output")
        self.update()

    def texts(self) -> list[str]:
        """What stands under each column."""
        whole = self._whole
        if whole is None:
            return [""] * len(COLUMNS)
        sums = [column.summed(column.total(whole)) if column.total else "" for column in COLUMNS]
        return [f"Total of {counted(whole.layers, 'layer')}", *sums[1:]]

    def sizeHint(self) -> QSize:
        return QSize(200, self.theme.px(26))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.surface)
        painter.setPen(self.theme.strong_border)
        painter.drawLine(0, 0, self.width(), 0)
        painter.setPen(self.theme.text)
        painter.setFont(self.theme.font(bold=True))
        for number, text in enumerate(self.texts()):
            left, width = self._header.sectionViewportPosition(number) + 1, self._header.sectionSize(number)
            wide = self._header.sectionSize(1) if number == 0 else 0  # the kind has no sum: its room is free
            place = QRectF(left + 6, 0, width + wide - 13, self.height())
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[number].number else Qt.AlignmentFlag.AlignLeft
            painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class SummaryTree(QTreeView):
    """The rows; Ctrl+C copies those selected."""

    copied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class Summary(Themed, QWidget):
    """Follows a document. ``opened`` carries the path of the layer to go to, ``failed`` a sentence.

    Nothing is computed while nobody looks.
    """

    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("summary")
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._stops: tuple[Callable[[], None], ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._quiet = False
        self._stale = True
        self._last_width = 0
        self.name = "network"
        self.folder = ""
        self.model = SummaryModel(themes, self)
        self.tree = SummaryTree(self)
        self.line = TotalsLine(themes, self.tree.header(), self)
        self.note = text_label(NOTE, look="faint")
        self.copy = QPushButton("Copy")
        self.save = QPushButton("Export CSV…")
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.refresh)
        self._set_up()
        self._lay_out()
        self.follow(themes)

    def _set_up(self) -> None:
        tree = self.tree
        tree.setObjectName("summaryTable")
        tree.setAccessibleName("Summary of the layers")
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setItemDelegate(ShareDelegate(self.model._source, tree))
        tree.setStyleSheet("QTreeView { border: none; border-radius: 0; }")
        FocusRing(tree)
        FirstPress(tree)
        tree.setIndentation(16)
        header = tree.header()
        header.setStretchLastSection(False)  # it would also squeeze the last column where there is no room
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionsMovable(False)
        header.setResizeContentsPrecision(0)  # widths follow the rows in view: all of 1,000 would be felt
        tree.setSortingEnabled(True)
        tree.clicked.connect(self._go)
        tree.activated.connect(self._enter)
        tree.copied.connect(self.copy_rows)
        tree.horizontalScrollBar().valueChanged.connect(lambda _: self.line.update())
        self.copy.setToolTip("Copy the table as text for a spreadsheet; Ctrl+C copies the selected rows")
        self.save.setToolTip("Write the rows as they are shown, and the totals, to a file")
        self.copy.clicked.connect(self.copy_all)
        self.save.clicked.connect(self.ask_export)

    def _lay_out(self) -> None:
        for button in (self.copy, self.save):
            button.setFlat(True)
            button.setProperty("compact", True)
        head = flow(self.note, Stretch(1), self.copy, self.save, margins=(12, 0, 8, 0))
        vbox(head, (self.tree, 1), self.line, parent=self, spacing=0)

    # The document

    def set_document(self, document: Document, checker: Checker) -> None:
        """Summarise another document."""
        self.close_document()
        self._document, self._checker, self._chosen = document, checker, ()
        self._stops = (document.subscribe(lambda _: self._soon()), checker.subscribe(lambda _: self._soon()))
        self._soon()

    def close_document(self) -> None:
        """Stop listening."""
        self._later.stop()
        for stop in self._stops:
            stop()
        self._stops = ()

    def _soon(self) -> None:
        self._stale = True
        if self.isVisible() and not self._later.isActive():
            self._later.start()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 60)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Show what holds now; what was open stays open."""
        if self._checker is None:
            return
        first = not self.model.rowCount()
        self._stale = False
        opened = [self.model.row_at(index).path for index in self._shown() if self.tree.isExpanded(index)]
        self._quiet = True
        whole = totals(self._checker)
        self.note.setText(f"{length_note(whole)} {NOTE}".strip())
        self.model.set_rows(rows(self._checker), whole)
        self.line.show_totals(whole)
        for path in opened:
            index = self.model.find(path)
            if index.isValid():
                self.tree.expand(index)
        self._quiet = False
        self.show_selection(self._chosen)
        if first and self.model.rowCount():
            self._fit()

    def _fit(self) -> None:
        """Give each column the width of what stands in it, and the last one what is left, if that is more."""
        for number in range(len(COLUMNS)):
            self.tree.resizeColumnToContents(number)
            room = self.theme.px(28) if number == 0 else 8  # names inside opened blocks stand further in
            self.tree.setColumnWidth(number, min(self.tree.columnWidth(number) + room, self.theme.px(260)))
        self._last_width = self.tree.columnWidth(len(COLUMNS) - 1)
        self._fill()

    def _fill(self) -> None:
        last = len(COLUMNS) - 1
        others = self.tree.header().length() - self.tree.columnWidth(last)
        self.tree.setColumnWidth(last, max(self._last_width, self.tree.viewport().width() - others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def theme_changed(self) -> None:
        """Take over the colours and sizes of another theme."""
        if self.model.rowCount():
            self._fit()

    # Selecting

    def show_selection(self, ids: Sequence[str]) -> None:
        """Mark the layers that are selected elsewhere."""
        self._chosen = tuple(ids)
        if self._stale or not self.isVisible():
            self._stale = True
            return
        marked = {self.model.row_at(index).path[0] for index in self.tree.selectionModel().selectedRows()}
        if marked == set(ids):
            return
        self._quiet = True
        self.tree.clearSelection()
        chosen = self.tree.selectionModel()
        for id_ in ids:
            index = self.model.find([id_])
            chosen.select(index, chosen.SelectionFlag.Select | chosen.SelectionFlag.Rows)
        if len(ids) == 1 and index.isValid():
            chosen.setCurrentIndex(index, chosen.SelectionFlag.NoUpdate)
            self.tree.scrollTo(index)
        self._quiet = False

    def _go(self, index: QModelIndex) -> None:
        """A click goes to the layer; one inside a block to the block."""
        if len(self.tree.selectionModel().selectedRows()) <= 1:
            self.opened.emit(self.model.row_at(index).path[:1])

    def _enter(self, index: QModelIndex) -> None:
        """Return or a double-click goes to the layer itself, into its block if need be."""
        self.opened.emit(self.model.row_at(index).path)

    # Taking it elsewhere

    def _shown(self, parent: QModelIndex | None = None) -> list[QModelIndex]:
        """Every row that is not hidden in a closed block, top to bottom."""
        rows = []
        at = parent or QModelIndex()
        for place in range(self.model.rowCount(at)):
            index = self.model.index(place, 0, at)
            rows.append(index)
            if self.tree.isExpanded(index):
                rows += self._shown(index)
        return rows

    def _listed(self) -> list[SummaryRow]:
        return [self.model.row_at(index) for index in self._shown()]

    def copy_rows(self) -> None:
        """Put the selected rows, or the whole table where none is selected, on the clipboard."""
        chosen = self.tree.selectionModel()
        marked = [self.model.row_at(index) for index in self._shown() if chosen.isSelected(index)]
        if marked:
            QGuiApplication.clipboard().setText(table(marked, None, "\t"))
            self.note.setText(f"{counted(len(marked), 'selected row')} copied.")
        else:
            self.copy_all()

    def copy_all(self) -> None:
        """Put the whole table and its totals on the clipboard."""
        listed = self._listed()
        QGuiApplication.clipboard().setText(table(listed, self._totals(), "\t"))
        self.note.setText(f"{counted(len(listed), 'row')} and the totals copied.")

    def _totals(self) -> Totals | None:
        return totals(self._checker) if self._checker is not None else None

    def ask_export(self) -> None:
        """Ask where to write the table."""
        if self._stale:
            self.refresh()
        start = str(Path(self.folder) / f"{self.name}-summary.csv")
        path = file_dialogs.ask_path(self, "Export the summary table", start, "Tables (*.csv)", ".csv", "Export")
        if path is not None:
            self.export(path)

    def export(self, path: Path) -> None:
        """Write the rows as they are shown, and the totals, as CSV."""
        try:
            write_atomically(path, table(self._listed(), self._totals()).encode("utf-8"))
        except NetloomError as error:
            self.failed.emit(str(error))
        else:
            self.note.setText(f"Written to {path}.")
