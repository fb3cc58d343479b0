"""Getting about by keyboard: along the stream and through wires, moving and resizing what is selected, letting go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt

from graph.drawing import cards
from graph.editing import edits
from graph.editing.neighbours import beside, neighbour
from graph.errors import NetloomError
from widgets.canvas.canvas_command import ContextMenu, Group, Run, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.gestures.move_annotation import MoveAnnotation, ResizeAnnotation

NUDGE, LEAP = cards.GRID, 16.0
"""How far Ctrl and an arrow key move cards, in scene pixels; the larger with Shift as well."""

ARROWS: dict[str, tuple[int, int]] = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}

NO_KEYS = Qt.KeyboardModifier.NoModifier


@command(
    "Select what it depends on", "U", id="upstream", group=Group.FOLLOW, context=ContextMenu.CARD, needs_layers=True
)
def select_upstream(canvas: CanvasContext) -> None:
    """Select as well all layers that the selected ones depend on."""
    _select_along(canvas, against=True)


@command(
    "Select what depends on it", "D", id="downstream", group=Group.FOLLOW, context=ContextMenu.CARD, needs_layers=True
)
def select_downstream(canvas: CanvasContext) -> None:
    """Select as well all layers that depend on the selected ones."""
    _select_along(canvas, against=False)


def _select_along(canvas: CanvasContext, *, against: bool) -> None:
    ids = canvas.chosen("follow the data from")
    canvas.selection.set([*ids, *edits.along(canvas.document.network, ids, against=against)])


@command("Select the next wire", "W", id="next_wire", group=Group.FOLLOW)
def select_next_wire(canvas: CanvasContext) -> None:
    """Select the first wire of the selected layer, or the one after the selected wire."""
    current, ids = canvas.selection.wire, canvas.selection.ids
    layer = ids[-1] if ids else canvas.layer_left or (current[0] if current else "")
    if layer not in canvas.board.cards:
        raise NetloomError("Select a layer to go through its wires.")
    slots = [wire.slot for wire in canvas.board.wires_of([layer])]
    if not slots:
        raise NetloomError(f"{layer} has no wires: C connects it.")
    following = slots.index(current) + 1 if current in slots else 0
    slot = slots[following % len(slots)]
    canvas.selection.select_wire(slot)
    canvas.layer_left = layer
    wire = canvas.board.wires[slot]
    canvas.navigation.reveal(wire.area)
    name = f"Wire from {wire.connection.source} to {wire.connection.target}.{wire.connection.target_port}"
    canvas.events.hinted.emit(f"{name}: Del removes it, Tab puts a layer on it, W goes on, Esc goes back.")


@command("", "Esc")
def let_go(canvas: CanvasContext) -> None:
    """Cancel a gesture, or select nothing; from a wire that was gone to by keyboard, its layer again."""
    back = canvas.layer_left
    if canvas.gestures.current is not None:
        canvas.gestures.cancel()
    else:
        canvas.selection.set([back] if back in canvas.board.cards else [])


def walk(canvas: CanvasContext, dx: float, dy: float) -> None:
    """Select the card that a step leads to: along the wires, or beside it; with nothing selected the first one."""
    id_ = _step_to(canvas, dx, dy)
    if id_ is not None:
        canvas.selection.set([id_])
        canvas.navigation.reveal(canvas.board.cards[id_].rect)


def walk_selecting(canvas: CanvasContext, dx: float, dy: float) -> None:
    """Select as well the card that a step leads to."""
    id_ = _step_to(canvas, dx, dy)
    if id_ is not None:
        canvas.selection.set([*(other for other in canvas.selection.ids if other != id_), id_])
        canvas.navigation.reveal(canvas.board.cards[id_].rect)


def _step_to(canvas: CanvasContext, dx: float, dy: float) -> str | None:
    """The layer that a step leads to from what is selected, be it a layer, a wire, or a note or frame."""
    network, selection = canvas.document.network, canvas.selection
    if selection.wire is not None:
        connection = canvas.board.wires[selection.wire].connection
        return connection.target if dx + dy > 0 else connection.source
    if selection.annotation is not None:
        left, top, _, _ = canvas.board.annotations[selection.annotation].area
        return beside(network, (left, top), dx, dy)
    return neighbour(network, selection.ids[-1] if selection.ids else None, dx, dy)


def nudge(canvas: CanvasContext, dx: float, dy: float) -> None:
    """Move the selected cards, or the selected note or frame, by so many scene pixels; with none selected, pan.

    Steps in a row are one undo.
    """
    ids, annotation, document = canvas.selection.ids, canvas.selection.annotation, canvas.document
    if ids:
        places = {id_: document.network.node(id_).position for id_ in ids}
        with document.transaction(edits.counted("Move", ids), merge=f"nudge {' '.join(ids)}"):
            document.move({id_: (x + dx, y + dy) for id_, (x, y) in places.items()})
    elif annotation is not None:
        MoveAnnotation(canvas, QPointF(), annotation, merge=f"nudge {annotation}").end(QPointF(dx, dy), NO_KEYS)
    else:
        navigation = canvas.navigation
        navigation.center_on(navigation.middle() + QPointF(dx, dy) * 12 / navigation.zoom)


def leap_or_resize(canvas: CanvasContext, dx: float, dy: float) -> None:
    """Move the selected cards by so many scene pixels, or make the selected note or frame larger or smaller."""
    annotation = canvas.selection.annotation
    if annotation is not None:
        ResizeAnnotation(canvas, QPointF(), annotation, merge=f"resize {annotation}").end(QPointF(dx, dy), NO_KEYS)
    else:
        nudge(canvas, dx, dy)


def _on_arrows(
    name: str, title: str, prefix: str, act: Callable[[CanvasContext, float, float], object], step: float = 1
) -> None:
    """Register a command for each arrow key with the keys of ``prefix`` held down, all under a title."""

    def going(dx: float, dy: float) -> Run:
        return lambda canvas: act(canvas, dx, dy)

    for arrow, (dx, dy) in ARROWS.items():
        command(title, f"{prefix}{arrow}", id=f"{name}_{arrow.lower()}")(going(dx * step, dy * step))


_on_arrows("walk", "Go from card to card, along the wires", "", walk)
_on_arrows("walk_selecting", "Select the next card as well", "Shift+", walk_selecting)
_on_arrows("nudge", "Move what is selected; with nothing selected, the view", "Ctrl+", nudge, NUDGE)
_on_arrows("leap", "Move cards in larger steps; resize a note or frame", "Ctrl+Shift+", leap_or_resize, LEAP)
