"""What a run shows on cards: a strip of small pictures below, and a mark where a layer does not fare well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from app.protocol.views import CardPicture
from graph.drawing import cards
from widgets.canvas.board import Board
from widgets.canvas.level_of_detail import PICTURES_FROM, Level
from widgets.charts.colour_maps import between, colour, ends_in_words, image, limits, picture
from widgets.look.theme import Theme, blend

INSET, GAP = 2.0, 2.0
"""Margin of the strip below a card, and the space between two pictures, in scene pixels."""

SIDE = cards.STRIP - 2 * INSET
"""Height of its pictures."""

NARROWEST = 6.0
"""Least width of a picture."""

PULSE = ((-5.0, 0.5), (-2.5, 0.5), (-1.0, -3.5), (1.0, 3.5), (2.5, 0.5), (5.0, 0.5))
"""The line in a mark, about its centre."""


def paint_ground(painter: QPainter, area: QRectF, theme: Theme, radius: float) -> None:
    """The ground of a layer's pictures, from which those with white or dark edges are told."""
    painter.setPen(QPen(theme.border, 1))
    # In the light look pictures may be white at their edges, and have to be told from each other.
    painter.setBrush(blend(theme.text, theme.ground, 0.08 if theme.dark else 0.16))
    painter.drawRoundedRect(area, radius, radius)


@dataclass(frozen=True)
class Strip:
    """Pictures of one layer, and what they are."""

    images: tuple[QImage, ...]
    caption: str
    """What they are, and what their colours mean."""
    stretched: bool
    """Whether they fill the strip; else they keep their proportions."""

    def places(self, left: float, top: float, room: float) -> list[QRectF]:
        """Where those of the pictures stand that ``room`` has a place for, in scene pixels; those of a strip alike."""
        first, count = self.images[0], len(self.images)
        wide = SIDE * first.width() / first.height()
        width = (room + GAP) / count - GAP if self.stretched else min(max(wide, NARROWEST), room)
        shown = count if self.stretched else min(count, int((room + GAP) // (width + GAP)))
        return [QRectF(left + index * (width + GAP), top, width, SIDE) for index in range(shown)]


CAPTIONS: Mapping[str, str] = {
    "filters": "Below: its first filters.",
    "gates": "Below: its gates, units over time, for one sample.",
    "maps": "Below: what it gives for one sample.",
    "picture": "Below: one sample, in its own colours.",
    "frames": "Below: the first frames of one sample, in grey.",
}
"""What the pictures of a strip are."""


def strip(picture_of: CardPicture, theme: Theme) -> Strip:
    """The pictures of a layer in colours between their ends.

    A sample is shown as in Data: grey, or three channels as one picture in red, green and blue.
    """
    values, what, ends = picture_of.values, picture_of.shows, picture_of.ends
    wide = len(values) == 1 and values.shape[2] > 2 * values.shape[1]
    if what in ("picture", "frames"):
        coloured = [values] if what == "picture" and len(values) == 3 else [each[None] for each in values]
        return Strip(tuple(image(picture(each, *limits(values))) for each in coloured), CAPTIONS[what], wide)
    pixels = colour(values, between(ends, theme), *ends, theme.error)
    caption = f"{CAPTIONS[what]} {ends_in_words(ends, theme, values)}"
    return Strip(tuple(image(each) for each in pixels), caption, wide or what == "gates")


def of_run(name: str) -> list[str]:
    """The line below what is said of a layer that names the run; none where that is plain."""
    return [f"This is of the run {name}."] if name else []


_STRIPS: WeakKeyDictionary[CardPicture, tuple[Theme, Strip]] = WeakKeyDictionary()
"""What was made of each picture: a card and a view of Understand show the same."""


def strips_of(pictures: Mapping[str, CardPicture], theme: Theme) -> dict[str, Strip]:
    """The strips of layers by id, in the order of ``pictures``; a layer that gives nothing has none."""
    return {id_: _strip_of(picture, theme) for id_, picture in pictures.items() if picture.values.size}


def _strip_of(picture: CardPicture, theme: Theme) -> Strip:
    known = _STRIPS.get(picture)
    if known is None or known[0] is not theme:
        known = _STRIPS[picture] = theme, strip(picture, theme)
    return known[1]


class LiveCards:
    """Strips and sentences for the layers on show, by id; ``whose`` names their run where that is not plain."""

    def __init__(
        self,
        board: Board,
        theme: Theme,
        strips: Mapping[str, Strip],
        ailing: Mapping[str, Sequence[str]],
        whose: str = "",
    ) -> None:
        self._board, self._theme, self._whose = board, theme, whose
        self.strips, self.ailing = strips, ailing

    def ground(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """The strips, which hang from under their cards and never lie over a wire."""
        if zoom < PICTURES_FROM:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for card in self._board.cards_in(region):
            if card.id in self.strips:
                self._hang(painter, card.rect, self.strips[card.id])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def below(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Nothing."""

    def above(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """The marks."""
        for id_ in self.ailing:
            card = self._board.cards.get(id_)
            if card is not None and card.area.intersects(region):
                self._mark(painter, card.rect, level, zoom)

    def description(self, id: str) -> str:
        """What ails a layer, and what its pictures are."""
        pictures = [self.strips[id].caption] if id in self.strips else []
        lines = [*self.ailing.get(id, ()), *pictures]
        return "\n".join([*lines, *of_run(self._whose)] if lines else [])

    def layer_at(self, place: QPointF) -> str:
        """The layer whose strip is at a place of the scene; empty where none is."""
        around = QRectF(place, place).adjusted(-1, -1, 1, 1)
        near = (card for card in self._board.cards_in(around) if card.id in self.strips)
        return next((card.id for card in near if _area(card.rect, self.strips[card.id])[0].contains(place)), "")

    def bounds(self) -> QRectF:
        """Nothing that is not a card's."""
        return QRectF()

    # Painting

    def _hang(self, painter: QPainter, body: QRectF, shown: Strip) -> None:
        area, places = _area(body, shown)
        paint_ground(painter, area, self._theme, 6)
        for place, each in zip(places, shown.images, strict=False):
            painter.drawImage(place if shown.stretched else _fitted(each, place), each)

    def _mark(self, painter: QPainter, body: QRectF, level: Level, zoom: float) -> None:
        scale = 1.0 if level is Level.NEAR else 0.7 / zoom
        centre = QPointF(body.left() + 4, body.top() + 3)
        painter.setPen(QPen(self._theme.raised, 1.5 * scale))
        painter.setBrush(self._theme.warning)
        painter.drawEllipse(centre, 8 * scale, 8 * scale)
        line = QPolygonF([centre + QPointF(x, y) * scale for x, y in PULSE])
        painter.setPen(QPen(self._theme.on(self._theme.warning), 1.5 * scale, Qt.PenStyle.SolidLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)


def _area(body: QRectF, shown: Strip) -> tuple[QRectF, list[QRectF]]:
    """What a strip covers below the card ``body``, and the places of its pictures: no more than these need."""
    left, whole = body.left() + 2, cards.WIDTH - 4
    places = shown.places(left + INSET + 1, body.bottom() + INSET, whole - 2 * (INSET + 1))
    wide = places[-1].right() + INSET + 1 - left
    return QRectF(left, body.bottom() - 6, wide, cards.STRIP + 6), places


def _fitted(picture: QImage, place: QRectF) -> QRectF:
    """The largest place in the middle of ``place`` that keeps the picture's proportions."""
    scale = min(place.width() / picture.width(), place.height() / picture.height())
    width, height = picture.width() * scale, picture.height() * scale
    return QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)
