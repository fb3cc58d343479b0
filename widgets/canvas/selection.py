"""Which cards are selected."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Ids of selected layers in the order in which they were selected; says when that changes."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: dict[str, None] = {}

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected layers."""
        return tuple(self._ids)

    def set(self, ids: Iterable[str]) -> None:
        """Select these and no others."""
        wanted = dict.fromkeys(ids)
        if list(wanted) != list(self._ids):
            self._ids = wanted
            self.changed.emit()

    def add(self, id_: str) -> None:
        """Select one more."""
        self.set([*self._ids, id_])

    def toggle(self, id_: str) -> None:
        """Select it, or not any more."""
        self.set([other for other in self._ids if other != id_] if id_ in self._ids else [*self._ids, id_])

    def clear(self) -> None:
        """Select nothing."""
        self.set(())

    def keep(self, present: Iterable[str]) -> None:
        """Forget those that are not present any more."""
        left = set(present)
        self.set([id_ for id_ in self._ids if id_ in left])

    def rename(self, old: str, new: str) -> None:
        """A layer got another id."""
        if old in self._ids:
            self.set([new if id_ == old else id_ for id_ in self._ids])
