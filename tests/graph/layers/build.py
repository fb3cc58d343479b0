"""Runs the recipe of a single layer in torch, independently of the compiler."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from graph.layers.base import Layer
from graph.layers.construct import Argument, BuildStep, Construct, Ref
from graph.shapes import Kind, Shape


def named(target: str) -> Any:
    """The object with a dotted name."""
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


class Built(nn.Module):
    """One layer, run step by step as its recipe says."""

    def __init__(self, construct: Construct) -> None:
        super().__init__()
        self.construct = construct
        module = construct.module
        self.own = None if module is None else named(module.target)(**module.arguments)

    def forward(self, inputs: Mapping[str, Tensor]) -> dict[str, Any]:
        values: dict[str | int, Any] = {port: value for port, value in inputs.items()}  # noqa: C416 - the keys widen
        for index, step in enumerate(self.construct.steps):
            args = [_value(argument, values) for argument in step.args]
            kwargs = {name: _value(argument, values) for name, argument in step.kwargs.items()}
            values[index] = self._run(step, args, kwargs)
        return {port: values[ref.at] for port, ref in self.construct.outputs.items()}

    def _run(self, step: BuildStep, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if step.op == "own":
            assert self.own is not None
            return self.own(*args, **kwargs)
        if step.op == "method":
            return getattr(args[0], step.target)(*args[1:], **kwargs)
        return named(step.target)(*args, **kwargs)


def _value(argument: Argument, values: Mapping[str | int, Any]) -> Any:
    if isinstance(argument, Ref):
        return values[argument.at]
    if isinstance(argument, tuple):
        return tuple(_value(item, values) for item in argument)
    return argument


def build(layer: Layer, inputs: Mapping[str, Shape], device: str = "cpu") -> Built:
    """The torch module of ``layer`` for these input shapes, on ``device``."""
    with torch.device(device):
        return Built(layer.recipe(inputs))


def sample(shape: Shape, device: str = "cpu", batch: int = 3, time: int = 7) -> Tensor:
    """A random batch of ``shape``, an unknown time taken as ``time``; floats require a gradient."""
    sizes = (batch, *(time if size is None else size for size in shape.sizes))
    if shape.kind is Kind.TOKENS:
        return torch.zeros(sizes, dtype=torch.int64, device=device)
    return torch.randn(sizes, device=device, requires_grad=True)


def parameters(module: nn.Module) -> int:
    """Number of trainable values."""
    return sum(value.numel() for value in module.parameters() if value.requires_grad)
