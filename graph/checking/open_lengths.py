"""Sequences of open length (dynamic axes): the same network checked where every length is a number."""

from __future__ import annotations

from collections.abc import Mapping

from graph.checking.check import Checker
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.layers.io import Input
from graph.network import Network
from graph.shapes import Shape

TRIED = (48, 49, 60, 840)
"""Lengths that a network is tried at: odd and even ones, ones with many divisors, and a long one."""


def open_inputs(network: Network) -> dict[str, Shape]:
    """The inputs whose length is open, with their shapes."""
    inputs = ((node.id, node.layer.shape) for node in network if isinstance(node.layer, Input))
    return {id_: shape for id_, shape in inputs if None in shape.sizes}


def at_length(checker: Checker, arriving: Mapping[str, Shape]) -> Checker:
    """What is known of the network of ``checker`` where these shapes enter by its inputs."""
    found = Checker(Document(checker.network), checker.data_spec, arriving=arriving)
    found.close()
    return found


def with_length(shape: Shape, length: int) -> Shape:
    """The shape with ``length`` steps where it leaves that open."""
    return Shape(shape.kind, tuple(length if size is None else size for size in shape.sizes))


def open_length_problems(checker: Checker) -> tuple[Problem, ...]:
    """Layers that take what arrives at none of the lengths tried, so that it is likely that no length would do."""
    inputs = open_inputs(checker.network)
    if not inputs or not checker.ok:
        return ()
    first: list[Problem] = []
    for length in TRIED:
        tried = at_length(checker, {id_: with_length(shape, length) for id_, shape in inputs.items()})
        faults = [problem for problem in tried.problems if problem.severity is Severity.ERROR]
        if not faults:
            return ()
        first = first or faults
    return tuple(
        Problem(Severity.WARNING, fault.layer, fault.port, f"With {TRIED[0]} steps, for example, {fault.message}")
        for fault in first
    )
