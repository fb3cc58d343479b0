"""A small field over one cell of a table: what is typed counts at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.fields.field import mark
from widgets.fields.number_text import parse_float, shown
from widgets.understand.by_hand.scene import ScenePart


class CellEditor(QLineEdit):
    """Edits the number of one cell.

    `entered` carries each number as it is typed; `walked` says that Return, Tab, Shift+Tab, Up or Down asks for the
    cell so many further on. Esc brings the number back that stood there.
    """

    entered = Signal(float)
    walked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cellEditor")
        self.setAccessibleName("Number of the cell")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setStyleSheet("padding: 0; border-radius: 0; min-height: 0;")
        self.cell: tuple[ScenePart, int, int] = (ScenePart.KERNEL, 0, 0)
        self._before = 0.0
        self.textEdited.connect(self._take)
        self.hide()

    def open_at(self, part: ScenePart, row: int, column: int, value: float, place: QRectF) -> None:
        """Edit the number of a cell that stands at ``place``."""
        self.cell, self._before = (part, row, column), value
        self.setAccessibleName(f"{part.capitalize()}, row {row + 1}, column {column + 1}")
        wide = max(place.width(), 56.0)
        high = max(place.height(), self.fontMetrics().height() + 4.0)
        middle = place.center()
        self.setGeometry(QRectF(middle.x() - wide / 2, middle.y() - high / 2, wide, high).toAlignedRect())
        self.setText(shown(value))
        mark(self, False)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def dismiss(self) -> None:
        """Close."""
        if self.isVisible():
            parent = self.parentWidget() if self.hasFocus() else None
            self.hide()
            if parent is not None:
                parent.setFocus()

    def _take(self, text: str) -> None:
        value = parse_float(text)
        mark(self, value is None)
        if value is not None:
            self.entered.emit(value)

    def event(self, event: QEvent) -> bool:
        """Tab goes on to the next cell rather than to the next widget."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(event.key()))
            if steps is not None:
                self.walked.emit(steps)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes on, Esc takes back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.walked.emit(1)
        elif event.key() == Qt.Key.Key_Escape:
            self.entered.emit(self._before)
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is left is closed."""
        super().focusOutEvent(event)
        self.hide()
