"""Recurrent cells drawn by hand: the networks of presets whose loops one can open."""

from __future__ import annotations

from graph.document import Document
from graph.network import Annotation, Connection, Matter, Position
from graph.shapes import vector
from graph.structure.blocks import Body, Loop
from tools.drawing import Drawing, dense, layer
from tools.preset_networks import Draw

GATES: tuple[tuple[str, str], ...] = (
    ("forget", "sigmoid"),
    ("write", "sigmoid"),
    ("candidate", "tanh"),
    ("show", "sigmoid"),
)
"""Gates from top to bottom, and what squashes them."""

COLUMN, ROW = 232.0, 112.0
"""Distances between cards in the cell, in pixels."""


def lstm_by_hand(units: int, classes: int) -> Draw:
    """A loop that is an LSTM, drawn from gates, products and sums, and a dense layer behind its last step."""

    def draw(drawing: Drawing) -> None:
        assert drawing.info is not None
        body = lstm_cell(drawing.info.shape.features, units)
        states = (("h_next", "h"), ("c_next", "c"))
        loop = Loop(label="LSTM cell", body=body, states=states, output_mode="last")
        last = drawing.chain(drawing.input(), ("lstm_by_hand", loop))
        drawing.output(drawing.chain(f"{last}.h_next", dense(classes)))

    return draw


def lstm_cell(features: int, units: int) -> Body:
    """One step of an LSTM: ``x``, and the states ``h`` and ``c``, to ``h_next`` and ``c_next``."""
    document = Document()
    with document.transaction("Draw the cell"):
        _ends(document, features, units)
        _gates(document, units)
        _memory(document)
        frame = (2 * COLUMN - 24, 0.9 * ROW - 42, 2 * COLUMN - 8, 4 * ROW + 20)
        document.set_remark("gates", Annotation("gates", Matter.FRAME, "Gates", frame, 4))
    return Body.of(document.network)


def _ends(document: Document, features: int, units: int) -> None:
    for name, size, place in (("c", units, (0.0, 0.0)), ("x", features, (0.0, 2.4)), ("h", units, (0.0, 3.4))):
        document.add(layer("input", shape=vector(size)), _at(*place), name)
    document.add(layer("concatenate"), _at(1, 2.6), "both")
    _wire(document, "x", "both", "in1")
    _wire(document, "h", "both", "in2")


def _gates(document: Document, units: int) -> None:
    for row, (gate, squash) in enumerate(GATES):
        document.add(dense(units), _at(2, 0.9 + row), f"{gate}_sum")
        document.add(layer(squash), _at(3, 0.9 + row), gate)
        _wire(document, "both", f"{gate}_sum")
        _wire(document, f"{gate}_sum", gate)


def _memory(document: Document) -> None:
    """What is kept of the memory and what is added to it, and what of the new one is shown."""
    for name, kind, place, sources in (
        ("kept", "multiply", (4.0, 0.0), ("c", "forget")),
        ("written", "multiply", (4.0, 2.4), ("write", "candidate")),
        ("memory", "add", (5.0, 0.0), ("kept", "written")),
        ("squashed", "tanh", (6.0, 1.4), ("memory",)),
        ("shown", "multiply", (7.0, 3.0), ("squashed", "show")),
    ):
        added = layer(kind)
        document.add(added, _at(*place), name)
        for source, port in zip(sources, added.input_ports(), strict=True):
            _wire(document, source, name, port.name)
    for name, source, place in (("c_next", "memory", (8.0, 0.0)), ("h_next", "shown", (8.0, 3.0))):
        document.add(layer("output"), _at(*place), name)
        _wire(document, source, name)


def _at(column: float, row: float) -> Position:
    return column * COLUMN, round(row * ROW / 4) * 4.0


def _wire(document: Document, source: str, target: str, port: str = "in") -> None:
    document.connect(Connection(source, "out", target, port))
