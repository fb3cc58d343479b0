"""A sequence or another array for a network: drawn as curves or as a picture, and edited number by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QTableView, QWidget

from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.messages import Array
from app.system.number_format import nth
from widgets.charts.sample_painting import cell_names
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.sample_views import MOST_CURVES, drawable_values
from widgets.fields.number_text import parse_float
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.layouts import hsplit, vbox
from widgets.look.theme import ThemeSource
from widgets.plots.curve_plot import TitledCurves
from widgets.understand.frame_labels import is_labelled, show_frames
from widgets.understand.try_it.sample_editor import SampleEditor

Index = QModelIndex | QPersistentModelIndex
PREDICTED = "predicted"
"""The curve of what a network forecasts."""
FIGURES = 7
"""Figures of a number in the table, those of 32 bits."""


class ValueTable(QAbstractTableModel):
    """Values (steps, features) of one sample; `edited` says that a person changed one."""

    edited = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.values = np.zeros((0, 0), np.float32)
        self._names: tuple[str, ...] = ()

    def show(self, values: Array, names: tuple[str, ...]) -> None:
        """Show other values; ``names`` are those of the features, which are the columns, or the rows of a vector."""
        self.beginResetModel()
        self.values = np.array(values, np.float32)
        self._names = names
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[1]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        across = orientation == Qt.Orientation.Horizontal
        count = self.values.shape[1 if across else 0]
        features_across = len(self._names) == self.values.shape[1]
        named = len(self._names) == count and across == features_across
        return self._names[section] if named else nth(section)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's text and alignment, as Qt asks for them."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return f"{self.values[index.row(), index.column()]:.{FIGURES}g}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be edited."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a number that was typed; what is none leaves the value as it is."""
        number = parse_float(str(value))
        if role != Qt.ItemDataRole.EditRole or number is None:
            return False
        self.values[index.row(), index.column()] = number
        self.dataChanged.emit(index, index)
        self.edited.emit()
        return True


class ValuesEditor(SampleEditor):
    """Curves or a picture of a sample; of a sequence also a table of its values, which can be edited."""

    def __init__(self, source: ThemeSource, form: InputForm, parent: QWidget | None = None) -> None:
        super().__init__(form, parent)
        self._values: Array = np.zeros(0, np.float32)
        self.curves = TitledCurves(source, form.field.name, "Start from a sample, or open a file.")
        self.curves.view.set_along("step")
        units = set(form.field.units)
        unit = units.pop() if len(units) == 1 else ""
        self.curves.view.panel.sides["left"].set_title(f"value ({unit})" if unit else "value")
        self.tile = SampleGallery(source, form.field.name, "Start from a sample, or open a file.", self)
        self.stack = CurrentOnlyStack(self)
        self.stack.add(self.curves)
        self.stack.add(self.tile)
        self.model = ValueTable(self)
        self.table = QTableView(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName(f"Values of “{form.field.name}”")
        self.table.setMinimumWidth(110)
        vbox((hsplit((self.stack, 1), (self.table, 0), sizes=(420, 170)), 1), parent=self)
        self.model.edited.connect(self._on_cell)

    def show_sample(self, sample: NewSample) -> None:
        """Show the values of a sample."""
        self._values = np.asarray(sample.arrays[self.form.field.name])
        rows = self._rows()
        self.table.setVisible(rows is not None)
        if rows is not None:
            self.model.show(rows, cell_names(self.form.field))
        self._draw()

    def arrays(self) -> Mapping[str, Array]:
        """The values."""
        return {self.form.field.name: self._values}

    def is_blank(self) -> bool:
        """Whether no sample was taken yet."""
        return not self._values.size

    def show_prediction(self, outputs: tuple[OutputPrediction, ...]) -> None:
        """Go on with the curve that is forecast by what is predicted, or write below each frame what is said of it."""
        for output in outputs:
            if output.kind == "text" and is_labelled(self._values, output.text.split()):
                show_frames(self.tile, self._values, output.text.split())
        names = self._names()
        for output in outputs:
            ahead = output.values.reshape(-1)
            same = {output.target.name, *output.target.names} & set(names) or len(names) == 1
            if output.kind == "numbers" and same and self._values.ndim == 2 and ahead.size <= len(self._values):
                view, place = self.curves.view, len(self._values)
                view.curves.pop(PREDICTED, None)
                view.add_curve(PREDICTED, "predicted", MOST_CURVES, "validation")
                view.append(PREDICTED, np.arange(place + 1, place + 1 + ahead.size), ahead.astype(np.float64))

    def _names(self) -> tuple[str, ...]:
        count = self._values.shape[-1]
        return cell_names(self.form.field) or tuple(f"feature {number}" for number in range(1, count + 1))

    def _rows(self) -> Array | None:
        """The values as (steps, features), where that is how they are laid out."""
        kept = self._values.reshape([size for size in self._values.shape if size != 1] or [1])
        if self._values.ndim == 2:
            return self._values
        return kept[:, None] if kept.ndim == 1 else kept if kept.ndim == 2 else None

    def _on_cell(self) -> None:
        self._values = self.model.values.reshape(self._values.shape).copy()
        self._draw()
        self.edited.emit()

    def _draw(self) -> None:
        drawn = drawable_values(self._values[None])
        if self._values.ndim != 2 or drawn.ndim == 4:
            self.tile.set_samples(drawn, [""], [""])
            self.stack.bring(self.tile)
            return
        self.stack.bring(self.curves)
        view = self.curves.view
        view.clear()
        for number, name in enumerate(self._names()[:MOST_CURVES]):
            view.add_curve(name, name, number, "validation")
            view.append(name, np.arange(1, len(self._values) + 1), self._values[:, number].astype(np.float64))
