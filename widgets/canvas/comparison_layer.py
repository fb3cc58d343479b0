"""Differences drawn on the canvas: rings and words on cards that were added or changed, ghosts of those removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from app.project.network_comparison import ChangeMark, ComparisonOverlay, Sign
from graph.drawing import cards
from graph.drawing.routing import course
from graph.network import Connection, Network, Node
from widgets.canvas.board import Board
from widgets.canvas.board_items import HALO, painter_path
from widgets.canvas.card_painter import KIND_PIXELS, NAME_PIXELS
from widgets.canvas.level_of_detail import Level
from widgets.look.theme import RADIUS, Theme, blend

WORDS = {"+": "added", "−": "removed", "~": "changed"}
"""What the signs mean."""


def sign_color(theme: Theme, sign: str) -> QColor:
    """The colour of what was added, removed or changed."""
    return {"+": theme.ok, "−": theme.error}.get(sign, theme.warning)


class Differing:
    """An overlay on a board; removed layers are shown where they stood beside the layers that are left."""

    def __init__(self, board: Board, theme: Theme, overlay: ComparisonOverlay) -> None:
        self._board, self._theme, self._overlay = board, theme, overlay
        self._fonts = {True: _font(theme, NAME_PIXELS, bold=True), False: _font(theme, KIND_PIXELS)}
        self.ghosts = _ghosts(overlay, board.document.network)
        """Where removed layers are shown, by id."""

    # What the canvas asks

    def ground(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Nothing: what differs lies over the wires that are left."""

    def below(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Wires that came and went, and the ghosts."""
        for wire in sorted(self._overlay.added):
            self._wire(painter, wire, Sign.ADDED, zoom)
        for wire in sorted(self._overlay.removed):
            self._wire(painter, wire, Sign.REMOVED, zoom)
        for id_, place in self.ghosts.items():
            if _around(place).intersects(region):
                self._ghost(painter, self._overlay.old.node(id_), place, level, zoom)

    def above(self, painter: QPainter, region: QRectF, level: Level, zoom: float) -> None:
        """Rings, and words where they can be read."""
        for id_, mark in self._overlay.marks.items():
            place = self._place(id_)
            if place is None or not _around(place).intersects(region):
                continue
            self._ring(painter, place, mark, zoom)
            if level is Level.NEAR:
                self._pill(painter, place, mark)
            elif level is Level.MID:
                self._sign(painter, place, mark, zoom)

    def description(self, id: str) -> str:
        """What differs at a layer."""
        mark = self._overlay.marks.get(id)
        return f"{WORDS[mark.sign].capitalize()}: {mark.summary}" if mark is not None else ""

    def layer_at(self, place: QPointF) -> str:
        """None: what differs at a layer stands on its card."""
        return ""

    def bounds(self) -> QRectF:
        """Around the ghosts."""
        whole = QRectF()
        for place in self.ghosts.values():
            whole = whole.united(place)
        return whole

    # Wires

    def _wire(self, painter: QPainter, wire: Connection, sign: Sign, zoom: float) -> None:
        added = sign is Sign.ADDED
        drawn = self._board.wires.get((wire.target, wire.target_port)) if added else None
        path = self._old_path(wire) if drawn is None else drawn.path
        if path is None:
            return
        color = QColor(sign_color(self._theme, sign))
        color.setAlpha(90 if added else 220)
        pen = QPen(color, max(8.0, 4.0 / zoom) if added else max(1.8, 1.2 / zoom))
        if not added:
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _old_path(self, wire: Connection) -> QPainterPath | None:
        """The line of a wire that is gone, between what its ends are now; None where one cannot be shown."""
        old, source, target = self._overlay.old, self._place(wire.source), self._place(wire.target)
        if source is None or target is None or wire.source not in old or wire.target not in old:
            return None
        leaving, arriving = self._moved(wire.source, source), self._moved(wire.target, target)
        start, end = cards.output_place(leaving, wire.source_port), cards.input_place(arriving, wire.target_port)
        others = [card.outline for id_, card in self._board.cards.items() if id_ not in (wire.source, wire.target)]
        own = [cards.outline((box.left(), box.top(), box.width(), box.height())) for box in (source, target)]
        return painter_path(course(start, end, others, own, (leaving.vertical, arriving.vertical)))

    def _moved(self, id_: str, place: QRectF) -> Node:
        """A layer as it was, at the place where it is shown, with its ports where they are now."""
        node, card = self._overlay.old.node(id_), self._board.cards.get(id_)
        vertical = card.node.vertical if card is not None else node.vertical
        return replace(node, position=(place.left(), place.top()), vertical=vertical)

    def _place(self, id_: str) -> QRectF | None:
        card = self._board.cards.get(id_)
        return card.rect if card is not None else self.ghosts.get(id_)

    # Cards

    def _ghost(self, painter: QPainter, node: Node, place: QRectF, level: Level, zoom: float) -> None:
        fill = blend(self._theme.error, self._theme.ground, 0.08)
        painter.setPen(QPen(blend(self._theme.error, self._theme.ground, 0.6), max(1.0, 1.0 / zoom)))
        painter.setBrush(fill)
        painter.drawRoundedRect(place, RADIUS, RADIUS)
        if level is Level.FAR:
            return
        font = QFont(self._fonts[True])
        font.setPixelSize(max(font.pixelSize(), round(KIND_PIXELS / zoom)))
        font.setStrikeOut(True)
        painter.setFont(font)
        painter.setPen(self._theme.faint)
        inside = place.adjusted(14, 0, -14, 0)
        text = QFontMetricsF(font).elidedText(node.id, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, text)
        if level is Level.NEAR:
            painter.setFont(self._fonts[False])
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, node.layer.title)

    def _ring(self, painter: QPainter, place: QRectF, mark: ChangeMark, zoom: float) -> None:
        pen = QPen(sign_color(self._theme, mark.sign), max(2.0, 1.6 / zoom))
        if mark.sign is Sign.REMOVED:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), RADIUS + 1, RADIUS + 1)

    def _pill(self, painter: QPainter, place: QRectF, mark: ChangeMark) -> None:
        """Words on the card's upper edge: what changed; what was added or removed stands on the card itself."""
        font, color = self._fonts[False], sign_color(self._theme, mark.sign)
        metrics = QFontMetricsF(font)
        text = "; ".join(mark.texts) if mark.sign is Sign.CHANGED else WORDS[mark.sign]
        text = metrics.elidedText(f"{mark.sign} {text}", Qt.TextElideMode.ElideRight, cards.WIDTH - 6)
        pill = QRectF(place.left() + 6, place.top() - 12, metrics.horizontalAdvance(text) + 14, 17)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(pill, 8, 8)
        painter.setFont(font)
        painter.setPen(self._theme.on(color))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        if mark.cost and mark.sign is Sign.CHANGED:
            self._cost(painter, place, mark)

    def _cost(self, painter: QPainter, place: QRectF, mark: ChangeMark) -> None:
        """On the lower edge, by how much the layer's parameters grew."""
        width = QFontMetricsF(self._fonts[False]).horizontalAdvance(mark.cost) + 14
        pill = QRectF(place.right() - 6 - width, place.bottom() - 5, width, 17)
        painter.setPen(QPen(sign_color(self._theme, mark.sign), 1))
        painter.setBrush(self._theme.raised)
        painter.drawRoundedRect(pill, 8, 8)
        painter.setPen(self._theme.text)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, mark.cost)

    def _sign(self, painter: QPainter, place: QRectF, mark: ChangeMark, zoom: float) -> None:
        """The sign alone in the card's corner, as large on the screen at every zoom."""
        side, color = 12 / zoom, sign_color(self._theme, mark.sign)
        area = QRectF(place.left(), place.top(), side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRect(area)
        font = QFont(self._fonts[True])
        font.setPixelSize(max(1, round(12 / zoom)))
        painter.setFont(font)
        painter.setPen(self._theme.on(color))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, mark.sign.value)


