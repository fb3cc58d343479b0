"""Box layouts as one call: a row (`hbox`) or a column (`vbox`) with its margins, its spacing and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

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
