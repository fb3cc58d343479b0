"""Blocks: grouping, taking apart, running on every frame or as a loop, entering and leaving."""

from __future__ import annotations

from collections.abc import Sequence

from app.training.start_edits import all_marked, mark, start_of
from graph.editing import block_edits, edits
from graph.errors import NetloomError
from graph.structure.blocks import Block
from graph.structure.grouping import ungroup as take_apart
from graph.structure.inner_document import InnerDocument
from graph.structure.time_distributed import TimeDistributed
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.commands.annotation_commands import edit_annotation


def _blocks(canvas: CanvasContext) -> list[str]:
    return [id_ for id_ in canvas.selection.ids if isinstance(canvas.document.network.layer(id_), Block)]


def _any_block(canvas: CanvasContext) -> bool:
    return bool(_blocks(canvas))


def _one_block(canvas: CanvasContext) -> bool:
    return len(canvas.selection) == 1 and _any_block(canvas)


def _inside(canvas: CanvasContext) -> bool:
    return isinstance(canvas.document, InnerDocument)


@command("Group into a block", "Ctrl+G", group=Group.BLOCK, context=ContextMenu.CARD, needs_layers=True)
def group(canvas: CanvasContext) -> None:
    """Put the selected layers into a block and ask for its name; one undo takes back both."""
    ids, document = canvas.chosen("group"), canvas.document
    key = f"group {' '.join(ids)}"
    frozen = all_marked(document, canvas.checker, ids, start_of(document.sections).frozen)
    with document.transaction(edits.counted("Group", ids), merge=key):
        made = block_edits.group_in_place(document, canvas.checker, ids)
        if frozen:
            mark(document, [made], frozen=True)
    canvas.selection.set([made])

    def keep(name: str) -> None:
        with document.transaction(f"Group as {name}", merge=key):
            block_edits.rename_layer(document, made, name)

    canvas.ask_name(made, made, keep)


@command("Ungroup", "Ctrl+Shift+G", group=Group.BLOCK, context=ContextMenu.CARD, when=_any_block, needs_layers=True)
def ungroup(canvas: CanvasContext) -> None:
    """Put what the selected blocks hold in their places."""
    canvas.chosen("ungroup")
    blocks = _blocks(canvas)
    if not blocks:
        raise NetloomError("None of the selected layers is a block: there is nothing to take apart.")
    made: list[str] = []
    with canvas.document.transaction(edits.counted("Ungroup", blocks, "blocks")):
        for id_ in blocks:
            made += take_apart(canvas.document, id_)
    canvas.selection.set(made)


@command("Run on every frame", id="every_frame", group=Group.BLOCK, context=ContextMenu.CARD, needs_layers=True)
def run_on_every_frame(canvas: CanvasContext) -> None:
    """Run the selected layers on every frame of a video, in a block of their own unless they are one already."""
    ids = canvas.chosen("run on every frame")
    if len(ids) == 1 and isinstance(canvas.document.network.layer(ids[0]), TimeDistributed):
        return
    with canvas.document.transaction(_every_frame_title(ids)):
        made = block_edits.run_on_every_frame(canvas.document, canvas.checker, ids)
    canvas.selection.set([made])


def _every_frame_title(ids: Sequence[str]) -> str:
    return f"Run {ids[0] if len(ids) == 1 else f'{len(ids)} layers'} on every frame"


@command(
    "Enter the block",
    "Alt+Down",
    id="enter_block",
    group=Group.BLOCK,
    context=ContextMenu.CARD,
    when=_one_block,
    needs_layers=True,
)
def enter_block(canvas: CanvasContext) -> None:
    """Open the one selected block."""
    if not _one_block(canvas):
        raise NetloomError("Select one block to enter it.")
    canvas.events.blockEntered.emit(canvas.selection.ids[0])


@command("", "Return", "Enter", id="open")
def open_selected(canvas: CanvasContext) -> None:
    """Open what is selected: a block, the settings of a layer, the text of a note or frame."""
    ids, annotation = canvas.selection.ids, canvas.selection.annotation
    if annotation is not None:
        edit_annotation(canvas, annotation)
    elif ids and isinstance(canvas.document.network.layer(ids[-1]), Block):
        canvas.events.blockEntered.emit(ids[-1])
    elif ids:
        canvas.events.layerActivated.emit(ids[-1])


@command("Leave the block", "Alt+Up", group=Group.BLOCK, context=ContextMenu.GROUND, when=_inside)
def leave_block(canvas: CanvasContext) -> None:
    """Go back to the network that the block on show is part of."""
    if _inside(canvas):
        canvas.events.blockLeft.emit()


def run_as_loop(canvas: CanvasContext, id: str, states: Sequence[tuple[str, str]]) -> None:
    """Let a block run once per time step; each state is an output and the input at which it comes back."""
    with canvas.document.transaction(f"Run {id} as a loop"):
        block_edits.run_as_loop(canvas.document, id, states)


def run_once(canvas: CanvasContext, id: str) -> None:
    """Let a loop, or a block that runs on every frame, run once, as an ordinary block."""
    with canvas.document.transaction(f"Run {id} once"):
        block_edits.run_once(canvas.document, id)
