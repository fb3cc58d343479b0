"""A strip of all layers with what each gives for a sample, from the input to the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from app.protocol.views import CardPicture
from app.system.number_format import format_short
from widgets.canvas.live_cards import Strip, paint_ground, strips_of
from widgets.charts.colour_maps import ends_in_words
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView

SIDE, GAP, MARGIN = 30, 10, 10
"""Side of a picture, the space between two layers, and that around all, in pixels."""
WIDEST = 170
"""Pixels that the pictures of a layer take, at most."""


class LayerStrip(PaintedView):
    """The layers in the order in which they work, each with its name above its pictures."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "What the layers give", "", parent)
        self._strips: dict[str, Strip] = {}
        self._cards: Mapping[str, CardPicture] = {}
        self._order: Sequence[str] = ()
        self._names: Mapping[str, tuple[str, ...]] = {}
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)

    def set_cards(self, order: Sequence[str], cards: Mapping[str, CardPicture]) -> None:
        """Show what layers give, in this order; none clears the strip."""
        self._order, self._cards = order, cards
        self.theme_changed()
        self.describe(", ".join(self._strips) if self._strips else "Nothing yet.")

    def set_cell_names(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Say what the numbers of layers are called, by the layers' ids: ``contract = yearly``."""
        self._names = names

    def theme_changed(self) -> None:
        """Colours and sizes follow the theme."""
        self._strips = strips_of({id_: self._cards[id_] for id_ in self._order if id_ in self._cards}, self.theme)
        places = self._places()
        self.setMinimumWidth(round(places[-1][1].right() + self.theme.px(MARGIN)) if places else 0)
        self.update()

    def is_empty(self) -> bool:
        """Whether no layer has given anything."""
        return not self._strips

    def sizeHint(self) -> QSize:
        """One line of names above one of pictures."""
        return QSize(self.minimumWidth(), self.theme.px(SIDE + 22))

    def _places(self) -> list[tuple[str, QRectF]]:
        """Where the pictures of each layer are."""
        side, left = float(self.theme.px(SIDE)), float(self.theme.px(MARGIN))
        metrics = QFontMetricsF(self.theme.font(small=True))
        top = metrics.height() + 4
        places = []
        for id_, shown in self._strips.items():
            wide = min(self.theme.px(WIDEST), len(shown.images) * (side + 2) - 2)
            wide = self.theme.px(WIDEST) * 0.6 if shown.stretched else wide
            places.append((id_, QRectF(left, top, wide, side)))
            left += max(wide, metrics.horizontalAdvance(id_)) + self.theme.px(GAP)
        return places

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint names and pictures."""
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for id_, place in self._places():
            painter.setPen(self.theme.faint)
            painter.drawText(QPointF(place.left(), metrics.ascent() + 1), id_)
            images = self._strips[id_].images
            paint_ground(painter, place.adjusted(-2, -2, 2, 2), self.theme, 3)
            step = place.width() if self._strips[id_].stretched else place.height() + 2
            for number, picture in enumerate(images):
                wide = step if self._strips[id_].stretched else place.height()
                cell = QRectF(place.left() + number * step, place.top(), wide, place.height())
                if cell.right() <= place.right() + 1:
                    painter.drawImage(cell, picture)

    def sentence_at(self, at: QPointF) -> str:
        """Name the layer under the pointer, and the cell where cells have names."""
        id_, place = next(((id_, place) for id_, place in self._places() if place.contains(at)), ("", QRectF()))
        if not id_:
            return ""
        what = self._cell_sentence(id_, place, at) or f"{id_}: what it gives for this sample"
        card = self._cards[id_]
        if card.shows in ("picture", "frames"):
            return what
        return f"{what}\n{ends_in_words(card.ends, self.theme, card.values)}"

    def _cell_sentence(self, id_: str, place: QRectF, at: QPointF) -> str:
        """Name and number of the cell at a point of a layer's strip; nothing where its cells have no names."""
        names, values = self._names.get(id_, ()), self._cards[id_].values
        if not names or values.shape != (1, 1, len(names)):
            return ""
        wide = place.width() if self._strips[id_].stretched else place.height()
        cell = int((at.x() - place.left()) / wide * len(names))
        if cell >= len(names):
            return ""
        return f"{id_}, {names[cell]}: {format_short(float(values[0, 0, cell]), 3)}, as the network reads it"


def strip_area(strip_: LayerStrip, parent: QWidget) -> QScrollArea:
    """The strip in an area that is scrolled from left to right."""
    area = scrolled(strip_, parent, sideways=True, by_keys=False)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFixedHeight(strip_.sizeHint().height() + 14)
    return area
