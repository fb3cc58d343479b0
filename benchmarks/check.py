"""How long the check takes after one edit, against checking the whole network again, in one run.

    python -m benchmarks.check

The chain is the worst case: ReLU layers hand a new input shape on, so an edit of the input reaches every layer.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from statistics import median

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.activation import Relu
from graph.layers.base import Layer
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.shapes import vector

FRAME = 1000 / 60
"""Milliseconds of one screen frame at 60 Hz."""


def chain(length: int) -> Document:
    """A chain of ``length`` layers: ReLU, with one dense layer before the output."""
    middle: list[Layer] = [*[Relu()] * (length - 3), Dense(units=8)]
    document = Document()
    with document.transaction("Draw"):
        ids = [document.add(layer) for layer in [Input(shape=vector(8)), *middle, Output()]]
        for source, target in itertools.pairwise(ids):
            document.connect(Connection(source, "out", target, "in"))
    return document


def milliseconds(work: Callable[[int], object], repeats: int = 15) -> float:
    """Median time of ``work``, which is told how often it ran before."""
    times = []
    for turn in range(repeats):
        start = time.perf_counter()
        work(turn)
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def edit(document: Document, layer: str, **choices: tuple[object, object]) -> Callable[[int], None]:
    """An edit that sets each setting to one of two values in turn."""

    def apply(turn: int) -> None:
        with document.transaction("Edit"):
            document.set_values(layer, **{name: pair[turn % 2] for name, pair in choices.items()})

    return apply


def measure(length: int) -> None:
    """Print the figures for a chain of ``length`` layers."""
    document = chain(length)
    whole = milliseconds(lambda _: Checker(Document(document.network)))
    Checker(document)
    local = milliseconds(edit(document, "dense1", units=(9, 8)))
    first = milliseconds(edit(document, "input1", shape=(vector(9), vector(8))))
    print(f"check: {whole / local:.1f}x (one edit of {local:.2f} ms against the whole check, {length} layers)")
    print(f"check: {FRAME / local:.1f}x (a frame at 60 Hz against that edit, {length} layers)")
    print(f"check: {FRAME / first:.1f}x (a frame against an edit that reaches all {length} layers, {first:.2f} ms)")


def main() -> None:
    """Print every figure."""
    for length in (200, 1000):
        measure(length)


if __name__ == "__main__":
    main()
