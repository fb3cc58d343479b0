"""What is done to selected layers: muting, bypassing, tying weights, showing their problems."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from graph.checking.layer_info import Severity
from graph.editing import edits
from graph.errors import NetloomError
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext


def _has_problem(canvas: CanvasContext) -> bool:
    ids = canvas.selection.ids
    return len(ids) == 1 and canvas.board.cards[ids[0]].severity is not None


def _can_follow(canvas: CanvasContext) -> bool:
    ids = canvas.selection.ids
    return len(ids) == 1 and canvas.document.network.layer(ids[0]).can_follow()


def _any_tied(canvas: CanvasContext) -> bool:
    return any(canvas.document.network.node(id_).tied for id_ in canvas.selection.ids)


@command("Show the problem…", group=Group.HELP, context=ContextMenu.CARD, when=_has_problem)
def show_problem(canvas: CanvasContext) -> None:
    """Say what is wrong with the layer that was selected last."""
    show_problems_of(canvas, canvas.chosen("show the problem of")[-1])


@command("Compute by hand", id="follow_by_hand", group=Group.HELP, context=ContextMenu.CARD, when=_can_follow)
def compute_by_hand(canvas: CanvasContext) -> None:
    """Work out the layer that was selected last step by step."""
    canvas.events.byHandWanted.emit(canvas.chosen("compute by hand")[-1])


@command("Mute or unmute", "M", group=Group.LAYER, context=ContextMenu.CARD, needs_layers=True)
def mute(canvas: CanvasContext) -> None:
    """Let data pass the selected layers by; if all are muted already, let it through them again."""
    ids, document = canvas.chosen("mute"), canvas.document
    muted = not all(document.network.node(id_).muted for id_ in ids)
    with document.transaction(edits.counted("Mute" if muted else "Unmute", ids)):
        for id_ in ids:
            document.mute(id_, muted)


@command("Bypass", "B", group=Group.LAYER, context=ContextMenu.CARD, needs_layers=True)
def bypass(canvas: CanvasContext) -> None:
    """Take the selected layers out of the flow and heal the wires around them; the cards stay."""
    ids = canvas.chosen("bypass")
    with canvas.document.transaction(edits.counted("Bypass", ids)):
        edits.take_out(canvas.document, ids)


@command("Tie weights", id="tie", group=Group.LAYER, context=ContextMenu.SEVERAL, needs_layers=True)
def tie_weights(canvas: CanvasContext) -> None:
    """Let the selected layers use the weights of the one that was selected first."""
    ids = canvas.chosen("tie weights", 2)
    with canvas.document.transaction(f"Tie weights to {ids[0]}"):
        edits.tie_weights(canvas.document, ids)


@command("Untie weights", id="untie", group=Group.LAYER, context=ContextMenu.CARD, when=_any_tied, needs_layers=True)
def untie_weights(canvas: CanvasContext) -> None:
    """Give the selected layers weights of their own again."""
    ids = [id_ for id_ in canvas.chosen("untie") if canvas.document.network.node(id_).tied]
    if not ids:
        raise NetloomError("None of the selected layers uses the weights of another.")
    with canvas.document.transaction(edits.counted("Untie", ids)):
        for id_ in ids:
            canvas.document.tie(id_, None)


def show_problems_of(canvas: CanvasContext, id: str) -> None:
    """Say what is wrong with a layer beside its card, and offer repairs."""
    card = canvas.board.cards[id]
    problems = [problem for problem in card.info.problems if problem.severity is not Severity.HINT]
    if problems:
        spot = canvas.navigation.from_scene(card.rect.topRight()) + QPoint(10, 8)
        repair = canvas.events.attempt
        canvas.popups.problems.tell(
            spot, problems, canvas.theme, lambda fix: repair(lambda: fix.apply(canvas.document))
        )
