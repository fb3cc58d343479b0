"""A grid of tiles painted in one go: layout, scrolling, hovering, choosing by mouse and keyboard."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

GAP = 8.0


@dataclass(frozen=True)
class TileGroup:
    """Tiles from the one at ``begin`` on stand below a heading of their own."""

    begin: int
    heading: str


@dataclass(frozen=True)
class Grid:
    """Where tiles stand: `columns` tiles of `width` x `height` with captions below them, from `left`, `top` on.

    The tiles at ``begins`` begin a row, below room of the height ``heading``.
    """

    columns: int
    width: float
    height: float
    caption: float
    left: float
    top: float
    begins: tuple[int, ...] = ()
    heading: float = 0.0

    @property
    def pitch(self) -> float:
        """The distance from one row of tiles to the next."""
        return self.height + self.caption + GAP

    def tile(self, index: int) -> QRectF:
        """Return the place of a tile, without its caption, before scrolling."""
        group = bisect_right(self.begins, index)
        begin = self.begins[group - 1] if group else 0
        row, column = divmod(index - begin, self.columns)
        top = self.top + (self._rows_before(begin) + row) * self.pitch + group * self.heading
        return QRectF(self.left + column * (self.width + GAP), top, self.width, self.height)

    def height_of(self, count: int) -> float:
        """Return how much height so many tiles take, with their captions and headings and the gap below them."""
        return self._rows_before(count) * self.pitch + len(self.begins) * self.heading

    def _rows_before(self, index: int) -> int:
        ends = [0, *(begin for begin in self.begins if begin < index), index]
        return sum(math.ceil((end - begin) / self.columns) for begin, end in pairwise(ends))


def arrange(
    count: int,
    area: QRectF,
    aspect: float,
    caption: float,
    least: float,
    most: float,
    begins: Sequence[int] = (),
    heading: float = 0.0,
) -> Grid:
    """Return the grid with the largest tiles that all fit into `area`, or of width `least` if they cannot.

    `aspect` is width over height; `least` and `most` bound the width of a tile. Where several grids have tiles of the
    same size, the one with the longest rows is taken. Tiles at ``begins`` begin a row below a ``heading``.
    """
    parts = [end - begin for begin, end in pairwise((0, *begins, count))]
    height = area.height() - heading * len(begins)
    best = Grid(max(1, int((area.width() + GAP) // (least + GAP))), least, least / aspect, caption, 0, 0)
    for columns in range(1, count + 1):
        rows = max(sum(math.ceil(part / columns) for part in parts), 1)
        across = (area.width() - GAP * (columns - 1)) / columns
        down = ((height - GAP * (rows - 1)) / rows - caption) * aspect
        width = math.floor(min(across, down, most))
        if width < least and across < least:
            break
        if width >= best.width:
            best = Grid(columns, width, width / aspect, caption, 0, 0)
    columns = min(best.columns, count)
    return replace(best, columns=columns, left=area.left(), top=area.top(), begins=tuple(begins), heading=heading)


class TileView(PaintedView):
    """Tiles that can be looked at and picked. `picked` carries the index of a tile clicked, or chosen by Enter."""

    picked = Signal(int)

    LEAST, MOST = 36.0, 120.0
    caption_lines = 0

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self.current: int | None = None
        self._scroll = 0.0

    # What subclasses say

    def count(self) -> int:
        """Return how many tiles there are."""
        raise NotImplementedError

    def aspect(self) -> float:
        """Return width over height of a tile."""
        return 1.0

    def least_width(self) -> float:
        """Return the width that a tile has at least, in pixels."""
        return self.LEAST * self.theme.scale

    def groups(self) -> Sequence[TileGroup]:
        """Return the groups that tiles stand in, each below its heading; none where they are one."""
        return ()

    def footer_height(self) -> float:
        """Return the height kept free below the tiles."""
        return 0.0

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint one tile into `place`; not called where `paint_tiles` is overridden."""

    def paint_tiles(self, painter: QPainter, tiles: list[tuple[int, QRectF]]) -> None:
        """Paint the tiles in view with their captions."""
        caption = self.grid().caption
        for index, place in tiles:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self.paint_tile(painter, index, place)
            if caption:
                below = QRectF(place.left() - GAP / 2 + 1, place.bottom() + 1, place.width() + GAP - 2, caption)
                self.paint_caption(painter, index, below)

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint the words below a tile."""

    def write(self, painter: QPainter, place: QRectF, line: int, text: str, color: QColor, *, bold: bool) -> None:
        """Write one line of a caption, the first being number 0."""
        font = self.theme.font(small=True, bold=bold)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(color)
        row = QRectF(place.left(), place.top() + line * self.theme.px(14), place.width(), metrics.height())
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(row, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def paint_footer(self, painter: QPainter, place: QRectF) -> None:
        """Paint what stands below all tiles, such as a scale."""

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return what a tile shows at the pointer, in words."""
        return ""

    # Painting

    def is_empty(self) -> bool:
        """Return whether there are no tiles."""
        return self.count() == 0

    def grid(self) -> Grid:
        """Return where tiles stand at the present size."""
        area = QRectF(self.rect()).adjusted(12, 12, -16, -8 - self.footer_height())
        caption = self.caption_lines * (self.theme.px(14) + 1.0)
        most = self.MOST * self.theme.scale
        begins = [group.begin for group in self.groups()]
        heading = self._heading_height(area.width()) + GAP
        least = min(self.least_width(), most)
        return arrange(self.count(), area, self.aspect(), caption, least, most, begins, heading)

    def _heading_height(self, width: float) -> float:
        """The height of the headings of groups, which wrap where they are wider than the tiles' room."""
        metrics, room = QFontMetricsF(self.theme.font(small=True, bold=True)), QRectF(0, 0, max(width, 1.0), 1e4)
        texts = [group.heading for group in self.groups()]
        heights = [metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height() for text in texts]
        return max(heights, default=metrics.height())

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the tiles in view and the footer."""
        grid = self.grid()
        self._scroll = min(self._scroll, self._scroll_limit())
        painter.save()
        painter.setClipRect(self._body())
        shift = -self._scroll
        self.paint_tiles(painter, [(index, grid.tile(index).translated(0, shift)) for index in self._in_view(grid)])
        self._paint_headings(painter, grid)
        self._paint_current(painter)
        painter.restore()
        self._paint_scroll_mark(painter)
        if self.footer_height():
            self.paint_footer(painter, area.adjusted(12, area.height() - self.footer_height(), -16, -4))

    def _paint_headings(self, painter: QPainter, grid: Grid) -> None:
        """Write what each group is above its tiles, and part it by a line from the group before."""
        painter.setFont(self.theme.font(small=True, bold=True))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for group in self.groups():
            top = grid.tile(group.begin).top() - self._scroll - grid.heading
            place = QRectF(grid.left, top, self.width() - grid.left - 16, grid.heading - GAP)
            if group.begin:
                painter.setPen(self.theme.strong_border)
                painter.drawLine(QPointF(place.left(), top - 2), QPointF(place.right(), top - 2))
            painter.setPen(self.theme.text)
            painter.drawText(place, int(flags), group.heading)

    def _body(self) -> QRectF:
        """Where tiles are seen: all but the footer."""
        return QRectF(self.rect()).adjusted(0, 0, 0, -self.footer_height())

    def _in_view(self, grid: Grid) -> Sequence[int]:
        if any(grid.begins):
            seen = self._body().translated(0, self._scroll)
            places = ((index, grid.tile(index)) for index in range(self.count()))
            return [index for index, place in places if place.adjusted(0, 0, 0, grid.caption).intersects(seen)]
        top = grid.top + (grid.heading if grid.begins else 0.0)
        first = max(int((self._scroll - top) // grid.pitch), 0) * grid.columns
        last = math.ceil((self._scroll + self._body().height() - top) / grid.pitch) * grid.columns
        return range(first, min(max(last, first), self.count()))

    def _paint_current(self, painter: QPainter) -> None:
        if self.current is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.frame_place(self.current), 3, 3)

    def _paint_scroll_mark(self, painter: QPainter) -> None:
        limit = self._scroll_limit()
        if limit <= 0:
            return
        body = self._body()
        height = body.height()
        length = max(24.0, height * height / (height + limit))
        top = body.top() + (height - length) * self._scroll / limit
        painter.fillRect(QRectF(body.right() - 8, top, 4, length), self.theme.strong_border)

    def _scroll_limit(self) -> float:
        if not self.count():
            return 0.0
        grid = self.grid()
        return max(0.0, grid.top + grid.height_of(self.count()) - self._body().height())

    # Hands

    def index_at(self, at: QPointF) -> int | None:
        """Return the tile at a point of the widget, if there is one."""
        if self.is_empty() or not self._body().contains(at):
            return None
        grid, scrolled = self.grid(), at + QPointF(0, self._scroll)
        for index in self._in_view(grid):
            tile = grid.tile(index)
            if tile.adjusted(0, 0, 0, grid.caption).contains(scrolled):
                return index
        return None

    def tile_place(self, index: int) -> QRectF:
        """Return where a tile stands now, in the widget's coordinates."""
        return self.grid().tile(index).translated(0, -self._scroll)

    def frame_place(self, index: int) -> QRectF:
        """Return where the frame of a tile goes: around the tile and its caption, in the middle of the gaps.

        So it lies over neither these words nor those of the tiles beside.
        """
        return self.tile_place(index).adjusted(-GAP / 2, -GAP / 2, GAP / 2, self.grid().caption + GAP / 2)

    def sentence_at(self, at: QPointF) -> str:
        """Return what the tile under the pointer shows there."""
        index = self.index_at(at)
        return "" if index is None else self.tile_sentence(index, at, self.tile_place(index))

    def pick(self, index: int) -> None:
        """Make a tile the current one and say so."""
        self.current = index
        self.reveal(index)
        self.picked.emit(index)
        self.update()

    def reveal(self, index: int) -> None:
        """Scroll until a tile is in view."""
        place, bottom = self.tile_place(index), self._body().bottom()
        if place.bottom() + GAP > bottom:
            self._scroll += place.bottom() + self.grid().caption + GAP - bottom
            return
        grid = self.grid()
        above = GAP + (grid.heading if index in grid.begins else 0.0)
        if place.top() < above:
            self._scroll = max(0.0, self._scroll + place.top() - above)

    def _beside(self, at: int, way: int) -> int:
        """Return the tile above (``way`` -1) or below (1) another one, or itself where there is none."""
        grid = self.grid()
        if at < 0 or not grid.begins:
            return at + way * max(grid.columns, 1)
        here = grid.tile(at)
        rows = [index for index in range(self.count()) if (grid.tile(index).top() - here.top()) * way > 0]
        return min(
            rows,
            key=lambda index: (abs(grid.tile(index).top() - here.top()), abs(grid.tile(index).left() - here.left())),
            default=at,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the tile under the pointer."""
        index = self.index_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pick(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the tiles; where all are in view, the page."""
        if not self._scroll_limit():
            event.ignore()
            return
        self._scroll = min(max(self._scroll - event.angleDelta().y() / 2, 0.0), self._scroll_limit())
        event.accept()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among tiles, Home and End go to the ends, Enter and Space pick."""
        last = self.count() - 1
        at = -1 if self.current is None else self.current
        steps = {Qt.Key.Key_Left: at - 1, Qt.Key.Key_Right: at + 1, Qt.Key.Key_Up: self._beside(at, -1)}
        steps |= {Qt.Key.Key_Down: self._beside(at, 1), Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        key = Qt.Key(event.key())
        if key in steps and last >= 0:
            self.current = min(max(steps[key], 0), last)
            self.reveal(self.current)
            self.describe(self.tile_sentence(self.current, QPointF(-1, -1), QRectF()))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current is not None:
            self.pick(self.current)
        else:
            super().keyPressEvent(event)
