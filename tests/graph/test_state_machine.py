"""Every edit of a document, in any order, outside and inside blocks, with undo and redo between.

After each step: undo and redo give back the very bytes of the file, files read back to themselves, the network holds
together, and what the checker found out by parts is what a fresh one finds out from scratch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import networkx as nx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec, LayerInfo
from graph.document import Document
from graph.drawing.layout import arrange, arrange_to_fit
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.network import Annotation, AnnotationKind, Connection, Network
from graph.project import Project, parse_project, project_bytes, project_json
from graph.shapes import image, sequence, vector
from graph.structure.blocks import Block, Loop
from graph.structure.grouping import group, ungroup
from graph.structure.inner_document import InnerDocument
from tests.graph.networks import layer, wire

ENDS = ("input", "output")
KINDS = (*ENDS, "flatten", "dense", "conv2d", "relu", "add", "concatenate", "lstm", "block", "loop")
DATA = DataSpec({"pixels": image(1, 8, 8)}, {"digit": vector(10)}, "pixels", "digit")
NAMES = ("alpha", "beta", "relu1", "x", "y", "class", "1st")
CHANGES: dict[str, tuple[dict[str, Any], ...]] = {
    "input": ({"shape": image(1, 8, 8)}, {"shape": vector(6)}, {"shape": sequence(5, 3)}, {"field": "pixels"}),
    "output": ({"target": "digit"}, {"target": "elsewhere"}, {"target": ""}),
    "dense": ({"units": 1}, {"units": 10}, {"units": 0}),
    "conv2d": ({"filters": 3}, {"kernel_size": (99, 99)}, {"kernel_size": (3, 3)}),
    "add": ({"inputs": 3}, {"inputs": 2}),
    "concatenate": ({"inputs": 4}, {"inputs": 2}),
    "lstm": ({"hidden_size": 7}, {"output_mode": "last"}),
    "block": ({"repeat": 2}, {"repeat": 1}, {"label": "Cell"}, {"repeat": 0}),
    "loop": ({"output_mode": "last"}, {"label": "Step"}),
}
"""Settings to give to a layer of each kind; some are refused."""

number = st.integers(0, 60)
place = st.tuples(st.integers(-900, 900), st.integers(-900, 900))


def saved(document: Document) -> bytes:
    """The file of a document."""
    return project_bytes(Project(document.network, dict(document.sections)))


def made(kind: str) -> Layer:
    """A layer of a kind, a block or loop that hands on what comes."""
    return {"block": Block, "loop": Loop}[kind]() if kind in ("block", "loop") else layer(kind)


class Editing(RuleBasedStateMachine):
    """A document, a checker on it, and now and then the inside of a block, all edited."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(sections={"about": {"title": "Drawn"}})
        self.checker = Checker(self.document, DATA)
        self.inner: InnerDocument | None = None
        self.states = [saved(self.document)]
        self.document.subscribe(lambda _: self.leave_if_gone())

    def teardown(self) -> None:
        while self.document.undo():
            self.states.pop()
            assert saved(self.document) == self.states[-1]

    # Helping

    @property
    def target(self) -> Document:
        """The document that rules edit."""
        return self.inner or self.document

    @property
    def network(self) -> Network:
        """Its network."""
        return self.target.network

    def edit(self, name: str, action: Callable[[], object], merge: str | None = None) -> None:
        """Make an edit; what is refused must leave no trace, anything else one entry in the history, or none."""
        before, undo, redo = saved(self.document), self.document.undo_names, self.document.redo_names
        inside = saved(self.inner) if self.inner else b""
        try:
            with self.target.transaction(name, merge):
                action()
        except NetloomError:
            assert saved(self.document) == before
            assert (self.document.undo_names, self.document.redo_names) == (undo, redo)
            assert self.inner is None or saved(self.inner) == inside
            return
        after, grown = saved(self.document), len(self.document.undo_names) - len(undo)
        assert grown in (0, 1)
        assert grown or after == before or merge is not None
        if grown:
            self.states.append(after)
        self.states[-1] = after
        if after != before:
            self.there_and_back()

    def there_and_back(self) -> None:
        """The last edit is undone and done again."""
        after, redo = self.states[-1], self.document.redo_names
        assert self.document.undo()
        assert saved(self.document) == self.states[-2]
        assert self.document.redo()
        assert saved(self.document) == after
        assert self.document.redo_names == redo

    def pick(self, number: int, ids: Sequence[str] | None = None) -> str:
        """One of the layers."""
        ids = self.network.ids if ids is None else ids
        return ids[number % len(ids)]

    def some(self, numbers: set[int]) -> list[str]:
        """A few of the layers, each once."""
        return list(dict.fromkeys(self.pick(each) for each in numbers))

    # Layers and wires

    @initialize()
    def begin_with_a_chain(self) -> None:
        def draw() -> None:
            layers = [layer("input", shape=image(1, 8, 8)), layer("flatten"), layer("dense"), layer("output")]
            ids = [self.document.add(each, (224 * index, 0)) for index, each in enumerate(layers)]
            for source, target in pairwise(ids):
                self.document.connect(wire(source, target))

        self.edit("Draw", draw)

    @rule(kind=st.sampled_from(KINDS), at=place)
    def add(self, kind: str, at: tuple[int, int]) -> None:
        self.edit("Add", lambda: self.target.add(made(kind), at))

    @precondition(lambda self: self.network)
    @rule(source=number, kind=st.sampled_from(KINDS), at=place)
    def add_behind(self, source: int, kind: str, at: tuple[int, int]) -> None:
        def act() -> None:
            before = self.pick(source)
            new = self.target.add(made(kind), at)
            ports = self.network.node(before).outputs
            for port in self.network.node(new).inputs:
                self.target.connect(Connection(before, ports[0] if ports else "out", new, port))

        self.edit("Add behind", act)

    @precondition(lambda self: self.network)
    @rule(a=number, b=number, out=number, port=number)
    def connect(self, a: int, b: int, out: int, port: int) -> None:
        source, target = self.pick(a), self.pick(b)
        outputs, inputs = self.network.node(source).outputs or ("out",), self.network.node(target).inputs or ("in",)
        wanted = Connection(source, self.pick(out, outputs), target, self.pick(port, inputs))
        self.edit("Connect", lambda: self.target.connect(wanted))

    @precondition(lambda self: self.network.connections)
    @rule(a=number)
    def disconnect(self, a: int) -> None:
        wires = self.network.connections
        self.edit("Disconnect", lambda: self.target.disconnect(wires[a % len(wires)]))

    @precondition(lambda self: self.network)
    @rule(chosen=st.sets(number, min_size=1, max_size=3), merge=st.sampled_from((None, "drag")), to=place)
    def move(self, chosen: set[int], merge: str | None, to: tuple[int, int]) -> None:
        places = {id_: (to[0] + 10 * index, to[1] + 0.4) for index, id_ in enumerate(self.some(chosen))}
        self.edit("Move", lambda: self.target.move(places), merge)

    @precondition(lambda self: self.network)
    @rule(a=number, which=number, merge=st.sampled_from((None, "typing")))
    def set_values(self, a: int, which: int, merge: str | None) -> None:
        id_ = self.pick(a)
        known = CHANGES.get(self.network.layer(id_).kind)
        if known:
            self.edit("Set", lambda: self.target.set_values(id_, **known[which % len(known)]), merge)

    @precondition(lambda self: self.network)
    @rule(a=number, kind=st.sampled_from(KINDS))
    def replace(self, a: int, kind: str) -> None:
        self.edit("Replace", lambda: self.target.set_layer(self.pick(a), made(kind)))

    @precondition(lambda self: self.network)
    @rule(a=number, new=st.sampled_from(NAMES))
    def rename(self, a: int, new: str) -> None:
        self.edit("Rename", lambda: self.target.rename(self.pick(a), new))

    @precondition(lambda self: self.network)
    @rule(chosen=st.sets(number, min_size=1, max_size=2))
    def remove(self, chosen: set[int]) -> None:
        def act() -> None:
            for id_ in self.some(chosen):
                self.target.remove(id_)

        self.edit("Remove", act)

    @precondition(lambda self: self.network)
    @rule(a=number, muted=st.booleans())
    def mute(self, a: int, muted: bool) -> None:
        self.edit("Mute", lambda: self.target.mute(self.pick(a), muted))

    @precondition(lambda self: self.network)
    @rule(a=number, b=number, own=st.booleans())
    def link(self, a: int, b: int, own: bool) -> None:
        self.edit("Link", lambda: self.target.tie(self.pick(a), None if own else self.pick(b)))

    @precondition(lambda self: self.checker.problems)
    @rule(a=number, which=number)
    def repair(self, a: int, which: int) -> None:
        """What the checker offers can be applied, and undone."""
        self.leave()
        problem = self.checker.problems[a % len(self.checker.problems)]
        if problem.fixes:
            fix = problem.fixes[which % len(problem.fixes)]
            self.edit(fix.title, lambda: [each.apply(self.document) for each in fix.edits])

    @precondition(lambda self: self.network)
    @rule(a=number, b=number)
    def fail(self, a: int, b: int) -> None:
        """A transaction that did a lot before it was refused."""

        def act() -> None:
            document, id_ = self.target, self.pick(a)
            new = document.add(layer("add"), (4, 4))
            document.rename(id_, "renamed")
            for connection in document.network.into("renamed").values():
                document.disconnect(connection)
            document.set_annotation("n", Annotation("n", AnnotationKind.NOTE, "Gone", (0.0, 0.0, 90.0, 50.0)))
            document.set_section("plan", {"epochs": 3})
            document.move({new: (99, 99)})
            if len(document.network) > 2:
                document.remove(self.pick(b, [each for each in document.network.ids if each != "renamed"]))
            raise NetloomError("Refused.")

        self.edit("Fail", act)

    # Blocks

    @precondition(lambda self: len(self.network) > 1)
    @rule(chosen=st.sets(number, min_size=1, max_size=4), name=st.sampled_from((None, "Cell", "relu1", "!")))
    def group(self, chosen: set[int], name: str | None) -> None:
        checker = Checker(Document(self.network))
        self.edit("Group", lambda: group(self.target, checker, self.some(chosen), name))

    def blocks(self) -> list[str]:
        return [node.id for node in self.network if isinstance(node.layer, Block)]

    @precondition(lambda self: self.blocks())
    @rule(a=number)
    def ungroup(self, a: int) -> None:
        self.edit("Ungroup", lambda: ungroup(self.target, self.pick(a, self.blocks())))

    @precondition(lambda self: self.blocks())
    @rule(a=number, state=st.booleans())
    def run_as_loop(self, a: int, state: bool) -> None:
        id_ = self.pick(a, self.blocks())
        block = self.network.layer(id_)
        assert isinstance(block, Block)
        ends = tuple(zip(block.inner_outputs()[:1], block.inner_inputs()[-1:], strict=False)) if state else ()
        self.edit("Loop", lambda: self.target.set_layer(id_, Loop(body=block.body, states=ends)))

    @precondition(lambda self: self.blocks())
    @rule(a=number)
    def expose(self, a: int) -> None:
        """A setting inside becomes the block's own and is set from outside."""
        id_ = self.pick(a, self.blocks())
        block = self.network.layer(id_)
        assert isinstance(block, Block)
        inside = next((node.id for node in block.body.network if node.layer.kind == "dense"), None)
        if inside is not None:
            shown = block.changed(exposed=(f"{inside}.units",))
            units = 3 if shown.exposed_settings()[0][1] != 3 else 4
            self.edit("Expose", lambda: self.target.set_layer(id_, shown.with_exposed(f"{inside}.units", units)))

    @precondition(lambda self: self.inner is None and self.blocks())
    @rule(a=number)
    def enter(self, a: int) -> None:
        self.inner = InnerDocument(self.document, self.pick(a, self.blocks()))

    @precondition(lambda self: self.inner is not None)
    @rule()
    def leave(self) -> None:
        if self.inner is not None:
            self.inner.close()
        self.inner = None

    def leave_if_gone(self) -> None:
        """A block that was removed or undone is left, as the window does."""
        if self.inner is not None and not self.inner.alive:
            self.leave()

    # The rest of the project

    @rule(at=place, hue=st.integers(0, 7), id_=st.sampled_from(("a", "b")), kind=st.sampled_from(AnnotationKind))
    def write(self, at: tuple[int, int], hue: int, id_: str, kind: AnnotationKind) -> None:
        annotation = Annotation(id_, kind, "Two\nlines “and signs” ñ", (at[0] + 0.5, float(at[1]), 96.0, 64.25), hue)
        self.edit("Write", lambda: self.target.set_annotation(id_, annotation))

    @rule(id_=st.sampled_from(("a", "b")))
    def wipe(self, id_: str) -> None:
        self.edit("Wipe", lambda: self.target.set_annotation(id_, None))

    @rule(
        section=st.sampled_from(("data", "plan", "about")),
        value=st.sampled_from((None, {}, {"epochs": 3}, {"deep": {"list": [1, 2.5, None, "ñ"]}})),
    )
    def set_section(self, section: str, value: dict[str, Any] | None) -> None:
        self.leave()
        self.edit("Section", lambda: self.document.set_section(section, value), "section")

    @precondition(lambda self: self.network)
    @rule(chosen=st.sets(number, max_size=5), fit=st.booleans())
    def lay_out(self, chosen: set[int], fit: bool) -> None:
        ids = self.some(chosen) if len(chosen) > 1 else None
        places = arrange_to_fit(self.network, (800, 500), ids) if fit else arrange(self.network, ids)
        self.edit("Arrange", lambda: self.target.move(places))

    # History

    @rule(steps=st.integers(1, 5))
    def undo_and_redo(self, steps: int) -> None:
        done = 0
        while done < steps and self.target.undo():
            done += 1
            assert saved(self.document) == self.states[-1 - done]
        for left in range(done - 1, -1, -1):
            assert self.target.redo()
            assert saved(self.document) == self.states[-1 - left]

    @rule(steps=st.integers(1, 3))
    def undo_for_good(self, steps: int) -> None:
        for _ in range(steps):
            if self.target.undo():
                self.states.pop()
                assert saved(self.document) == self.states[-1]

    @rule()
    def save(self) -> None:
        self.target.mark_saved()
        assert not self.document.modified
        if self.document.undo():
            assert self.document.modified
            self.document.redo()
        assert not self.document.modified

    # What always holds

    @invariant()
    def bytes_are_those_of_the_last_edit(self) -> None:
        assert saved(self.document) == self.states[-1]

    @invariant()
    def the_file_reads_back_to_itself(self) -> None:
        project = Project(self.document.network, dict(self.document.sections))
        again = parse_project(project_json(project))
        assert project_bytes(again) == project_bytes(project)
        assert {node.id: node for node in again.network} == {node.id: node for node in self.document.network}
        assert again.network.annotations == self.document.network.annotations

    @invariant()
    def the_network_holds_together(self) -> None:
        for network in (self.document.network, self.network):
            assert nx.is_directed_acyclic_graph(network.graph)
            for connection in network.connections:
                assert connection.source_port in network.node(connection.source).outputs
                assert connection.target_port in network.node(connection.target).inputs
                assert network.into(connection.target)[connection.target_port] == connection
                assert connection in network.out_of(connection.source)
            arriving = Counter((c.target, c.target_port) for c in network.connections)
            assert all(count == 1 for count in arriving.values())
            assert sum(len(network.into(id_)) for id_ in network.ids) == len(network.connections)
            for node in network:
                assert node.tied is None or not network.node(node.tied).tied

    @invariant()
    def the_inside_is_the_blocks_body(self) -> None:
        if self.inner is not None:
            inside = parse_project({"netloom": 1, "network": self.inner.block.model_dump(mode="json")["body"]})
            assert saved(self.inner) == project_bytes(inside)

    @invariant()
    def the_checker_knows_what_a_fresh_one_finds(self) -> None:
        fresh = Checker(Document(self.document.network), DATA)
        assert self.checker.useful == fresh.useful
        found: dict[str, LayerInfo] = {id_: self.checker.layer_info(id_) for id_ in self.document.network.ids}
        assert found == {id_: fresh.layer_info(id_) for id_ in self.document.network.ids}
        assert self.checker.problems == fresh.problems
        for name in ("parameters", "connections", "flops", "activations"):
            assert getattr(self.checker, name) == getattr(fresh, name)


TestEditing = Editing.TestCase
TestEditing.settings = settings(settings.default, stateful_step_count=20)
