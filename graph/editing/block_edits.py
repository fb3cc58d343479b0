"""Edits of blocks, as steps inside an open transaction: grouping, naming, loops, running on every frame."""

from __future__ import annotations

from collections.abc import Sequence

from graph.checking.check import Checker
from graph.document import Document
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.naming import possible_name, typed_name
from graph.structure.blocks import Block, Body, Loop
from graph.structure.grouping import group
from graph.structure.time_distributed import TimeDistributed, time_distribute, time_distributed


def block_of(document: Document, id: str) -> Block:
    """The block of this id.

    Raises
    ------
    NetloomError
        if the layer is no block.
    """
    layer = document.network.layer(id)
    if not isinstance(layer, Block):
        raise NetloomError(f"{id} is no block: group layers first.")
    return layer


def group_in_place(document: Document, checker: Checker, ids: Sequence[str]) -> str:
    """Put layers into a block where the first of them stood, its inside laid out afresh; returns the block's id.

    Where all of them are vertical the block is too, and its inside runs from top to bottom.
    """
    chosen, down = set(ids), all(document.network.node(id_).vertical for id_ in ids)
    first = next((id_ for id_ in document.network.ordered() if id_ in chosen), None)
    place = document.network.node(first).position if first is not None else (0.0, 0.0)
    made = group(document, checker, ids)
    block = document.network.layer_as(made, Block)
    inner = block.body.document()
    with inner.transaction("Arrange layers"):
        inner.set_vertical(inner.network.ids, down)
        inner.move(arrange(inner.network, direction="down" if down else "right"))
    document.set_vertical([made], down)
    document.set_layer(made, block.changed(body=Body.of(inner.network)))
    document.move({made: place})
    return made


def run_on_every_frame(document: Document, checker: Checker, ids: Sequence[str]) -> str:
    """Run layers on every frame of a video, in a block of their own unless they are one; returns its id."""
    only = document.network.layer(ids[0]) if len(ids) == 1 else None
    if isinstance(only, TimeDistributed):
        return ids[0]
    if type(only) is Block:
        document.set_layer(ids[0], time_distributed(only))
        return ids[0]
    return time_distribute(document, group_in_place(document, checker, ids))


def run_as_loop(document: Document, id: str, states: Sequence[tuple[str, str]]) -> None:
    """Let a block run once per time step; each state is an output and the input at which it comes back.

    Raises
    ------
    NetloomError
        if the layer is no block, a state names an end that is not there, or an input is in two states.
    """
    block = block_of(document, id)
    outputs, inputs = [source for source, _ in states], [target for _, target in states]
    if not set(outputs) <= set(block.inner_outputs()) or not set(inputs) <= set(block.inner_inputs()):
        raise NetloomError(f"{id} has no such ends: a state leads from one of its outputs to one of its inputs.")
    if len(set(inputs)) < len(inputs):
        raise NetloomError(f"An input of {id} can hold one state only.")
    document.set_layer(id, Loop(label=block.label, body=block.body, states=tuple(states)))


def run_once(document: Document, id: str) -> None:
    """Let a loop, or a block that runs on every frame, run once, as an ordinary block."""
    block = block_of(document, id)
    document.set_layer(id, Block(label=block.label, body=block.body))


def rename_layer(document: Document, id: str, name: str) -> None:
    """Rename a layer, be it a block or not, as a person typed it: the one way of canvas, outline and inspector.

    A block keeps the label that says what kind of block it is, unless that only repeats the name of before.

    Raises
    ------
    NetloomError
        if it cannot be the name of a layer; the sentence says why.
    """
    new, layer = typed_name(name), document.network.layer(id)
    document.rename(id, new)
    if isinstance(layer, Block) and possible_name(layer.label).lower() == id.lower():
        document.set_values(new, label="")
