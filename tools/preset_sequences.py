"""Networks for strings and sequences of unequal length, and the simple recurrent cells drawn by hand."""

from __future__ import annotations

from dataclasses import replace

from graph.document import Document
from graph.layers.base import Layer
from graph.network import Annotation, Connection, Matter
from graph.shapes import Shape, vector
from graph.structure.blocks import Body, Loop
from tools.drawing import Drawing, dense, layer
from tools.preset_networks import FLATTEN, RELU, Draw

COLUMN, ROW = 232.0, 112.0
"""Distances between cards in a cell, in pixels."""

SIGMOID = layer("sigmoid")
EACH = layer("time_distributed_dense", units=1)


def any_length(shape: Shape) -> Shape:
    """The same shape with as many steps as a sample brings."""
    return replace(shape, sizes=(None, *shape.sizes[1:]))


def stepwise(*layers: Layer | tuple[str, Layer]) -> Draw:
    """A chain that reads any number of steps and answers yes or no at each."""

    def draw(drawing: Drawing) -> None:
        drawing.output(drawing.chain(_free(drawing), *layers), loss="bce")

    return draw


def addition_mlp(units: int) -> Draw:
    """A dense network for binary numbers of one length, yes or no at each digit."""

    def draw(drawing: Drawing) -> None:
        assert drawing.info is not None
        digits = drawing.info.target_shape
        behind = (dense(units), RELU, dense(digits.size("T")), layer("reshape", shape=digits), SIGMOID)
        drawing.output(drawing.chain(drawing.input(), FLATTEN, *behind), loss="bce")

    return draw


def told_lengths(*layers: Layer | tuple[str, Layer]) -> Draw:
    """A chain that reads any number of steps; layers that take lengths are told those of each sample."""

    def draw(drawing: Drawing) -> None:
        last = _free(drawing)
        told: list[str] = []
        for each in layers:
            last = drawing.chain(last, each)
            told += [last] if "lengths" in drawing.document.network.node(last).inputs else []
        drawing.lengths(*told)
        drawing.output(last)

    return draw


def side_by_side(**cells: Layer) -> Draw:
    """One cell beside another on the same sequences, each with an output and a loss of its own."""

    def draw(drawing: Drawing) -> None:
        start = _free(drawing)
        names = [drawing.chain(start, (name, cell)) for name, cell in cells.items()]
        drawing.lengths(*names)
        for name in names:
            drawing.output(drawing.chain(name, (f"{name}_sum", dense(1))), name=f"{name}_answer")

    return draw


def elman_by_hand(units: int) -> Draw:
    """A loop whose state is the hidden vector: a = tanh(W_h a + W_x x), y = W_y a."""
    return _looped("elman", _cell(units, 1, "a"), ("a_next", "a"), "Elman cell")


def jordan_by_hand(units: int) -> Draw:
    """A loop whose state is the answer of the step before: a = tanh(W_h y + W_x x), y = W_y a."""
    return _looped("jordan", _cell(units, 1, "y"), ("y_next", "y"), "Jordan cell")


def _looped(name: str, body: Body, state: tuple[str, str], label: str) -> Draw:
    def draw(drawing: Drawing) -> None:
        loop = Loop(label=label, body=body, states=(state,), output_mode="sequence")
        last = drawing.chain(_free(drawing), (name, loop))
        drawing.output(drawing.chain(f"{last}.y_next", SIGMOID), loss="bce")

    return draw


def _cell(units: int, answers: int, state: str) -> Body:
    """One step: ``x`` and the state to ``a_next``, where that is the state, and to the answer ``y_next``."""
    document = Document()
    size = units if state == "a" else answers
    cards: tuple[tuple[str, Layer, tuple[float, float]], ...] = (
        ("x", layer("input", shape=vector(2)), (0, 0)),
        (state, layer("input", shape=vector(size)), (0, 1)),
        ("w_x", dense(units), (1, 0)),
        ("w_h", layer("dense", units=units, bias=False), (1, 1)),
        ("total", layer("add"), (2, 0.5)),
        ("hidden", layer("tanh"), (3, 0.5)),
        ("w_y", dense(answers), (4, 0)),
        ("y_next", layer("output"), (5, 0)),
        *((("a_next", layer("output"), (5, 1)),) if state == "a" else ()),
    )
    wires = [
        ("x", "w_x", "in"), (state, "w_h", "in"), ("w_x", "total", "in1"), ("w_h", "total", "in2"),
        ("total", "hidden", "in"), ("hidden", "w_y", "in"), ("w_y", "y_next", "in"),
        *([("hidden", "a_next", "in")] if state == "a" else []),
    ]  # fmt: skip
    with document.transaction("Draw the cell"):
        for name, added, (column, row) in cards:
            document.add(added, (column * COLUMN, row * ROW), name)
        for source, target, port in wires:
            document.connect(Connection(source, "out", target, port))
        text = "The state is what the cell said last" if state == "y" else "The state is the hidden vector"
        document.set_remark("note1", Annotation("note1", Matter.NOTE, text, (0.0, 1.9 * ROW, 220.0, 64.0), 4))
    return Body.of(document.network)


def _free(drawing: Drawing) -> str:
    assert drawing.info is not None
    return drawing.input(any_length(drawing.info.shape))
