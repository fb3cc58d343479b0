"""Fields for a switch, a choice, a text and a list of whole numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QCompleter, QFrame, QLineEdit, QToolButton, QWidget

from widgets.fields.field import FormField, automatic
from widgets.look.layouts import Stretch, hbox
from widgets.look.plain_text import plain_tip

if TYPE_CHECKING:
    from graph.layers.settings import ChoiceName

SEGMENTS = 19
"""Choices with up to this many characters in all are shown side by side, longer ones as a list to open."""


BESIDE = 32
"""Pixels beside a name in a list that opens."""


class QuietCombo(QComboBox):
    """A combo box that the wheel turns only while it has the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class WideListCombo(QuietCombo):
    """A combo box whose list shows its names whole, however narrow the box is."""

    def showPopup(self) -> None:
        """Give the list the width of its longest name."""
        names = [self.itemText(row) for row in range(self.count())]
        widest = max(map(self.fontMetrics().horizontalAdvance, names), default=0)
        self.view().setMinimumWidth(widest + self.view().verticalScrollBar().sizeHint().width() + BESIDE)
        super().showPopup()


class _Boxed(FormField):
    """A field that is one widget."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = inner
        hbox(inner, parent=self)
        self.setFocusProxy(inner)

    def editor(self) -> QWidget:
        """The one widget."""
        return self._inner


class SwitchField(_Boxed):
    """On or off."""

    def __init__(self) -> None:
        self._box = QCheckBox()
        super().__init__(self._box)
        self._box.clicked.connect(self._clicked)

    def _clicked(self, on: bool) -> None:
        self.edited.emit(on)

    def show_value(self, value: object) -> None:
        """Show True or False."""
        self._box.setChecked(bool(value))


class ListChoice(_Boxed):
    """One of several, in a list that opens; what a choice of those ``named`` means is told at it."""

    def __init__(self, choices: Sequence[str | None], named: Mapping[str, ChoiceName] | None = None) -> None:
        self._box = WideListCombo() if named else QuietCombo()
        super().__init__(self._box)
        self._named = named or {}
        for row, choice in enumerate(choices):
            known = self._named.get(choice or "")
            self._box.addItem(known.name if known else words(choice), choice)
            if known:
                self._box.setItemData(row, plain_tip(known.meaning), Qt.ItemDataRole.ToolTipRole)
        self._box.activated.connect(lambda index: self.edited.emit(self._box.itemData(index)))

    def show_value(self, value: object) -> None:
        """Show the choice ``value``."""
        self._box.setCurrentIndex(self._box.findData(None if value is None else str(value)))
        if known := self._named.get(str(value)):
            self._box.setToolTip(plain_tip(f"{known.name}: {known.meaning}"))


class SuggestingField(_Boxed):
    """A text that may be typed, or picked from those that are suggested."""

    def __init__(self, suggested: Sequence[str]) -> None:
        self._box = WideListCombo()
        super().__init__(self._box)
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._box.addItems(list(suggested))
        self._last = ""
        self._box.activated.connect(lambda _index: self.commit())
        line = self._box.lineEdit()
        assert line is not None
        self._line = line
        line.editingFinished.connect(self.commit)

    def show_value(self, value: object) -> None:
        """Show a text."""
        self._last = str(value or "")
        self._box.setEditText(self._last)

    def commit(self) -> None:
        """Take what stands there, if it is another text than before."""
        text = self._box.currentText()
        if text != self._last:
            self._last = text
            self.edited.emit(text)


class ColumnField(SuggestingField):
    """The name of a column, picked or typed; the first entry, called ``empty``, stands for none."""

    def __init__(self, columns: Sequence[str], empty: str) -> None:
        super().__init__((empty, *columns))
        self._empty, self._none = empty, "" if empty in columns else empty
        # The box's own would complete a column “n” to “none” as it is typed.
        self._line.setCompleter(QCompleter(list(columns), self))

    def show_automatic(self, shown: str) -> None:
        """Say in the empty line which column is taken."""
        self._line.setPlaceholderText(automatic(shown) if shown else self._empty)

    def show_empty(self, word: str) -> None:
        """Say in the empty line what it stands for."""
        self._line.setPlaceholderText(word)

    def commit(self) -> None:
        """Take the column, or none."""
        if self._box.currentText() == self._none:
            self._box.setEditText("")
        super().commit()


class SegmentChoice(FormField):
    """One of a few, side by side; the arrow keys move between them."""

    def __init__(self, choices: Sequence[str | None]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._choices = list(choices)
        frame = QFrame()
        frame.setProperty("segments", True)
        inner = hbox(parent=frame, margins=(1, 1, 1, 1), spacing=0)
        hbox(frame, Stretch(1), parent=self)
        for index, choice in enumerate(choices):
            button = QToolButton()
            button.setText(words(choice))
            button.setCheckable(True)
            button.setProperty("segmented", True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setStyleSheet("padding: 1px 6px;")
            button.setMinimumWidth(_width(button))
            self._group.addButton(button, index)
            inner.addWidget(button)
        self._group.idClicked.connect(lambda index: self.edited.emit(self._choices[index]))
        self.setFocusProxy(self._group.buttons()[0])

    def show_value(self, value: object) -> None:
        """Show the choice ``value``."""
        button = self._group.button(self._choices.index(None if value is None else str(value)))
        button.setChecked(True)
        self.setFocusProxy(button)

    def editor(self) -> QWidget:
        """The chosen button."""
        return self._group.checkedButton() or self._group.buttons()[0]

    def describe(self, name: str, help_line: str) -> None:
        """Name each button after the field and its choice."""
        super().describe(name, help_line)
        for button in self._group.buttons():
            button.setAccessibleName(f"{name}: {button.text()}")
            button.setAccessibleDescription(help_line)


def _width(button: QToolButton) -> int:
    """Room for the label in bold, which it is while chosen."""
    font = button.font()
    font.setBold(True)
    return QFontMetrics(font).horizontalAdvance(button.text()) + 20


def choice_field(choices: Sequence[str], optional: bool, named: Mapping[str, ChoiceName] | None = None) -> FormField:
    """Side by side where there is room, else a list; choices that are ``named`` are always listed."""
    offered: list[str | None] = [None, *choices] if optional else list(choices)
    short = not named and len(offered) <= 4 and sum(len(words(choice)) + 3 for choice in offered) <= SEGMENTS
    return SegmentChoice(offered) if short else ListChoice(offered, named)


def words(choice: str | None) -> str:
    """A choice as it is read: ``cross entropy``."""
    return "none" if choice is None else choice.replace("_", " ")


class TextField(_Boxed):
    """A line of text."""

    def __init__(self, optional: bool = False) -> None:
        self._line = QLineEdit()
        super().__init__(self._line)
        self._optional, self._last = optional, ""
        self._line.editingFinished.connect(self.commit)

    def show_value(self, value: object) -> None:
        """Show a text; None shows as empty."""
        self._last = "" if value is None else str(value)
        if self._line.text() != self._last:
            self._line.setText(self._last)

    def show_automatic(self, shown: str) -> None:
        """Say in the empty line what holds."""
        self._line.setPlaceholderText(automatic(shown))

    def show_empty(self, word: str) -> None:
        """Say in the empty line what it stands for."""
        self._line.setPlaceholderText(word)

    def commit(self) -> None:
        """Take over what has been typed."""
        typed = self._line.text()
        if typed != self._last:
            self._last = typed
            self._emit(typed)

    def _emit(self, typed: str) -> None:
        self.edited.emit(None if self._optional and not typed.strip() else typed)


class SizesField(TextField):
    """Any number of whole numbers, written with commas, spaces or x between them."""

    def show_value(self, value: object) -> None:
        """Show the numbers with × between them."""
        super().show_value(" × ".join(str(size) for size in value) if isinstance(value, list | tuple) else "")

    def _emit(self, typed: str) -> None:
        parts = [part for part in re.split(r"[\s,;x×*]+", typed.strip()) if part]
        if self._optional and not parts:
            self.edited.emit(None)
        elif parts and all(re.fullmatch(r"-?\d{1,9}", part) for part in parts):
            self.edited.emit(tuple(int(part) for part in parts))
        else:
            self.mistaken.emit(f"“{typed}” is not a list of whole numbers; write, for example, 16 × 8.")


class MatrixField(TextField):
    """Rows of numbers in one line: 1 0 1 / 0 1 0 / 1 0 1."""

    def show_value(self, value: object) -> None:
        """Show the rows with slashes between them."""
        from graph.layers.settings import matrix_text

        super().show_value(matrix_text(value) if isinstance(value, tuple) else "")

    def _emit(self, typed: str) -> None:
        from graph.layers.settings import read_matrix

        try:
            rows = read_matrix(typed)
        except ValueError:
            rows = ()
        if rows and len({len(row) for row in rows}) == 1:
            self.edited.emit(rows)
        else:
            self.mistaken.emit(f"“{typed}” is not rows of numbers; write, for example, 1 0 1 / 0 1 0 / 1 0 1.")
