"""Where a network that writes errs: tokens taken for others, and the worst answers beside what they should be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.protocol.evaluation_values import Evaluation
from app.system.number_format import nth
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.sample_views import drawable_values
from widgets.look.first_press import FirstPress
from widgets.look.labels import text_label
from widgets.look.layouts import hsplit, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.tall_pane import TallPane
from widgets.look.terms import name_columns
from widgets.look.theme import ThemeSource
from widgets.understand.frame_labels import is_labelled, show_frames

Index = QModelIndex | QPersistentModelIndex
WORDS = Qt.ItemDataRole.UserRole
"""Of a cell with an answer: two lists of words, each with whether it is right."""
PAD = 4.0
"""Room above and below both lines."""
Marked = Sequence[tuple[str, bool]]


class TextErrors(QWidget):
    """Side by side: which tokens are taken for which, and the worst answers, their wrong tokens marked.

    `row_picked` carries a place among the worst.
    """

    row_picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(source)
        self.about = text_label("", self, look="faint", wrap=True)
        self.table = QTableWidget(self)
        self.sample = SampleGallery(source, "The sample picked", "Choose a prediction to see its sample.")
        self._evaluation: Evaluation | None = None
        self._set_up_table(source)
        side = TallPane(vbox(self.about, (self.table, 1), margins=(8, 0, 12, 8)))
        panes = hsplit((self.matrix, 2), (side, 4), (self.sample, 1), sizes=(300, 560, 200), least=150)
        vbox(panes, parent=self)

    def _set_up_table(self, source: ThemeSource) -> None:
        table = self.table
        table.setAccessibleName("Worst predictions")
        name_columns(table, "Sample", "It reads", "It should say, and says")
        table.setItemDelegateForColumn(2, _Marked(source, table))
        table.verticalHeader().setVisible(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        FirstPress(table)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        table.currentCellChanged.connect(lambda row, *_: self._show_row(row))
        table.cellClicked.connect(lambda row, _: self.row_picked.emit(row))

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the evaluation of a network that writes."""
        self._evaluation = evaluation
        worst, words = evaluation.worst, evaluation.worst.words
        if evaluation.confusion is not None:
            self.matrix.set_counts(evaluation.confusion, list(evaluation.classes))
        wrong = sum(true != predicted for true, predicted in zip(words.true, words.predicted, strict=True))
        self.about.setText(_about(wrong, len(words.true)))
        self.table.setRowCount(len(words.true))
        self.table.setColumnHidden(1, not words.input)
        for row, (true, predicted) in enumerate(zip(words.true, words.predicted, strict=True)):
            number = self._put(row, 0, f"{nth(int(worst.index[row]))}")
            number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._put(row, 1, joined(words.input[row]) if words.input else "")
            output = self._put(row, 2, f"{joined(true)}; it says {joined(predicted) or 'nothing'}")
            marked = [(word, at < len(true) and word == true[at]) for at, word in enumerate(predicted)]
            output.setData(WORDS, ([(word, True) for word in true], marked or [("–", False)]))
        self.table.resizeRowsToContents()
        self.sample.setVisible(not words.input and worst.input.ndim in (2, 3, 4, 5))
        self.table.setCurrentCell(0, 0)
        self._show_row(0)

    def _put(self, row: int, column: int, text: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(plain_tip(text))
        self.table.setItem(row, column, item)
        return item

    def _show_row(self, row: int) -> None:
        if self._evaluation is None or self.sample.isHidden() or not 0 <= row < self.table.rowCount():
            return
        worst = self._evaluation.worst
        name = f"sample {nth(int(worst.index[row]))}"
        self.sample.set_field(worst.input_field)
        if is_labelled(worst.input[row], worst.words.predicted[row]):
            show_frames(self.sample, worst.input[row], worst.words.predicted[row], worst.words.true[row])
            return
        position = int(worst.index[row])
        self.sample.set_samples(drawable_values(worst.input[row : row + 1]), [name], [""], positions=[position])


def _about(wrong: int, count: int) -> str:
    """What is listed, and in which order: so many wrong ones of ``count``, then right ones."""
    if not wrong:
        return f"No prediction is wrong; these are the {count} that were least sure."
    rest = f" The last {count - wrong} are right, but were the least sure." if wrong < count else ""
    return f"The {count} worst predictions, the worst first; what is not as it should be is marked.{rest}"


def joined(words: Sequence[str]) -> str:
    """Words of an answer as a text; single characters stand next to each other."""
    return ("" if all(len(word) == 1 for word in words) else " ").join(words)


class _Marked(QStyledItemDelegate):
    """Paints what should be said above what is said, its wrong words in the colour of errors and underlined."""

    def __init__(self, source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._source = source

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground as usual, and the words upon it."""
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        style = styled.widget.style()
        area = QRectF(style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, styled, styled.widget))
        styled.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, styled, painter, styled.widget)
        area = area.adjusted(2, PAD, -2, -PAD)
        painter.save()
        painter.setClipRect(area)
        half = area.height() / 2
        theme = self._source.theme
        for line, (words, ink) in enumerate(zip(index.data(WORDS), (theme.faint, theme.text), strict=True)):
            self._paint_words(painter, words, QRectF(area.left(), area.top() + line * half, area.width(), half), ink)
        painter.restore()

    def _paint_words(self, painter: QPainter, words: Marked, place: QRectF, ink: QColor) -> None:
        font, left = self._source.theme.font(), place.left()
        metrics = QFontMetricsF(font)
        gap = 0.0 if all(len(word) == 1 for word, _ in words) else metrics.horizontalAdvance(" ")
        base = place.top() + (place.height() + metrics.ascent() - metrics.descent()) / 2
        for word, right in words:
            font.setUnderline(not right)
            font.setBold(not right)
            painter.setFont(font)
            painter.setPen(ink if right else self._source.theme.error)
            painter.drawText(QPointF(left, base), word)
            left += QFontMetricsF(font).horizontalAdvance(word) + gap

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for both lines, as wide as if all words were wrong."""
        font = self._source.theme.font()
        font.setBold(True)
        metrics = QFontMetricsF(font)
        widths = [metrics.horizontalAdvance(joined([word for word, _ in words])) for words in index.data(WORDS)]
        return QSize(round(max(widths, default=0.0)) + 16, round(2 * metrics.height() + 2 * PAD + 4))
