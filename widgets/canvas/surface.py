"""The one item of the scene: paints all cards and wires that meet the exposed part.

One item for all keeps a frame's price at what is drawn: a scene with an item per card spends most of its time on
bookkeeping (measured at 1,000 cards: 22 ms against 2 ms).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from graph.drawing.routing import WirePath
from graph.network import Annotation, AnnotationKind
from widgets.canvas.annotation_shapes import AnnotationPainter, rect
from widgets.canvas.board import Board
from widgets.canvas.board_items import DEAD, EVERYWHERE, Card, Slot, Wire, painter_path
from widgets.canvas.canvas_layers import Extra
from widgets.canvas.card_cache import CardCache, Lens
from widgets.canvas.card_painter import CardPainter
from widgets.canvas.hit_test import NOTHING, Hit, What
from widgets.canvas.level_of_detail import MID_FROM, Level, level_at
from widgets.canvas.wire_painter import WirePainter, lines_by_kind
from widgets.look.theme import Theme

ZOOMING = 0.003
"""Seconds of a frame that cards are painted afresh for while the zoom changes; the rest follows when it rests."""

SMOOTH = 40
"""Cards in view up to which pictures of another scale are smoothed; of more, nobody sees the difference in motion."""


@dataclass
class Emphasis:
    """What is shown beside the network itself: selection, what the pointer is over, what a gesture is about."""

    selected: set[str] = field(default_factory=set)
    selected_wire: Slot | None = None
    selected_annotation: str | None = None
    hovered_wire: Slot | None = None
    hovered_port: tuple[str, str, bool] | None = None
    """Layer, port, and whether it is an output."""
    hidden_wires: set[Slot] = field(default_factory=set)
    doomed_wires: set[Slot] = field(default_factory=set)
    lit_wire: Slot | None = None
    offered: WirePath | None = None
    """A wire that will be there if what is dragged is dropped here."""
    dimmed: set[str] = field(default_factory=set)


class Surface(QGraphicsObject):
    """Paints a board with an emphasis in a theme; `set_board` comes before all else."""

    board: Board

    blurred = Signal()
    """Some pictures were stretched; a sharp repaint is due when the zoom rests."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.emphasis = Emphasis()
        self.extras: dict[str, Extra] = {}
        """What is shown beside the network, by what it is."""
        self.zooming = False
        self.exposed: list[QRect] = []
        """Parts of the viewport to paint, where that is less than all within the rectangle around them."""
        self.set_theme(theme)
        self._tiles: tuple[int, dict[str, list[QRectF]]] = (-1, {})
        self._lines: tuple[int, dict[str, list[QLineF]]] = (-1, {})

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self.theme = theme
        self.card_painter = CardPainter(theme)
        self.wire_painter = WirePainter(theme)
        self.annotation_painter = AnnotationPainter(theme)
        self.pictures = CardCache(self.card_painter)
        self.update()

    def set_board(self, board: Board) -> None:
        """Show another board."""
        self.board = board
        self.emphasis = Emphasis()
        self.extras = {}
        self.pictures.clear()
        self._tiles, self._lines = (-1, {}), (-1, {})
        self.update()

    def boundingRect(self) -> QRectF:
        return EVERYWHERE

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint what is exposed."""
        zoom = painter.worldTransform().m11()
        ratio = painter.device().devicePixelRatioF()
        if not self.exposed:
            self.draw(painter, option.exposedRect, zoom, ratio)
        for area in self.exposed:
            # What Qt exposes is the rectangle around all of these, which may be the whole view.
            painter.save()
            painter.setWorldMatrixEnabled(False)
            painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
            painter.setWorldMatrixEnabled(True)
            self.draw(painter, painter.worldTransform().inverted()[0].mapRect(QRectF(area)), zoom, ratio)
            painter.restore()

    def level_at(self, zoom: float) -> Level:
        """How much of the cards is shown at a zoom."""
        return level_at(zoom, self.theme.scale, len(self.board.cards))

    def draw(self, painter: QPainter, region: QRectF, zoom: float, ratio: float) -> None:
        """Draw the part of the board that meets ``region`` (scene coordinates)."""
        level = self.level_at(zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, level is not Level.FAR)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_annotations(painter, region, AnnotationKind.FRAME, zoom)
        for extra in self.extras.values():
            extra.ground(painter, region, level, zoom)
        self._draw_wires(painter, region, level, zoom)
        self._draw_annotations(painter, region, AnnotationKind.NOTE, zoom)
        for extra in self.extras.values():
            extra.below(painter, region, level, zoom)
        if level is Level.FAR:
            self._draw_tiles(painter, region)
        else:
            self._draw_cards(painter, region, level, zoom, ratio)
        if zoom < MID_FROM:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.annotation_painter.titles(painter, self._annotations_in(region, AnnotationKind.FRAME), zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for extra in self.extras.values():
            extra.above(painter, region, level, zoom)
        self._draw_selection(painter, region, zoom)

    def _draw_annotations(self, painter: QPainter, region: QRectF, kind: AnnotationKind, zoom: float) -> None:
        near = self._annotations_in(region, kind)
        if near:
            self.annotation_painter.paint(painter, near, self.emphasis.selected_annotation, zoom)

    def _annotations_in(self, region: QRectF, kind: AnnotationKind) -> list[Annotation]:
        annotations = [each for each in self.board.annotations.values() if each.kind is kind]
        return [each for each in annotations if rect(each).adjusted(-6, -6, 6, 6).intersects(region)]

    # Wires

    def _draw_wires(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        emphasis = self.emphasis
        if level is not Level.FAR:
            self.board.route_in(region)
        whole = level is Level.FAR and not emphasis.hidden_wires and region.contains(self.board.wire_index.span)
        wires = [] if whole else self.board.wires_in(region)
        if emphasis.hidden_wires:
            wires = [wire for wire in wires if wire.slot not in emphasis.hidden_wires]
        if whole:
            self.wire_painter.paint_lines(painter, self._all_lines())
        else:
            self.wire_painter.paint(painter, wires, level, zoom)
        for wire in self._strong_wires():
            self.wire_painter.strong(painter, wire, self._strong_color(wire))
        if emphasis.offered is not None:
            self.wire_painter.loose(painter, painter_path(emphasis.offered), "", self.theme.accent)
        if level is Level.NEAR:
            self.wire_painter.labels(painter, wires)
        pairs = ((self.board.cards.get(a), self.board.cards.get(b)) for a, b in self.board.ties.items())
        self.wire_painter.returning(painter, self.board.returns(), zoom)
        self.wire_painter.sharing(painter, [(a.rect, b.rect) for a, b in pairs if a and b], zoom)

    def _strong_wires(self) -> list[Wire]:
        emphasis = self.emphasis
        slots = {*emphasis.doomed_wires, emphasis.selected_wire, emphasis.hovered_wire, emphasis.lit_wire}
        return [self.board.wires[slot] for slot in slots if slot in self.board.wires]

    def _strong_color(self, wire: Wire) -> QColor | None:
        if wire.slot in self.emphasis.doomed_wires:
            return self.theme.error
        if wire.slot in (self.emphasis.lit_wire, self.emphasis.selected_wire):
            return self.theme.accent
        return None

    # Cards

    def _draw_cards(self, painter: QPainter, region: QRectF, level: Level, zoom: float, ratio: float) -> None:
        blurred, dimmed = False, self.emphasis.dimmed
        transform = painter.worldTransform()
        lens = Lens(zoom, ratio, transform.dx(), transform.dy())
        painter.setWorldMatrixEnabled(False)
        self.pictures.begin(ZOOMING if self.zooming else inf)
        cards = self.board.cards_in(region)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, len(cards) <= SMOOTH)
        for card in cards:
            if dimmed:
                painter.setOpacity(0.4 if card.id in dimmed else 1.0)
            blurred |= self.pictures.show(painter, card, level, lens, stretch=self.zooming)
        painter.setOpacity(1.0)
        painter.setWorldMatrixEnabled(True)
        if blurred:
            self.blurred.emit()

    def _draw_tiles(self, painter: QPainter, region: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for family, rects in self._tiles_in(region).items():
            painter.setBrush(self.card_painter.tile(family))
            painter.drawRects(rects)
        painter.setBrush(self.theme.error)
        for id_ in self.board.faulty:
            body = self.board.cards[id_].rect
            if body.intersects(region):
                painter.drawRect(QRectF(body.right() - 60, body.top() - 20, 80, 50))

    def _all_lines(self) -> dict[str, list[QLineF]]:
        """All wires as they look from far."""
        if self._lines[0] != self.board.changed:
            self._lines = (self.board.changed, lines_by_kind(self.board.wires.values()))
        return self._lines[1]

    def tiles(self) -> dict[str, list[QRectF]]:
        """All cards as rectangles, by family."""
        if self._tiles[0] != self.board.changed:
            self._tiles = (self.board.changed, _by_family(self.board.cards.values()))
        return self._tiles[1]

    def _tiles_in(self, region: QRectF) -> dict[str, list[QRectF]]:
        if not region.contains(self.board.card_index.span):
            return _by_family(self.board.cards_in(region))
        return self.tiles()

    def _draw_selection(self, painter: QPainter, region: QRectF, zoom: float) -> None:
        emphasis = self.emphasis
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = max(2.0, 1.6 / zoom)
        painter.setPen(QPen(self.theme.accent, width))
        for id_ in emphasis.selected:
            card = self.board.cards.get(id_)
            if card is not None and card.area.intersects(region):
                painter.drawRoundedRect(card.rect.adjusted(-2.5, -2.5, 2.5, 2.5), 10, 10)
        if emphasis.hovered_port is not None and zoom >= 0.4:
            self._draw_port(painter, *emphasis.hovered_port)

    def _draw_port(self, painter: QPainter, id_: str, port: str, output: bool) -> None:
        card = self.board.cards.get(id_)
        if card is None or port not in (card.node.outputs if output else card.node.inputs):
            return
        centre = card.output_place(port) if output else card.input_place(port)
        halo = QColor(self.theme.accent)
        halo.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(centre, 10, 10)
        painter.setBrush(self.theme.accent)
        painter.setPen(QPen(self.theme.raised, 1.5))
        painter.drawEllipse(centre, 6, 6)

    # Repainting

    def show_extra(self, name: str, extra: Extra | None) -> None:
        """Show something beside the network, or no longer."""
        if extra is None and name not in self.extras:
            return
        self.extras.pop(name, None)
        if extra is not None:
            self.extras[name] = extra
        self.update()

    def show_selection(self, ids: Iterable[str], wire: Slot | None, annotation: str | None) -> None:
        """Emphasise what is selected."""
        emphasis, chosen = self.emphasis, set(ids)
        for id_ in emphasis.selected ^ chosen:
            self.touch_card(id_)
        for slot in (emphasis.selected_wire, wire):
            self.touch_wire(slot)
        if emphasis.selected_annotation != annotation:
            self.update()
        emphasis.selected, emphasis.selected_wire, emphasis.selected_annotation = chosen, wire, annotation

    def light_wire(self, slot: Slot | None) -> None:
        """Show that something can be dropped on this wire."""
        if self.emphasis.lit_wire != slot:
            self.touch_wire(self.emphasis.lit_wire)
            self.emphasis.lit_wire = slot
            self.touch_wire(slot)

    def offer(self, line: WirePath | None) -> None:
        """Show the wire that a drop would make, or no longer."""
        before, self.emphasis.offered = self.emphasis.offered, line
        if before != line:
            for each in (before, line):
                if each is not None:
                    self.update(QRectF(*each.bounds()).adjusted(-8, -8, 8, 8))

    def hover(self, hit: Hit) -> None:
        """Show what the pointer is over."""
        emphasis = self.emphasis
        port = (hit.id, hit.port, hit.what is What.OUTPUT) if hit.what in (What.INPUT, What.OUTPUT) else None
        if emphasis.hovered_port != port:
            self.touch_card(emphasis.hovered_port[0] if emphasis.hovered_port else None)
            emphasis.hovered_port = port
            self.touch_card(hit.id)
        if emphasis.hovered_wire != hit.slot:
            self.touch_wire(emphasis.hovered_wire)
            emphasis.hovered_wire = hit.slot
            self.touch_wire(hit.slot)

    @property
    def is_hovered(self) -> bool:
        """Whether something is shown as under the pointer."""
        return self.emphasis.hovered_port is not None or self.emphasis.hovered_wire is not None

    def leave(self) -> None:
        """The pointer is over nothing any more."""
        self.hover(NOTHING)

    def stretch(self) -> None:
        """The zoom changes: stretch pictures of cards meanwhile."""
        self.zooming = True

    def sharpen(self) -> None:
        """The zoom rests: paint all cards sharp."""
        self.zooming = False
        self.update()

    def descriptions(self, id: str) -> list[str]:
        """What is said of a layer beside its problems and size."""
        return [text for extra in self.extras.values() if (text := extra.description(id))]

    def layer_at(self, place: QPointF) -> str:
        """The layer of which something is shown at a place of the scene beside its card; empty for none."""
        return next((id_ for extra in self.extras.values() if (id_ := extra.layer_at(place))), "")

    def touch_card(self, id_: str | None) -> None:
        """Repaint a card."""
        if id_ in self.board.cards:
            self.update(self.board.cards[id_].area)

    def touch_wire(self, slot: Slot | None) -> None:
        """Repaint a wire."""
        if slot in self.board.wires:
            self.update(self.board.wires[slot].area)


def _by_family(cards: Iterable[Card]) -> dict[str, list[QRectF]]:
    tiles: defaultdict[str, list[QRectF]] = defaultdict(list)
    for card in cards:
        tiles[DEAD if card.info.dead else card.node.layer.family].append(card.rect)
    return tiles
