"""Filling in a row of a table for a network: a field for each column, with its unit, its range and its categories."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSlider, QWidget

from app.protocol.inference_values import InputForm, NewSample, RowColumn
from app.system.number_format import format_span
from widgets.fields.simple_fields import QuietCombo
from widgets.look.elided_label import ElidedLabel
from widgets.look.form_area import FormArea
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.understand.try_it.sample_editor import SampleEditor

STEPS = 1000
"""Places of a slider between the least and the greatest number of training."""
NARROW, WIDE = 120, 260
"""Width of all fields: the narrowest, and the widest that a long category makes them."""
ROOM_BESIDE = 48
"""Pixels of a field beside its text: margins and the arrow that opens its list."""
FIGURES = 4
"""Figures of a number that a slider gives."""
MISSING = "missing"
"""What stands in an empty field whose column something else stands in for."""


class Cell(QWidget):
    """The field of one column. `typed` says that a person changed it."""

    typed = Signal()

    def __init__(self, column: RowColumn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = column
        self.line = QLineEdit(self) if column.kind != "category" else None
        self.box = QuietCombo(self) if column.kind == "category" else None
        self.slider: QSlider | None = None
        self.note = ElidedLabel(self, look="oddCell")
        self.note.setProperty("tone", "warning")
        if self.line is not None:
            self.line.textEdited.connect(self._on_line)
        if self.box is not None:
            self.box.setEditable(True)
            self.box.setInsertPolicy(QuietCombo.InsertPolicy.NoInsert)
            self.box.addItems(list(column.choices))
            self.box.currentTextChanged.connect(self.typed)
            self.box.activated.connect(self._show_beginning)
        if column.low is not None and column.high is not None and column.high > column.low:
            self.slider = QSlider(Qt.Orientation.Horizontal, self)
            self.slider.setRange(0, STEPS)
            self.slider.valueChanged.connect(self._on_slider)
            self.slider.sliderPressed.connect(self._on_press)
        self._describe()
        self._move_slider()

    @property
    def field(self) -> QWidget:
        """The widget that is typed into."""
        field = self.line or self.box
        assert field is not None  # each column has one of them
        return field

    def _describe(self) -> None:
        column = self.column
        ends = ""
        if column.low is not None and column.high is not None:
            ends = f"In the training set {format_span(column.low, column.high, column.unit, column.decimal)}"
        self.field.setAccessibleName(column.name)
        self.field.setToolTip(plain_tip(ends))
        line = self.line or (self.box.lineEdit() if self.box is not None else None)
        if line is not None:
            line.setPlaceholderText(
                "as in the sample" if column.kind == "date" else MISSING if column.stands_in else ""
            )
        if self.slider is not None:
            self.slider.setAccessibleName(f"{column.name}, slider")
            self.slider.setToolTip(plain_tip(ends))
            self.slider.setMinimumWidth(70)
            self.slider.setMaximumWidth(130)

    def wanted_width(self) -> int:
        """Pixels in which each of its categories is read whole."""
        if self.box is None:
            return 0
        self.box.ensurePolished()
        return ROOM_BESIDE + max(map(self.box.fontMetrics().horizontalAdvance, self.column.choices), default=0)

    def text(self) -> str:
        """What is in the cell."""
        return self.line.text() if self.line is not None else self.box.currentText() if self.box is not None else ""

    def show_text(self, text: str) -> None:
        """Show a cell without saying that it was typed."""
        with QSignalBlocker(self.field):
            if self.line is not None:
                self.line.setText(text)
                self.line.setCursorPosition(0)
            elif self.box is not None:
                self.box.setCurrentText(text)
                self._show_beginning()
        self._move_slider()

    def _show_beginning(self) -> None:
        """Of a category that is longer than its field, the beginning is in view."""
        line = self.box.lineEdit() if self.box is not None else None
        if line is not None:
            line.setCursorPosition(0)

    def show_note(self, note: str) -> None:
        """Say what is odd about the cell, or nothing."""
        self.note.setText(note)
        self.note.setToolTip(plain_tip(note))
        self.field.setAccessibleDescription(note)

    def _on_line(self) -> None:
        self._move_slider()
        self.typed.emit()

    def _on_slider(self, place: int) -> None:
        low, high = self.column.low, self.column.high
        if self.line is not None and low is not None and high is not None:
            value = low + (high - low) * place / STEPS
            self.line.setText(f"{value:.{FIGURES}g}".replace(".", self.column.decimal))
            self._show_slider(True)
            self.typed.emit()

    def _on_press(self) -> None:
        """A slider that shows no number gives one where it is pressed, also where that moves it nowhere."""
        if self.slider is not None and self.slider.property("noValue"):
            self._on_slider(self.slider.value())

    def _move_slider(self) -> None:
        """Have the slider follow a number that was typed; of no number it shows none."""
        low, high = self.column.low, self.column.high
        if self.slider is None or low is None or high is None:
            return
        try:
            value = float(self.text().replace(self.column.decimal, "."))
        except ValueError:
            self._show_slider(False)
            return
        self._show_slider(True)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(STEPS * min(max((value - low) / (high - low), 0.0), 1.0)))

    def _show_slider(self, has_value: bool) -> None:
        """Draw the handle of the slider, or the groove alone."""
        if self.slider is not None and bool(self.slider.property("noValue")) is has_value:
            set_look(self.slider, "noValue", not has_value)


class RowEditor(SampleEditor):
    """A form with a field for each column that the network reads."""

    def __init__(self, form: InputForm, parent: QWidget | None = None) -> None:
        super().__init__(form, parent)
        self.cells_by_column = {column.name: Cell(column, self) for column in form.columns}
        self.area = FormArea(self)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(12, 6, 8, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        wide = min(max([NARROW, *(cell.wanted_width() for cell in self.cells_by_column.values())]), WIDE)
        for row, (name, cell) in enumerate(self.cells_by_column.items()):
            cell.field.setFixedWidth(wide)
            cell.hide()  # its parts stand in the grid
            grid.addWidget(text_label(name, body, buddy=cell.field), row, 0)
            grid.addWidget(cell.field, row, 1)
            grid.addWidget(text_label(cell.column.unit, body, look="unit"), row, 2)
            if cell.slider is not None:
                grid.addWidget(cell.slider, row, 3)
            grid.addWidget(cell.note, row, 4)
            cell.typed.connect(self.edited)
        grid.setColumnStretch(3, 1)
        grid.setColumnStretch(4, 4)
        grid.setRowStretch(len(self.cells_by_column), 1)
        self.area.setWidget(body)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        vbox((self.area, 1), parent=self)

    def show_sample(self, sample: NewSample) -> None:
        """Show the cells of a sample."""
        cells = sample.cells.get(self.form.field.name, {})
        for name, cell in self.cells_by_column.items():
            cell.show_text(cells.get(name, ""))
            cell.show_note("")

    def cells(self) -> Mapping[str, Mapping[str, str]]:
        """The cells; a date that is left open stays that of the sample."""
        filled = {
            name: cell.text()
            for name, cell in self.cells_by_column.items()
            if cell.text() or cell.column.kind != "date"
        }
        return {self.form.field.name: filled}

    def show_notes(self, notes: Mapping[str, str]) -> None:
        """Say beside each column what is odd about its cell."""
        for name, cell in self.cells_by_column.items():
            cell.show_note(notes.get(name, ""))
