"""What the canvas shows: cards and wires made from the document, kept in step with it and found by place.

The document is the truth. A commit touches only the cards and wires it names; whoever listens is told which part
of the scene to repaint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from graph import cards
from graph.changes import (
    Connected,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerMoved,
    LayerRemoved,
    LayerRenamed,
    LayerSet,
)
from graph.check import Checker
from graph.document import Commit, Document
from graph.facts import Facts, Severity
from graph.network import Connection, Node, Position
from graph.routing import Course, course, direct
from graph.shapes import Shape
from widgets.canvas.index import GridIndex

HALO = 14.0
"""How far port discs, rings and shadows reach beyond a card."""

EVERYWHERE = QRectF(-200_000, -200_000, 400_000, 400_000)
"""The canvas is as good as endless."""

Slot = tuple[str, str]
"""Layer and input port: what names a wire."""


@dataclass
class Card:
    """A layer as it is shown."""

    node: Node
    rect: QRectF
    facts: Facts
    version: int = 0
    """Counts up when the picture on the card changes."""
    taken: frozenset[str] = frozenset()
    """Input ports that a wire arrives at."""
    order: int = 0
    """Cards with a higher order lie on top."""

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.node.id

    @property
    def area(self) -> QRectF:
        """All that the card may paint on."""
        return self.rect.adjusted(-HALO, -HALO, HALO, HALO)

    def input_place(self, port: str) -> QPointF:
        """Centre of an input port."""
        return self.rect.topLeft() + QPointF(0, cards.port_height(self.node.inputs.index(port)))

    def output_place(self, port: str) -> QPointF:
        """Centre of an output port."""
        return self.rect.topLeft() + QPointF(cards.WIDTH, cards.port_height(self.node.outputs.index(port)))

    @property
    def severity(self) -> Severity | None:
        """The gravest of the layer's problems, hints left out."""
        found = {problem.severity for problem in self.facts.problems}
        return next((level for level in (Severity.ERROR, Severity.WARNING) if level in found), None)

    @property
    def sentence(self) -> str:
        """What is wrong, a line for each problem; hints stay in the problems list."""
        return "\n".join(p.message for p in self.facts.problems if p.severity is not Severity.HINT)


@dataclass
class Wire:
    """A connection as it is shown."""

    connection: Connection
    course: Course
    shape: Shape | None
    path: QPainterPath = field(default_factory=QPainterPath)
    area: QRectF = field(default_factory=QRectF)
    lines: list[QLineF] = field(default_factory=list)
    """The wire as straight lines, as it looks from far."""

    @property
    def slot(self) -> Slot:
        """What names the wire."""
        return self.connection.target, self.connection.target_port

    @property
    def kind(self) -> str:
        """Kind of its shape; empty where the shape is not known."""
        return str(self.shape.kind) if self.shape else ""

    def follow(self, line: Course) -> None:
        """Take another course."""
        self.course, self.path = line, painter_path(line)
        corners = [QPointF(*line.start), *(QPointF(*curve[2]) for curve in line.curves)]
        self.lines = [QLineF(corners[i], corners[i + 1]) for i in range(len(corners) - 1)]
        self.area = QRectF(*line.bounds()).adjusted(-6, -12, 6, 12)


def painter_path(line: Course) -> QPainterPath:
    """The course as Qt draws it."""
    path = QPainterPath(QPointF(*line.start))
    for first, second, end in line.curves:
        path.cubicTo(*first, *second, *end)
    return path


