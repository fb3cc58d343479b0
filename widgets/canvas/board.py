"""What the canvas shows: cards and wires made from the document, kept in step with it and found by place.

The document is the truth. A commit touches only the cards and wires it names; whoever listens is told which part
of the scene to repaint.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF

from app.training.start_edits import start_of
from app.training.start_section import SECTION
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
from graph.checking.layer_info import Severity
from graph.document import Commit, Document
from graph.drawing import cards
from graph.drawing.routing import WirePath
from graph.garbage_collection import undisturbed
from graph.network import Annotation, Connection, Network, Node, Position
from widgets.canvas.board_items import EVERYWHERE, FRESH, FROZEN, HALO, Card, Face, Slot, Wire
from widgets.canvas.grid_index import GridIndex
from widgets.canvas.inside_block import block_ports, state_returns, titled
from widgets.canvas.wire_router import NOWHERE, WireRouter

AT_ONCE = 400
"""Wires that are routed around cards at once; more are routed a few at a time, those in view first."""

ORIGIN = (0.0, 0.0)


class Board:
    """Cards by id and wires by slot, in step with a document.

    Whatever happens, only the names of what it touched are taken from it; what is shown of these is derived anew from
    the document and its checker, in `_reconcile` alone. So neither the order of edits nor their kind can leave a card
    or wire behind, and a board that has followed a document for hours is the one that would be built of it now.
    """

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
        self.faulty: set[str] = set()
        """Layers with an error."""
        self._starts = self._read_starts()
        """What badges say of the weights of layers."""
        self._ends: dict[str, set[Slot]] = {}
        """The wires at each card."""
        self._router = WireRouter(self.cards, self.card_index)
        self._dirty = dirty
        self._top = 0
        self._reconcile(document.network.ids)

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
        return state_returns(self.document, self.cards)

    # Routing many wires

    @property
    def unrouted(self) -> int:
        """Number of wires that are not routed around cards yet."""
        return len(self._router.waiting)

    def route_in(self, region: QRectF) -> None:
        """Route the wires in the region around cards, because they are looked at now."""
        if self._router.waiting:
            self._route([wire for wire in self.wires_in(region) if wire.slot in self._router.waiting], late=False)

    def route_more(self, seconds: float) -> bool:
        """Route waiting wires around cards for about so long; whether some are left."""
        end, waiting = perf_counter() + seconds, self._router.waiting
        while waiting and perf_counter() < end:
            self._route([self.wires[next(iter(waiting))]])
        return bool(waiting)

    # Following the document

    def follow(self, commit: Commit) -> None:
        """Follow a commit, whatever its origin."""
        ids = {**_touched(commit), **self._follow_starts(commit)}
        followers = [id_ for id_, owner in self.ties.items() if owner in ids]
        self._reconcile({**ids, **dict.fromkeys(followers), **dict.fromkeys(block_ports(self.document))})
        if any(isinstance(change, AnnotationSet) for change in commit.changes):
            self.settle_annotations()

    def refresh(self, ids: Iterable[str]) -> None:
        """Take what the checker found out anew; layers that a commit brings or takes come with that commit."""
        self._reconcile([id_ for id_ in ids if id_ in self.cards and id_ in self.document.network])

    # Showing what is not in the document yet

    def displace(self, positions: Mapping[str, Position]) -> None:
        """Show cards elsewhere than the document has them, with their wires, until `settle_back` or a commit."""
        for id_, (x, y) in positions.items():
            self._place(self.cards[id_], QRectF(QPointF(x, y), self.cards[id_].rect.size()))
        lead = self._router.plain if len(positions) > 40 else self._router.preview
        for wire in self.wires_of(positions):
            self._lead(wire, lead(wire.connection))
        if self.ties:
            self._dirty(EVERYWHERE)

    def settle_back(self, ids: Iterable[str]) -> None:
        """Show cards where the document has them."""
        self._reconcile(ids)

    def show_annotations(self, annotations: Iterable[Annotation]) -> None:
        """Show notes and frames otherwise than the document has them, until `settle_annotations` or a commit."""
        for annotation in annotations:
            for each in (self.annotations.get(annotation.id, annotation), annotation):
                self._dirty(QRectF(*each.area).adjusted(-HALO, -HALO, HALO, HALO))
            self.annotations[annotation.id] = annotation
        self.changed += 1

    def settle_annotations(self) -> None:
        """Show notes and frames as the document has them."""
        self.annotations = dict(self.document.network.annotations)
        self.changed += 1
        self._dirty(EVERYWHERE)

    # Deriving what is shown

    def _reconcile(self, ids: Iterable[str]) -> None:
        """Show these layers and all wires at them as document and checker have them now; the one way in."""
        touched = dict.fromkeys(ids)
        with undisturbed(), self._at_large(len(touched)):
            slots = {slot: None for id_ in touched for slot in self._ends.get(id_, ())}
            areas = [area for id_ in touched for area in self._match_card(id_)]
            slots.update({slot: None for id_ in touched for slot in _slots(self.document.network, id_)})
            near = {slot: wire for slot in slots if (wire := self._match_wire(slot)) is not None}
            if len(near) < len(self.wires):
                near.update({slot: self.wires[slot] for slot in self._router.concerned(areas)})
            self._route(near.values(), late=len(near) > AT_ONCE)

    def _match_card(self, id_: str) -> list[QRectF]:
        """Make a card what its layer is; where it was and is now, if that changed."""
        network, card = self.document.network, self.cards.get(id_)
        if id_ not in network:
            return [] if card is None else self._take_away(card)
        node = network.node(id_)
        rect = QRectF(*cards.box(node))
        self._match_tie(node)
        if card is None:
            return [self._put(node, rect)]
        places = dict.fromkeys((card.box, cards.box(card.node), cards.box(node)))
        face = self._face(node, card)
        if face != card.face:
            card.face = face
            self.changed += 1
            self._dirty(card.area)
        card.node = node
        self._mark(card)
        if card.rect != rect:
            self._place(card, rect)
        return [QRectF(*cards.outline(place)) for place in places] if len(places) > 1 else []

    def _put(self, node: Node, rect: QRectF) -> QRectF:
        self._top += 1
        card = Card(node, rect, self._face(node), self._top)
        self.cards[node.id] = card
        self._mark(card)
        self._enter(card)
        return QRectF(*card.outline)

    def _take_away(self, card: Card) -> list[QRectF]:
        del self.cards[card.id]
        self.faulty.discard(card.id)
        self.card_index.drop(card.id)
        if self.ties.pop(card.id, None):
            self._dirty(EVERYWHERE)
        self.changed += 1
        self._dirty(card.area)
        return [QRectF(*card.outline), QRectF(*cards.outline(cards.box(card.node)))]

    def _face(self, node: Node, card: Card | None = None) -> Face:
        """What is painted on a layer's card."""
        still = card.face.node if card is not None and _alike(card.node, node) else node.moved(ORIGIN)
        taken = frozenset(self.document.network.into(node.id))
        start = self._starts.get(node.id, "")
        return Face(still, self.checker.layer_info(node.id), titled(self.document, node), taken, start)

    def _read_starts(self) -> dict[str, str]:
        """What the document says of the weights of its layers."""
        start = start_of(self.document.sections)
        return dict.fromkeys(start.fresh, FRESH) | dict.fromkeys(start.frozen, FROZEN)

    def _follow_starts(self, commit: Commit) -> dict[str, None]:
        """Layers of which a commit says something else."""
        if not commit.sets(SECTION):
            return {}
        before, self._starts = self._starts, self._read_starts()
        either = before.keys() | self._starts.keys()
        differing = {id_ for id_ in either if before.get(id_) != self._starts.get(id_)}
        return dict.fromkeys(sorted(differing))

    def _mark(self, card: Card) -> None:
        """Note whether there is an error at the layer."""
        if card.info.problems or card.id in self.faulty:
            (self.faulty.add if card.severity is Severity.ERROR else self.faulty.discard)(card.id)

    def _match_tie(self, node: Node) -> None:
        """Note whose weights the layer uses; the lines that say so reach anywhere, so all is repainted."""
        if node.tied or self.ties:
            self._dirty(EVERYWHERE)
        if node.tied:
            self.ties[node.id] = node.tied
        else:
            self.ties.pop(node.id, None)

    def _match_wire(self, slot: Slot) -> Wire | None:
        """Make the wire at an input what arrives there; None where there is none."""
        connection, wire = self._arriving(slot), self.wires.get(slot)
        if wire is not None and wire.connection != connection:
            self._cut(wire)
            wire = None
        if connection is None:
            return None
        shape = self.cards[connection.source].info.outputs.get(connection.source_port)
        dead = self.cards[connection.target].info.dead
        if wire is None:
            wire = self.wires[slot] = Wire(connection, NOWHERE, shape, dead)
            for id_ in (connection.source, connection.target):
                self._ends.setdefault(id_, set()).add(slot)
        elif (wire.shape, wire.dead) != (shape, dead):
            wire.shape, wire.dead = shape, dead
            self.changed += 1
            self._dirty(wire.area)
        return wire

    def _arriving(self, slot: Slot) -> Connection | None:
        """The connection at an input, if both of its ends are shown."""
        network = self.document.network
        connection = network.at(*slot) if slot[0] in network else None
        if connection is None:
            return None
        source, target = self.cards.get(connection.source), self.cards.get(connection.target)
        if source is None or target is None:
            return None
        fits = connection.source_port in source.node.outputs and connection.target_port in target.node.inputs
        return connection if fits else None

    def _cut(self, wire: Wire) -> None:
        del self.wires[wire.slot]
        self.wire_index.drop(wire.slot)
        self._router.forget(wire.slot)
        for id_ in (wire.connection.source, wire.connection.target):
            self._ends[id_].discard(wire.slot)
            if not self._ends[id_]:
                del self._ends[id_]
        self.changed += 1
        self._dirty(wire.area)

    # Placing

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

    def _place(self, card: Card, rect: QRectF) -> None:
        self._dirty(card.area)
        card.place(rect)
        self._enter(card)

    def _enter(self, card: Card) -> None:
        self.card_index.put(card.id, card.area)
        self.changed += 1
        self._dirty(card.area)

    def _route(self, wires: Collection[Wire], late: bool = False) -> None:
        """Route wires around cards, or plainly for now, until `route_more` or `route_in` does so."""
        for wire in wires:
            self._lead(wire, (self._router.plain if late else self._router.route)(wire.connection))
        if late:
            self._router.wait(wire.slot for wire in wires)

    def _lead(self, wire: Wire, line: WirePath) -> None:
        if line == wire.course and not wire.area.isEmpty():
            return
        self._dirty(wire.area)
        wire.follow(line)
        self.wire_index.put(wire.slot, wire.area)
        self.changed += 1
        self._dirty(wire.area)


def _alike(node: Node, other: Node) -> bool:
    """Whether two nodes differ in nothing but their places."""
    marks = (node.id, node.muted, node.tied, node.vertical)
    return node.layer is other.layer and marks == (other.id, other.muted, other.tied, other.vertical)


def _touched(commit: Commit) -> dict[str, None]:
    """Layers of which a commit may have changed something that is shown."""
    ids: dict[str, None] = {}
    for change in commit.changes:
        match change:
            case LayerAdded(node) | LayerRemoved(node) | LayerMarked(new=node):
                ids[node.id] = None
            case LayerSet(id=id_) | LayerMoved(id=id_):
                ids[id_] = None
            case LayerRenamed(old, new):
                ids |= {old: None, new: None}
            case Connected(connection) | Disconnected(connection):
                ids[connection.target] = None
            case _:
                pass
    return ids


def _slots(network: Network, id_: str) -> list[Slot]:
    """The slots of the wires that begin or end at a layer."""
    if id_ not in network:
        return []
    return [*((id_, port) for port in network.into(id_)), *((c.target, c.target_port) for c in network.out_of(id_))]