def _around(place: QRectF) -> QRectF:
    return place.adjusted(-HALO, -HALO, HALO, HALO)


def _font(theme: Theme, pixels: int, *, bold: bool = False) -> QFont:
    font = theme.font(bold=bold)
    font.setPixelSize(pixels)
    return font


def _ghosts(overlay: ComparisonOverlay, network: Network) -> dict[str, QRectF]:
    """Places for removed layers: as far from a layer that is left as they were, and lower where that is taken."""
    places = {node.id: QRectF(*cards.box(node)) for node in network}
    ghosts: dict[str, QRectF] = {}
    for id_ in overlay.old.ordered():
        mark = overlay.marks.get(id_)
        if mark is None or mark.sign is not Sign.REMOVED:
            continue
        node = overlay.old.node(id_)
        place = QRectF(*cards.box(node)).translated(_shift(overlay.old, places, node))
        while hit := next((each for each in places.values() if each.adjusted(-8, -8, 8, 8).intersects(place)), None):
            place.moveTop(hit.bottom() + cards.ROW_GAP)
        ghosts[id_] = places[id_] = place
    return ghosts


def _shift(old: Network, places: Mapping[str, QRectF], node: Node) -> QPointF:
    """How far what stood nearest to a removed layer, of those connected to it, has moved since."""
    beside = [wire.source for wire in old.into(node.id).values()] + [wire.target for wire in old.out_of(node.id)]
    moves: list[tuple[float, QPointF]] = []
    for id_ in beside:
        if id_ in places:
            before = QPointF(*old.node(id_).position)
            moves.append(((QPointF(*node.position) - before).manhattanLength(), places[id_].topLeft() - before))
    return min(moves, key=lambda move: move[0], default=(0.0, QPointF(0, 0)))[1]
