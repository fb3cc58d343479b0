"""Networks without an input or an output, and the output that is offered where there is one place for it."""

from __future__ import annotations

from graph.checking.fixes import Append, Fix
from graph.checking.layer_info import Problem, Severity
from graph.layers.io import InputLike, Output
from graph.network import Network


def network_problems(network: Network) -> tuple[Problem, ...]:
    """Problems of the network as a whole."""
    layers = [node.layer for node in network]
    problems = []
    if not any(isinstance(layer, InputLike) for layer in layers):
        problems.append(_lacks("The network has no Input: add the place where data enters."))
    if not any(isinstance(layer, Output) for layer in layers):
        problems.append(_lacks("The network has no Output: add the place where its output leaves.", _ending(network)))
    return tuple(problems)


def _lacks(message: str, fixes: tuple[Fix, ...] = ()) -> Problem:
    return Problem(Severity.ERROR, None, None, message, fixes)


def _ending(network: Network) -> tuple[Fix, ...]:
    """Offers an Output behind the one layer that nothing follows, if there is just one."""
    ends = [node for node in network if node.outputs and not network.out_of(node.id)]
    if len(ends) != 1:
        return ()
    return (Fix(f"Add Output behind {ends[0].id}", (Append(ends[0].id, Output()),)),)
