"""Context menus: the commands that make sense for what is under the pointer, in one table each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from graph.structure.blocks import Block, Loop, Timed
from graph.structure.inner_document import InnerDocument
from widgets.canvas import annotation_shapes
from widgets.canvas.hit_test import Hit, What

if TYPE_CHECKING:
    from widgets.canvas.canvas_view import CanvasView

Row = tuple[str, str, str]
"""Title, the canvas's method, and its keys as the menu shows them; an empty title is a line."""

LINE: Row = ("", "", "")

GROUND: tuple[Row, ...] = (
    ("Add layer…", "open_search", "Tab"),
    ("Paste", "paste", "Ctrl+V"),
    LINE,
    ("Add note", "add_note", "N"),
    ("Add frame", "add_frame", "Shift+F"),
    LINE,
    ("Select all", "select_all", "Ctrl+A"),
    ("Lay out", "auto_layout", "L"),
    ("Lay out from top to bottom", "layout_down", "Shift+L"),
    ("Frame everything", "frame_all", "H"),
)

CARD: tuple[Row, ...] = (
    ("Rename", "rename_selected", "F2"),
    ("Connect from here", "start_connection", "C"),
    LINE,
    ("Cut", "cut", "Ctrl+X"),
    ("Copy", "copy", "Ctrl+C"),
    ("Duplicate", "duplicate", "Ctrl+D"),
    ("Delete", "delete_selection", "Del"),
    LINE,
    ("Mute or unmute", "mute_selection", "M"),
    ("Bypass", "bypass_selection", "B"),
    ("Group into a block", "group_selection", "Ctrl+G"),
    ("Run on every frame", "run_on_every_frame", ""),
    ("Put a frame around", "add_frame", "Shift+F"),
    LINE,
    ("Select what it depends on", "select_upstream", "U"),
    ("Select what depends on it", "select_downstream", "D"),
)

SEVERAL: tuple[Row, ...] = (
    ("Align left", "align_left", "Alt+Shift+Left"),
    ("Align centres", "align_centre", ""),
    ("Align right", "align_right", "Alt+Shift+Right"),
    ("Align top", "align_top", "Alt+Shift+Up"),
    ("Align middles", "align_middle", ""),
    ("Align bottom", "align_bottom", "Alt+Shift+Down"),
    LINE,
    ("Distribute across", "distribute_across", ""),
    ("Distribute down", "distribute_down", ""),
    LINE,
    ("Lay out", "auto_layout", "L"),
    ("Lay out from top to bottom", "layout_down", "Shift+L"),
)

HUE_NAMES = ("Grey", "Blue", "Teal", "Purple", "Green", "Orange", "Olive", "Violet")
"""What the hues of annotations are called, in the order of the theme's families."""


def build(canvas: CanvasView, hit: Hit, place: QPointF) -> QMenu:
    """The menu for what was hit at ``place`` (scene)."""
    menu = QMenu(canvas)
    menu.setObjectName("canvasMenu")
    if hit.what is What.ANNOTATION:
        _annotation(canvas, menu, hit.id)
    elif hit.what is What.WIRE and hit.slot is not None:
        _add(menu, "Insert a layer…", lambda: canvas.insert_into(hit.slot, place))
        _add(menu, "Remove the wire", lambda: canvas.attempt(canvas.delete_selection), "Del")
    elif hit.id:
        _card(canvas, menu, hit.id)
    else:
        _rows(canvas, menu, GROUND)
        if isinstance(canvas.document, InnerDocument):
            _add(menu, "Leave the block", canvas.leave_block, "Backspace")
    return menu


def _card(canvas: CanvasView, menu: QMenu, id: str) -> None:
    card, layer = canvas.board.cards[id], canvas.document.network.layer(id)
    if card.severity is not None:
        _add(menu, "Show the problem…", lambda: canvas.show_problems(id))
        menu.addSeparator()
    if isinstance(layer, Block):
        _block(canvas, menu, id, layer)
        menu.addSeparator()
    if layer.can_follow():
        _add(menu, "Compute by hand", lambda: canvas.byHandWanted.emit(id))
        menu.addSeparator()
    _rows(canvas, menu, CARD)
    several = len(canvas.selection) > 1
    if several:
        menu.addSeparator()
        _rows(canvas, menu.addMenu("Align and distribute"), SEVERAL)
        _method(canvas, menu, ("Share weights", "link_selection", ""))
    if any(canvas.document.network.node(each).tied for each in canvas.selection.ids):
        _method(canvas, menu, ("Use own weights again", "unlink_selection", ""))


def _block(canvas: CanvasView, menu: QMenu, id: str, block: Block) -> None:
    _add(menu, "Enter", lambda: canvas.blockEntered.emit(id), "Alt+Down")
    if not isinstance(block, Timed):
        _method(canvas, menu, ("Ungroup", "ungroup_selection", "Ctrl+Shift+G"))
    loop = menu.addMenu("Run as a loop that keeps")
    states = block.states if isinstance(block, Loop) else ()
    for source in block.inner_outputs():
        for target in block.inner_inputs():
            pair = (source, target)
            action = loop.addAction(f"{source}, coming back at {target}")
            action.setCheckable(True)
            action.setChecked(pair in states)
            others = tuple(each for each in states if each[1] != target)
            chosen = others if pair in states else (*others, pair)
            action.triggered.connect(_attempted(canvas, _looping(canvas, id, chosen)))
    if isinstance(block, Timed):
        _add(menu, "Run once, as a block", lambda: canvas.attempt(lambda: canvas.make_block(id)))


def _looping(canvas: CanvasView, id: str, states: tuple[tuple[str, str], ...]) -> Callable[[], object]:
    return lambda: canvas.make_loop(id, states)


def _annotation(canvas: CanvasView, menu: QMenu, id: str) -> None:
    _add(menu, "Edit the text", lambda: canvas.edit_annotation(id), "F2")
    colours = menu.addMenu("Colour")
    for index, name in enumerate(HUE_NAMES):
        action = colours.addAction(_swatch(annotation_shapes.hue(canvas.theme, index)), name)
        action.triggered.connect(_recolouring(canvas, id, index))
    menu.addSeparator()
    _add(menu, "Delete", lambda: canvas.attempt(canvas.delete_selection), "Del")


def _recolouring(canvas: CanvasView, id: str, index: int) -> Callable[[], object]:
    return lambda: canvas.recolor_annotation(id, index)


def _swatch(color: QColor) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(color)
    return QIcon(pixmap)


def _rows(canvas: CanvasView, menu: QMenu, rows: tuple[Row, ...]) -> None:
    for row in rows:
        if row is LINE:
            menu.addSeparator()
        else:
            _method(canvas, menu, row)


def _method(canvas: CanvasView, menu: QMenu, row: Row) -> None:
    title, name, keys = row
    _add(menu, title, _attempted(canvas, getattr(canvas, name)), keys)


def _attempted(canvas: CanvasView, act: Callable[[], object]) -> Callable[[], None]:
    return lambda: canvas.attempt(act)


def _add(menu: QMenu, title: str, act: Callable[[], object], keys: str = "") -> None:
    # The keys are only told: the canvas answers them itself, and a shortcut of the menu would answer them twice.
    action = menu.addAction(f"{title}\t{keys}" if keys else title)
    action.triggered.connect(lambda _checked: act())  # what triggered tells is not for the command
