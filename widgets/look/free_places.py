"""Free places over a pane (layout): where a notice that floats hides no tab, no title, no header and no first row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTabBar, QTableView, QWidget
from shiboken6 import isValid

HEAD = "head"
"""Object name of what begins a pane and is never hidden by a notice, besides tabs and the headers of tables."""
FIRST_ROWS = 2
"""Rows of a table that are never hidden along with its header."""


def whole_place(host: QWidget, widget: QWidget) -> QRect:
    """Where a widget stands in a host, in pixels of the host, be it in view or not."""
    return QRect(widget.mapTo(host, QPoint(0, 0)), widget.size())


def place_in(host: QWidget, widget: QWidget) -> QRect:
    """What of a widget in a host is in view, in pixels of the host; empty where nothing is."""
    place = whole_place(host, widget)
    around = widget.parentWidget()
    while around is not None and around is not host:
        place &= whole_place(host, around)
        around = around.parentWidget()
    return place & host.rect()


def heads_in(host: QWidget, widgets: Iterable[QWidget]) -> Iterator[QRect]:
    """Where those of its `head_widgets` stand in a host that are shown, headers of tables with their first rows."""
    for widget in filter(isValid, widgets):
        if not widget.isVisible():
            continue
        if not isinstance(widget, QHeaderView):
            yield place_in(host, widget)
        elif widget.orientation() == Qt.Orientation.Horizontal:
            yield _with_rows(host, widget)


def head_widgets(host: QWidget) -> list[QWidget]:
    """Tabs, titles of plots and headers of tables in a host, shown or not; looking for them takes milliseconds."""
    return [*host.findChildren(QTabBar), *host.findChildren(QWidget, HEAD), *host.findChildren(QHeaderView)]


def _with_rows(host: QWidget, header: QHeaderView) -> QRect:
    table = header.parentWidget() or header
    rows = header.height() * FIRST_ROWS
    if isinstance(table, QTableView) and table.model() is not None:
        shown = min(FIRST_ROWS, table.model().rowCount())
        rows = sum(table.rowHeight(row) for row in range(shown))
    return place_in(host, header).adjusted(0, 0, 0, rows) & place_in(host, table)


def free_place(area: QRect, size: QSize, taken: Sequence[QRect], *, at_top: bool) -> QRect:
    """A place of a size in an area, at its upper or lower edge or as near to that as nothing ``taken`` is hidden.

    It is in the middle where that is free, else at the left or the right. Where no place is free, as little as can be
    is hidden.
    """
    last = max(area.top(), area.bottom() + 1 - size.height())
    edges = [rect.bottom() + 1 if at_top else rect.top() - size.height() for rect in taken]
    tops = sorted({top for top in edges if area.top() <= top <= last}, reverse=not at_top)
    middle, right = area.left() + (area.width() - size.width()) // 2, area.right() + 1 - size.width()
    places = [
        QRect(QPoint(left, top), size)
        for top in (area.top() if at_top else last, *tops)
        for left in (middle, area.left(), right)
    ]
    return min(places, key=lambda place: hidden(place, taken))


def free_rooms(area: QRect, taken: Iterable[QRect], least: QSize) -> list[QRect]:
    """The rectangles of an area that nothing ``taken`` reaches into, each as large as can be, of a ``least`` size."""
    rooms = [area]
    for rect in taken:
        rooms = _without(rooms, rect, least)
    return rooms


def _without(rooms: Sequence[QRect], rect: QRect, least: QSize) -> list[QRect]:
    """The rooms, those that a rectangle reaches into replaced by what is left of them on its four sides."""
    kept = [room for room in rooms if not room.intersects(rect)]
    parts = [part for room in rooms if room.intersects(rect) for part in _around(room, rect, least)]
    for part in parts:
        if part not in kept and not any(each != part and each.contains(part) for each in (*kept, *parts)):
            kept.append(part)
    return kept


def _around(room: QRect, rect: QRect, least: QSize) -> list[QRect]:
    sides = (
        room.adjusted(0, 0, rect.left() - 1 - room.right(), 0),
        room.adjusted(rect.right() + 1 - room.left(), 0, 0, 0),
        room.adjusted(0, 0, 0, rect.top() - 1 - room.bottom()),
        room.adjusted(0, rect.bottom() + 1 - room.top(), 0, 0),
    )
    return [side for side in sides if side.width() >= least.width() and side.height() >= least.height()]


def hidden(place: QRect, taken: Iterable[QRect]) -> int:
    """Pixels of what is taken that a place would hide."""
    shared = (place & rect for rect in taken)
    return sum(rect.width() * rect.height() for rect in shared if not rect.isEmpty())


def free_band(area: QRect, covered: Iterable[QRect]) -> tuple[int, int]:
    """The highest band of an area over which nothing lies: the pixels above it and below it."""
    above, best = area.top(), (0, area.height())
    for rect in sorted((rect & area for rect in covered if rect.intersects(area)), key=QRect.top):
        if rect.top() - above > area.height() - sum(best):
            best = above - area.top(), area.bottom() + 1 - rect.top()
        above = max(above, rect.bottom() + 1)
    if area.bottom() + 1 - above > area.height() - sum(best):
        best = above - area.top(), 0
    return best
