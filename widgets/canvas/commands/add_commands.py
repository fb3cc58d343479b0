"""Adding layers: by the search, behind the selected layer, on a wire, at the loose end of a wire."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF

from graph.drawing import cards
from graph.editing import adding, edits
from graph.editing.matching import LooseEnd
from graph.editing.open_ends import offered_line
from graph.editing.placing import behind, centred, clear_place
from graph.layers.base import Layer
from widgets.canvas.board_items import Slot
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.connect_by_keyboard import ConnectByKeyboard

Chosen = Callable[[type[Layer]], object]


@command("Add layer…", "Tab", "Shift+A", group=Group.ADD, context=ContextMenu.GROUND, icon="add")
def add_layer(canvas: CanvasContext) -> None:
    """Open the search at the pointer; with a wire selected, for a layer to put on it."""
    slot = canvas.selection.wire
    if slot is not None:
        insert_on_wire(canvas, slot, QPointF(*canvas.board.wires[slot].course.middle()))
    else:
        _search(canvas, lambda kind: add(canvas, kind), _end_of_selected(canvas))


@command("Connect from here", "C", id="connect", group=Group.ADD, context=ContextMenu.CARD, needs_layers=True)
def connect_from_here(canvas: CanvasContext) -> None:
    """Connect the selected layer by keyboard: arrows choose a target, Enter connects, Esc cancels."""
    canvas.gestures.begin(ConnectByKeyboard(canvas, canvas.chosen("connect from")[-1]))


def add(canvas: CanvasContext, layer: Layer | type[Layer]) -> str:
    """Add a layer behind the selected one, before what follows that, else at the pointer; returns its id."""
    made, network = _made(canvas, layer), canvas.document.network
    source = adding.followed(network, canvas.selection.ids, made)
    if source is None:
        return add_at(canvas, made, _clear(canvas, canvas.pointer_place()))
    view = canvas.navigation.visible_region()
    with canvas.document.transaction(f"Add {made.title}"):
        added = adding.add_behind(canvas.document, made, source, behind(network, source, view.left(), view.right()))
    return _show(canvas, added)


def add_at(canvas: CanvasContext, layer: Layer | type[Layer], place: QPointF) -> str:
    """Add a layer with the middle of its card at ``place`` (scene); on a wire it is inserted. Returns its id."""
    made = _made(canvas, layer)
    slot = canvas.wire_for(made, place)
    wire = canvas.board.wires[slot].connection if slot is not None else None
    with canvas.document.transaction(f"Add {made.title}"):
        added = adding.add_at(canvas.document, made, place.toTuple(), wire)
    return _show(canvas, added)


def drop_at(canvas: CanvasContext, layer: Layer | type[Layer], place: QPointF) -> str:
    """As `add_at`; beside the open end of a chain it is connected to it."""
    made = _made(canvas, layer)
    slot = canvas.wire_for(made, place)
    end = canvas.open_end_for(made, _corner(made, place)) if slot is None else None
    wire = canvas.board.wires[slot].connection if slot is not None else None
    with canvas.document.transaction(f"Add {made.title}"):
        added = adding.add_at(canvas.document, made, place.toTuple(), wire, end)
    return _show(canvas, added)


def show_drop(canvas: CanvasContext, layer: Layer | None, place: QPointF) -> None:
    """Show which wire a layer would be put on, or which it would get, if it were dropped; None shows nothing."""
    slot = canvas.wire_for(layer, place) if layer is not None else None
    canvas.surface.light_wire(slot)
    end = canvas.open_end_for(layer, _corner(layer, place)) if layer is not None and slot is None else None
    if layer is None or end is None:
        canvas.surface.offer(None)
    else:
        canvas.surface.offer(offered_line(canvas.document.network, layer, _corner(layer, place).toTuple(), end))


def _corner(layer: Layer, place: QPointF) -> QPointF:
    """The corner of a new card whose middle is at a place."""
    return QPointF(*centred(layer, *place.toTuple()))


def insert_on_wire(canvas: CanvasContext, slot: Slot, place: QPointF) -> None:
    """Open the search for a layer to put on a wire at ``place`` (scene)."""
    if slot in canvas.board.wires:
        _search(canvas, lambda kind: add_at(canvas, kind, place))


def search_for(canvas: CanvasContext, end: LooseEnd, place: QPointF) -> None:
    """Open the search for what fits the loose end of a wire at ``place`` (scene)."""

    def add_fitting(kind: type[Layer]) -> None:
        made = _made(canvas, kind)
        replaced = None if end.output else canvas.document.network.at(end.id, end.port)
        with canvas.document.transaction(f"Add {made.title}"):
            added = adding.add_at_end(canvas.document, made, place.toTuple(), end)
        _show(canvas, added)
        canvas.tell_replaced(replaced)

    _search(canvas, add_fitting, end)


def _end_of_selected(canvas: CanvasContext) -> LooseEnd | None:
    """The output behind which a new layer goes while one layer is selected."""
    ids = canvas.selection.ids
    outputs = canvas.document.network.node(ids[0]).outputs if len(ids) == 1 else ()
    if not outputs:
        return None
    return LooseEnd(ids[0], outputs[0], True, canvas.checker.layer_info(ids[0]).outputs.get(outputs[0]))


def _search(canvas: CanvasContext, chosen: Chosen, end: LooseEnd | None = None) -> None:
    spot = canvas.pointer_spot() + QPoint(8, 8)
    canvas.popups.search.open_at(spot, lambda kind: canvas.events.attempt(lambda: chosen(kind)), end)


def _made(canvas: CanvasContext, layer: Layer | type[Layer]) -> Layer:
    return layer if isinstance(layer, Layer) else edits.fresh(layer, canvas.checker)


def _clear(canvas: CanvasContext, place: QPointF) -> QPointF:
    """A place for the middle of a card, near ``place``, at which it covers no other."""
    half = QPointF(cards.WIDTH / 2, 38)
    return QPointF(*clear_place(canvas.document.network, (place - half).toTuple())) + half


def _show(canvas: CanvasContext, added: str) -> str:
    canvas.selection.set([added])
    return added
