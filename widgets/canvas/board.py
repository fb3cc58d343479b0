"""What the canvas shows: cards and wires made from the document, kept in step with it and found by place.

The document is the truth. A commit touches only the cards and wires it names; whoever listens is told which part
of the scene to repaint.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSizeF

from graph.changes import (
    AnnotationSet,
    Connected,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerMoved,
    LayerRemoved,
    LayerRenamed,
    LayerSet,
)
from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo, Severity
from graph.document import Commit, Document
from graph.drawing import cards
from graph.drawing.routing import WirePath, course, direct
from graph.garbage_collection import undisturbed
from graph.layers.io import InputLike, Output
from graph.network import Annotation, Connection, Node, Position
from graph.shapes import Shape
from graph.structure.blocks import Block, Loop
from graph.structure.inner_document import InnerDocument
from widgets.canvas.board_items import EVERYWHERE, HALO, Card, Slot, Wire
from widgets.canvas.grid_index import GridIndex

AT_ONCE = 400
"""Wires that are routed around cards at once; more are routed a few at a time, those in view first."""


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
        self.annotations: dict[str, Annotation] = dict(document.network.annotations)
        """Notes and frames as they are shown."""
        self.ties: dict[str, str] = {}
        """Layers that use the weights of another, and that other."""
        self._hanging: set[str] = set()
        self.faulty: set[str] = set()
        """Layers with an error."""
        self._dirty = dirty
        self._waiting: dict[Slot, None] = {}
        self._top = 0
        with undisturbed():
            self._build()

    # Reading

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around the cards named, or around everything."""
        whole = QRectF()
        if ids is None:
            for annotation in self.annotations.values():
                whole = whole.united(QRectF(*annotation.area))
            return whole.united(self.card_index.bounds()).united(self.wire_index.bounds())
        for id_ in ids:
            whole = whole.united(self.cards[id_].rect)
        return whole

    def cards_in(self, region: QRectF) -> list[Card]:
        """Cards of which something lies in the region."""
        cards = [self.cards[id_] for id_ in self.card_index.meeting(region)]
        cards.sort(key=lambda card: card.order)
        return cards

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

    def returns(self) -> list[WirePath]:
        """Ways of the states of the loop on show: from an output layer back to the input layer that holds it."""
        document = self.document
        if not isinstance(document, InnerDocument) or not isinstance(document.block, Loop):
            return []
        pairs = [(self.cards.get(source), self.cards.get(target)) for source, target in document.block.states]
        boxes = [card.box for card in self.cards.values()]
        return [_return(source, target, boxes) for source, target in pairs if source and target]

    # Routing many wires

    @property
    def unrouted(self) -> int:
        """Number of wires that are not routed around cards yet."""
        return len(self._waiting)

    def route_in(self, region: QRectF) -> None:
        """Route the wires in the region around cards, because they are looked at now."""
        if self._waiting:
            for wire in self.wires_in(region):
                if wire.slot in self._waiting:
                    self._route_late(wire.slot)

    def route_more(self, seconds: float) -> bool:
        """Route waiting wires around cards for about so long; whether some are left."""
        end = perf_counter() + seconds
        while self._waiting and perf_counter() < end:
            self._route_late(next(iter(self._waiting)))
        return bool(self._waiting)

    def _route_late(self, slot: Slot) -> None:
        del self._waiting[slot]
        if slot in self.wires:
            self._follow(self.wires[slot], self._course(self.wires[slot].connection, False))

    # Following the document

    def follow(self, commit: Commit) -> None:
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
                    moved |= {new, *(id_ for id_, owner in self.ties.items() if owner in (old, new))}
                case LayerMarked(new=node):
                    moved.add(node.id)
                case AnnotationSet():
                    self.settle_annotations()
                case Connected(connection):
                    self._connect(connection)
                case Disconnected(connection):
                    self._disconnect(connection)
                case _:
                    pass
        self._settle(moved)
        self._link()

    def refresh(self, ids: Iterable[str]) -> None:
        """Take what the checker found out anew."""
        for id_ in ids:
            card = self.cards.get(id_)
            if card is None or id_ not in self.document.network:
                continue
            self._learn(card)
            self._dirty(card.area)
            for wire in self.wires_of([id_]):
                self._on_shape(wire)

    # Showing what is not in the document yet

    def displace(self, positions: Mapping[str, Position]) -> None:
        """Show cards elsewhere than the document has them, with their wires, until `settle_back` or a commit."""
        for id_, (x, y) in positions.items():
            self._place(self.cards[id_], QPointF(x, y))
        self._route(self.wires_of(positions), plain=len(positions) > 40)
        if self.ties:
            self._dirty(EVERYWHERE)

    def settle_back(self, ids: Iterable[str]) -> None:
        """Show cards where the document has them."""
        self._settle(set(ids))

    def show_annotations(self, annotations: Iterable[Annotation]) -> None:
        """Show notes and frames otherwise than the document has them, until `settle_annotations` or a commit."""
        for annotation in annotations:
            for each in (self.annotations.get(annotation.id, annotation), annotation):
                self._dirty(QRectF(*each.area).adjusted(-HALO, -HALO, HALO, HALO))
            self.annotations[annotation.id] = annotation
        self.changed += 1

    def hang(self, ids: Iterable[str], height: float) -> None:
        """Let something hang from these cards and from no others; ``height`` is in scene pixels."""
        hanging = set(ids)
        for id_ in self._hanging | hanging:
            card, reach = self.cards.get(id_), height if id_ in hanging else 0.0
            if card is not None and card.hang != reach:
                self._dirty(card.area)
                card.hang = reach
                self._enter(card)
        self._hanging = hanging

    def settle_annotations(self) -> None:
        """Show notes and frames as the document has them."""
        self.annotations = dict(self.document.network.annotations)
        self.changed += 1
        self._dirty(EVERYWHERE)

    # Inside

    def _build(self) -> None:
        network = self.document.network
        with self._at_large(len(network)):
            for node in network:
                self._put(node)
            for connection in network.connections:
                self._connect(connection, route=False)
            self._route(self.wires.values())
        self._link()

    def _link(self) -> None:
        """Follow which layers share weights; their lines reach anywhere, so all is repainted where there are any."""
        links = {node.id: node.tied for node in self.document.network if node.tied}
        if links or self.ties:
            self._dirty(EVERYWHERE)
            for id_ in {*self.ties.values(), *links.values()} & set(self.cards):
                self.cards[id_].version += 1
        self.ties = links

    def _put(self, node: Node) -> None:
        network = self.document.network
        self._top += 1
        card = Card(node, QRectF(*cards.box(node)), LayerInfo(), title=titled(self.document, node), order=self._top)
        self.cards[node.id] = card
        if node.id in network:
            self._learn(card)
        self._enter(card)

    def _learn(self, card: Card) -> None:
        card.info = self.checker.layer_info(card.id)
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
            if slot in self._waiting:
                self._waiting[wire.slot] = None
            self.wire_index.put(wire.slot, wire.area)

    def _connect(self, connection: Connection, route: bool = True) -> None:
        wire = Wire(connection, direct((0, 0), (0, 0)), self._shape(connection))
        self.wires[wire.slot] = wire
        target = self.cards[connection.target]
        target.taken |= {connection.target_port}
        if route:
            self._route([wire])
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
        """Bring cards to where and what the document says, and route the wires around them again."""
        network = self.document.network
        present = [id_ for id_ in ids if id_ in network and id_ in self.cards]
        if not present:
            return
        with undisturbed(), self._at_large(len(present)):
            region = QRectF()
            for id_ in present:
                card = self.cards[id_]
                region = region.united(card.area)
                self._bring(card, network.node(id_))
                region = region.united(card.area)
            near = {wire.slot: wire for wire in self.wires_of(present)}
            near.update({wire.slot: wire for wire in self.wires_in(region)})
            self._route(near.values())

    def _bring(self, card: Card, node: Node) -> None:
        """Bring a card to where and what the document says."""
        if card.node is not node and card.node != node:
            card.node, card.title = node, titled(self.document, node)
            self._learn(card)
        left, top, width, height = cards.box(node)
        card.rect.setSize(QSizeF(width, height))
        self._place(card, QPointF(left, top))

    @contextmanager
    def _at_large(self, count: int) -> Iterator[None]:
        """Repaint everything once, where so many cards change that telling each costs more."""
        dirty = self._dirty
        if count <= AT_ONCE:
            yield
            return
        self._dirty = lambda _: None
        try:
            yield
        finally:
            self._dirty = dirty
            dirty(EVERYWHERE)

    def _place(self, card: Card, corner: QPointF) -> None:
        self._dirty(card.area)
        card.rect = QRectF(corner, card.rect.size())
        self._enter(card)

    def _enter(self, card: Card) -> None:
        self.card_index.put(card.id, card.area)
        self.changed += 1
        self._dirty(card.area)

    def _shape(self, connection: Connection) -> Shape | None:
        return self.cards[connection.source].info.outputs.get(connection.source_port)

    def _on_shape(self, wire: Wire) -> None:
        shape = self._shape(wire.connection)
        if shape != wire.shape:
            wire.shape = shape
            self.changed += 1
            self._dirty(wire.area)

    def _route(self, wires: Collection[Wire], plain: bool = False) -> None:
        """Route wires around cards; many are routed plainly for now, and wait for `route_more` and `route_in`."""
        late = not plain and len(wires) > AT_ONCE
        for wire in wires:
            self._follow(wire, self._course(wire.connection, plain or late))
        if late:
            self._waiting.update({wire.slot: None for wire in wires})

    def _follow(self, wire: Wire, line: WirePath) -> None:
        if line == wire.course and not wire.area.isEmpty():
            return
        self._dirty(wire.area)
        wire.follow(line)
        self.wire_index.put(wire.slot, wire.area)
        self.changed += 1
        self._dirty(wire.area)

    def _course(self, connection: Connection, plain: bool) -> WirePath:
        source, target = self.cards[connection.source], self.cards[connection.target]
        if connection.source_port not in source.node.outputs or connection.target_port not in target.node.inputs:
            return direct((0, 0), (0, 0))
        start = source.shown(cards.output_place(source.node, connection.source_port))
        end = target.shown(cards.input_place(target.node, connection.target_port))
        vertical = source.node.vertical, target.node.vertical
        if plain:
            return direct(start, end, vertical)
        along, across = (8, 60) if all(vertical) else (60, 8)
        region = QRectF(QPointF(*start), QPointF(*end)).normalized().adjusted(-along, -across, along, across)
        ends = {connection.source, connection.target}
        near = self._obstacles(region, ends)
        if near:
            # Going around one card must not lead into the next above it.
            wide = region.adjusted(-400, 0, 400, 0) if all(vertical) else region.adjusted(0, -400, 0, 400)
            near = self._obstacles(wide, ends)
        return course(start, end, near, (source.box, target.box), vertical)

    def _obstacles(self, region: QRectF, ends: set[str]) -> list[cards.Box]:
        return [self.cards[id_].box for id_ in self.card_index.meeting(region) if id_ not in ends]


def titled(document: Document, node: Node) -> str:
    """What a card is called beside its name; inside a block its ends are ports."""
    if isinstance(node.layer, Block) and node.layer.label:
        return node.layer.label
    if isinstance(document, InnerDocument) and isinstance(node.layer, InputLike | Output):
        states = document.block.inner_states() if isinstance(document.block, Loop) else {}
        if node.id in states:
            return "State"
        return "Port in" if isinstance(node.layer, InputLike) else "Port out"
    return node.layer.title


def _return(source: Card, target: Card, boxes: list[cards.Box]) -> WirePath:
    start = source.rect.topRight() + QPointF(0, cards.FIRST_PORT)
    end = target.rect.topLeft() + QPointF(0, cards.FIRST_PORT)
    return course(start.toTuple(), end.toTuple(), boxes, (source.box, target.box))
