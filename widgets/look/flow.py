"""A row of widgets that goes on in the next line where there is no room, as words of a text do."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSpacerItem, QWidget

from widgets.look.layouts import Margins, Stretch


def flow(
    *items: QWidget | tuple[QWidget, int] | Stretch,
    parent: QWidget | None = None,
    margins: Margins = (0, 0, 0, 0),
    spacing: int = 8,
) -> FlowLayout:
    """A row of widgets, each with a stretch if it is to take spare room, that goes on in the next line."""
    layout = FlowLayout(parent, margins, spacing)
    for item in items:
        if isinstance(item, Stretch):
            layout.addStretch(item.factor)
        elif isinstance(item, tuple):
            layout.addWidget(*item)
        else:
            layout.addWidget(item)
    return layout


class FlowLayout(QLayout):
    """Widgets from left to right, in as many lines as they need; spare room goes to stretches, as in a box layout.

    ``margins`` are left, top, right and bottom, ``spacing`` is between widgets and lines; all in pixels.
    """

    def __init__(self, parent: QWidget | None = None, margins: Margins = (0, 0, 0, 0), spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._stretches: list[int] = []
        self.setContentsMargins(*margins)
        self.setSpacing(spacing)

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """Add a widget at the end; one with a stretch takes spare room of its line."""
        super().addWidget(widget)
        self._stretches[-1] = stretch

    def addStretch(self, factor: int = 1) -> None:
        """Have what follows stand at the right end of the line."""
        self.addItem(QSpacerItem(0, 0))
        self._stretches[-1] = factor

    # What Qt asks of a layout

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._stretches.append(0)
        self.invalidate()

    def count(self) -> int:
        """How many widgets and stretches there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        del self._stretches[index]
        self.invalidate()
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        left, top, right, bottom = self._edges()
        room = width - left - right
        heights = [self._height(line, room) for line in self._lines(room)]
        return top + bottom + sum(heights) + self.spacing() * max(0, len(heights) - 1)

    def sizeHint(self) -> QSize:
        left, top, right, bottom = self._edges()
        line = [index for index in range(len(self._items)) if self._counts(index)]
        width = self._width(line)
        return QSize(left + right + width, top + bottom + self._height(line, width))

    def minimumSize(self) -> QSize:
        left, top, right, bottom = self._edges()
        sizes = [item.minimumSize() for index, item in enumerate(self._items) if self._counts(index)]
        width = max((size.width() for size in sizes), default=0)
        height = max((size.height() for size in sizes), default=0)
        return QSize(left + right + width, top + bottom + height)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        left, top, right, _ = self._edges()
        at, width = rect.top() + top, rect.width() - left - right
        for line in self._lines(width):
            height = self._height(line, width)
            self._set_line(line, QRect(rect.left() + left, at, width, height))
            at += height + self.spacing()

    # Inside

    def _edges(self) -> tuple[int, int, int, int]:
        margins = self.contentsMargins()
        return margins.left(), margins.top(), margins.right(), margins.bottom()

    def _counts(self, index: int) -> bool:
        """Whether an item takes part: hidden widgets do not."""
        item = self._items[index]
        return item.spacerItem() is not None or not item.isEmpty()

    def _wanted(self, index: int) -> int:
        return self._items[index].sizeHint().width()

    def _width(self, line: list[int]) -> int:
        """The width that a line wants, with the spaces between its widgets."""
        shown = [index for index in line if self._items[index].spacerItem() is None]
        return sum(self._wanted(index) for index in shown) + self.spacing() * max(0, len(shown) - 1)

    def _height(self, line: list[int], width: int) -> int:
        return max((self._item_height(index, width) for index in line), default=0)

    def _item_height(self, index: int, width: int) -> int:
        item = self._items[index]
        if item.hasHeightForWidth() and self._wanted(index) > width:
            return item.heightForWidth(width)
        return item.sizeHint().height()

    def _lines(self, width: int) -> list[list[int]]:
        """Which items stand in which line."""
        lines: list[list[int]] = []
        for index in range(len(self._items)):
            if not self._counts(index):
                continue
            if lines and self._width([*lines[-1], index]) <= width:
                lines[-1].append(index)
            else:
                lines.append([index])
        return lines

    def _set_line(self, line: list[int], area: QRect) -> None:
        spare = max(0, area.width() - self._width(line))
        whole = sum(self._stretches[index] for index in line)
        at = area.left()
        for index in line:
            item = self._items[index]
            share = spare * self._stretches[index] // whole if whole else 0
            if item.spacerItem() is not None:
                at += share
                continue
            height = min(self._item_height(index, area.width()), area.height())
            width = min(self._wanted(index) + share, area.width())
            item.setGeometry(QRect(at, area.top() + (area.height() - height) // 2, width, height))
            at += width + self.spacing()
