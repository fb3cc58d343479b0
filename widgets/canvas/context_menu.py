"""Context menus: the commands that make sense for what is under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QWidget

from graph.structure.blocks import Block, Loop, Timed
from widgets.canvas import annotation_shapes
from widgets.canvas.canvas_command import CanvasCommand, ContextMenu, canvas_commands
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.commands.add_commands import insert_on_wire
from widgets.canvas.commands.annotation_commands import edit_annotation, recolour
from widgets.canvas.commands.block_commands import run_as_loop, run_once
from widgets.canvas.commands.edit_commands import delete
from widgets.canvas.hit_test import NOTHING, Hit, What
from widgets.look.menus import add_entry
from widgets.look.swatch import swatch

HUE_NAMES = ("Grey", "Blue", "Teal", "Purple", "Green", "Orange", "Olive", "Violet")
"""What the hues of annotations are called, in the order of the theme's families."""


def hit_by_keyboard(canvas: CanvasContext) -> tuple[Hit, QPoint]:
    """What a menu that a key opens is for, the selection, and where it opens in the viewport."""
    selection, board = canvas.selection, canvas.board
    if selection.ids:
        hit, area = Hit(What.CARD, selection.ids[-1]), board.cards[selection.ids[-1]].rect
    elif selection.wire is not None:
        middle = QPointF(*board.wires[selection.wire].course.middle())
        hit, area = Hit(What.WIRE, slot=selection.wire), QRectF(middle, middle)
    elif selection.annotation is not None:
        hit = Hit(What.ANNOTATION, selection.annotation)
        area = annotation_shapes.rect(board.annotations[selection.annotation])
    else:
        return NOTHING, canvas.pointer_spot()
    canvas.navigation.ensure_visible(area)
    return hit, canvas.navigation.from_scene(area.center())


def _select(canvas: CanvasContext, hit: Hit) -> None:
    """Select what a menu is about, unless it is selected already."""
    if hit.what is What.ANNOTATION:
        canvas.selection.select_annotation(hit.id)
    elif not hit.id:
        canvas.selection.select_wire(hit.slot)
    elif hit.id not in canvas.selection:
        canvas.selection.set([hit.id])


def build(canvas: CanvasContext, parent: QWidget, hit: Hit, place: QPointF) -> QMenu:
    """The menu for what was hit at ``place`` (scene), which becomes selected."""
    _select(canvas, hit)
    menu = QMenu(parent)
    menu.setObjectName("canvasMenu")
    if hit.what is What.ANNOTATION:
        _fill_for_annotation(canvas, menu, hit.id)
    elif hit.slot is not None:
        slot, legend = hit.slot, canvas_commands()["wire_legend"]
        _add(menu, "Insert a layer…", lambda: insert_on_wire(canvas, slot, place))
        _add(menu, "Remove the wire", _attempt(canvas, partial(delete, canvas)), "Del")
        menu.addSeparator()
        _add(menu, legend.title, _attempt(canvas, partial(legend.run, canvas)), legend.keys[0])
    elif hit.id:
        _fill_for_card(canvas, menu, hit.id)
    else:
        _add_commands(canvas, menu, ContextMenu.GROUND)
    return menu


def commands_in(canvas: CanvasContext, place: ContextMenu) -> list[CanvasCommand]:
    """The commands that a context menu offers now."""
    placed = [command for command in canvas_commands().values() if place in command.context]
    return [command for command in placed if command.when is None or command.when(canvas)]


def _fill_for_card(canvas: CanvasContext, menu: QMenu, id: str) -> None:
    layer = canvas.document.network.layer(id)
    _add_commands(canvas, menu, ContextMenu.CARD)
    if isinstance(layer, Block):
        menu.addSeparator()
        _add_loops(canvas, menu, id, layer)
    if len(canvas.selection) > 1:
        menu.addSeparator()
        _add_commands(canvas, menu.addMenu("Selected layers"), ContextMenu.SEVERAL)


def _add_loops(canvas: CanvasContext, menu: QMenu, id: str, block: Block) -> None:
    """Let a block run as a loop, each of whose states is ticked, or once again."""
    loops = menu.addMenu("Run as a loop that keeps")
    states = block.states if isinstance(block, Loop) else ()
    for source in block.inner_outputs():
        for target in block.inner_inputs():
            pair = (source, target)
            others = tuple(state for state in states if state[1] != target)
            chosen = others if pair in states else (*others, pair)
            action = add_entry(loops, f"{source}, coming back at {target}")
            action.setCheckable(True)
            action.setChecked(pair in states)
            action.triggered.connect(_attempt(canvas, partial(run_as_loop, canvas, id, chosen)))
    if isinstance(block, Timed):
        _add(menu, "Run once, as a block", _attempt(canvas, partial(run_once, canvas, id)))


def _fill_for_annotation(canvas: CanvasContext, menu: QMenu, id: str) -> None:
    _add(menu, "Edit the text", lambda: edit_annotation(canvas, id), "F2")
    colours = menu.addMenu("Colour")
    for index, name in enumerate(HUE_NAMES):
        action = colours.addAction(QIcon(swatch(annotation_shapes.hue(canvas.theme, index), 14)), name)
        action.triggered.connect(_attempt(canvas, partial(recolour, canvas, id, index)))
    menu.addSeparator()
    _add(menu, "Delete", _attempt(canvas, partial(delete, canvas)), "Del")


def _add_commands(canvas: CanvasContext, menu: QMenu, place: ContextMenu) -> None:
    """Add the commands of a menu, with a line between two groups."""
    last = None
    for command in commands_in(canvas, place):
        if last is not None and last is not command.group:
            menu.addSeparator()
        last = command.group
        keys = command.keys[0] if command.keys else ""
        entry = _add(menu, command.title, _attempt(canvas, partial(command.run, canvas)), keys)
        if command.checked is not None:
            entry.setCheckable(True)
            entry.setChecked(command.checked(canvas))


def _attempt(canvas: CanvasContext, act: Callable[[], object]) -> Callable[[], None]:
    return lambda: canvas.events.attempt(act)


def _add(menu: QMenu, title: str, act: Callable[[], object], keys: str = "") -> QAction:
    # The keys are shown only: the canvas answers them itself, and a shortcut of the menu would answer them twice.
    action = menu.addAction(f"{title}\t{keys}" if keys else title)
    action.triggered.connect(lambda _checked: act())  # whether it is checked is not for the command
    return action
