"""Which way each wire runs: the routing of wires around cards, and which wires a moved card concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF

from graph.drawing import cards
from graph.drawing.routing import Vertical, WirePath, course, direct
from graph.network import Connection, Position
from widgets.canvas.board_items import Card, Slot
from widgets.canvas.grid_index import GridIndex, corners

AROUND = 400.0
"""How far from a wire that has a card in its way others are looked at: going round one must not lead into the next."""

NOWHERE = direct((0, 0), (0, 0))
"""The course of a wire that has not been routed yet."""


class WireRouter:
    """Courses of wires between cards, and the wires that still wait to be routed around them.

    The course of a wire follows from its two cards and from the cards that meet one region; the router knows that
    region of each wire, so that it can tell which wires a change of cards concerns.
    """

    def __init__(self, board_cards: Mapping[str, Card], card_index: GridIndex[str]) -> None:
        self._cards, self._card_index = board_cards, card_index
        self._regions: GridIndex[Slot] = GridIndex()
        self.waiting: dict[Slot, None] = {}
        """Wires that run plainly so far."""

    def route(self, connection: Connection) -> WirePath:
        """The course around cards, which is the wire's until a card comes into its region or leaves it."""
        slot = (connection.target, connection.target_port)
        line, region = self._routed(connection)
        self._regions.put(slot, region)
        self.waiting.pop(slot, None)
        return line

    def preview(self, connection: Connection) -> WirePath:
        """The course around cards while they are shown elsewhere than they are."""
        return self._routed(connection)[0]

    def plain(self, connection: Connection) -> WirePath:
        """The course that looks at no cards."""
        return direct(*self._ends(connection))

    def wait(self, slots: Iterable[Slot]) -> None:
        """Have wires run plainly until there is time to route them."""
        self.waiting.update(dict.fromkeys(slots))

    def forget(self, slot: Slot) -> None:
        """The wire is gone."""
        self._regions.drop(slot)
        self.waiting.pop(slot, None)

    def concerned(self, areas: Collection[QRectF]) -> set[Slot]:
        """Wires that may run otherwise because cards came to these areas, or left them."""
        if len(areas) > 40:
            whole = QRectF()
            for area in areas:
                whole = whole.united(area)
            areas = [whole]
        return {slot for area in areas for slot in self._regions.meeting(area)}

    # Inside

    def _ends(self, connection: Connection) -> tuple[Position, Position, Vertical]:
        source, target = self._cards[connection.source], self._cards[connection.target]
        start = source.shown(cards.output_place(source.node, connection.source_port))
        end = target.shown(cards.input_place(target.node, connection.target_port))
        return start, end, (source.node.vertical, target.node.vertical)

    def _routed(self, connection: Connection) -> tuple[WirePath, QRectF]:
        """The course, and the region whose cards decide it."""
        start, end, vertical = self._ends(connection)
        downwards = all(vertical)
        dx, dy = (8.0, 60.0) if downwards else (60.0, 8.0)
        region = QRectF(QPointF(*start), QPointF(*end)).normalized().adjusted(-dx, -dy, dx, dy)
        ends = {connection.source, connection.target}
        near = self._obstacles(region, ends)
        if near:
            dx, dy = (AROUND, 0.0) if downwards else (0.0, AROUND)
            region = region.adjusted(-dx, -dy, dx, dy)
            near = self._obstacles(region, ends)
        own = self._cards[connection.source].outline, self._cards[connection.target].outline
        return course(start, end, near, own, vertical), region

    def _obstacles(self, region: QRectF, ends: set[str]) -> list[cards.Box]:
        left, top, right, bottom = corners(region)
        boxes = [self._cards[id_].outline for id_ in self._card_index.meeting(region) if id_ not in ends]
        return [(x, y, w, h) for x, y, w, h in boxes if x < right and x + w > left and y < bottom and y + h > top]
