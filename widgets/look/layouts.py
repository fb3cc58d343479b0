"""Layouts as one call: a row (`hbox`), a column (`vbox`), panes with handles between them (`hsplit`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QSplitter, QVBoxLayout, QWidget

B = TypeVar("B", bound=QBoxLayout)


@dataclass(frozen=True)
class Stretch:
    """Room between two items that grows by ``factor``; by 0 only where nothing else does."""

    factor: int = 0


@dataclass(frozen=True)
class Gap:
    """So many pixels between two items, beside the spacing."""

    pixels: int


Held: TypeAlias = QWidget | QLayout
Item: TypeAlias = Held | Stretch | Gap | tuple[Held, int] | tuple[Held, int, Qt.AlignmentFlag]
"""A widget or a layout, also with its stretch factor and its alignment; or room."""
Margins: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""
NONE: Margins = (0, 0, 0, 0)
FILL = Qt.AlignmentFlag(0)
CROWDED = 0.55
"""Most of the width that buttons take beside a sentence."""


def hbox(
    *items: Item, parent: QWidget | None = None, margins: Margins | None = NONE, spacing: int | None = None
) -> QHBoxLayout:
    """A row of ``items``, which lays out ``parent`` if given; margins and spacing of None are the style's."""
    return _filled(QHBoxLayout(parent) if parent else QHBoxLayout(), items, margins, spacing)


def vbox(
    *items: Item, parent: QWidget | None = None, margins: Margins | None = NONE, spacing: int | None = None
) -> QVBoxLayout:
    """A column of ``items``, which lays out ``parent`` if given; margins and spacing of None are the style's."""
    return _filled(QVBoxLayout(parent) if parent else QVBoxLayout(), items, margins, spacing)


class BesideOrBelow(QBoxLayout):
    """Words with buttons beside them, or below where they take most of the width or that is lower, or ``always``.

    ``around`` are pixels of width that the whole has beyond this layout. Its height at a width is that of the way which
    it would take then, and it is no wider than it needs to be stacked: who looks for a place may ask before it moves.
    """

    def __init__(
        self,
        words: QWidget,
        buttons: QLayout,
        *,
        parent: QWidget | None = None,
        margins: Margins = NONE,
        spacing: int = 8,
        around: int = 0,
        always: bool = False,
    ) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight, parent)
        self._words, self._buttons, self._around, self._always = words, buttons, around, always
        _filled(self, ((words, 1), buttons), margins, spacing)

    def _heights(self, width: int) -> dict[QBoxLayout.Direction, int]:
        """The height at a width with the buttons beside the words, and with them below."""
        margins, buttons = self.contentsMargins(), self._buttons.sizeHint()
        inner, around = width - margins.left() - margins.right(), margins.top() + margins.bottom()
        beside = self._words.heightForWidth(max(inner - self.spacing() - buttons.width(), 1))
        below = self._words.heightForWidth(max(inner, 1)) + self.spacing() + buttons.height()
        return {
            QBoxLayout.Direction.LeftToRight: max(beside, buttons.height()) + around,
            QBoxLayout.Direction.TopToBottom: below + around,
        }

    def _way(self, width: int) -> QBoxLayout.Direction:
        beside, whole = self._buttons.sizeHint().width(), width + self._around
        margins, least = self.contentsMargins(), self._words.minimumSizeHint().width()
        needed = margins.left() + least + self.spacing() + beside + margins.right()
        crowded = self._always or beside > CROWDED * whole or needed > width
        heights = self._heights(width)
        return QBoxLayout.Direction.TopToBottom if crowded else min(heights, key=lambda way: heights[way])

    def heightForWidth(self, width: int) -> int:
        """The height at a width, the buttons beside the words or below them as they will be then."""
        way = self._way(width)
        return super().heightForWidth(width) if way == self.direction() else self._heights(width)[way]

    def minimumSize(self) -> QSize:
        """As narrow as words and buttons are one below the other."""
        least, margins = super().minimumSize(), self.contentsMargins()
        stacked = max(self._words.minimumSizeHint().width(), self._buttons.minimumSize().width())
        return QSize(stacked + margins.left() + margins.right(), least.height())

    def setGeometry(self, place: QRect) -> None:
        """Take the way that suits the width."""
        way = self._way(place.width())
        if way != self.direction():
            self.setDirection(way)
        super().setGeometry(place)


def discard(layout: QLayout, widgets: Iterable[QWidget]) -> None:
    """Take widgets out of a layout for good. They are hidden at once: Qt deletes them only once this event is over."""
    for widget in widgets:
        layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()


def empty(layout: QLayout) -> None:
    """Take all that stands in a layout out of it, widgets for good as `discard` does."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            discard(layout, (widget,))


def boxed(layout: QLayout) -> QWidget:
    """A widget that ``layout`` lays out."""
    box = QWidget()
    box.setLayout(layout)
    return box


def hsplit(
    *panes: tuple[QWidget, int],
    sizes: Sequence[int] = (),
    least: int | Sequence[int] = 0,
    parent: QWidget | None = None,
) -> QSplitter:
    """Panes side by side with handles between them, none of which closes; each with its share of what room is added.

    ``sizes`` are their widths to begin with, ``least`` is the least width of all or of each, in pixels; 0 leaves what
    the pane has.
    """
    splitter = QSplitter(Qt.Orientation.Horizontal, parent)
    widths = [least] * len(panes) if isinstance(least, int) else least
    for place, ((widget, share), width) in enumerate(zip(panes, widths, strict=True)):
        if width:
            widget.setMinimumWidth(width)
        splitter.addWidget(widget)
        splitter.setStretchFactor(place, share)
    if sizes:
        splitter.setSizes(list(sizes))
    splitter.setChildrenCollapsible(False)
    return splitter


def _filled(box: B, items: tuple[Item, ...], margins: Margins | None, spacing: int | None) -> B:
    if margins is not None:
        box.setContentsMargins(*margins)
    if spacing is not None:
        box.setSpacing(spacing)
    for item in items:
        if isinstance(item, Stretch):
            box.addStretch(item.factor)
        elif isinstance(item, Gap):
            box.addSpacing(item.pixels)
        elif isinstance(item, tuple):
            _add(box, *item)
        else:
            _add(box, item)
    return box


def _add(box: QBoxLayout, held: Held, factor: int = 0, alignment: Qt.AlignmentFlag = FILL) -> None:
    if isinstance(held, QLayout):
        box.addLayout(held, factor)
    else:
        box.addWidget(held, factor, alignment)
