"""A hundred edits at random, undone and done again: the same bytes as before, each step."""

from __future__ import annotations

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.project import Project, project_bytes
from graph.structure.grouping import group
from tests.battery.promise import Promise, Round
from tests.battery.random_networks import layer, network

STEPS = 100


def saved(document: Document) -> bytes:
    """The file of a document."""
    return project_bytes(Project(document.network, dict(document.sections)))


class Editor:
    """Edits a document at random."""

    def __init__(self, round: Round) -> None:
        self.chance = round.chance
        self.document = network(round.chance)
        self.checker = Checker(self.document)
        self.kinds = list(catalogue().values())

    def some(self) -> str:
        """One of the layers."""
        return self.chance.choice(self.document.network.ids)

    def add(self) -> None:
        self.document.add(layer(self.chance, self.chance.choice(self.kinds)), (self.chance.randint(0, 900), 0.0))

    def remove(self) -> None:
        self.document.remove(self.some())

    def connect(self) -> None:
        source, target = self.some(), self.some()
        outputs, inputs = self.document.network.node(source).outputs, self.document.network.node(target).inputs
        if outputs and inputs:
            self.document.connect(Connection(source, self.chance.choice(outputs), target, self.chance.choice(inputs)))

    def change(self) -> None:
        id_ = self.some()
        kind = type(self.document.network.layer(id_))
        if kind.kind in catalogue():
            self.document.set_layer(id_, layer(self.chance, kind))

    def rename(self) -> None:
        self.document.rename(self.some(), self.chance.choice(("x", "α", "conv1", "class", "wide_layer")))

    def tidy(self) -> None:
        self.document.move(arrange(self.document.network))

    def group(self) -> None:
        ids = list(self.document.network.ids)
        group(self.document, self.checker, self.chance.sample(ids, min(2, len(ids))))

    def describe(self) -> None:
        self.document.set_section("about", {"title": f"Drawn {self.chance.random()}"})

    def edit(self) -> None:
        """One edit; what is refused leaves no trace."""
        before = saved(self.document)
        steps = (self.add, self.add, self.remove, self.connect, self.connect, self.change, self.rename, self.describe)
        step = self.chance.choice((*steps, self.tidy, self.group)) if self.document.network.ids else self.add
        try:
            with self.document.transaction("Edit"):
                step()
        except NetloomError:
            assert saved(self.document) == before, "what was refused left a trace"


def play(round: Round) -> int:
    """One document of a hundred edits."""
    editor = Editor(round)
    document, checker = editor.document, editor.checker
    states = [saved(document)]
    for _ in range(STEPS):
        editor.edit()
        if (now := saved(document)) != states[-1]:
            states.append(now)
    while len(states) > 1:
        latest = states.pop()
        assert saved(document) == latest
        assert document.undo() and saved(document) == states[-1], "undo"
        if round.chance.random() < 0.3:
            assert document.redo() and saved(document) == latest, "redo"
            document.undo()
    fresh = Checker(document)
    assert all(checker.layer_info(id_) == fresh.layer_info(id_) for id_ in document.network.ids), "the check drifted"
    return 1


PROMISE = Promise("undo and redo give back the same bytes", 5_000, play)
