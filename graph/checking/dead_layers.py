"""Dead layers: those that lead to no output, so that nothing they compute is used, and what would put them to use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from graph.checking.fixes import Fix, Join, Lead, Remove
from graph.checking.layer_info import Problem, Severity
from graph.layers.base import Layer, ShapeError
from graph.layers.io import InputLike
from graph.network import Connection, Network, Node
from graph.shapes import Shape

MOST_NAMED = 4
"""Dead layers that a sentence names; of more it says how many they are."""

MOST_OFFERED = 2
"""Places that are offered to lead a dead layer to."""


def dead_layers(network: Network, useful: frozenset[str]) -> frozenset[str]:
    """Layers that lead to no output, where the network has one.

    Before it has an output, these are the inputs that feed nothing while another input is there.
    """
    if useful:
        return frozenset(network.ids) - useful
    inputs = [node.id for node in network if isinstance(node.layer, InputLike)]
    idle = [id_ for id_ in inputs if not network.successors(id_)]
    return frozenset(idle[1:] if len(idle) == len(inputs) else idle)


def with_dead_end(
    problems: tuple[Problem, ...], network: Network, dead: Collection[str], node: Node, shape: Shape | None
) -> tuple[Problem, ...]:
    """The problems of a dead layer that no layer follows; it speaks for the dead layers that lead to it.

    Where it has a problem already, that one offers the repairs. ``shape`` is what leaves it, where that is known.
    """
    fixes = _fixes(network, dead, node, shape)
    if problems:
        first, *others = problems
        return (replace(first, fixes=(*first.fixes, *fixes)), *others)
    return (Problem(Severity.WARNING, node.id, None, _message(network, dead, node), fixes),)


def _fixes(network: Network, dead: Collection[str], node: Node, shape: Shape | None) -> tuple[Fix, ...]:
    """What would lead a dead path on, or clear it away."""
    group = _path(network, dead, node.id)
    places = (*_into_the_flow(network, dead, node, group, shape), *_to_free_inputs(network, dead, node, shape))
    removed = [id_ for id_ in group if network.successors(id_) <= set(group)]
    return (*places[:MOST_OFFERED], Fix(f"Remove {_counted(removed)}", tuple(Remove(id_) for id_ in removed)))


def _message(network: Network, dead: Collection[str], node: Node) -> str:
    if isinstance(node.layer, InputLike):
        return f"{node.id} feeds no layer, so its data is not used."
    group = _path(network, dead, node.id)
    if len(group) == 1:
        return f"{node.id} leads to no output, so nothing that it computes is used."
    if len(group) > MOST_NAMED:
        names = f"{node.id} and the {len(group) - 1} layers before it"
    else:
        names = f"{', '.join(group[:-1])} and {group[-1]}"
    return f"{names} lead to no output, so nothing that they compute is used."


def _path(network: Network, dead: Collection[str], end: str) -> list[str]:
    """The dead layers that lead to ``end``, from the first to itself."""
    path, waiting = {end: None}, [end]
    while waiting:
        for connection in network.into(waiting.pop()).values():
            if connection.source in dead and connection.source not in path:
                path[connection.source] = None
                waiting.append(connection.source)
    return list(path)[::-1]


def _counted(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"these {len(ids)} layers"


def _into_the_flow(
    network: Network, dead: Collection[str], node: Node, group: list[str], shape: Shape | None
) -> Iterator[Fix]:
    """Lead a branch back to where it left: between the layer that feeds it and those that this one feeds."""
    if not node.outputs:
        return
    arriving = [c for id_ in group for c in network.into(id_).values() if c.source not in dead]
    for begin in arriving[:1] if len(arriving) == 1 else []:
        for onward in network.out_of(begin.source):
            if onward.source_port != begin.source_port or onward.target in dead:
                continue
            if _fits(network.layer(onward.target), onward.target_port, shape):
                what = group[0] if len(group) == 1 else "them"
                leading = Connection(node.id, node.outputs[0], onward.target, onward.target_port)
                yield Fix(f"Put {what} between {onward.source} and {onward.target}", (Lead(leading),))


def _to_free_inputs(network: Network, dead: Collection[str], node: Node, shape: Shape | None) -> Iterator[Fix]:
    """Connect it to the inputs at which something is missing."""
    if not node.outputs:
        return
    free = ((each, port) for each in network if each.id not in dead for port in _free(network, each))
    fitting = ((each, port) for each, port in free if _fits(each.layer, port, shape))
    for each, port in islice(fitting, MOST_OFFERED):
        named = each.id if len(each.inputs) == 1 else f"{each.id}.{port}"
        leading = Connection(node.id, node.outputs[0], each.id, port)
        yield Fix(f"Connect {node.id} to {named}", (Join(leading),))


def _free(network: Network, node: Node) -> list[str]:
    taken = network.into(node.id)
    return [port for port in node.inputs if port not in taken]


def _fits(layer: Layer, port: str, shape: Shape | None) -> bool:
    """Whether a layer takes a shape at one of its inputs; not where the shape is not known."""
    if shape is None:
        return False
    ports = layer.input_ports()
    accepted = next((each.accepts for each in ports if each.name == port), ()) or layer.accepts
    if shape.kind not in accepted:
        return False
    if len(ports) > 1:
        return True
    try:
        layer.infer({port: shape})
    except ShapeError:
        return False
    return True
