"""Layouts as one call: a row (`hbox`), a column (`vbox`), panes with handles between them (`hsplit`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from PySide6.QtCore import Qt
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


def stack_if_crowded(whole: QBoxLayout, buttons: QLayout, width: int) -> None:
    """Have ``buttons`` stand below what is beside them in ``whole`` where they take most of a ``width`` in pixels."""
    crowded = buttons.sizeHint().width() > CROWDED * width
    way = QBoxLayout.Direction.TopToBottom if crowded else QBoxLayout.Direction.LeftToRight
    if way != whole.direction():
        whole.setDirection(way)


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
