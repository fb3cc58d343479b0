"""The header of a plot: a title and controls at the left, smoothing and the log switch at the right.

It places its parts itself, so that what it asks for never depends on the width that it got. A layout would ask for more
room as soon as a part is shown, and a splitter beside it would move back and forth for ever.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSlider, QToolButton, QWidget

from widgets.look.labels import text_label

LEFT, TOP, RIGHT, SPACING = 12, 4, 8, 4
"""Room about the parts and between them, in pixels."""
SHORTEST, LONGEST = 36, 88
"""Pixels that the slider may take."""


class PlotHeader(QWidget):
    """Title, controls of the owner's, slider with its value, log switch. In a narrow plot the word "smoothing" goes
    first, then the slider becomes shorter; its value is always shown.

    ``slider`` and ``log`` are for whoever connects them.
    """

    def __init__(self, title: str, slider: QSlider, log: QToolButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider, self.log = slider, log
        self.caption = text_label("smoothing", self, look="faint")
        self.value = text_label("0.00", self, look="faint")
        self._left: list[QWidget] = [text_label(title, self, look="heading")]
        for control in (slider, log):
            control.setParent(self)

    def add_control(self, control: QWidget) -> None:
        """Put a control of the owner's beside the title."""
        hidden = control.isHidden()
        control.setParent(self)
        control.setHidden(hidden)
        self._left.append(control)
        self._ask()

    def _lefts(self) -> list[QWidget]:
        return [part for part in self._left if not part.isHidden()]

    def _rights(self) -> list[tuple[QWidget, int]]:
        """What always stands at the right, with its width; the slider's is the least."""
        return [(self.slider, SHORTEST), (self.value, self._value_width()), (self.log, _wide(self.log))]

    def _value_width(self) -> int:
        return self.value.fontMetrics().horizontalAdvance("0.00") + 4

    def _least(self) -> int:
        widths = [*(_wide(part) for part in self._lefts()), *(width for _, width in self._rights())]
        return LEFT + RIGHT + sum(widths) + SPACING * len(widths)

    def minimumSizeHint(self) -> QSize:
        """Room for what can be pressed and read, the slider at its shortest."""
        parts = (*self._lefts(), self.slider, self.value, self.log)
        return QSize(self._least(), TOP + max(part.sizeHint().height() for part in parts))

    def sizeHint(self) -> QSize:
        """Room for everything."""
        least = self.minimumSizeHint()
        return QSize(least.width() + LONGEST - SHORTEST + SPACING + _wide(self.caption), least.height())

    def event(self, event: QEvent) -> bool:
        """A part that asks for another size is placed anew."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._ask()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts in the new room."""
        super().resizeEvent(event)
        self._place()

    def _ask(self) -> None:
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        """Lay the parts out; nothing here changes what `minimumSizeHint` and `sizeHint` say."""
        at = LEFT
        for part in self._lefts():
            at = self._put(part, at, _wide(part))
        spare = max(self.width() - self._least(), 0)
        shown = spare >= self.sizeHint().width() - self._least()
        self.caption.setVisible(shown)
        slider = min(LONGEST, SHORTEST + spare)
        rights = [(self.slider, slider), *self._rights()[1:]]
        if shown:
            rights.insert(0, (self.caption, _wide(self.caption)))
        at = max(at, self.width() - RIGHT + SPACING - sum(width + SPACING for _, width in rights))
        for part, width in rights:
            at = self._put(part, at, width)

    def _put(self, part: QWidget, left: int, width: int) -> int:
        """Place a part, in the middle of the height; returns where the next begins."""
        height = min(part.sizeHint().height(), self.height() - TOP)
        part.setGeometry(QRect(left, TOP + (self.height() - TOP - height) // 2, width, height))
        return left + width + SPACING


def _wide(part: QWidget) -> int:
    """The width of a part: the least that its owner set, else what it asks for."""
    return part.minimumWidth() or part.sizeHint().width()
