"""Networks without an input or an output, and how each is added: where there is one place for it, in that place."""

from __future__ import annotations

from graph.checking.fixes import Append, Fix, Prepend
from graph.checking.layer_info import Problem, Severity
from graph.layers.io import Input, InputLike, Output
from graph.network import Network


def network_problems(network: Network) -> tuple[Problem, ...]:
    """Problems of the network as a whole."""
    layers = [node.layer for node in network]
    problems = []
    if not any(isinstance(layer, InputLike) for layer in layers):
        problems.append(_lacks("The network has no Input: add the place where data enters.", _beginning(network)))
    if not any(isinstance(layer, Output) for layer in layers):
        problems.append(_lacks("The network has no Output: add the place where its output leaves.", _ending(network)))
    return tuple(problems)


def _lacks(message: str, fix: Fix) -> Problem:
    return Problem(Severity.ERROR, None, None, message, (fix,))


def _beginning(network: Network) -> Fix:
    """Offers an Input: in front of the one input that is free, if there is just one, else by itself."""
    free = [(node.id, port) for node in network for port in node.inputs if network.at(node.id, port) is None]
    if len(free) != 1:
        return Fix("Add Input", (Append(None, Input()),))
    target, port = free[0]
    return Fix(f"Add Input in front of {target}", (Prepend(target, port, Input()),))


def _ending(network: Network) -> Fix:
    """Offers an Output: behind the one layer that nothing follows, if there is just one, else by itself."""
    ends = [node.id for node in network if node.outputs and not network.out_of(node.id)]
    if len(ends) != 1:
        return Fix("Add Output", (Append(None, Output()),))
    return Fix(f"Add Output behind {ends[0]}", (Append(ends[0], Output()),))
