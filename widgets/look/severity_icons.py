"""The sign of a severity: a triangle for what is wrong, a quiet lamp for hints."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from graph.checking.layer_info import Severity
from widgets.look import icons
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Theme, Themed, ThemeSource

WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.HINT: "Hint"}


class Mark(Themed, QWidget):
    """The sign of one severity, in its colour."""

    def __init__(self, severity: Severity, themes: ThemeSource) -> None:
        super().__init__()
        self._severity = severity
        self.setFixedSize(18, 18)
        self.setAccessibleName(WORDS[severity])
        self.setToolTip(plain_tip(WORDS[severity]))
        self.follow(themes)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        name = "hint" if self._severity is Severity.HINT else "warning"
        icons.paint(painter, name, QRectF(1, 1, 16, 16), tone(self.theme, self._severity))
        painter.end()


def tone(theme: Theme, severity: Severity) -> QColor:
    """The colour of a severity."""
    return {Severity.ERROR: theme.error, Severity.WARNING: theme.warning}.get(severity, theme.faint)
