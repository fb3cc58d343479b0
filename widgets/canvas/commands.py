"""What the canvas does to the document when a key, menu or popup asks: each a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from graph.drawing import cards
from graph.editing import clipboard, edits
from graph.editing.matching import Pulled
from graph.layers.base import Layer
from graph.network import Connection, Position
from widgets.canvas.board_items import Slot

if TYPE_CHECKING:
    from widgets.canvas.stage import Stage

PASTE_STEP = 32.0
"""How far a duplicate lies from its original, in scene pixels."""


class Commands:
    """Edits on what is selected and at places, for one canvas."""

    def __init__(self, canvas: Stage) -> None:
        self._canvas = canvas

    # Adding

    def add_at(self, layer: Layer, place: QPointF) -> str:
        """Add a layer with its card's middle at ``place``; on a wire it is inserted."""
        document, canvas = self._canvas.document, self._canvas
        slot = canvas.wire_for(layer, place)
        corner = _snap(place.x() - cards.WIDTH / 2, place.y() - cards.measures(layer)[2] / 2)
        with document.transaction(f"Add {layer.title}"):
            added = document.add(layer, corner)
            if slot is not None:
                edits.insert_on(document, canvas.board.wires[slot].connection, added)
        self._show(added)
        return added

    def add_after(self, layer: Layer, source: str) -> str:
        """Add a layer behind ``source``, connected to its first output."""
        document = self._canvas.document
        with document.transaction(f"Add {layer.title}"):
            added = document.add(layer, self._behind(source))
            document.set_vertical([added], document.network.node(source).vertical)
            port = document.network.node(source).outputs[0]
            document.connect(Connection(source, port, added, layer.input_ports()[0].name))
        self._show(added)
        return added

    def _behind(self, source: str) -> Position:
        """Right of ``source``; a row that reaches the view's edge goes on below its start, as text does."""
        network, view = self._canvas.document.network, self._canvas.visible_region()
        place = edits.beside(network, source)
        if network.node(source).vertical:
            return place
        row = edits.row_of(network, source)
        over = place[0] + cards.WIDTH > view.right()
        begun = network.node(row[0]).position[0] >= view.left()
        return edits.below(network, row) if over and begun and len(row) > 1 else place

    def add_pulled(self, layer: Layer, place: QPointF, pulled: Pulled) -> str:
        """Add a layer at the loose end of a wire, and connect it where it has a port for it."""
        document = self._canvas.document
        vertical = document.network.node(pulled.id).vertical
        with document.transaction(f"Add {layer.title}"):
            added = document.add(layer, _pulled_corner(layer, place, vertical=vertical, output=pulled.output))
            document.set_vertical([added], vertical)
            if pulled.output and layer.input_ports():
                inlet = layer.input_ports()[0].name
                document.connect(Connection(pulled.id, pulled.port, added, inlet))
            elif not pulled.output and layer.output_ports():
                outlet = layer.output_ports()[0].name
                edits.connect(document, Connection(added, outlet, pulled.id, pulled.port))
        self._show(added)
        return added

    def end_of_chain(self, layer: Layer) -> str | None:
        """The selected layer that a new one would follow: the only one, with an output that feeds nothing yet."""
        selected, network = self._canvas.selection.ids, self._canvas.document.network
        if len(selected) != 1 or not layer.input_ports():
            return None
        free = network.node(selected[0]).outputs and not network.out_of(selected[0])
        return selected[0] if free else None

    # Changing what is selected

    def delete(self, ids: tuple[str, ...], slots: set[Slot]) -> None:
        """Remove layers and wires."""
        connections = [wire.connection for slot, wire in self._canvas.board.wires.items() if slot in slots]
        if not ids and not connections:
            return
        title = edits.counted("Delete", ids) if ids else edits.counted("Delete", ["wire"] * len(connections), "wires")
        with self._canvas.document.transaction(title):
            edits.remove(self._canvas.document, ids, connections)

    def nudge(self, ids: tuple[str, ...], dx: float, dy: float) -> None:
        """Move cards a little; steps in a row are one undo."""
        document = self._canvas.document
        places = {id_: document.network.node(id_).position for id_ in ids}
        with document.transaction(edits.counted("Move", ids), merge=f"nudge {' '.join(ids)}"):
            document.move({id_: (x + dx, y + dy) for id_, (x, y) in places.items()})

    def rename(self, old: str, new: str) -> None:
        """Give a layer another name."""
        with self._canvas.document.transaction(f"Rename {old} to {new}"):
            self._canvas.document.rename(old, new)

    # Clipboard

    def copy(self, ids: tuple[str, ...]) -> None:
        """Put layers and the wires among them on the clipboard, as text."""
        if ids:
            QGuiApplication.clipboard().setText(clipboard.write(self._canvas.document.network, ids))

    def paste(self, place: QPointF) -> tuple[str, ...]:
        """Add the clipboard's layers with their top left at ``place``.

        Raises
        ------
        NetloomError
            if the clipboard holds none.
        """
        text = QGuiApplication.clipboard().text()
        with self._canvas.document.transaction("Paste layers"):
            added = clipboard.paste(self._canvas.document, text, corner=_snap(place.x(), place.y()))
        return self._select(added)

    def duplicate(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Copy layers beside themselves, without the clipboard."""
        if not ids:
            return ()
        text = clipboard.write(self._canvas.document.network, ids)
        with self._canvas.document.transaction(edits.counted("Duplicate", ids)):
            added = clipboard.paste(self._canvas.document, text, shift=(PASTE_STEP, PASTE_STEP))
        return self._select(added)

    # Inside

    def _show(self, added: str) -> None:
        self._select([added])
        self._canvas.reveal(self._canvas.board.cards[added].rect)

    def _select(self, ids: list[str]) -> tuple[str, ...]:
        self._canvas.selection.set(ids)
        return tuple(ids)


def _pulled_corner(layer: Layer, place: QPointF, *, vertical: bool, output: bool) -> Position:
    """The corner of a card whose first port is to be at a loose end: the input of a wire from an output."""
    if vertical:
        return _snap(place.x() - cards.WIDTH / 2, place.y() - (0 if output else cards.measures(layer, True)[2]))
    return _snap(place.x() - (0 if output else cards.WIDTH), place.y() - cards.FIRST_PORT)


def _snap(x: float, y: float) -> Position:
    return round(x / cards.GRID) * cards.GRID, round(y / cards.GRID) * cards.GRID
