"""How a layer is built in torch, as data that the compiler and the code generator both interpret.

A layer owns at most one torch module and runs a few steps around it. Nothing here imports torch: targets are dotted
names (``torch.nn.Conv2d``) that the compiler resolves and the code generator prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Constant = int | float | bool | str | None


@dataclass(frozen=True)
class Ref:
    """A value inside a layer: an input port by name, or the result of an earlier step by its index."""

    at: str | int


NESTED = "nested"
"""Target of the module of a layer that holds a network, which the compiler builds from that network."""

Argument = Constant | Ref | tuple["Argument", ...]


@dataclass(frozen=True)
class Module:
    """The torch module that a layer owns: a dotted class name and the arguments it is built with.

    Classes of Netloom's own are named ``graph.modules.NAME.CLASS``; exported code carries their source.
    """

    target: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True)
class BuildStep:
    """One operation in a layer's forward pass.

    ``op`` is "own" (call the layer's module), "function" (``target`` is a dotted name) or "method" (``target`` is a
    method of the first argument).
    """

    op: Literal["own", "function", "method"]
    target: str
    args: tuple[Argument, ...]
    kwargs: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True)
class Construct:
    """Module, steps, and which value leaves by which output port."""

    module: Module | None
    steps: tuple[BuildStep, ...]
    outputs: Mapping[str, Ref]


X = Ref("in")
"""The value that arrives at the port of a layer with a single input."""


def own(*args: Argument, **kwargs: Argument) -> BuildStep:
    """Call the layer's own module."""
    return BuildStep("own", "", args, kwargs)


def function(target: str, *args: Argument, **kwargs: Argument) -> BuildStep:
    """Call the function with the dotted name ``target``, for example ``torch.cat`` or ``operator.add``."""
    return BuildStep("function", target, args, kwargs)


def method(target: str, value: Argument, *args: Argument, **kwargs: Argument) -> BuildStep:
    """Call the method ``target`` of ``value``."""
    return BuildStep("method", target, (value, *args), kwargs)


def single(target: str, **arguments: Argument) -> Construct:
    """The common case: one module, called once on the one input."""
    return Construct(Module(target, arguments), (own(X),), {"out": Ref(0)})


def last(steps: Sequence[BuildStep]) -> Ref:
    """The result of the last step so far, or what arrives where there is none yet."""
    return Ref(len(steps) - 1) if steps else X


def chain(*steps: BuildStep, module: Module | None = None) -> Construct:
    """Steps whose last result leaves by the port ``out``; without steps the input passes through."""
    return Construct(module, steps, {"out": last(steps)})


def channels_first(module: Module) -> Construct:
    """A module that wants the channels before the time, between two transpositions: here they come behind it."""
    return chain(method("transpose", X, 1, 2), own(Ref(0)), method("transpose", Ref(1), 1, 2), module=module)
