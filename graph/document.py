"""The document: a network and the project's other sections, edited in named transactions, with history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from graph.changes import (
    AnnotationSet,
    Change,
    Connected,
    Content,
    Disconnected,
    LayerAdded,
    LayerMarked,
    LayerMoved,
    LayerRemoved,
    LayerRenamed,
    LayerSet,
    Section,
    SectionSet,
)
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.naming import check_name, fresh_name
from graph.network import Annotation, Connection, Network, Node, Position
from graph.section_keeping import following


class Origin(StrEnum):
    """Why a commit happened."""

    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Commit:
    """What subscribers receive, once per transaction, undo or redo: the changes in the order they were applied.

    There are none where an `Act` was recorded, taken back, repeated or forgotten.
    """

    name: str
    changes: tuple[Change, ...]
    origin: Origin = Origin.EDIT

    def sets(self, section: str) -> bool:
        """Whether a change is of the project's section of that name."""
        return any(isinstance(change, SectionSet) and change.section == section for change in self.changes)


@dataclass(frozen=True, eq=False)
class Act:
    """What a user did beside the document, such as deleting a run, to stand in the history among the edits.

    Undo calls ``take_back``, and redo ``repeat`` where that is possible; each returns whether the other can follow.
    """

    name: str
    take_back: Callable[[], bool]
    repeat: Callable[[], bool] | None = None


@dataclass(frozen=True, eq=False)
class _Entry:
    name: str
    changes: tuple[Change, ...]
    merge: str | None
    act: Act | None = None


@dataclass(frozen=True, eq=False)
class History:
    """The edits around a content, for another document with that content: what undo takes back, and what redo does.

    Acts are left out: what they would take back belongs to the time when they were recorded.
    """

    undo: tuple[_Entry, ...] = ()
    redo: tuple[_Entry, ...] = ()


Subscriber = Callable[[Commit], None]


