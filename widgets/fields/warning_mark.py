"""A warning sign inside a field: says what is doubtful about its value, and moves nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.look.labels import Label, set_look
from widgets.look.plain_text import plain_tip

ARROWS = 28
"""Pixels at the right end of a field that its arrows take."""
SIDE = 20
SIGN = "\N{WARNING SIGN}"


class WarningMark(Label):
    """Floats at the right end of a field, left of its arrows; its sentence is the tooltip, and shown by a click."""

    def __init__(self, field: QWidget, name: str) -> None:
        super().__init__(SIGN, field)
        self.setObjectName(f"{name}Warning")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_look(self, "tone", "warning")
        self.sentence = ""
        field.installEventFilter(self)
        self.hide()

    def say(self, sentence: str) -> None:
        """Say what is doubtful; an empty sentence takes the sign away."""
        self.sentence = sentence
        self.setToolTip(plain_tip(sentence))
        self.setAccessibleName(f"Warning: {sentence}" if sentence else "")
        self.setVisible(bool(sentence))
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the sentence at once."""
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(self.sentence), self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the end of the field."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        field = self.parentWidget()
        if field is not None:
            self.setGeometry(field.width() - ARROWS - SIDE, (field.height() - SIDE) // 2, SIDE, SIDE)
            self.raise_()
