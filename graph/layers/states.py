"""States that pass from one recurrent layer to another: the ports at which a decoder starts where its encoder ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph.layers.base import Layer, Port, Remedy, refusal
from graph.layers.construct import BuildStep, Ref, method
from graph.layers.dense import Dense
from graph.layers.shape import Flatten, LastStep
from graph.shapes import Kind, Shape

STATE, CELL = "state", "cell"
"""Names of the ports: what a cell says, and what an LSTM remembers beside it."""
HELP = {STATE: "hidden state", CELL: "cell state"}

Add = Callable[[BuildStep], Ref]
"""Adds a step to a recipe and gives its result."""


def start_port(name: str) -> Port:
    """The input for the state to start from."""
    return Port(name, f"The {HELP[name]} before the first step; of several layers and directions side by side.", VECTOR)


def end_port(name: str) -> Port:
    """The output with the state after the last step."""
    return Port(name, f"The {HELP[name]} after the last step; of several layers and directions side by side.")


VECTOR = (Kind.VECTOR,)


def check_start(layer: Layer, inputs: Mapping[str, Shape], name: str, size: int) -> None:
    """Refuse a state of another size.

    Raises
    ------
    ShapeError
        naming what arrives, with a dense layer in front as its remedy.
    """
    arriving = inputs.get(name)
    if arriving is not None and arriving.features != size:
        message = f"{layer.title} starts from {size:,} values at its port “{name}”, but {arriving.described()} arrives."
        between = Remedy(f"Insert Dense with {size:,} units", insert=((name, Dense(units=size)),))
        raise refusal(layer, inputs, message, (between,), port=name)


def start_remedies(port: str, shape: Shape) -> tuple[Remedy, ...]:
    """Repairs that make a vector for a state of what arrives."""
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