class Board:
    """Cards by id and wires by slot, in step with a document."""

    def __init__(self, document: Document, checker: Checker, dirty: Callable[[QRectF], None]) -> None:
        self.document, self.checker = document, checker
        self.cards: dict[str, Card] = {}
        self.wires: dict[Slot, Wire] = {}
        self.card_index: GridIndex[str] = GridIndex()
        self.wire_index: GridIndex[Slot] = GridIndex()
        self.changed = 0
        """Counts up whenever anything moves, appears or disappears."""
        self.links: dict[str, str] = {}
        """Layers that use the weights of another, and that other."""
        self.faulty: set[str] = set()
        """Layers with an error."""
        self._dirty = dirty
        self._top = 0
        self._build()

    # Reading

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around the cards named, or around everything."""
        if ids is None:
            return self.card_index.bounds().united(self.wire_index.bounds())
        whole = QRectF()
        for id_ in ids:
            whole = whole.united(self.cards[id_].rect)
        return whole

    def cards_in(self, region: QRectF) -> list[Card]:
        """Cards of which something lies in the region."""
        found = [self.cards[id_] for id_ in self.card_index.meeting(region)]
        found.sort(key=lambda card: card.order)
        return found

    def wires_in(self, region: QRectF) -> list[Wire]:
        """Wires of which something may lie in the region."""
        return [self.wires[slot] for slot in self.wire_index.meeting(region)]

    def raise_cards(self, ids: Iterable[str]) -> None:
        """Put cards on top of the others."""
        for id_ in ids:
            self._top += 1
            self.cards[id_].order = self._top
            self._dirty(self.cards[id_].area)

    def wires_of(self, ids: Iterable[str]) -> list[Wire]:
        """Wires that begin or end at the layers named."""
        network = self.document.network
        slots: dict[Slot, None] = {}
        for id_ in ids:
            if id_ in network:
                slots.update({(id_, port): None for port in network.into(id_)})
                slots.update({(c.target, c.target_port): None for c in network.out_of(id_)})
        return [self.wires[slot] for slot in slots if slot in self.wires]

    # Following the document

    def take(self, commit: Commit) -> None:
        """Follow a commit, whatever its origin."""
        moved: set[str] = set()
        for change in commit.changes:
            match change:
                case LayerAdded(node):
                    self._put(node)
                    moved.add(node.id)
                case LayerRemoved(node):
                    self._remove(node.id)
                case LayerSet(id=id_) | LayerMoved(id=id_):
                    moved.add(id_)
                case LayerRenamed(old, new):
                    self._rename(old, new)
                    moved.add(new)
                case LayerMarked(new=node):
                    moved.add(node.id)
                case Connected(connection):
                    self._connect(connection)
                case Disconnected(connection):
                    self._disconnect(connection)
                case _:
                    pass
        self._settle(moved)
        self._link()

    def refresh(self, ids: Iterable[str]) -> None:
        """Take new facts of layers from the checker."""
        for id_ in ids:
            card = self.cards.get(id_)
            if card is None or id_ not in self.document.network:
                continue
            self._learn(card)
            self._dirty(card.area)
            for wire in self.wires_of([id_]):
                self._take_shape(wire)

    # Showing what is not in the document yet

    def displace(self, positions: Mapping[str, Position]) -> None:
        """Show cards elsewhere than the document has them, with their wires, until `settle_back` or a commit."""
        for id_, (x, y) in positions.items():
            self._place(self.cards[id_], QPointF(x, y))
        self._lead(self.wires_of(positions), plain=len(positions) > 40)
        if self.links:
            self._dirty(EVERYWHERE)

    def settle_back(self, ids: Iterable[str]) -> None:
        """Show cards where the document has them."""
        self._settle(set(ids))

    # Inside

    def _build(self) -> None:
        network = self.document.network
        for node in network:
            self._put(node)
        for connection in network.connections:
            self._connect(connection, route=False)
        self._lead(self.wires.values())
        self._link()

    def _link(self) -> None:
        """Follow which layers share weights; their lines reach anywhere, so all is repainted where there are any."""
        links = {node.id: node.linked for node in self.document.network if node.linked}
        if links or self.links:
            self._dirty(EVERYWHERE)
            for id_ in {*self.links.values(), *links.values()} & set(self.cards):
                self.cards[id_].version += 1
        self.links = links

    def _put(self, node: Node) -> None:
        network = self.document.network
        self._top += 1
        card = Card(node, QRectF(*cards.box(node)), Facts(), order=self._top)
        self.cards[node.id] = card
        if node.id in network:
            self._learn(card)
        self._enter(card)

    def _learn(self, card: Card) -> None:
        card.facts = self.checker.facts(card.id)
        card.version += 1
        (self.faulty.add if card.severity is Severity.ERROR else self.faulty.discard)(card.id)

    def _remove(self, id_: str) -> None:
        card = self.cards.pop(id_)
        self.faulty.discard(id_)
        self.card_index.drop(id_)
        self.changed += 1
        self._dirty(card.area)

    def _rename(self, old: str, new: str) -> None:
        card = self.cards.pop(old)
        self.faulty.discard(old)
        self.card_index.drop(old)
        card.node = replace(card.node, id=new)
        self.cards[new] = card
        if new in self.document.network:
            self._learn(card)
        self.card_index.put(new, card.area)
        for slot, wire in list(self.wires.items()):
            c = wire.connection
            if old not in (c.source, c.target):
                continue
            self.wire_index.drop(slot)
            del self.wires[slot]
            source, target = (new if end == old else end for end in (c.source, c.target))
            wire.connection = Connection(source, c.source_port, target, c.target_port)
            self.wires[wire.slot] = wire
            self.wire_index.put(wire.slot, wire.area)

    def _connect(self, connection: Connection, route: bool = True) -> None:
        wire = Wire(connection, direct((0, 0), (0, 0)), self._shape(connection))
        self.wires[wire.slot] = wire
        target = self.cards[connection.target]
        target.taken |= {connection.target_port}
        if route:
            self._lead([wire])
            self._dirty(target.area)

    def _disconnect(self, connection: Connection) -> None:
        wire = self.wires.pop((connection.target, connection.target_port))
        self.wire_index.drop(wire.slot)
        self.changed += 1
        self._dirty(wire.area)
        target = self.cards[connection.target]
        target.taken -= {connection.target_port}
        self._dirty(target.area)

    def _settle(self, ids: set[str]) -> None:
        """Bring cards to where and what the document says, and lead the wires around them again."""
        network = self.document.network
        present = [id_ for id_ in ids if id_ in network and id_ in self.cards]
        region = QRectF()
        for id_ in present:
            card, node = self.cards[id_], network.node(id_)
            region = region.united(card.area)
            if card.node != node:
                card.node = node
                self._learn(card)
            left, top, width, height = cards.box(node)
            card.rect.setSize(QRectF(0, 0, width, height).size())
            self._place(card, QPointF(left, top))
            region = region.united(card.area)
        if present:
            near = {wire.slot: wire for wire in self.wires_of(present)}
            near.update({wire.slot: wire for wire in self.wires_in(region)})
            self._lead(near.values())

    def _place(self, card: Card, corner: QPointF) -> None:
        self._dirty(card.area)
        card.rect = QRectF(corner, card.rect.size())
        self._enter(card)

    def _enter(self, card: Card) -> None:
        self.card_index.put(card.id, card.area)
        self.changed += 1
        self._dirty(card.area)

    def _shape(self, connection: Connection) -> Shape | None:
        return self.cards[connection.source].facts.outputs.get(connection.source_port)

    def _take_shape(self, wire: Wire) -> None:
        shape = self._shape(wire.connection)
        if shape != wire.shape:
            wire.shape = shape
            self.changed += 1
            self._dirty(wire.area)

    def _lead(self, wires: Iterable[Wire], plain: bool = False) -> None:
        for wire in wires:
            line = self._course(wire.connection, plain)
            if line == wire.course and not wire.path.isEmpty():
                continue
            self._dirty(wire.area)
            wire.follow(line)
            self.wire_index.put(wire.slot, wire.area)
            self.changed += 1
            self._dirty(wire.area)

    def _course(self, connection: Connection, plain: bool) -> Course:
        source, target = self.cards[connection.source], self.cards[connection.target]
        if connection.source_port not in source.node.outputs or connection.target_port not in target.node.inputs:
            return direct((0, 0), (0, 0))
        start = source.output_place(connection.source_port).toTuple()
        end = target.input_place(connection.target_port).toTuple()
        if plain:
            return direct(start, end)
        region = QRectF(QPointF(*start), QPointF(*end)).normalized().adjusted(-60, -8, 60, 8)
        ends = {connection.source, connection.target}
        near = self._obstacles(region, ends)
        if near:
            # Going around one card must not lead into the next above it.
            near = self._obstacles(region.adjusted(0, -400, 0, 400), ends)
        return course(start, end, near, (_box(source.rect), _box(target.rect)))

    def _obstacles(self, region: QRectF, ends: set[str]) -> list[cards.Box]:
        return [_box(card.rect) for card in self.cards_in(region) if card.id not in ends]


def _box(rect: QRectF) -> cards.Box:
    return rect.left(), rect.top(), rect.width(), rect.height()
