"""Frozen column: the first column of a table that is scrolled sideways stays in view, over what slides under it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView

from widgets.look.theme import ThemeSource


class FrozenColumn(QTableView):
    """A second view of ``table``, with its model and selection, over its first column; shown while that is scrolled.

    ``paint_over`` paints what the table paints over its cells, in pixels of its viewport.
    """

    def __init__(self, table: QTableView, source: ThemeSource, paint_over: Callable[[QPainter], None]) -> None:
        super().__init__(table)
        self._table, self._source, self._paint_over = table, source, paint_over
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self.setSelectionBehavior(table.selectionBehavior())
        self.setSelectionMode(table.selectionMode())
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(table.textElideMode())
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Before the proxy, which would be given it: keys come to the table alone, and Tab does not stop here.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(table)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(self.verticalHeader().ResizeMode.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._pass_on)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(table.horizontalHeader().defaultAlignment())
        header.setSectionsClickable(True)
        header.sectionClicked.connect(table.horizontalHeader().sectionClicked)
        self._follow()
        self.hide()

    def _follow(self) -> None:
        """Scroll up and down together, and come and go as the table is scrolled sideways."""
        mine, other = self.verticalScrollBar(), self._table.verticalScrollBar()
        mine.valueChanged.connect(other.setValue)
        other.valueChanged.connect(mine.setValue)
        self._table.horizontalScrollBar().valueChanged.connect(lambda _: self.fit())
        self._table.horizontalHeader().sectionResized.connect(lambda *_: self.fit())

    def _pass_on(self, at: QPoint) -> None:
        place = self._table.viewport().mapFromGlobal(self.viewport().mapToGlobal(at))
        self._table.customContextMenuRequested.emit(place)

    def fit(self) -> None:
        """Lie over the first column of the table as it stands now."""
        table, header = self._table, self._table.horizontalHeader()
        self.setVisible(table.horizontalScrollBar().value() > 0 and not table.isColumnHidden(0))
        if self.isHidden():
            return
        for column in range(1, header.count()):
            self.setColumnHidden(column, True)
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.horizontalHeader().setFixedHeight(header.height())
        self.setColumnWidth(0, table.columnWidth(0))
        top = table.viewport().geometry().topLeft() - QPoint(0, header.height())
        height = header.height() + table.viewport().height()
        self.setGeometry(top.x(), top.y(), min(table.columnWidth(0), table.viewport().width()), height)
        self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, what the table paints over them, and an edge under which the other columns slide."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.save()
        self._paint_over(painter)
        painter.restore()
        painter.setPen(QPen(self._source.theme.strong_border, 1))
        right = self.viewport().width() - 1
        painter.drawLine(right, 0, right, self.viewport().height())
        painter.end()
