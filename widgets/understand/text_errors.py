"""Where a network that writes errs: tokens taken for others, and the worst answers beside what they should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.training.messages import Message
from widgets.data.samples import drawable_values
from widgets.insight.confusion import ConfusionMatrix
from widgets.insight.samples import SampleGallery
from widgets.theme import ThemeSource

Index = QModelIndex | QPersistentModelIndex
WORDS = Qt.ItemDataRole.UserRole
"""Of a cell with an answer: pairs of a word and whether it is right."""


class TextErrors(QWidget):
    """Side by side: which tokens are taken for which, and the worst answers, their wrong tokens marked."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(source)
        self.about = QLabel(self)
        self.about.setProperty("faint", True)
        self.about.setWordWrap(True)
        self.table = QTableWidget(0, 4, self)
        self.sample = SampleGallery(source, "The sample picked", "Choose an answer to see its sample.")
        self._message: Message | None = None
        self._set_up_table(source)
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 12, 8)
        column.addWidget(self.about)
        column.addWidget(self.table, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.matrix, 2), (side, 4), (self.sample, 1)):
            widget.setMinimumWidth(150)
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        self.splitter.setSizes([300, 560, 200])
        self.splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)

    def _set_up_table(self, source: ThemeSource) -> None:
        table = self.table
        table.setAccessibleName("Worst answers")
        table.setHorizontalHeaderLabels(["Sample", "It reads", "It should say", "It says"])
        table.setItemDelegateForColumn(3, _Marked(source, table))
        table.verticalHeader().setVisible(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.currentCellChanged.connect(lambda row, *_: self._show_row(row))

    def show_evaluation(self, message: Message) -> None:
        """Show the answer to an ``evaluate`` request about a network that writes."""
        self._message = message
        arrays, words = message.arrays, message.fields["words"]
        self.matrix.set_counts(arrays["confusion"], [str(one) for one in message.fields["classes"]])
        wrong = sum(true != said for true, said in zip(words["true"], words["predicted"], strict=True))
        self.about.setText(
            f"The {len(words['true'])} worst answers, the worst first; what is not as it should be is marked."
            if wrong
            else f"No answer is wrong; these are the {len(words['true'])} that were least sure."
        )
        self.table.setRowCount(len(words["true"]))
        self.table.setColumnHidden(1, "input" not in words)
        for row, (true, said) in enumerate(zip(words["true"], words["predicted"], strict=True)):
            number = self._put(row, 0, f"{int(arrays['worst/index'][row]):,}")
            number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._put(row, 1, joined(words["input"][row]) if "input" in words else "")
            self._put(row, 2, joined(true))
            answer = self._put(row, 3, joined(said) or "–")
            answer.setData(WORDS, [(word, at < len(true) and word == true[at]) for at, word in enumerate(said)])
        pictures = arrays["worst/input"].ndim == 4
        self.sample.setVisible("input" not in words and (pictures or arrays["worst/input"].ndim in (2, 3)))
        self.table.setCurrentCell(0, 0)
        self._show_row(0)

    def _put(self, row: int, column: int, text: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        self.table.setItem(row, column, item)
        return item

    def _show_row(self, row: int) -> None:
        if self._message is None or self.sample.isHidden() or not 0 <= row < self.table.rowCount():
            return
        words, inputs = self._message.fields["words"], self._message.arrays["worst/input"]
        labels = joined(words["true"][row]), f"says {joined(words['predicted'][row])}"
        self.sample.set_samples(drawable_values(inputs[row : row + 1]), [labels[0]], [labels[1]])


def joined(words: Sequence[str]) -> str:
    """Words of an answer as a text; single characters stand next to each other."""
    return ("" if all(len(word) == 1 for word in words) else " ").join(words)


class _Marked(QStyledItemDelegate):
    """Paints an answer word by word, those that are wrong in the colour of errors and underlined."""

    def __init__(self, source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = source

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground as usual, and the words upon it."""
        words: list[tuple[str, bool]] = index.data(WORDS) or []
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        if not words:
            super().paint(painter, option, index)
            return
        area, font, text = self._parts(styled)
        styled.text = ""
        widget = styled.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, styled, painter, widget)
        painter.save()
        painter.setClipRect(area)
        metrics, left = QFontMetricsF(font), area.left()
        gap = 0.0 if all(len(word) == 1 for word, _ in words) else metrics.horizontalAdvance(" ")
        base = area.top() + (area.height() + metrics.ascent() - metrics.descent()) / 2
        for word, right in words:
            font.setUnderline(not right)
            font.setBold(not right)
            painter.setFont(font)
            painter.setPen(text if right else self._source.theme.error)
            painter.drawText(QPointF(left, base), word)
            left += QFontMetricsF(font).horizontalAdvance(word) + gap
        painter.restore()

    @staticmethod
    def _parts(option: QStyleOptionViewItem) -> tuple[QRectF, Any, Any]:
        """Where the words go, in which font and colour."""
        style = option.widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        return QRectF(area).adjusted(2, 0, -2, 0), option.font, option.palette.text().color()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As usual, a little wider where words are bold."""
        usual = super().sizeHint(option, index)
        return QSize(usual.width() + 12, usual.height())
