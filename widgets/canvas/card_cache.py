"""Pictures of cards at the exact scale of the screen, kept while they are of use.

Painting a card takes a tenth of a millisecond, showing its picture a few microseconds. While the zoom changes from
frame to frame, pictures of the last scale are stretched; they are painted afresh once it rests.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import floor, inf
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap

from widgets.canvas.board_items import HALO, Card, Face
from widgets.canvas.card_painter import CardPainter, picture_area
from widgets.canvas.level_of_detail import Level

BUDGET = 16_000_000
"""Device pixels that all pictures together may have (64 MB)."""


LARGER = 2.0
"""How many times larger than needed a picture can be and still be stretched."""

EACH_FRAME = 8
"""Pictures that are painted in a frame however long that takes."""


@dataclass(frozen=True)
class Lens:
    """How the scene is seen: zoom, device pixels per pixel, and where its origin lies in the viewport."""

    zoom: float
    ratio: float
    dx: float
    dy: float


@dataclass
class Picture:
    """A painted card and what it was painted from."""

    pixmap: QPixmap
    face: Face
    level: Level
    scale: float

    @property
    def pixels(self) -> int:
        """Number of device pixels."""
        return self.pixmap.width() * self.pixmap.height()


class CardCache:
    """Pictures by layer id, the least lately shown given up first."""

    def __init__(self, painter: CardPainter) -> None:
        self._painter = painter
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._pixels = 0
        self._deadline, self._fresh = inf, 0
        self.painted = 0
        """How many pictures were painted, ever; tests read it."""

    def clear(self) -> None:
        """Give all pictures up."""
        self._kept.clear()
        self._pixels = 0

    def begin(self, seconds: float = inf) -> None:
        """A frame begins; pictures that may be stretched are painted afresh for about so long only, then put off."""
        self._deadline, self._fresh = perf_counter() + seconds, 0

    def show(self, painter: QPainter, card: Card, level: Level, lens: Lens, *, stretch: bool) -> bool:
        """Show a card's picture with a painter in viewport coordinates.

        ``stretch`` allows a picture of another scale and, once the frame's time is spent, an outdated one or a plain
        tile. Returns whether that was so, and a sharper one is due.
        """
        if painter.paintEngine().type() is QPaintEngine.Type.SVG:
            return self._draw(painter, card, level, lens)
        zoom, ratio = lens.zoom, lens.ratio
        scale = zoom * ratio
        kept = self._kept.get(card.id)
        stale = kept is None or kept.face is not card.face or kept.level is not level
        # Shrinking a picture that is much larger takes as long as painting a new one.
        large = kept is not None and kept.scale > LARGER * scale
        rect = card.rect
        if kept is None or stale or large or (kept.scale != scale and not stretch):
            if not (stretch and self._spent):
                kept = self._paint(card.face, level, zoom, ratio)
            elif kept is None or large:
                place = QRectF(rect.left() * zoom + lens.dx, rect.top() * zoom + lens.dy, 0, 0)
                place.setSize(rect.size() * zoom)
                painter.fillRect(place, self._painter.tile(card.node.layer.family))
                return True
        else:
            self._kept.move_to_end(card.id)
        x, y = (rect.left() - HALO) * zoom + lens.dx, (rect.top() - HALO) * zoom + lens.dy
        if kept.scale == scale:
            # Pixel for pixel, so that text stays sharp.
            painter.drawPixmap(QPointF(whole(x * ratio) / ratio, whole(y * ratio) / ratio), kept.pixmap)
            return kept.face is not card.face or kept.level is not level
        area = QRectF(x, y, (rect.width() + 2 * HALO) * zoom, (rect.height() + 2 * HALO) * zoom)
        painter.drawPixmap(area, kept.pixmap, QRectF(kept.pixmap.rect()))
        return True

    def _draw(self, painter: QPainter, card: Card, level: Level, lens: Lens) -> bool:
        """Draw the card itself into a drawing made of lines and texts, which a picture would make a blot of pixels."""
        rect = card.rect
        painter.save()
        painter.translate(rect.left() * lens.zoom + lens.dx, rect.top() * lens.zoom + lens.dy)
        painter.scale(lens.zoom, lens.zoom)
        self._paint_face(painter, card.face, level, lens.zoom)
        painter.restore()
        return False

    @property
    def _spent(self) -> bool:
        """Whether this frame has no time left for more pictures."""
        return self._fresh >= EACH_FRAME and perf_counter() > self._deadline

    def _paint(self, face: Face, level: Level, zoom: float, ratio: float) -> Picture:
        area, scale = picture_area(face), zoom * ratio
        pixmap = QPixmap(max(1, round(area.width() * scale)), max(1, round(area.height() * scale)))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(pixmap.width() / area.width(), pixmap.height() / area.height())
        painter.translate(-area.topLeft())
        self._paint_face(painter, face, level, zoom)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return self._keep(face.id, Picture(pixmap, face, level, scale))

    def _paint_face(self, painter: QPainter, face: Face, level: Level, zoom: float) -> None:
        if level is Level.NEAR:
            self._painter.near(painter, face)
        else:
            self._painter.mid(painter, face, zoom)

    def _keep(self, id_: str, picture: Picture) -> Picture:
        old = self._kept.pop(id_, None)
        self._pixels += picture.pixels - (old.pixels if old else 0)
        self._kept[id_] = picture
        self.painted += 1
        self._fresh += 1
        while self._pixels > BUDGET and len(self._kept) > 1:
            _, given_up = self._kept.popitem(last=False)
            self._pixels -= given_up.pixels
        return picture


def whole(value: float) -> int:
    """The nearest whole number.

    Always the same way at the middle, so that what is painted after a pan by whole pixels fits what was painted before.
    """
    return floor(value + 0.5001)
