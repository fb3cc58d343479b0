"""Initial and final states of recurrent layers: ports by which a decoder starts where its encoder ended."""

from __future__ import annotations

from collections.abc import Callable

from graph.layers.base import Port, Remedy
from graph.layers.construct import BuildStep, Ref, method
from graph.layers.dense import Dense
from graph.layers.shape import Flatten, LastStep
from graph.shapes import Kind, Shape

STATE, CELL = "state", "cell"
"""Names of the ports: what a cell says, and what an LSTM remembers beside it."""
HELP = {STATE: "hidden state", CELL: "cell state"}

Add = Callable[[BuildStep], Ref]
"""Adds a step to a recipe and gives its result."""


def start_port(name: str, size: int) -> Port:
    """The input for the state to start from, ``size`` values."""
    help = f"The {HELP[name]} before the first step; of several layers and directions side by side."
    return Port(name, help, (Kind.VECTOR,), size)


def end_port(name: str) -> Port:
    """The output with the state after the last step."""
    return Port(name, f"The {HELP[name]} after the last step; of several layers and directions side by side.")


def start_remedies(port: str, shape: Shape, size: int) -> tuple[Remedy, ...]:
    """Repairs that make a vector for a state of ``size`` values of what arrives."""
    if shape.kind is Kind.VECTOR:
        return (Remedy(f"Insert Dense with {size:,} units", insert=((port, Dense(units=size)),)),)
    if shape.kind is Kind.SEQUENCE:
        return (Remedy("Insert Last step", insert=((port, LastStep()),)),)
    return (Remedy("Insert Flatten", insert=((port, Flatten()),)),) if shape.kind is not Kind.TOKENS else ()


def add_start(add: Add, name: str, cells: int, size: int) -> Ref:
    """From a vector at the port ``name`` to the state as torch takes it, ``[cells, batch, size]``."""
    apart = add(method("unflatten", Ref(name), 1, (cells, size)))
    return add(method("contiguous", add(method("transpose", apart, 0, 1))))


def add_end(add: Add, state: Ref) -> Ref:
    """From a state as torch gives it, ``[cells, batch, size]``, to a vector."""
    return add(method("flatten", add(method("transpose", state, 0, 1)), 1))
