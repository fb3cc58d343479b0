"""Editor for one column of a table: its type, unit, date format, missing words and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from app.data.readers.recipe import ColumnRecipe, Dialect
from app.protocol.data_values import ColumnReading, ColumnType
from widgets.data.recipe_table import LEFT_OUT, SIGNS
from widgets.fields.simple_fields import QuietCombo
from widgets.look.floating import FieldFault
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip

TYPES = (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.DATE, ColumnType.TEXT)
SHOWN = 12
"""Categories that are listed."""


class ColumnEditor(QWidget):
    """`changed(name, changes)` carries settings of the column that were chosen, `left_out(name, out)` whether the
    network sees it, `found_again(name)` that what was chosen is to be given up.

    Every row is always there, so that nothing moves from one column to the next; what a type does not have is grey.
    """

    changed = Signal(str, object)
    left_out = Signal(str, bool)
    found_again = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Column")
        self._column: ColumnRecipe | None = None
        self._variants: Sequence[tuple[str, ...]] = ()
        self._out = False
        self.heading = text_label(parent=self, look="heading")
        self.again = QPushButton("Find it again", self)
        self.again.setToolTip("Give up what you chose for this column, and find it from its cells")
        self.type, self.format, self.decimal = QuietCombo(self), QuietCombo(self), QuietCombo(self)
        self.unit, self.missing = QLineEdit(self), QLineEdit(self)
        self.missing.setPlaceholderText("Words with commas between them")
        self.categories = text_label(parent=self, wrap=True)
        self.merge = QPushButton("Merge variants", self)
        self.merge.setToolTip("Make categories that differ by case or blanks alone one category")
        self.why = text_label(parent=self, look="faint", wrap=True)
        fields: tuple[QWidget, ...] = (self.type, self.unit, self.missing)
        self._faults = {field: FieldFault(field) for field in fields}
        self._taken_from: QWidget = self.type
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for label in (self.categories, self.why):
            label.setMinimumHeight(2 * label.fontMetrics().lineSpacing())
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Type", self.type),
            ("Unit", self.unit),
            ("Decimal", self.decimal),
            ("Date format", self.format),
            ("Missing words", self.missing),
        )
        for line, (title, field) in enumerate(rows):
            field.setAccessibleName(title)
            grid.addWidget(text_label(title, self, buddy=field), line, 0)
            grid.addWidget(field, line, 1)
        grid.addWidget(text_label("Categories", self), len(rows), 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(hbox((self.categories, 1), (self.merge, 0, Qt.AlignmentFlag.AlignTop)), len(rows), 1)
        head = hbox((self.heading, 1), self.again)
        vbox(head, grid, self.why, Stretch(1), parent=self, spacing=6)

    def _connect(self) -> None:
        self.type.activated.connect(self._take_type)
        self.format.activated.connect(lambda place: self._take("date_format", self.format.itemData(place)))
        self.decimal.activated.connect(lambda place: self._take("decimal", self.decimal.itemData(place)))
        self.unit.editingFinished.connect(lambda: self._take("unit", self.unit.text().strip()))
        self.missing.editingFinished.connect(lambda: self._take("missing", words_of(self.missing.text())))
        self.merge.clicked.connect(self._merge)
        self.again.clicked.connect(self._find_again)

    def show_column(
        self, column: ColumnRecipe | None, reading: ColumnReading | None, dialect: Dialect, out: bool, may_leave: bool
    ) -> None:
        """Show a column; ``out`` says that the network does not see it, ``may_leave`` that this can be chosen."""
        before, self._column, self._out = self._column, column, out
        if column is None or before is None or column.name != before.name:
            self._clear()
            before = None
        self.setEnabled(column is not None)
        if column is None:
            self.heading.setText("No column")
            return
        self._variants = reading.variants if reading is not None else ()
        self.heading.setText(_short(self.heading, column.name))
        self.heading.setToolTip(plain_tip(column.name))
        self.again.setEnabled(column.stated)
        self._fill_type(column, out, may_leave)
        self._fill_details(column, reading, dialect)
        self._fill_texts(column, before)

    def _fill_texts(self, column: ColumnRecipe, before: ColumnRecipe | None) -> None:
        """What is typed stays until it is taken over, unless the value ``before`` was another one."""
        number = column.type is ColumnType.NUMBER
        texts = (
            (self.unit, "unit", column.unit if number else ""),
            (self.missing, "missing", ", ".join(column.missing)),
        )
        for line, name, text in texts:
            same = before is not None and _held(before, name) == _held(column, name) and line.isEnabled()
            if not (same and (line.isModified() or self._faults[line].text())):
                line.setText(text)
                self._faults[line].say("")
        self.unit.setEnabled(number)

    def _fill_type(self, column: ColumnRecipe, out: bool, may_leave: bool) -> None:
        kinds = [str(kind) for kind in TYPES]
        kinds += [str(column.type)] if column.type not in TYPES else []
        _fill(self.type, [(kind, kind) for kind in kinds] + ([(LEFT_OUT, LEFT_OUT)] if may_leave or out else []))
        self.type.setCurrentIndex(self.type.findData(LEFT_OUT if out else str(column.type)))

    def _fill_details(self, column: ColumnRecipe, reading: ColumnReading | None, dialect: Dialect) -> None:
        number, date = column.type is ColumnType.NUMBER, column.type is ColumnType.DATE
        own = column.decimal or dialect.decimal or "."
        _fill(self.decimal, [(SIGNS[sign], sign) for sign in ".,"] if number else [])
        self.decimal.setCurrentIndex(max(0, self.decimal.findData(own)))
        self.decimal.setEnabled(number)
        formats = reading.formats if reading is not None and date else ()
        _fill(self.format, [(f"{one.title}: {one.example}", one.changes["date_format"]) for one in formats])
        self.format.setCurrentIndex(self.format.findData(column.date_format) if formats else -1)
        self.format.setEnabled(len(formats) > 1)
        self.categories.setText(_listed(column) if column.type is ColumnType.CATEGORY else "–")
        self.merge.setEnabled(bool(self._variants))
        self.why.setText(column.why or ("You chose how this column is read." if column.stated else ""))

    def refuse(self, sentence: str) -> None:
        """Say beside the field that was edited last why the column cannot be read so; what was typed stays."""
        self._faults.get(self._taken_from, self._faults[self.type]).say(sentence)

    @property
    def column(self) -> str:
        """The name of the column on show; empty where there is none."""
        return self._column.name if self._column is not None else ""

    def fault_of(self, field: QWidget) -> FieldFault:
        """What is said beside the type, the unit or the missing words."""
        return self._faults[field]

    def _clear(self) -> None:
        for fault in self._faults.values():
            fault.say("")

    def _take(self, name: str, value: object) -> None:
        column = self._column
        if column is not None and value is not None and value != _held(column, name):
            self._clear()
            self._taken_from = {"unit": self.unit, "missing": self.missing}.get(name, self.type)
            self.changed.emit(column.name, {name: list(value) if isinstance(value, tuple) else value})

    def _take_type(self, place: int) -> None:
        column, kind = self._column, str(self.type.itemData(place))
        if column is None:
            return
        self._clear()
        self._taken_from = self.type
        if kind == LEFT_OUT or self._out:
            self.left_out.emit(column.name, kind == LEFT_OUT)
        if kind not in (LEFT_OUT, str(column.type)):
            self.changed.emit(column.name, {"type": kind})

    def _find_again(self) -> None:
        if self._column is not None:
            self.found_again.emit(self._column.name)

    def _merge(self) -> None:
        column = self._column
        if column is not None and self._variants:
            pairs = [[other, group[0]] for group in self._variants for other in group[1:]]
            self.changed.emit(column.name, {"merged": [*map(list, column.merged), *pairs]})


def words_of(text: str) -> tuple[str, ...]:
    """Words that are written with commas between them."""
    return tuple(filter(None, (word.strip() for word in text.split(","))))


def _held(column: ColumnRecipe, name: str) -> object:
    values: Mapping[str, Any] = {
        "unit": column.unit, "missing": column.missing, "date_format": column.date_format, "decimal": column.decimal,
    }  # fmt: skip
    return values[name]


def _fill(box: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    """Offer texts with their data, unless they are offered already."""
    if [(box.itemText(place), box.itemData(place)) for place in range(box.count())] != list(items):
        box.clear()
        for text, data in items:
            box.addItem(text, data)


def _listed(column: ColumnRecipe) -> str:
    more = f" and {len(column.categories) - SHOWN} more" if len(column.categories) > SHOWN else ""
    return f"{len(column.categories)}: {', '.join(column.categories[:SHOWN])}{more}"


def _short(label: QLabel, text: str) -> str:
    return label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 260)