class Document:
    """A project under edit.

    Reading is free; writing happens inside `transaction`. A transaction that raises leaves nothing behind; one that
    changes nothing is not recorded.
    """

    def __init__(
        self,
        network: Network | None = None,
        sections: Mapping[str, Section] | None = None,
    ) -> None:
        self._content = Content(network or Network(), dict(sections or {}))
        self._undo: list[_Entry] = []
        self._redo: list[_Entry] = []
        self._pending: list[Change] | None = None
        self._subscribers: list[Subscriber] = []
        self._saved: _Entry | None = None

    # Reading

    @property
    def network(self) -> Network:
        """The network, to read."""
        return self._content.network

    @property
    def sections(self) -> Mapping[str, Section]:
        """The project's sections beside the network, to read."""
        return self._content.sections

    @property
    def modified(self) -> bool:
        """Whether there are edits since the last `mark_saved`."""
        return self._last_edit() is not self._saved

    @property
    def undo_names(self) -> tuple[str, ...]:
        """Names of the transactions that undo would take back, the next one first."""
        return tuple(entry.name for entry in reversed(self._undo))

    @property
    def redo_names(self) -> tuple[str, ...]:
        """Names of the transactions that redo would bring back, the next one first."""
        return tuple(entry.name for entry in reversed(self._redo))

    # Listening

    def subscribe(self, subscriber: Subscriber, *, first: bool = False) -> Callable[[], None]:
        """Call ``subscriber`` after every commit, in the order of subscription; returns how to stop it.

        One that comes ``first`` receives the commits in the order in which they were made, whatever others edit as they
        receive one.
        """
        self._subscribers.insert(0 if first else len(self._subscribers), subscriber)
        return lambda: self._subscribers.remove(subscriber)

    # History

    @contextmanager
    def transaction(self, name: str, merge: str | None = None) -> Iterator[None]:
        """Group edits under one name and one undo.

        Parameters
        ----------
        name
            what the user did, as the undo menu says it.
        merge
            a key; a transaction with the same key as the one just before it joins it (typing in one field, dragging
            one slider).

        Raises
        ------
        RuntimeError
            if a transaction is open already.
        """
        if self._pending is not None:
            raise RuntimeError(f"“{name}” began inside another transaction")
        self._pending = []
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        changes, self._pending = tuple(self._pending), None
        if changes:
            self._record(name, changes, merge)
            self._notify(Commit(name, changes))

    def follow(self, commit: Commit) -> None:
        """Apply a commit made elsewhere and notify the subscribers, without recording it in the history."""
        for change in commit.changes:
            change.apply(self._content)
        self._notify(commit)

    def undo(self) -> bool:
        """Take the last transaction back; False if there is none."""
        if not self._undo:
            return False
        entry = self._undo.pop()
        if entry.act is not None:
            if entry.act.take_back() and entry.act.repeat is not None:
                self._redo.append(entry)
            self._notify(Commit(entry.name, (), Origin.UNDO))
            return True
        self._redo.append(entry)
        self._replay(
            entry.name,
            tuple(change.inverse() for change in reversed(entry.changes)),
            Origin.UNDO,
        )
        return True

    def redo(self) -> bool:
        """Bring the last undone transaction back; False if there is none."""
        if not self._redo:
            return False
        entry = self._redo.pop()
        if entry.act is not None:
            if entry.act.repeat is not None and entry.act.repeat():
                self._undo.append(entry)
            self._notify(Commit(entry.name, (), Origin.REDO))
            return True
        self._undo.append(entry)
        self._replay(entry.name, entry.changes, Origin.REDO)
        return True

    def record(self, act: Act) -> None:
        """Note what was just done beside the document: undo takes it back before the edits that were made earlier.

        One that cannot be repeated changes nothing that a redo would meet, and leaves what can be redone.
        """
        if act.repeat is not None:
            self._redo.clear()
        self._undo.append(_Entry(act.name, (), None, act))
        self._notify(Commit(act.name, ()))

    def is_next(self, act: Act) -> bool:
        """Whether undo would take back this act."""
        return bool(self._undo) and self._undo[-1].act is act

    def forget(self, act: Act) -> None:
        """Take an act out of the history: it can be neither taken back nor repeated any more."""
        for entries in (self._undo, self._redo):
            for entry in [entry for entry in entries if entry.act is act]:
                entries.remove(entry)
                self._notify(Commit(act.name, ()))

    def history(self, most: int, *, saved: bool = False) -> History | None:
        """The edits around the content as it stands, or as it was ``saved`` last: at most ``most`` changes each way.

        None where that content cannot be reached any more, by undo or by redo.
        """
        before = [entry for entry in self._undo if entry.act is None]
        after = [entry for entry in reversed(self._redo) if entry.act is None]
        line, place = [*before, *after], len(before)
        if saved and self._saved is not None and self._saved not in line:
            return None
        if saved:
            place = line.index(self._saved) + 1 if self._saved is not None else 0
        return History(_nearest(line[:place][::-1], most)[::-1], _nearest(line[place:], most)[::-1])

    def take_up(self, history: History) -> None:
        """Begin with the history of a document that had the same content, in place of none."""
        self._undo, self._redo = list(history.undo), list(history.redo)
        self._saved = self._last_edit()

    def mark_saved(self) -> None:
        """The content as it stands is what the file holds."""
        self._saved = self._last_edit()
        if self._saved is not None:
            # A later edit must not merge into the saved one, or going back to the file's state would be lost.
            place = self._undo.index(self._saved)
            self._undo[place] = self._saved = _Entry(self._saved.name, self._saved.changes, None)

    # Mutators

    def add(self, layer: Layer, position: Position = (0.0, 0.0), name: str | None = None) -> str:
        """Add a layer and return its id, which is ``name`` or made from the layer's stem.

        Raises
        ------
        NetloomError
            if the name is refused.
        """
        if name is None:
            name = fresh_name(layer.stem, self.network)
        check_name(name, self.network)
        self._apply(LayerAdded(Node(name, layer, _exact(position))))
        return name

    def remove(self, id: str) -> None:
        """Remove a layer and its connections; layers that used its weights get their own."""
        self.network.node(id)
        for follower in [follower.id for follower in self.network if follower.tied == id]:
            self.tie(follower, None)
        for connection in [*self.network.into(id).values(), *self.network.out_of(id)]:
            self.disconnect(connection)
        self._apply(LayerRemoved(self.network.node(id)))

    def set_layer(self, id: str, layer: Layer) -> None:
        """Give the layer other settings, or another kind.

        Connections to ports that vanish are removed, and a layer that becomes an end of the network is muted no more.
        """
        node = self.network.node(id)
        if node.layer == layer:
            return
        successor = Node(id, layer, node.position)
        if node.muted and not successor.mutable:
            self.mute(id, False)
        for port, connection in self.network.into(id).items():
            if port not in successor.inputs:
                self.disconnect(connection)
        for connection in self.network.out_of(id):
            if connection.source_port not in successor.outputs:
                self.disconnect(connection)
        self._apply(LayerSet(id, node.layer, layer))

    def set_values(self, id: str, **values: Any) -> None:
        """Change some settings of a layer.

        Raises
        ------
        NetloomError
            if a value is refused.
        """
        self.set_layer(id, self.network.layer(id).changed(**values))

    def rename(self, old: str, new: str) -> None:
        """Give a layer another id."""
        self.network.node(old)
        if old != new:
            check_name(new, self.network)
            self._apply(LayerRenamed(old, new))

    def move(self, positions: Mapping[str, Position]) -> None:
        """Move cards to new places."""
        for id_, position in positions.items():
            node, place = self.network.node(id_), _exact(position)
            if node.position != place:
                self._apply(LayerMoved(id_, node.position, place))

    def connect(self, connection: Connection) -> None:
        """Add a connection.

        Raises
        ------
        NetloomError
            if the network cannot hold it.
        """
        self.network.check_connection(connection)
        self._apply(Connected(connection))

    def disconnect(self, connection: Connection) -> None:
        """Remove a connection.

        Raises
        ------
        NetloomError
            if it is not there.
        """
        if connection not in self.network.into(connection.target).values():
            raise NetloomError(f"There is no connection {connection}.")
        self._apply(Disconnected(connection))

    def mute(self, id: str, muted: bool) -> None:
        """Let data pass the layer by, or through it again.

        Raises
        ------
        NetloomError
            for a layer without input or output, which cannot hand anything on.
        """
        node = self.network.node(id)
        if muted and not node.mutable:
            raise NetloomError(f"{id} cannot be muted, because it is an end of the network.")
        if node.muted != muted:
            self._apply(LayerMarked(node, replace(node, muted=muted)))

    def tie(self, id: str, owner: str | None) -> None:
        """Let the layer use the weights of ``owner``, or its own again (None).

        Raises
        ------
        NetloomError
            if the owner is missing, is the layer itself, or is tied itself.
        """
        node = self.network.node(id)
        if owner is not None and (
            owner == id or self.network.node(owner).tied or any(each.tied == id for each in self.network)
        ):
            raise NetloomError(f"{id} cannot share the weights of {owner}: tie it to a layer with weights of its own.")
        if node.tied != owner:
            self._apply(LayerMarked(node, replace(node, tied=owner)))

    def set_vertical(self, ids: Iterable[str], vertical: bool) -> None:
        """Draw cards with their ports above and below, or left and right again."""
        for node in [self.network.node(id_) for id_ in ids]:
            if node.vertical != vertical:
                self._apply(LayerMarked(node, replace(node, vertical=vertical)))

    def set_annotation(self, id: str, annotation: Annotation | None) -> None:
        """Add, replace or (None) remove a note or frame."""
        old = self.network.annotations.get(id)
        if old != annotation:
            self._apply(AnnotationSet(old, annotation))

    def set_section(self, section: str, value: Section) -> None:
        """Replace a section of the project by JSON; None removes it."""
        old = self.sections.get(section)
        if old != value:
            self._apply(SectionSet(section, old, value))

    # Inside

    def _apply(self, change: Change) -> None:
        if self._pending is None:
            raise RuntimeError(f"{type(change).__name__} outside a transaction")
        change.apply(self._content)
        self._pending.append(change)
        for consequence in [*following(self.sections, change)]:
            self._apply(consequence)

    def _roll_back(self) -> None:
        for change in reversed(self._pending or []):
            change.inverse().apply(self._content)
        self._pending = None

    def _record(self, name: str, changes: tuple[Change, ...], merge: str | None) -> None:
        self._redo.clear()
        last = self._undo[-1] if self._undo else None
        if last is not None and merge is not None and last.merge == merge:
            self._undo[-1] = _Entry(name, last.changes + changes, merge)
        else:
            self._undo.append(_Entry(name, changes, merge))

    def _replay(self, name: str, changes: tuple[Change, ...], origin: Origin) -> None:
        self.follow(Commit(name, changes, origin))

    def _notify(self, commit: Commit) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(commit)

    def _last_edit(self) -> _Entry | None:
        return next((entry for entry in reversed(self._undo) if entry.act is None), None)


def _nearest(entries: Iterable[_Entry], most: int) -> tuple[_Entry, ...]:
    """The first of some entries, with ``most`` changes at most in all."""
    kept, changes = [], 0
    for entry in entries:
        changes += len(entry.changes)
        if changes > most:
            break
        kept.append(entry)
    return tuple(kept)


def _exact(position: Position) -> Position:
    """Whole pixels: files stay short, and a position survives being written and read."""
    x, y = position
    return (float(round(x)), float(round(y)))
