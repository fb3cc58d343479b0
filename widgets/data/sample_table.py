"""Samples as rows of a table: label, part and every feature."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from widgets.data.preview_values import Preview

Index = QModelIndex | QPersistentModelIndex
MOST_COLUMNS = 200


class SampleModel(QAbstractTableModel):
    """The previewed samples with the features of a vector; other inputs have no columns but label and part."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: Preview | None = None
        self._heads: list[str] = []
        self._labels: list[str] = []
        self._parts: list[str] = []

    def set_preview(self, preview: Preview | None) -> None:
        """Show the samples of a preview, or none."""
        self.beginResetModel()
        self._preview, self._heads, self._labels, self._parts = preview, [], [], []
        if preview is not None:
            self._labels, self._parts = preview.labels(), preview.part_titles()
            self._heads = [preview.field("target")["name"], "part", *self._feature_names(preview)]
        self.endResetModel()

    def _feature_names(self, preview: Preview) -> list[str]:
        if preview.inputs.ndim != 2:
            return []
        field = preview.field("input")
        names = field["names"] or [f"feature {number + 1}" for number in range(preview.inputs.shape[1])]
        units = field["units"] or [""] * len(names)
        heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(names, units, strict=True)]
        return heads[:MOST_COLUMNS]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._labels)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or self._preview is None:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._heads[section]
        return f"{int(self._preview.index[section]):,}"

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's text and alignment, as Qt asks for them."""
        if self._preview is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() >= 2:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() < 2:
            return (self._labels, self._parts)[index.column()][index.row()]
        value = float(self._preview.inputs[index.row(), index.column() - 2])
        return "missing" if value != value else f"{value:.5g}"  # noqa: PLR0124 - only NaN differs from itself
