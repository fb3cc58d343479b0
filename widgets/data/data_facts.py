"""Facts about the data set above its views, in a place that is kept: what comes and goes there moves no tab below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from widgets.look.layouts import Stretch, vbox
from widgets.look.scrolled import make_scrolled

LINES = 7
"""Lines of text that the place has; more is scrolled to."""


class DataFacts(QScrollArea):
    """Shows widgets below each other in a place of one height."""

    def __init__(self, *shown: QWidget) -> None:
        super().__init__()
        self.setAccessibleName("About the data")
        make_scrolled(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        inside = QWidget()
        vbox(*shown, Stretch(1), parent=inside, spacing=4)
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        return QSize(320, LINES * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """The place grows with the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
