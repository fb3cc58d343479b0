"""Which layers, or which wire, or which note or frame is selected."""

from __future__ import annotations

from collections.abc import Container, Iterable

from PySide6.QtCore import QObject, Signal

from widgets.canvas.board_items import Slot


class Selection(QObject):
    """Selected layers in the order in which they were selected; else one wire, or one note or frame."""

    changed = Signal()
    """Anything of it changed."""
    layersChanged = Signal()  # noqa: N815 - as Qt names signals
    """Other layers are selected than before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()
        self._wire: Slot | None = None
        self._annotation: str | None = None

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def __bool__(self) -> bool:
        """Whether anything is selected, be it no layer."""
        return bool(self._ids) or self._wire is not None or self._annotation is not None

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected layers."""
        return self._ids

    @property
    def wire(self) -> Slot | None:
        """The selected wire."""
        return self._wire

    @property
    def annotation(self) -> str | None:
        """The selected note or frame."""
        return self._annotation

    def set(self, ids: Iterable[str]) -> None:
        """Select these layers and nothing else."""
        self._become(tuple(dict.fromkeys(ids)))

    def add(self, id_: str) -> None:
        """Select one more layer."""
        self.set([*self._ids, id_])

    def toggle(self, id_: str) -> None:
        """Select a layer, or not any more."""
        self.set([other for other in self._ids if other != id_] if id_ in self._ids else [*self._ids, id_])

    def select_wire(self, wire: Slot | None) -> None:
        """Select a wire and nothing else."""
        self._become(wire=wire)

    def select_annotation(self, id_: str | None) -> None:
        """Select a note or frame and nothing else."""
        self._become(annotation=id_)

    def clear(self) -> None:
        """Select nothing."""
        self._become()

    def keep(self, ids: Container[str], wires: Container[Slot], annotations: Container[str]) -> None:
        """Forget what is not there any more."""
        self._become(
            tuple(id_ for id_ in self._ids if id_ in ids),
            self._wire if self._wire in wires else None,
            self._annotation if self._annotation in annotations else None,
        )

    def rename(self, old: str, new: str) -> None:
        """A layer got another id."""
        wire = (new, self._wire[1]) if self._wire is not None and self._wire[0] == old else self._wire
        self._become(tuple(new if id_ == old else id_ for id_ in self._ids), wire, self._annotation)

    def _become(self, ids: tuple[str, ...] = (), wire: Slot | None = None, annotation: str | None = None) -> None:
        before = self._ids, self._wire, self._annotation
        self._ids, self._wire, self._annotation = ids, wire, annotation
        if before != (ids, wire, annotation):
            self.changed.emit()
        if before[0] != ids:
            self.layersChanged.emit()
