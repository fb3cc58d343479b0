"""How deep one is in nested blocks: the network on show, and the way back out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from graph.checking.check import Checker
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.layers.window_rule import ReceptiveField
from graph.shapes import Shape
from graph.structure.blocks import Block
from graph.structure.inner_document import InnerDocument

if TYPE_CHECKING:
    from widgets.shell.project_session import ProjectSession


@dataclass(frozen=True, eq=False)
class _Level:
    document: InnerDocument
    checker: Checker
    stop: Callable[[], None]

    def close(self) -> None:
        self.stop()
        self.checker.close()
        self.document.close()


class BlockNavigation(QObject):
    """The session's network, or the one inside a block of it; ``changed`` says that it is another one, ``leaving``
    that it is about to be.

    The network inside is checked with the shapes that arrive at the block, for as long as it is open. A block that is
    deleted or undone is left.
    """

    changed = Signal()
    leaving = Signal()

    def __init__(self, session: ProjectSession) -> None:
        super().__init__(session)
        self._session = session
        self._levels: list[_Level] = []
        session.replaced.connect(self.reset)
        session.committed.connect(self._on_commit)

    @property
    def document(self) -> Document:
        """The document on show."""
        return self._levels[-1].document if self._levels else self._session.document

    @property
    def checker(self) -> Checker:
        """What is known of it."""
        return self._levels[-1].checker if self._levels else self._session.checker

    @property
    def path(self) -> tuple[str, ...]:
        """Ids of the blocks that one is inside, from the outermost on."""
        return tuple(level.document.id for level in self._levels)

    def enter(self, id: str) -> None:
        """Show the network inside the block ``id`` of the one on show."""
        self.leaving.emit()
        self._descend(id)
        self.changed.emit()

    def _descend(self, id: str) -> None:
        outer, outer_checker = self.document, self.checker
        if id not in outer.network or not isinstance(outer.network.layer(id), Block):
            raise NetloomError(f"{id} is no block: there is nothing inside to show.")
        inner = InnerDocument(outer, id)
        arriving, reach = arrivals(inner, outer_checker)
        checker = Checker(inner, arriving=arriving, receptive_field=reach)

        def follow(ids: frozenset[str]) -> None:
            if inner.alive and inner.id in ids:
                checker.arrive(*arrivals(inner, outer_checker))

        self._levels.append(_Level(inner, checker, outer_checker.subscribe(follow)))

    def leave(self, to: int | None = None) -> None:
        """Go back out by one level, or until ``to`` levels are left."""
        wanted = max(len(self._levels) - 1, 0) if to is None else to
        if wanted < len(self._levels):
            self.leaving.emit()
            self._close(wanted)
            self.changed.emit()

    def go(self, path: Sequence[str]) -> None:
        """Show the network inside the block that ``path`` leads to.

        Raises
        ------
        NetloomError
            if an id of the path is no block.
        """
        if tuple(path) == self.path:
            return
        self.leaving.emit()
        self._close(0)
        try:
            for id_ in path:
                self._descend(id_)
        finally:
            self.changed.emit()

    def reset(self) -> None:
        """There is another document: show it from the outside."""
        self._close(0)
        self.changed.emit()

    def _close(self, depth: int) -> None:
        while len(self._levels) > depth:
            self._levels.pop().close()

    def _on_commit(self, _commit: Commit) -> None:
        dead = next((at for at, level in enumerate(self._levels) if not level.document.alive), None)
        if dead is not None:
            self.leave(dead)


def arrivals(inner: InnerDocument, outer: Checker) -> tuple[dict[str, Shape], ReceptiveField | None]:
    """Shapes at the input layers inside a block, and the receptive field so far, as far as they are known."""
    inputs, arriving = outer.layer_info(inner.id).inputs, dict[str, Shape]()
    with suppress(NetloomError, KeyError, ValueError):  # the fault is told at the block outside
        arriving = inner.block.arriving(inputs)
    sources = {connection.source for connection in outer.network.into(inner.id).values()}
    reaches = [reach for source in sources if (reach := outer.layer_info(source).receptive_field) is not None]
    return arriving, inner.block.field_inside(max(reaches, key=lambda reach: reach.size, default=None))
