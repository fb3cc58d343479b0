"""Aligning, distributing and laying out; with several cards selected these, else all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from graph.drawing.frames import move_with_frames
from graph.drawing.layout import arrange_to_fit, clear_of_others, oriented_network
from graph.editing.aligning import Edge, aligned, distributed
from graph.network import Position
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext

EDGES: tuple[tuple[Edge, str, tuple[str, ...]], ...] = (
    ("left", "Align left", ("Alt+Shift+Left",)),
    ("centre", "Align centres", ()),
    ("right", "Align right", ("Alt+Shift+Right",)),
    ("top", "Align top", ("Alt+Shift+Up",)),
    ("middle", "Align middles", ()),
    ("bottom", "Align bottom", ("Alt+Shift+Down",)),
)
"""What cards are brought in line by, the command's title and its keys."""


def align(canvas: CanvasContext, edge: Edge) -> None:
    """Bring the selected cards in line."""
    ids = canvas.chosen("align", 2)
    _move(canvas, f"Align {len(ids)} layers", aligned(canvas.document.network, ids, edge))


def distribute(canvas: CanvasContext, axis: Literal[0, 1]) -> None:
    """Make the gaps between the selected cards equal, from left to right (0) or from top to bottom (1)."""
    ids = canvas.chosen("distribute", 3)
    _move(canvas, f"Distribute {len(ids)} layers", distributed(canvas.document.network, ids, axis))


for edge, title, keys in EDGES:
    command(title, *keys, id=f"align_{edge}", group=Group.ALIGN, context=ContextMenu.SEVERAL, needs_layers=True)(
        partial(align, edge=edge)
    )

WAYS: tuple[tuple[Literal[0, 1], str], ...] = ((0, "across"), (1, "down"))

for axis, way in WAYS:
    command(
        f"Distribute {way}",
        id=f"distribute_{way}",
        group=Group.DISTRIBUTE,
        context=ContextMenu.SEVERAL,
        needs_layers=True,
    )(partial(distribute, axis=axis))


@command("Lay out", "L", id="tidy", group=Group.LAYOUT, context=ContextMenu.GROUND | ContextMenu.SEVERAL, icon="layout")
def lay_out(canvas: CanvasContext) -> None:
    """Lay out the selected layers, or all where fewer than two are selected, as large as the view can show them."""
    _lay_out(canvas, "Arrange layers", vertical=False)


@command(
    "Lay out vertically",
    "Shift+L",
    id="tidy_down",
    group=Group.LAYOUT,
    context=ContextMenu.GROUND | ContextMenu.SEVERAL,
)
def lay_out_vertically(canvas: CanvasContext) -> None:
    """Lay out the selected layers, or all, from top to bottom, their ports above and below."""
    _lay_out(canvas, "Arrange layers vertically", vertical=True)


def _lay_out(canvas: CanvasContext, title: str, *, vertical: bool) -> None:
    chosen = canvas.selection.ids if len(canvas.selection) > 1 else None
    network = oriented_network(canvas.document.network, chosen, vertical)
    places = arrange_to_fit(network, canvas.navigation.room(), chosen, "down" if vertical else "right")
    places = clear_of_others(oriented_network(canvas.document.network, places, vertical), places)
    before = _positions(canvas, places)
    with canvas.document.transaction(title):
        move_with_frames(canvas.document, places, vertical=vertical)
    if chosen is None:
        canvas.frame_all()
    else:
        canvas.navigation.reveal(canvas.board.bounds(places))
    _glide(canvas, before, places)


def _move(canvas: CanvasContext, title: str, places: Mapping[str, Position]) -> None:
    before = _positions(canvas, places)
    with canvas.document.transaction(title):
        canvas.document.move(places)
    _glide(canvas, before, places)


def _positions(canvas: CanvasContext, ids: Mapping[str, Position]) -> dict[str, Position]:
    return {id_: canvas.document.network.node(id_).position for id_ in ids}


def _glide(canvas: CanvasContext, before: Mapping[str, Position], after: Mapping[str, Position]) -> None:
    if canvas.navigation.glides:
        canvas.animation.glide(canvas.board, before, after)
