"""A form made from settings: of a layer, a plan, a data source or the preferences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QToolButton, QWidget

from widgets.fields.field import FormField
from widgets.fields.form_grid import LINES, FormColumns, FormGrid
from widgets.fields.make_field import make_field
from widgets.fields.undo_keys import UndoKeys
from widgets.fields.warning_mark import WarningMark
from widgets.look.floating import FieldFault
from widgets.look.labels import text_label
from widgets.look.layouts import empty, hbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import tip

if TYPE_CHECKING:
    from graph.layers.settings import Setting


LETTERS = 14
"""Letters that a label has on one line beside its field."""

TALL = 3
"""Lines of text from which on a field has more than one line."""


@dataclass(frozen=True)
class Refused:
    """What was typed into a field, and the sentence about it; the value is the one that holds meanwhile."""

    texts: tuple[str, ...]
    sentence: str
    value: object


class _Row:
    """One setting on the grid: label, field with unit, the help under them, and the fault over what follows.

    What most rows never show is made when it is shown first: each widget costs time whenever the look is switched.
    """

    def __init__(self, spec: Setting, grid: FormGrid, line: int, on_pin: Callable[[bool], None]) -> None:
        self.spec = spec
        self._on_pin = on_pin
        self.field: FormField = make_field(spec)
        self.shown: object = None
        self._tall: bool | None = None
        self.title = spec.label[:1].upper() + spec.label[1:]
        self.label = text_label(self.title, buddy=self.field.editor())
        UndoKeys(self.field.editor())
        self._explain()
        self.refused = ""
        cell = QWidget()
        self._inside = hbox((self.field, 1), parent=cell, spacing=6)
        self.unit = text_label(spec.unit, look="unit") if spec.unit else None
        self.cell = cell
        self._grid, self._line = grid, line
        self.place(stacked=False)

    @cached_property
    def fault(self) -> FieldFault:
        """What is wrong with what is typed."""
        return FieldFault(self.field, f"{self.spec.name}Fault")

    @cached_property
    def warning(self) -> WarningMark:
        """What is doubtful about the value."""
        return WarningMark(self.field, self.spec.name)

    @cached_property
    def help(self) -> QLabel:
        """What the setting does, under its field."""
        label = text_label(self.spec.help, look="faint", wrap=True, hidden=True)
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._grid.addWidget(label, self._line + 2, 0, 1, 3)
        return label

    @cached_property
    def pin(self) -> QToolButton:
        """Shows the setting on the block that the layer is in."""
        pin = QToolButton()
        pin.setCheckable(True)
        pin.setAccessibleName(f"Show {self.spec.label} on the block")
        pin.setToolTip("Show this setting on the block that the layer is in")
        pin.clicked.connect(self._on_pin)
        pin.hide()
        self.put_beside(pin)
        return pin

    def put_beside(self, button: QToolButton) -> None:
        """Let a button stand behind the field, and come after it with Tab."""
        self._inside.addWidget(button)
        QWidget.setTabOrder(self.field.editor(), button)

    def _has(self, part: str) -> bool:
        """Whether something that is made when it is shown first has been made."""
        return part in vars(self)

    def show_help(self, wanted: bool) -> None:
        """Show what the setting does, or hide it."""
        if wanted or self._has("help"):
            self.help.setVisible(wanted)

    def show_pin(self, wanted: bool, on: bool, icon: QIcon | None) -> None:
        """Show the pin, pressed or not; or none."""
        if not wanted and not self._has("pin"):
            return
        self.pin.setVisible(wanted)
        self.pin.setChecked(on)
        if icon is not None:
            self.pin.setIcon(icon)

    def warn(self, sentence: str) -> None:
        """Say what is doubtful about the value; an empty sentence takes that away."""
        if sentence or self._has("warning"):
            self.warning.say(sentence)

    def place(self, *, stacked: bool) -> None:
        """Put the field beside its label, or below it."""
        self.label.setText(self.title if stacked else self.broken())
        line = self._line + 1 if stacked else self._line
        column = 0 if stacked else 1
        for widget in (self.label, self.cell, self.unit):
            if widget is not None:
                self._grid.removeWidget(widget)
        self._grid.addWidget(self.label, self._line, 0, 1, 3 if stacked else 1)
        self._grid.addWidget(self.cell, line, column, 1, (2 if self.unit is not None else 3) - column)
        if self.unit is not None:
            self._grid.addWidget(self.unit, line, 2)
        self._tall = None  # the grid has forgotten where the label stands
        self._align()

    def broken(self) -> str:
        """The label as it stands beside its field: on two lines where it is long, so that no field has less room."""
        return in_two_lines(self.title, self.label.fontMetrics())

    def widths(self) -> tuple[int, int, int]:
        """What label, field and unit need beside each other, in pixels."""
        label = self.label.fontMetrics().size(0, self.broken()).width()
        return label, self.cell.minimumSizeHint().width(), self.unit.sizeHint().width() if self.unit else 0

    def _explain(self) -> None:
        """Say what the setting does, and what the term means that it is called by."""
        self.field.describe(self.spec.label, self.spec.help)
        for widget in (self.label, self.field):
            widget.setToolTip(plain_tip(tip(self.spec.term, self.spec.help)))

    def show(self, values: Mapping[str, Any], help_wanted: bool) -> None:
        """Show the setting's value, or hide the row where the setting has no effect."""
        applies = self.spec.applies(values)
        self.label.setVisible(applies)
        self.cell.setVisible(applies)
        if self.unit is not None:
            self.unit.setVisible(applies)
        self.show_help(applies and help_wanted)
        value = values[self.spec.name]
        if not (applies and value == self.shown and self.is_open):
            # what is typed stays until it is taken over, corrected, or the value changes from elsewhere
            self.clear()
            self.shown = value
            self.field.show_value(value)
        self._align()  # some fields are as tall as their value

    def _align(self) -> None:
        """Put the label on the line of the field's text: its middle, or the first line of a tall field."""
        tall = self.cell.sizeHint().height() > TALL * self.label.fontMetrics().height()
        if tall != self._tall:  # each asks for another layout
            self._tall = tall
            self.label.setContentsMargins(0, 5 if tall else 0, 0, 0)
            self._grid.setAlignment(self.label, Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter)

    @property
    def is_open(self) -> bool:
        """Whether something is typed that is not taken over."""
        return bool(self.refused) or self.field.is_typed_in

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with what is typed."""
        self.refused = sentence
        self.fault.say(sentence)
        self.field.mark(True)
        self.field.editor().setAccessibleDescription(f"{sentence} {self.spec.help}")

    def give_up(self) -> None:
        """Show the value that holds in place of what is typed."""
        self.clear()
        self.field.show_value(self.shown)

    def clear(self) -> None:
        """Take the fault away."""
        if self.refused:
            self.refused = ""
            self.fault.say("")
            self.field.mark(False)
            self._explain()


class SettingsForm(QWidget):
    """Fields for settings, one below the other.

    What is typed stays while the same settings are shown again, and so does what was refused, until it is corrected or
    the value changes from elsewhere. Whoever shows another subject in the same fields calls `forget` before.

    ``edited(name, value)`` says what the user chose, as a Python value (tuples for sizes, a `Shape` for shapes); the
    owner applies it and calls `show_settings` with the new values, or `refuse`. Bounds are checked here already.
    ``pinned(name, on)`` says that a pin was pressed, where there are pins, and ``helped(name)`` that a button was,
    which `offer_help` put beside a field. ``columns`` are shared by the forms of a pane.
    """

    edited = Signal(str, object)
    pinned = Signal(str, bool)
    helped = Signal(str)

    def __init__(self, parent: QWidget | None = None, columns: FormColumns | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        self._specs: tuple[Setting, ...] = ()
        self._values: dict[str, Any] = {}
        self._help = False
        self._explained: Collection[str] = ()
        self._helpers: dict[str, tuple[str, str]] = {}
        self._stacked = False
        self._grid = FormGrid(self, self._measure)
        self._columns = columns or FormColumns()
        self._columns.add(self._grid)

    def show_settings(self, settings: Sequence[Setting], values: Mapping[str, Any]) -> None:
        """Show ``settings`` with ``values``, one for each; fields stay as they are where the settings do."""
        if tuple(settings) == self._specs:
            self._show_values(values)
        else:
            typed = self._typed()
            empty(self._grid)
            with _out_of_sight(self):
                self._build(tuple(settings))
                self._show_values(values)
            self.bring_back(typed)
        self._columns.fit()
        self._stack()

    def _show_values(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)
        for row in self._rows.values():
            row.show(self._values, self._help or row.spec.name in self._explained)

    def _typed(self) -> dict[str, Refused]:
        """What stands in fields and is not taken over."""
        open_rows = (row for row in self._rows.values() if row.is_open)
        return {row.spec.name: Refused(row.field.texts, row.refused, row.shown) for row in open_rows}

    @property
    def refused(self) -> dict[str, Refused]:
        """What was typed and refused, by the names of settings."""
        return {name: typed for name, typed in self._typed().items() if typed.sentence}

    def bring_back(self, typed: Mapping[str, Refused]) -> None:
        """Put back what was typed into fields of before, with what was said of it, where it is about the same value."""
        for name, before in typed.items():
            row = self._rows.get(name)
            if row is not None and row.shown == before.value:
                row.field.retype(before.texts)
                if before.sentence:
                    row.refuse(before.sentence)

    def forget(self) -> None:
        """Give up what is typed and what was refused: another subject is shown from now on."""
        for row in self._rows.values():
            row.give_up()

    def first(self) -> QWidget | None:
        """The first field that takes the keyboard; None where none does."""
        fields = [field for row in self._rows.values() for field in (row.field, *row.field.findChildren(QWidget))]
        usable = (field for field in fields if field.isVisibleTo(self) and field.isEnabled())
        return next((field for field in usable if field.focusPolicy() & Qt.FocusPolicy.TabFocus), None)

    def focus_first(self) -> bool:
        """Give the keyboard to the first field; False where no field takes it."""
        first = self.first()
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
        return first is not None

    def refuse(self, name: str, sentence: str) -> None:
        """Say under the field ``name`` why its value was refused; what the user typed stays."""
        self._rows[name].refuse(sentence)

    def show_automatic(self, name: str, shown: str) -> None:
        """Say in the field ``name``, if there is one, what holds as long as no value is chosen."""
        if name in self._rows:
            self._rows[name].field.show_automatic(shown)

    def warn(self, sentences: Mapping[str, str]) -> None:
        """Put a warning sign into each field that ``sentences`` names, and none into the others."""
        for name, row in self._rows.items():
            row.warn(sentences.get(name, ""))

    def show_pins(self, wanted: bool, on: Collection[str] = (), icon: QIcon | None = None) -> None:
        """Show a pin beside each setting, pressed for those named ``on``; or none."""
        for name, row in self._rows.items():
            row.show_pin(wanted, name in on, icon)

    def offer_help(self, name: str, title: str, words: str) -> None:
        """Put a button beside the field ``name`` that finds a value for it; ``words`` say what it does."""
        self._helpers[name] = title, words
        if name in self._rows:
            self._put_helper(name)

    def _put_helper(self, name: str) -> None:
        title, words = self._helpers[name]
        button = QToolButton()
        button.setText(title)
        button.setProperty("chip", True)
        button.setObjectName(f"{name}Helper")
        button.setToolTip(plain_tip(words))
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.helped.emit(name))
        self._rows[name].put_beside(button)

    def pin(self, name: str) -> QToolButton:
        """The pin of the setting ``name``."""
        return self._rows[name].pin

    def commit(self) -> None:
        """Take over what has been typed in any field."""
        for row in tuple(self._rows.values()):
            row.field.commit()

    def field(self, name: str) -> FormField:
        """The field of the setting ``name``."""
        return self._rows[name].field

    def label(self, name: str) -> QLabel:
        """The label of the setting ``name``."""
        return self._rows[name].label

    def show_help(self, wanted: bool) -> None:
        """Show each setting's help as a faint line under it, or only as a tooltip."""
        self._help = wanted
        if self._values:
            self.show_settings(self._specs, self._values)

    def explain(self, names: Collection[str]) -> None:
        """Always show the help of these settings under them."""
        self._explained = names
        self.show_help(self._help)

    def _build(self, settings: tuple[Setting, ...]) -> None:
        self._specs, self._rows, previous = settings, {}, None
        for index, spec in enumerate(settings):
            row = _Row(spec, self._grid, LINES * index, self._pinning(spec.name))
            if self._stacked:
                row.place(stacked=True)
            row.field.edited.connect(lambda value, name=spec.name: self._on_edit(name, value))
            row.field.mistaken.connect(lambda sentence, name=spec.name: self.refuse(name, sentence))
            self._rows[spec.name] = row
            if previous is not None:
                QWidget.setTabOrder(previous, row.field.editor())
            previous = row.field.editor()
            if spec.name in self._helpers:
                self._put_helper(spec.name)

    def _pinning(self, name: str) -> Callable[[bool], None]:
        return lambda on: self.pinned.emit(name, on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up what is typed, or was refused, in the field that has the keyboard."""
        focus = QApplication.focusWidget()
        rows = (row for row in self._rows.values() if focus is not None and row.field.isAncestorOf(focus))
        row = next(rows, None)
        if event.key() == Qt.Key.Key_Escape and row is not None and row.is_open:
            row.give_up()
        else:
            super().keyPressEvent(event)

    # Columns

    def _measure(self) -> tuple[int, int, int]:
        widths = [row.widths() for row in self._rows.values()] or [(0, 0, 0)]
        labels, fields, units = zip(*widths, strict=True)
        return max(labels), max(fields), max(units)

    def minimumSizeHint(self) -> QSize:
        """What the form needs with labels above their fields."""
        return QSize(self._columns.needed(stacked=True), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(max(self._columns.needed(stacked=False), 200), super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Texts of another size ask for other columns."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._columns.fit()
            self._stack()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stack()

    def showEvent(self, event: QShowEvent) -> None:
        """What its texts need may have changed while nobody saw it, of which Qt tells a hidden layout once only."""
        super().showEvent(event)
        self._columns.fit()
        self._stack()

    def _stack(self) -> None:
        """Put labels above their fields where the pane is too narrow for both beside each other."""
        stacked = self.width() < self._columns.needed(stacked=False)
        if stacked != self._stacked:
            self._stacked = stacked
            for row in self._rows.values():
                row.place(stacked=stacked)

    def _on_edit(self, name: str, value: object) -> None:
        row = self._rows[name]
        complaint = row.spec.complaint(value)
        if complaint:
            self.refuse(name, f"{complaint[:1].upper()}{complaint[1:]}.")
            return
        row.clear()
        if value != self._values[name]:
            self.edited.emit(name, value)


@contextmanager
def _out_of_sight(widget: QWidget) -> Iterator[None]:
    """Hide a widget while much is put into it, before anything is painted.

    For every single widget that appears in one that is seen, Qt lays out all that is around it, up to the window.
    """
    was_hidden = widget.isHidden()
    widget.hide()
    try:
        yield
    finally:
        widget.setHidden(was_hidden)


def in_two_lines(label: str, metrics: QFontMetrics) -> str:
    """A label that is longer than most, broken at the space nearest to its middle."""
    spaces = [index for index, letter in enumerate(label) if letter == " "]
    if not spaces or metrics.horizontalAdvance(label) <= LETTERS * metrics.averageCharWidth():
        return label
    middle = min(spaces, key=lambda index: abs(2 * index - len(label)))
    return f"{label[:middle]}\n{label[middle + 1 :]}"
