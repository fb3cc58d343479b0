"""How selected layers begin and whether they learn: frozen weights, fresh weights."""

from __future__ import annotations

from app.training.start_edits import all_marked, begin_anew, freeze, has_weights, start_of
from graph.errors import NetloomError
from graph.structure.inner_document import InnerDocument
from widgets.canvas.canvas_command import ContextMenu, Group, command, switch
from widgets.canvas.canvas_context import CanvasContext


def _owners(canvas: CanvasContext) -> list[str]:
    """The selected layers with weights of their own; none inside a block, which is frozen as a whole."""
    if isinstance(canvas.document, InnerDocument):
        return []
    return [id_ for id_ in canvas.selection.ids if has_weights(canvas.document, canvas.checker, id_)]


def _freezable(canvas: CanvasContext) -> bool:
    return bool(_owners(canvas))


def _can_begin_anew(canvas: CanvasContext) -> bool:
    """Whether there is something else to begin with than fresh weights, or a layer that was marked when there was."""
    start = start_of(canvas.document.sections)
    ids = _owners(canvas) if start.weights or start.fresh else []
    return bool(ids) and bool(start.weights or {*start.fresh} & {*ids})


def _is_frozen(canvas: CanvasContext) -> bool:
    document = canvas.document  # that of the inside of a block has no sections: nothing in it is marked
    return all_marked(document, canvas.checker, canvas.selection.ids, start_of(document.sections).frozen)


def _is_fresh(canvas: CanvasContext) -> bool:
    document = canvas.document
    return all_marked(document, canvas.checker, canvas.selection.ids, start_of(document.sections).fresh)


def _chosen(canvas: CanvasContext, verb: str) -> list[str]:
    ids = canvas.chosen(verb)
    if isinstance(canvas.document, InnerDocument):
        raise NetloomError("A block is frozen as a whole: leave it, and freeze its card.")
    found = _owners(canvas)
    if not found:
        owners = [owner for id_ in ids if (owner := canvas.document.network.node(id_).tied) is not None]
        raise NetloomError(
            f"{ids[-1]} uses the weights of {owners[-1]}: select that instead."
            if owners
            else "None of the selected layers has weights: select a convolution or dense layer, for example."
        )
    return found


@switch(_is_frozen)
@command("Freeze weights", id="freeze", group=Group.LAYER, context=ContextMenu.CARD, when=_freezable, needs_layers=True)
def freeze_weights(canvas: CanvasContext) -> None:
    """Have training leave the selected layers as they are; if all are frozen already, train them again."""
    ids = _chosen(canvas, "freeze")
    freeze(canvas.document, ids, not _is_frozen(canvas))


@switch(_is_fresh)
@command(
    "Begin with fresh weights",
    id="fresh",
    group=Group.LAYER,
    context=ContextMenu.CARD,
    when=_can_begin_anew,
    needs_layers=True,
)
def fresh_weights(canvas: CanvasContext) -> None:
    """Let the selected layers begin anew where training starts from a run; if all do so already, take its weights."""
    ids = _chosen(canvas, "begin anew")
    begin_anew(canvas.document, ids, not _is_fresh(canvas))
