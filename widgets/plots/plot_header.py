"""The header of a plot: a title and controls at the left, smoothing (if there is any) and the log switch at the right.

It places its parts itself, so that what it asks for never depends on the width that it got. A layout would ask for more
room as soon as a part is shown, and a splitter beside it would move back and forth for ever.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolButton, QWidget

from widgets.look.free_places import HEAD
from widgets.look.labels import text_label

LEFT, TOP, RIGHT, SPACING = 12, 4, 8, 4
"""Room about the parts and between them, in pixels."""
SHORTEST, LONGEST = 36, 88
"""Pixels that the slider may take."""


OFF = "off"
"""What stands for a smoothing of 0."""


class PlotHeader(QWidget):
    """Title, controls of the owner's, the slider with its name and value, log switch. In a narrow plot the slider
    becomes shorter, then slider and switch stand in a line below; only where that is too narrow as well, the name goes.
    A title beside which a control names what is drawn gives way before the switch alone stands in a line below.
    Headers that are lined up all leave room for a second line where one of them needs it.

    ``slider`` and ``log`` are for whoever connects them. A plot that is not smoothed shows no slider.
    """

    def __init__(self, title: str, slider: QSlider, log: QToolButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(HEAD)
        self.slider, self.log = slider, log
        self._smooths = True
        self._beside: tuple[PlotHeader, ...] = ()
        self.caption = text_label("Smoothing", self, look="faint")
        self.value = text_label(OFF, self, look="faint")
        self._title = text_label(title, self, look="heading")
        self._names: QWidget | None = None
        self._left: list[QWidget] = []
        for control in (slider, log):
            control.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add_control(self, control: QWidget, *, names: bool = False) -> None:
        """Put a control of the owner's beside the title; whether it ``names`` what the plot shows."""
        self._names = control if names else self._names
        hidden = control.isHidden()
        control.setParent(self)
        control.setHidden(hidden)
        self._left.append(control)
        self._ask()

    def _lefts(self) -> list[QWidget]:
        """The title, which counts also while it gives way, and the controls beside it."""
        return [self._title, *(part for part in self._left if not part.isHidden())]

    def line_up(self, *others: PlotHeader) -> None:
        """Have as many lines as other headers beside it, so that what lies below all of them begins at one height."""
        for header in (self, *others):
            header._beside = tuple(other for other in (self, *others) if other is not header)
            header.updateGeometry()

    def leave_out_smoothing(self) -> None:
        """Show the log switch alone."""
        self._smooths = False
        for part in (self.caption, self.slider, self.value):
            part.hide()
        self._ask()

    def show_smoothing(self, factor: float) -> None:
        """Say how strongly the curves are smoothed, 0 to 0.99."""
        self.value.setText(f"{factor:.2f}" if factor else OFF)

    def _rights(self, slider: int = SHORTEST, worded: bool = True) -> list[tuple[QWidget, int]]:
        """What stands at the right, with its width; ``worded`` with the name of the slider."""
        if not self._smooths:
            return [(self.log, _wide(self.log))]
        named = [(self.caption, _wide(self.caption))] if worded else []
        return [*named, (self.slider, slider), (self.value, self._value_width()), (self.log, _wide(self.log))]

    def _value_width(self) -> int:
        return max(map(self.value.fontMetrics().horizontalAdvance, ("0.00", OFF))) + 4

    def _least(self) -> int:
        return LEFT + RIGHT + _row([*(_wide(part) for part in self._lefts()), *_widths(self._rights())])

    def _spares_title(self, width: int) -> bool:
        """Whether the title gives way in ``width`` pixels, so that the switch need not stand alone in a line."""
        named = self._names is not None and not self._names.isHidden() and not self._smooths
        return named and self._least() - _wide(self._title) - SPACING <= width < self._least()

    @property
    def line(self) -> int:
        """The height of one line, as high as in the headers beside it."""
        return max(header._own_line() for header in (self, *self._beside))

    def _own_line(self) -> int:
        return TOP + max(part.sizeHint().height() for part in (*self._lefts(), self.slider, self.value, self.log))

    def minimumSizeHint(self) -> QSize:
        """Room for what can be pressed and read, the slider at its shortest, in two lines."""
        left, right = [_wide(part) for part in self._lefts()], _widths(self._rights(worded=False))
        return QSize(LEFT + RIGHT + max(_row(left), _row(right)), self.line)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        beside = [header._lines(header.width()) for header in self._beside if not header.isHidden()]
        return self.line * max(self._lines(width), *beside, 1)

    def _lines(self, width: int) -> int:
        """So many lines its own parts need."""
        return 1 if width >= self._least() or self._spares_title(width) else 2

    def sizeHint(self) -> QSize:
        """Room for everything."""
        return QSize(self._least() + LONGEST - SHORTEST, self.line)

    def event(self, event: QEvent) -> bool:
        """A part that asks for another size is placed anew."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._ask()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Parts may have come and gone while nobody looked."""
        super().showEvent(event)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts in the new room."""
        super().resizeEvent(event)
        self._place()
        for header in self._beside:
            header.updateGeometry()

    def _ask(self) -> None:
        for header in (self, *self._beside):
            header.updateGeometry()
        self._place()

    def _place(self) -> None:
        """Lay the parts out; nothing here changes what `minimumSizeHint` and `sizeHint` say."""
        spares = self._spares_title(self.width())
        at, below = LEFT, self.width() < self._least() and not spares
        self._title.setVisible(not spares)
        for part in self._lefts()[spares:]:
            at = self._put(part, at, _wide(part))
        needed = LEFT + RIGHT + _row(_widths(self._rights())) if below else self._least()
        spare = self.width() - needed
        self.caption.setVisible(self._smooths and spare >= 0)
        rights = self._rights(min(LONGEST, SHORTEST + max(spare, 0)), worded=spare >= 0)
        start = self.width() - RIGHT + SPACING - _row(_widths(rights))
        at = LEFT if below else max(at, start)
        for part, width in rights:
            at = self._put(part, at, width, below=below)

    def _put(self, part: QWidget, left: int, width: int, *, below: bool = False) -> int:
        """Place a part, in the middle of its line; returns where the next begins."""
        line = self.line
        height = min(part.sizeHint().height(), line - TOP)
        top = TOP + (line - TOP - height) // 2 + (line if below else 0)
        part.setGeometry(QRect(left, top, width, height))
        return left + width + SPACING


def _widths(parts: list[tuple[QWidget, int]]) -> list[int]:
    return [width for _, width in parts]


def _row(widths: list[int]) -> int:
    """The room that parts of these widths take beside each other."""
    return sum(widths) + SPACING * len(widths)


def _wide(part: QWidget) -> int:
    """The width of a part: the least that its owner set, else what it asks for."""
    return part.minimumWidth() or part.sizeHint().width()
