"""The clipboard, deleting, selecting all and renaming."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from graph.drawing import cards
from graph.editing import block_edits, clipboard, edits
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.commands.annotation_commands import delete_annotation, edit_annotation
from widgets.canvas.commands.block_commands import leave_block

PASTE_STEP = 32.0
"""How far a duplicate lies from its original, in scene pixels."""


@command("Cut", "Ctrl+X", group=Group.EDIT, context=ContextMenu.CARD, needs_layers=True)
def cut(canvas: CanvasContext) -> None:
    """Copy the selected layers and remove them."""
    copy(canvas)
    delete(canvas)


@command("Copy", "Ctrl+C", group=Group.EDIT, context=ContextMenu.CARD, needs_layers=True)
def copy(canvas: CanvasContext) -> None:
    """Copy the selected layers, and the wires among them, as text."""
    if canvas.selection.ids:
        QGuiApplication.clipboard().setText(clipboard.write(canvas.document.network, canvas.selection.ids))


@command("Paste", "Ctrl+V", group=Group.EDIT, context=ContextMenu.GROUND)
def paste(canvas: CanvasContext) -> None:
    """Paste copied layers at the pointer; they become the selection."""
    corner = cards.snapped(*canvas.pointer_place().toTuple())
    with canvas.document.transaction("Paste layers"):
        added = clipboard.paste(canvas.document, QGuiApplication.clipboard().text(), corner=corner)
    canvas.selection.set(added)


@command("Duplicate", "Ctrl+D", group=Group.EDIT, context=ContextMenu.CARD, needs_layers=True)
def duplicate(canvas: CanvasContext) -> None:
    """Copy the selected layers beside themselves, without the clipboard."""
    ids = canvas.selection.ids
    if ids:
        text = clipboard.write(canvas.document.network, ids)
        with canvas.document.transaction(edits.counted("Duplicate", ids)):
            added = clipboard.paste(canvas.document, text, shift=(PASTE_STEP, PASTE_STEP))
        canvas.selection.set(added)


@command("Delete", "Del", group=Group.EDIT, context=ContextMenu.CARD, needs_layers=True)
def delete(canvas: CanvasContext) -> None:
    """Remove the selected layers, or the selected wire, note or frame."""
    ids, slot, annotation = canvas.selection.ids, canvas.selection.wire, canvas.selection.annotation
    if annotation is not None:
        delete_annotation(canvas, annotation)
    elif slot is not None:
        with canvas.document.transaction("Delete wire"):
            canvas.document.disconnect(canvas.board.wires[slot].connection)
    elif ids:
        with canvas.document.transaction(edits.counted("Delete", ids)):
            edits.remove(canvas.document, ids)


@command("", "Backspace")
def delete_or_leave(canvas: CanvasContext) -> None:
    """Remove what is selected; with nothing selected, leave the block on show."""
    (delete if canvas.selection else leave_block)(canvas)


@command("Select all", "Ctrl+A", group=Group.EDIT, context=ContextMenu.GROUND)
def select_all(canvas: CanvasContext) -> None:
    """Select every layer."""
    canvas.selection.set(canvas.board.cards)


@command("Rename", "F2", group=Group.EDIT, context=ContextMenu.CARD, needs_layers=True)
def rename(canvas: CanvasContext) -> None:
    """Edit the name of the one selected layer, or the text of the selected note or frame, in place."""
    if canvas.selection.annotation is not None:
        edit_annotation(canvas, canvas.selection.annotation)
    if len(canvas.selection) != 1:
        return
    old = canvas.selection.ids[0]

    def keep(new: str) -> None:
        with canvas.document.transaction(f"Rename {old} to {new}"):
            block_edits.rename_layer(canvas.document, old, new)

    canvas.ask_name(old, old, keep)
