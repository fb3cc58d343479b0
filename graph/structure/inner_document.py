"""Editing inside a block: a document whose every commit is one change of the block in the outer document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from graph.changes import Change, LayerRemoved, LayerRenamed, LayerSet
from graph.diff import changes_between
from graph.document import Act, Commit, Document
from graph.structure.blocks import Block, Body, Loop


class InnerDocument(Document):
    """The network inside the block ``id`` of ``outer``.

    History lives in the outermost document alone: `undo` and `redo` go there, and what they change inside comes back
    as a commit of this document. Blocks inside blocks are opened the same way.
    """

    def __init__(self, outer: Document, id: str) -> None:
        self.outer = outer
        self.id = id
        super().__init__(self.block.body.document().network)
        self._writing = False
        self._states = self.inner_states()
        self._renamed: dict[str, str] = {}
        self._stop = outer.subscribe(self._on_outer)

    @property
    def block(self) -> Block:
        """The block as it stands in the outer document."""
        return self.outer.network.layer_as(self.id, Block)

    def inner_states(self) -> dict[str, str]:
        """The states of a loop, as `Loop.inner_states` has them; none in other blocks."""
        return self.block.inner_states() if isinstance(self.block, Loop) else {}

    @property
    def path(self) -> tuple[str, ...]:
        """Ids of the blocks from the outermost network to here."""
        return (*(self.outer.path if isinstance(self.outer, InnerDocument) else ()), self.id)

    @property
    def alive(self) -> bool:
        """Whether the block is still there."""
        outer_alive = not isinstance(self.outer, InnerDocument) or self.outer.alive
        return outer_alive and self.id in self.outer.network and isinstance(self.outer.network.layer(self.id), Block)

    def close(self) -> None:
        """Stop following the outer document."""
        self._stop()

    @contextmanager
    def transaction(self, name: str, merge: str | None = None) -> Iterator[None]:
        """As in `Document`; on commit the block outside takes the new body, in a transaction of the same name."""
        with super().transaction(name, merge):
            yield
        body = Body.of(self.network)
        if body == self.block.body:
            return
        self._writing = True
        try:
            with self.outer.transaction(name, None if merge is None else f"{self.id}/{merge}"):
                self._hand_out(body)
        finally:
            self._writing, self._renamed = False, {}
        self._tell_states(Commit(name, ()))

    def _hand_out(self, body: Body) -> None:
        """Give the block outside its new body; wires at ends that were renamed follow their names."""
        names, network = self._renamed, self.outer.network
        arriving = [c for port, c in network.into(self.id).items() if port in names]
        leaving = [c for c in network.out_of(self.id) if c.source_port in names]
        for connection in [*arriving, *leaving]:
            self.outer.disconnect(connection)
        self.outer.set_layer(self.id, self.block.renamed_inside(names).changed(body=body))
        node = network.node(self.id)
        for c in arriving:
            if names[c.target_port] in node.inputs:
                self.outer.connect(replace(c, target_port=names[c.target_port]))
        for c in leaving:
            if names[c.source_port] in node.outputs:
                self.outer.connect(replace(c, source_port=names[c.source_port]))

    def undo(self) -> bool:
        """Undo in the outermost document."""
        return self.outer.undo()

    def redo(self) -> bool:
        """Redo in the outermost document."""
        return self.outer.redo()

    @property
    def undo_names(self) -> tuple[str, ...]:
        """Names in the outermost document's history."""
        return self.outer.undo_names

    @property
    def redo_names(self) -> tuple[str, ...]:
        """Names in the outermost document's history."""
        return self.outer.redo_names

    @property
    def modified(self) -> bool:
        """Whether the outermost document is modified."""
        return self.outer.modified

    def record(self, act: Act) -> None:
        """Record in the outermost document's history."""
        self.outer.record(act)

    def is_next(self, act: Act) -> bool:
        """Whether the outermost document would take this act back next."""
        return self.outer.is_next(act)

    def forget(self, act: Act) -> None:
        """Take the act out of the outermost document's history."""
        self.outer.forget(act)

    def mark_saved(self) -> None:
        """Mark the outermost document as saved."""
        self.outer.mark_saved()

    def _record(self, name: str, changes: tuple[Change, ...], merge: str | None) -> None:
        """Only the new names: the outermost document records the block's change."""
        names: dict[str, str] = {}
        for change in changes:
            if isinstance(change, LayerRenamed):
                first = next((old for old, new in names.items() if new == change.old), change.old)
                names[first] = change.new
        self._renamed = names

    def _on_outer(self, commit: Commit) -> None:
        if not commit.changes:  # an act beside the document, which the history of all documents shows
            self._notify(commit)
            return
        for change in commit.changes:
            if isinstance(change, LayerRenamed) and change.old == self.id:
                self.id = change.new
        touched = any(
            (isinstance(change, LayerSet) and change.id == self.id)
            or (isinstance(change, LayerRemoved) and change.node.id == self.id)
            for change in commit.changes
        )
        if touched and self.alive and not self._writing:
            changes = changes_between(self.network, self.block.body.network)
            if changes:
                self.follow(Commit(commit.name, changes, commit.origin))
            self._tell_states(Commit(commit.name, (), commit.origin))

    def _tell_states(self, commit: Commit) -> None:
        """Tell subscribers that a loop has other states, which is a change of the block, not of what is inside."""
        states = self.inner_states()
        if states != self._states:
            self._states = states
            self._notify(commit)
