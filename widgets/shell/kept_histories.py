"""Undo across projects: the history of a project that is left is there again when the same content is opened."""

from __future__ import annotations

from graph.document import Document, History

PROJECTS, CHANGES = 8, 4000
"""Projects whose histories are kept at a time, and changes of each, one way and the other."""


class KeptHistories:
    """Histories by the ids of projects, each with the fingerprint of the content that it goes with.

    Where a file holds something else by then, its history is of no use, and none is given.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, History]] = {}

    def keep(self, id_: str, content: str, history: History) -> None:
        """Keep the history of a project that is left; the oldest gives way. An empty fingerprint keeps nothing."""
        self._kept.pop(id_, None)
        if content:
            self._kept[id_] = content, history
        while len(self._kept) > PROJECTS:
            del self._kept[next(iter(self._kept))]

    def has(self, id_: str) -> bool:
        """Whether a history is kept of a project."""
        return id_ in self._kept

    def give(self, id_: str, content: str, document: Document) -> None:
        """Give a document that has just been made of this content its history, if that is kept."""
        known, history = self._kept.pop(id_, ("", None))
        if history is not None and known == content:
            document.take_up(history)
