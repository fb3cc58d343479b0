"""Samples as rows of a table: label, part, what a network says, and every feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.protocol.data_values import DataPreview
from app.system.number_format import format_short, nth, with_decimal
from widgets.charts.sample_tiles import Answer
from widgets.data.preview_values import part_titles, sample_labels
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition

Index = QModelIndex | QPersistentModelIndex
MOST_COLUMNS = 200
MEASURED, FEWEST_MEASURED = 3000, 8
"""Cells that are measured to give columns their widths, and rows of them at least."""
TERMS = ("label", "split")
"""What the first columns hold, as the glossary has it."""


class SampleModel(QAbstractTableModel):
    """The previewed samples with the features of a vector; other inputs have no columns but label and part."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: DataPreview | None = None
        self._heads: list[str] = []
        self._labels: list[str] = []
        self._parts: list[str] = []
        self._answers: Sequence[Answer | None] = ()

    def set_preview(self, preview: DataPreview | None) -> None:
        """Show the samples of a preview, or none."""
        self.beginResetModel()
        self._preview, self._heads, self._labels, self._parts = preview, [], [], []
        self._answers = ()
        if preview is not None:
            self._labels, self._parts = sample_labels(preview), part_titles(preview)
            self._heads = [preview.info.target_field.name, "part", *self._feature_names(preview)]
        self.endResetModel()

    def set_answers(self, answers: Sequence[Answer | None]) -> None:
        """Show what a network says about each sample as the third column, or none."""
        if not self._heads or (not answers and not self._answers):
            return
        self.beginResetModel()
        self._heads = [*self._heads[:2], *(["network"] if answers else []), *self._heads[3 if self._answers else 2 :]]
        self._answers = answers
        self.endResetModel()

    @property
    def _facts(self) -> int:
        """Columns before the features."""
        return 3 if self._answers else 2

    def _feature_names(self, preview: DataPreview) -> list[str]:
        field = preview.info.input_field
        if preview.input_texts:
            return [field.name]
        if preview.inputs.ndim != 2:
            return []
        names = field.names or [f"feature {number + 1}" for number in range(preview.inputs.shape[1])]
        units = field.units or [""] * len(names)
        heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(names, units, strict=True)]
        return heads[:MOST_COLUMNS]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._labels)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._preview is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal and section < len(TERMS):
            return plain_tip(definition(TERMS[section]))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._heads[section]
        return nth(int(self._preview.index[section]))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's text and alignment, as Qt asks for them."""
        if self._preview is None:
            return None
        texts = self._preview.input_texts
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() >= self._facts and not texts:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() < 2:
            return (self._labels, self._parts)[index.column()][index.row()]
        if index.column() < self._facts:
            answer = self._answers[index.row()]
            return f"{answer.words}{answer.sure}" if answer is not None else ""
        if texts:
            return texts[index.row()]
        value = float(self._preview.inputs[index.row(), index.column() - self._facts])
        written = with_decimal(format_short(value, 6), self._preview.info.input_field.decimal)
        return "missing" if value != value else written  # noqa: PLR0124 - only NaN differs from itself


class SampleTable(QTableView):
    """The samples in columns as wide as what they hold, which is measured once somebody looks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.held = SampleModel(self)
        self.setModel(self.held)
        self.setAccessibleName("Samples as a table")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self._fits = True
        self.held.modelReset.connect(self._refit)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fits:
            self._refit()

    def _refit(self) -> None:
        """Measure the columns, now or when they are shown: hundreds of them take longer than a click may."""
        self._fits = self.isVisible()
        if self._fits:
            rows = MEASURED // max(1, self.held.columnCount())
            self.horizontalHeader().setResizeContentsPrecision(max(FEWEST_MEASURED, rows))
            self.resizeColumnsToContents()
