"""A text field for one number, with small arrows to step it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy, QWidget

from widgets.fields.field import FormField, automatic
from widgets.fields.number_text import parse_float, parse_int, shown, stepped
from widgets.look.layouts import hbox

Number = int | float | None


class NumberBox(QAbstractSpinBox):
    """The bare box: a number, or None where ``optional``.

    The wheel turns it only while it has the keyboard, so that scrolling a form changes nothing. What is typed counts
    when the box is left, at Return, or at `commit`. ``entered`` carries the number, ``mistyped`` the text that is none.
    """

    entered = Signal(object)
    mistyped = Signal(str)

    def __init__(
        self,
        whole: bool,
        minimum: float | None = None,
        maximum: float | None = None,
        optional: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole, self._optional = whole, optional
        self._minimum, self._maximum = minimum, maximum
        self._value: Number = None
        self._text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccelerated(True)
        self.lineEdit().setTextMargins(4, 0, 0, 0)
        if optional:
            self.lineEdit().setPlaceholderText("none")
        self.editingFinished.connect(self.commit)

    def value(self) -> Number:
        """The number last shown or entered."""
        return self._value

    def set_range(self, minimum: float | None, maximum: float | None) -> None:
        """Let the number lie between these; one that does not is moved to the nearer end."""
        self._minimum, self._maximum = minimum, maximum
        self.clamp()

    def clamp(self) -> None:
        """Move a number that lies outside the range to its nearer end."""
        value = self._value
        if value is not None and self._minimum is not None and value < self._minimum:
            self.set_value(self._exact(self._minimum))
        elif value is not None and self._maximum is not None and value > self._maximum:
            self.set_value(self._exact(self._maximum))

    def show_automatic(self, shown: str) -> None:
        """Say what holds while the box is empty."""
        self.lineEdit().setPlaceholderText(automatic(shown))

    def set_value(self, value: Number) -> None:
        """Show ``value``; what was typed and not taken over is replaced."""
        self._value, self._text = value, shown(value)
        if self.lineEdit().text() != self._text:
            self.lineEdit().setText(self._text)

    def commit(self) -> None:
        """Take over what has been typed."""
        typed = self.lineEdit().text()
        if typed == self._text:
            return
        self._text = typed
        number = self._read(typed)
        if number is None and not (self._optional and not typed.strip()):
            self.mistyped.emit(typed)
        elif number == self._value:
            self.set_value(number)
            self.entered.emit(number)
        else:
            self._value = number
            self.entered.emit(number)

    def _read(self, typed: str) -> Number:
        return parse_int(typed) if self._whole else parse_float(typed)

    # Qt

    def stepBy(self, steps: int) -> None:
        start = self._read(self.lineEdit().text())
        if start is None:
            start = self._minimum if self._minimum is not None else 0
        moved = int(start) + steps if self._whole else stepped(float(start), steps)
        if self._minimum is not None:
            moved = max(moved, self._exact(self._minimum))
        if self._maximum is not None:
            moved = min(moved, self._exact(self._maximum))
        self.set_value(moved)
        self.selectAll()
        self.entered.emit(moved)

    def _exact(self, bound: float) -> int | float:
        return int(bound) if self._whole else bound

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag
        number = self._read(self.lineEdit().text())
        enabled = flags.StepNone
        if number is None or self._maximum is None or number < self._maximum:
            enabled |= flags.StepUpEnabled
        if number is None or self._minimum is None or number > self._minimum:
            enabled |= flags.StepDownEnabled
        return enabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Any text may be typed; what it is worth is said when it is entered."""
        return QValidator.State.Acceptable, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.lineEdit().text() != shown(self._value):
            self.set_value(self._value)
            self.entered.emit(self._value)
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("0,000,000") + 30, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("00") + 32, self._height())

    def _height(self) -> int:
        """As high as a text field beside it."""
        self.ensurePolished()
        return max(self.fontMetrics().height() + 11, 26)


class NumberField(FormField):
    """A form's field around one `NumberBox`, which is empty where the value is ``unset``."""

    def __init__(self, box: NumberBox, words: str, unset: float | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box, self._unset = box, unset
        hbox(box, parent=self)
        self.setFocusProxy(box)
        box.entered.connect(lambda number: self.edited.emit(unset if number is None else number))
        box.mistyped.connect(lambda typed: self.mistaken.emit(f"“{typed}” is not {words}."))

    def show_value(self, value: object) -> None:
        """Show a number or None."""
        number = value if isinstance(value, int | float) else None
        self.box.set_value(None if number is not None and number == self._unset else number)

    def show_automatic(self, shown: str) -> None:
        """Say in the empty box what holds."""
        self.box.show_automatic(shown)

    def show_empty(self, word: str) -> None:
        """Say in the empty box what it stands for."""
        self.box.lineEdit().setPlaceholderText(word)

    def editor(self) -> QWidget:
        """The box."""
        return self.box

    def commit(self) -> None:
        """Take over what has been typed."""
        self.box.commit()
