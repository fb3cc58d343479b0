"""Commands that add layers: from the search, by hand, and at the ends of wires."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtWidgets import QWidget

from graph.drawing import cards
from graph.editing import edits
from graph.editing.matching import Pulled
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from widgets.canvas.board_items import Slot
from widgets.canvas.commands import Commands
from widgets.canvas.layer_search import SearchPopup
from widgets.canvas.structurer import Structurer
from widgets.look.theme import ThemeSource


class Adder(Structurer):
    """An editor that layers are added to."""

    searchRequested = Signal()  # noqa: N815 - as Qt names signals
    """The add-layer search opened."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._commands = Commands(self)
        self._search = SearchPopup(catalogue().values(), themes.theme, self)
        self._search.closed.connect(self.setFocus)

    def add_layer_at(self, layer: Layer | type[Layer], place: QPointF) -> str:
        """Add a layer with the middle of its card at ``place`` (scene); returns its id. On a wire it is inserted."""
        return self._commands.add_at(self._made(layer), place)

    def add_layer(self, layer: Layer | type[Layer]) -> str:
        """Add a layer behind the selected one if that feeds nothing yet, else at the pointer."""
        made = self._made(layer)
        source = self._commands.end_of_chain(made)
        if source is not None:
            return self._commands.add_after(made, source)
        return self._commands.add_at(made, self._clear(self.pointer_place()))

    def open_search(self) -> None:
        """Open the add-layer search at the pointer."""
        self._open_search(lambda kind: self.attempt(lambda: self.add_layer(kind)))

    def search_for(self, pulled: Pulled, place: QPointF) -> None:
        """Open the search for what fits the loose end of a wire at ``place`` (scene)."""
        self._open_search(
            lambda kind: self.attempt(lambda: self._commands.add_pulled(self._made(kind), place, pulled)), pulled
        )

    def _open_search(self, chosen: Callable[[type[Layer]], None], pulled: Pulled | None = None) -> None:
        self._search.open_at(self._pointer_spot() + QPoint(8, 8), chosen, pulled)
        self.searchRequested.emit()

    def _made(self, layer: Layer | type[Layer]) -> Layer:
        return layer if isinstance(layer, Layer) else edits.fresh(layer, self.checker)

    def _clear(self, place: QPointF) -> QPointF:
        corner = (place.x() - cards.WIDTH / 2, place.y() - 38)
        x, y = edits.clear_place(self.document.network, corner)
        return QPointF(x + cards.WIDTH / 2, y + 38)

    def insert_into(self, slot: Slot | None, place: QPointF) -> None:
        """Open the search for a layer to put on a wire at ``place`` (scene)."""
        if slot in self.board.wires:
            self._open_search(lambda kind: self.attempt(lambda: self.add_layer_at(kind, place)))
