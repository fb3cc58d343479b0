"""What is shown agrees with the document after any edit, undo and redo, and undo restores content exactly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PySide6.QtCore import QRectF

from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.drawing import cards
from graph.editing import block_edits, clipboard, edits
from graph.errors import NetloomError
from graph.layers.catalogue import catalogue
from graph.network import Annotation, AnnotationKind, Connection
from graph.project import Project, project_bytes
from graph.structure.blocks import Block, Loop
from graph.structure.grouping import ungroup
from widgets.canvas.board import Board

KINDS = ("input", "dense", "relu", "add", "concatenate", "flatten", "output")


def content(document: Document) -> bytes:
    return project_bytes(Project(document.network, dict(document.sections)))


class Editing(RuleBasedStateMachine):
    """Every edit that the canvas makes, in any order, with undo and redo between."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.board = Board(self.document, Checker(self.document), lambda rect: None)
        self.document.subscribe(self.board.follow)
        self.board.checker.subscribe(self.board.refresh)
        self.history = [content(self.document)]
        self.place = 0

    def did(self) -> None:
        """Note what the content is after an edit that was recorded."""
        depth = len(self.document.undo_names)
        if depth > self.place:
            self.place = depth
            self.history = [*self.history[:depth], content(self.document)]

    def pick(self, index: int) -> str:
        return self.document.network.ids[index % len(self.document.network)]

    @rule(kind=st.sampled_from(KINDS), x=st.integers(-500, 500), y=st.integers(-500, 500))
    def add(self, kind: str, x: int, y: int) -> None:
        with self.document.transaction("Add"):
            self.document.add(catalogue()[kind](), (x, y))
        self.did()

    @precondition(lambda self: len(self.document.network) > 1)
    @rule(a=st.integers(0, 50), b=st.integers(0, 50))
    def connect(self, a: int, b: int) -> None:
        source, target = self.pick(a), self.pick(b)
        network = self.document.network
        if not network.node(source).outputs or not network.node(target).inputs or network.reaches(target, source):
            return
        with self.document.transaction("Connect"):
            port = edits.input_for(self.document, target)
            edits.connect(self.document, Connection(source, network.node(source).outputs[0], target, str(port)))
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), b=st.integers(0, 50))
    def delete(self, a: int, b: int) -> None:
        with self.document.transaction("Delete"):
            edits.remove(self.document, {self.pick(a), self.pick(b)})
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), b=st.integers(0, 50))
    def take_out(self, a: int, b: int) -> None:
        with self.document.transaction("Take out"):
            edits.take_out(self.document, sorted({self.pick(a), self.pick(b)}))
        self.did()

    @precondition(lambda self: self.document.network.connections)
    @rule(a=st.integers(0, 50), kind=st.sampled_from(("relu", "add")))
    def insert(self, a: int, kind: str) -> None:
        wires = self.document.network.connections
        with self.document.transaction("Insert"):
            new = self.document.add(catalogue()[kind](), (10, 10))
            edits.insert_on(self.document, wires[a % len(wires)], new)
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), b=st.integers(0, 50))
    def paste(self, a: int, b: int) -> None:
        text = clipboard.write(self.document.network, dict.fromkeys((self.pick(a), self.pick(b))))
        with self.document.transaction("Paste"):
            clipboard.paste(self.document, text, shift=(32, 32))
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), name=st.sampled_from(("first", "second", "3", "conv1")))
    def rename(self, a: int, name: str) -> None:
        try:
            with self.document.transaction("Rename"):
                self.document.rename(self.pick(a), name)
        except NetloomError:
            return
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), kind=st.sampled_from(KINDS), x=st.integers(-500, 500))
    def change_and_move(self, a: int, kind: str, x: int) -> None:
        with self.document.transaction("Change"):
            id_ = self.pick(a)
            self.document.set_layer(id_, catalogue()[kind]())
            self.document.move({id_: (x, x)})
        self.did()

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(a=st.integers(0, 50), muted=st.booleans())
    def mute(self, a: int, muted: bool) -> None:
        self.attempt("Mute", lambda: self.document.mute(self.pick(a), muted))

    @precondition(lambda self: len(self.document.network) > 1)
    @rule(a=st.integers(0, 50), b=st.integers(0, 50))
    def link(self, a: int, b: int) -> None:
        self.attempt("Link", lambda: self.document.tie(self.pick(a), self.pick(b)))

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(chosen=st.sets(st.integers(0, 50), min_size=1, max_size=3))
    def group(self, chosen: set[int]) -> None:
        ids = list(dict.fromkeys(self.pick(each) for each in chosen))
        self.attempt("Group", lambda: block_edits.group_in_place(self.document, self.board.checker, ids))

    @precondition(lambda self: self.blocks())
    @rule(a=st.integers(0, 50))
    def take_apart(self, a: int) -> None:
        self.attempt("Ungroup", lambda: ungroup(self.document, self.blocks()[a % len(self.blocks())]))

    @precondition(lambda self: self.blocks())
    @rule(a=st.integers(0, 50), name=st.sampled_from(("", "Cell")))
    def loop(self, a: int, name: str) -> None:
        id_ = self.blocks()[a % len(self.blocks())]
        block = self.document.network.layer(id_)
        assert isinstance(block, Block)
        self.attempt("Loop", lambda: self.document.set_layer(id_, Loop(body=block.body, label=name)))

    @rule(x=st.integers(-500, 500), hue=st.integers(0, 7), kind=st.sampled_from(AnnotationKind), gone=st.booleans())
    def annotation(self, x: int, hue: int, kind: AnnotationKind, gone: bool) -> None:
        annotation = None if gone else Annotation("one", kind, "Text", (x, 0.0, 90.0, 60.0), hue)
        self.attempt("Remark", lambda: self.document.set_annotation("one", annotation))

    @precondition(lambda self: len(self.document.network) > 0)
    @rule(x=st.integers(-500, 500))
    def show_elsewhere(self, x: int) -> None:
        """What a drag shows before it is called off leaves no trace."""
        ids = self.document.network.ids
        self.board.displace(dict.fromkeys(ids, (float(x), float(x))))
        self.board.settle_back(ids)

    def attempt(self, name: str, act: Callable[[], object]) -> None:
        """An edit that may be refused."""
        with suppress(NetloomError), self.document.transaction(name):
            act()
        self.did()

    def blocks(self) -> list[str]:
        return [node.id for node in self.document.network if isinstance(node.layer, Block)]

    @rule()
    def undo(self) -> None:
        if self.document.undo():
            self.place -= 1

    @rule()
    def redo(self) -> None:
        if self.document.redo():
            self.place += 1

    @invariant()
    def undo_and_redo_are_exact(self) -> None:
        assert content(self.document) == self.history[self.place]

    @invariant()
    def cards_are_the_layers(self) -> None:
        network = self.document.network
        assert set(self.board.cards) == set(network.ids)
        for id_, card in self.board.cards.items():
            assert card.node == network.node(id_)
            assert card.rect == QRectF(*cards.box(network.node(id_)))
            assert card.info == self.board.checker.layer_info(id_)
            assert card.taken == set(network.into(id_))
            assert card in self.board.cards_in(card.rect)

    @invariant()
    def marks_are_those_of_the_document(self) -> None:
        network, board = self.document.network, self.board
        assert board.annotations == network.annotations
        assert board.ties == {node.id: node.tied for node in network if node.tied}
        assert board.faulty == {id_ for id_, card in board.cards.items() if card.severity is Severity.ERROR}

    @invariant()
    def a_fresh_board_shows_the_same(self) -> None:
        fresh = Board(self.document, self.board.checker, lambda rect: None)
        assert {id_: card.face for id_, card in fresh.cards.items()} == {
            id_: card.face for id_, card in self.board.cards.items()
        }
        assert fresh.card_index.bounds() == self.board.card_index.bounds()
        assert {slot: (wire.kind, wire.course) for slot, wire in fresh.wires.items()} == {
            slot: (wire.kind, wire.course) for slot, wire in self.board.wires.items()
        }

    @invariant()
    def wires_are_the_connections(self) -> None:
        network, board = self.document.network, self.board
        assert {wire.connection for wire in board.wires.values()} == set(network.connections)
        assert all(slot == wire.slot for slot, wire in board.wires.items())
        for wire in board.wires.values():
            c = wire.connection
            assert wire.course.start == board.cards[c.source].output_place(c.source_port).toTuple()
            assert wire.course.end == board.cards[c.target].input_place(c.target_port).toTuple()
            assert wire.shape == board.cards[c.source].info.outputs.get(c.source_port)
        assert len(board.wire_index) == len(board.wires)


TestEditing = Editing.TestCase
