"""Adding layers: by the search, behind the selected layer, on a wire, at the loose end of a wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect

from graph.drawing import cards
from graph.drawing.frames import move_with_frames
from graph.editing import adding, edits
from graph.editing.matching import LooseEnd
from graph.editing.placing import behind, centred, clear_place
from graph.editing.row_layout import row_places
from graph.layers.base import Layer
from graph.layers.usual_layers import activation
from graph.network import Network, Position
from widgets.canvas.board_items import Slot
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.connect_by_keyboard import ConnectByKeyboard
from widgets.canvas.layer_search import Chosen

NEAR = QPoint(8, 8)
"""How far the search stays from the pointer, in pixels."""

Layers = Sequence[Layer | type[Layer]]


@command("Add layer…", "Tab", "Shift+A", group=Group.ADD, context=ContextMenu.GROUND, icon="add")
def add_layer(canvas: CanvasContext) -> None:
    """Open the search at the pointer; with a wire selected, for a layer to put on it."""
    slot = canvas.selection.wire
    if slot is not None:
        insert_on_wire(canvas, slot, QPointF(*canvas.board.wires[slot].course.middle()))
    else:
        end = _end_of_selected(canvas) or _end_at_pointer(canvas)
        _search(canvas, lambda layers: add_row(canvas, layers), end)


@command("Connect from here", "C", id="connect", group=Group.ADD, context=ContextMenu.CARD, needs_layers=True)
def connect_from_here(canvas: CanvasContext) -> None:
    """Connect the selected layer by keyboard: arrows choose a target, Enter connects, Esc cancels."""
    canvas.gestures.begin(ConnectByKeyboard(canvas, canvas.chosen("connect from")[-1]))


def add(canvas: CanvasContext, layer: Layer | type[Layer]) -> str:
    """Add a layer behind the selected one, before what follows that, else at the pointer; returns its id."""
    return add_row(canvas, [layer])[-1]


def drop_at(canvas: CanvasContext, layer: Layer | type[Layer], place: QPointF) -> str:
    """Add a layer with the middle of its card at ``place`` (scene); returns its id.

    On a wire it is inserted, beside the open end of a chain it is connected to it.
    """
    return _add_row_at(canvas, [layer], place)[-1]


def add_row(canvas: CanvasContext, layers: Layers) -> list[str]:
    """Add layers one behind another, the first behind the selected one or at the pointer; returns their ids."""
    made, network = _made(canvas, layers), canvas.document.network
    source = adding.followed(network, canvas.selection.ids, made[0])
    if source is None:
        return _add_row_at(canvas, made, _clear(canvas, canvas.pointer_place()))
    place = _behind(canvas, source)
    return _add_all(canvas, made, lambda layer: adding.add_behind(canvas.document, layer, source, place))


def _add_row_at(canvas: CanvasContext, layers: Layers, place: QPointF) -> list[str]:
    """Add layers one behind another, the first with its middle at a place, on a wire or beside an open end."""
    made = _made(canvas, layers)
    slot = canvas.wire_for(made[0], place)
    wire = canvas.board.wires[slot].connection if slot is not None else None
    end = canvas.open_end_for(made[0], _corner(made[0], place)) if wire is None else None
    return _add_all(canvas, made, lambda layer: adding.add_at(canvas.document, layer, place.toTuple(), wire, end))


def _add_all(canvas: CanvasContext, layers: Sequence[Layer], first: Callable[[Layer], str]) -> list[str]:
    """Add layers one behind another, in one step that one undo takes back; ``first`` adds the first."""
    network = canvas.document.network
    before, room = Network(network, network.connections), canvas.navigation.room()
    with canvas.document.transaction(_title(layers)):
        added = adding.add_in_a_row(canvas.document, layers, first, lambda id_: _behind(canvas, id_))
        places = row_places(before, canvas.document.network, added, room)
        move_with_frames(canvas.document, places)
    canvas.selection.set(added[-1:])
    if len(places) == len(canvas.document.network):
        canvas.frame_all()
    elif places:
        canvas.navigation.reveal(canvas.board.bounds(places))
    return added


def _title(layers: Sequence[Layer]) -> str:
    """What the step that adds layers is called in the history."""
    return f"Add {layers[0].title}" if len(layers) == 1 else f"Add {len(layers)} layers"


def _behind(canvas: CanvasContext, id_: str) -> Position:
    """The place behind a layer, in the next row where this one is out of view."""
    view = canvas.navigation.visible_region()
    return behind(canvas.document.network, id_, view.left(), view.right())


def show_drop(canvas: CanvasContext, layer: Layer | None, place: QPointF) -> None:
    """Show which wire a layer would be put on, or which it would get, if it were dropped; None shows nothing."""
    if layer is None:
        canvas.surface.light_wire(None)
        canvas.surface.offer(None)
        return
    slot, corner = canvas.wire_for(layer, place), _corner(layer, place)
    canvas.surface.light_wire(slot)
    canvas.offer(layer, corner, canvas.open_end_for(layer, corner) if slot is None else None)


def _corner(layer: Layer, place: QPointF) -> QPointF:
    """The corner of a new card whose middle is at a place."""
    return QPointF(*centred(layer, *place.toTuple()))


def insert_on_wire(canvas: CanvasContext, slot: Slot, place: QPointF) -> None:
    """Open the search for a layer to put on a wire at ``place`` (scene)."""
    if slot in canvas.board.wires:
        wire = canvas.board.wires[slot].connection
        end = canvas.output_end(wire.source, wire.source_port)
        _search(canvas, lambda layers: _add_row_at(canvas, layers, place), end, place)


def search_for(canvas: CanvasContext, end: LooseEnd, place: QPointF) -> None:
    """Open the search for what fits the loose end of a wire at ``place`` (scene)."""

    def add_fitting(layers: Layers) -> None:
        made = _made(canvas, layers)
        replaced = None if end.output else canvas.document.network.at(end.id, end.port)
        if end.output:
            _add_all(canvas, made, lambda layer: adding.add_at_end(canvas.document, layer, place.toTuple(), end))
        else:
            _add_before(canvas, made, place, end)
        canvas.tell_replaced(replaced)

    _search(canvas, add_fitting, end, place)


def _add_before(canvas: CanvasContext, layers: Sequence[Layer], place: QPointF, end: LooseEnd) -> None:
    """Add layers from the last to the first, each in front of the one behind it, the last in front of an input."""
    document = canvas.document
    added: list[str] = []
    with document.transaction(_title(layers)):
        for layer in reversed(layers):
            added.append(adding.add_at_end(document, layer, place.toTuple(), end))
            node = document.network.node(added[-1])
            if not node.inputs:
                break
            place = QPointF(*cards.input_place(node, node.inputs[0])) - QPointF(cards.COLUMN_GAP, 0)
            end = LooseEnd(node.id, node.inputs[0], False)
    canvas.selection.set(added[:1])


def _end_of_selected(canvas: CanvasContext) -> LooseEnd | None:
    """The output behind which a new layer goes while one layer is selected."""
    ids = canvas.selection.ids
    outputs = canvas.document.network.node(ids[0]).outputs if len(ids) == 1 else ()
    return canvas.output_end(ids[0], outputs[0]) if outputs else None


def _end_at_pointer(canvas: CanvasContext) -> LooseEnd | None:
    """The open end of a chain that a layer at the pointer would be connected to; its wire is shown meanwhile.

    What is typed is not known yet, so a layer with one input and one output stands for it.
    """
    layer, place = activation(), _clear(canvas, canvas.pointer_place())
    corner = _corner(layer, place)
    end = canvas.open_end_for(layer, corner) if canvas.wire_for(layer, place) is None else None
    canvas.offer(layer, corner, end)
    if end is None or end.output:
        return canvas.output_end(end.id, end.port) if end is not None else None
    return LooseEnd(end.id, end.port, False)


def _search(canvas: CanvasContext, chosen: Chosen, end: LooseEnd | None, place: QPointF | None = None) -> None:
    """Open the search beside a place of the scene; without one, beside the selected card, or else at the pointer.

    It never covers the card that the new layer will be connected to, nor the end at which it will be: for the selected
    card the view gives way.
    """
    clear = [canvas.area_with_ends(end.id)] if end is not None else []
    selected = place is None and end is not None and end.id in canvas.selection
    if selected and end is not None:
        clear = [canvas.give_room(end.id, canvas.popups.search.least())]
    spot = canvas.pointer_spot() if place is None else canvas.navigation.from_scene(place)
    anchor = clear[0] if selected else QRect(spot - NEAR, spot + NEAR)
    canvas.popups.search.open_beside(
        anchor,
        [anchor, *clear],
        lambda layers: canvas.events.attempt(lambda: chosen(layers)),
        end,
        lambda kind: edits.fresh(kind, canvas.checker),
    )


def _made(canvas: CanvasContext, layers: Layers) -> list[Layer]:
    return [layer if isinstance(layer, Layer) else edits.fresh(layer, canvas.checker) for layer in layers]


def _clear(canvas: CanvasContext, place: QPointF) -> QPointF:
    """A place for the middle of a card, near ``place``, at which it covers no other."""
    half = QPointF(cards.WIDTH / 2, 38)
    return QPointF(*clear_place(canvas.document.network, (place - half).toTuple())) + half
