"""Training steps of dense layers one after another, forward and backward written out.

Autograd notes every operation and walks back over its notes, and modules call each other: for a few small layers that
takes longer than the arithmetic. Here the layers' products are written straight into the long vector of gradients, and
only losses other than cross-entropy are autograd's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, fx, nn

from app.training.batches import Batch
from app.training.optimisers import Optimiser
from app.training.stepping import DirectStepper, Steppable
from app.training.weights import Weights

ACTIVATIONS: Mapping[type[nn.Module], str] = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid"}
"""Activations that may stand behind a dense layer."""
IN_PLACE: Mapping[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu_,
    "tanh": torch.tanh_,
    "sigmoid": torch.sigmoid_,
}
BACKWARD: Mapping[str, Any] = {
    "relu": partial(torch.ops.aten.threshold_backward.default, threshold=0),
    "tanh": torch.ops.aten.tanh_backward.default,
    "sigmoid": torch.ops.aten.sigmoid_backward.default,
}
"""From the gradient of an activation's outputs and these to that of its inputs: the functions that autograd calls."""


class Chained(Steppable, Protocol):
    """What a step needs of a model whose network is a chain."""

    def loss_and_slope(self, outputs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Loss () of the network's ``outputs`` for a batch, and its gradient by them."""


@dataclass(frozen=True)
class Link:
    """A dense layer by its name in the network, and the activation behind it; empty for none."""

    layer: str
    activation: str = ""


@dataclass(frozen=True)
class Chain:
    """The dense layers of a network in order, and whether its input is flattened before them."""

    links: tuple[Link, ...]
    flattened: bool


def find_chain(module: nn.Module) -> Chain | None:
    """The dense layers of a network that is nothing else, between one input and one output; None for any other.

    No layer stands in it twice.
    """
    if not isinstance(module, fx.GraphModule):
        return None
    links: list[Link] = []
    flattened = False
    before: fx.Node | None = None
    for node in module.graph.nodes:
        follows = (before is None and not node.args) or (before is not None and node.args[:1] == (before,))
        if not follows or node.kwargs:
            return None
        if node.op == "output":
            break
        if not _goes_on(node, module, links):
            return None
        flattened |= node.op == "call_function"
        before = node
    distinct = len({link.layer for link in links}) == len(links)
    owned = {name.rpartition(".")[0] for name, _ in module.named_parameters()}
    whole = links and distinct and owned == {link.layer for link in links}
    return Chain(tuple(links), flattened) if whole else None


def _goes_on(node: fx.Node, module: fx.GraphModule, links: list[Link]) -> bool:
    """Add to ``links`` what ``node`` does; whether it may stand in a chain."""
    if node.op == "placeholder":
        return True
    if node.op == "call_function":
        return node.target is torch.flatten and node.args[1:] == (1,) and not links
    if node.op != "call_module":
        return False
    part = module.get_submodule(str(node.target))
    if type(part) is nn.Linear:
        links.append(Link(str(node.target)))
        return True
    if type(part) in ACTIVATIONS and links and not links[-1].activation:
        links[-1] = Link(links[-1].layer, ACTIVATIONS[type(part)])
        return True
    return False


class _Dense:
    """One layer with the activation behind it; what its backward pass needs is kept from its forward pass."""

    def __init__(self, link: Link, values: Mapping[str, Tensor], gradients: Mapping[str, Tensor]) -> None:
        weight, bias = f"{link.layer}.weight", f"{link.layer}.bias"
        self._weight, self._across = values[weight], values[weight].t()
        self._bias = values.get(bias)
        self._to_weight, self._to_bias = gradients[weight], gradients.get(bias)
        self._activate, self._slope = IN_PLACE.get(link.activation), BACKWARD.get(link.activation)
        self._x = self._out = self._weight

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (n, units) for ``x`` (n, features)."""
        out = torch.mm(x, self._across) if self._bias is None else torch.addmm(self._bias, x, self._across)
        self._x, self._out = x, out if self._activate is None else self._activate(out)
        return self._out

    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient of the outputs to that of the inputs (n, features), those of the weights being written."""
        return torch.mm(self.write(gradient), self._weight)

    def write(self, gradient: Tensor) -> Tensor:
        """Write the gradients of weights and bias; returns that of what the activation reads (n, units)."""
        sums: Tensor = gradient if self._slope is None else self._slope(gradient, self._out)
        torch.mm(sums.t(), self._x, out=self._to_weight)
        if self._to_bias is not None:
            torch.sum(sums, 0, out=self._to_bias)
        return sums


class ChainStepper(DirectStepper):
    """For the processor and networks that are a chain of dense layers, all of which learn."""

    def __init__(self, model: Chained, weights: Weights, optimiser: Optimiser, chain: Chain) -> None:
        super().__init__(model, weights, optimiser)
        self._chained = model
        self._flattened = chain.flattened
        values = {name: value.detach() for name, value in zip(weights.names, weights.parameters, strict=True)}
        gradients = weights.by_parameter(weights.gradients)
        self._layers = [_Dense(link, values, gradients) for link in chain.links]

    def _backward(self, batch: Batch) -> tuple[Tensor, Any]:
        """Gradients of a batch, its loss () and the outputs."""
        values = batch.inputs[0].flatten(1) if self._flattened else batch.inputs[0]
        if values.dim() != 2:  # the steps of a sequence, each of which goes through the layers
            return super()._backward(batch)
        for layer in self._layers:  # nothing in them is noted by autograd, which has to do with no parameter here
            values = layer.forward(values)
        loss, arriving = self._chained.loss_and_slope(values, batch)
        for layer in self._layers[:0:-1]:
            arriving = layer.backward(arriving)
        self._layers[0].write(arriving)
        return loss, values
