"""Dead layers: those that lead to no output, so that nothing they compute is used; what would connect loose ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from graph.checking.fixes import Fix, Insert, Join, Lead, Remove
from graph.checking.layer_info import Problem, Severity
from graph.layers.base import Layer, ShapeError
from graph.layers.io import Input, InputLike, Output
from graph.network import Connection, Network, Node
from graph.shapes import Shape

MOST_NAMED = 4
"""Dead layers that a sentence names; of more it says how many they are."""

MOST_LOOSE = 40
"""Loose ends up to which each offers to be connected; where there are more, that is what is being done anyway."""

MOST_OFFERED = 2
"""Places that are offered to lead a dead layer to."""


def leading_to_outputs(network: Network) -> frozenset[str]:
    """Ids of the layers from which a path leads to an output layer."""
    return network.leading_to(node.id for node in network if isinstance(node.layer, Output))


def inputs_in_use(network: Network) -> list[tuple[str, Input]]:
    """The input layers that the data fill and from which a path leads to an output layer, each after its id.

    Only these are arguments of the built module.
    """
    useful = leading_to_outputs(network)
    return [(node.id, node.layer) for node in network if isinstance(node.layer, Input) and node.id in useful]


def dead_layers(network: Network, useful: frozenset[str]) -> frozenset[str]:
    """Layers that lead to no output, where others lead from an input to one.

    While the network is still being put together, these are the inputs that feed nothing although another is there.
    """
    inputs = [node.id for node in network if isinstance(node.layer, InputLike)]
    if not useful.isdisjoint(inputs):
        return frozenset(network.ids) - useful
    idle = sorted(id_ for id_ in inputs if not network.successors(id_))
    return frozenset(idle[1:] if len(idle) == len(inputs) else idle)


def loose_ends(network: Network, dead: Iterable[str]) -> set[str]:
    """Dead layers that nothing follows, and layers at which something is missing."""
    return network.lacking() | {id_ for id_ in dead if not network.successors(id_)}


def with_dead_end(
    problems: tuple[Problem, ...],
    network: Network,
    dead: Collection[str],
    node: Node,
    shape: Shape | None,
    loose: int = 0,
) -> tuple[Problem, ...]:
    """The problems of a dead layer that no layer follows; it speaks for the dead layers that lead to it.

    Where it has a problem already, that one offers the repairs. ``shape`` is what leaves it, where that is known, and
    ``loose`` how many `loose_ends` there are.
    """
    fixes = _fixes(network, dead, node, shape if loose <= MOST_LOOSE else None)
    if problems:
        first, *others = problems
        more = fixes[-1:] if first.fixes else fixes
        new = tuple(fix for fix in more if fix not in first.fixes)
        return (replace(first, fixes=(*first.fixes, *new)), *others)
    return (Problem(Severity.WARNING, node.id, None, _message(network, dead, node), fixes),)


def _fixes(network: Network, dead: Collection[str], node: Node, shape: Shape | None) -> tuple[Fix, ...]:
    """What would lead a dead path on, or clear it away."""
    group = _path(network, dead, node.id)
    places: tuple[Fix, ...] = ()
    if shape is not None and node.outputs:
        places = (*_into_the_flow(network, dead, node, group, shape), *_to_free_inputs(network, dead, node, shape))
    removed = [id_ for id_ in group if network.successors(id_) <= set(group)]
    if any(isinstance(network.layer(id_), InputLike) for id_ in removed) and not _has_input_beside(network, removed):
        return places[:MOST_OFFERED]
    return (*places[:MOST_OFFERED], Fix(f"Remove {_counted(removed)}", tuple(Remove(id_) for id_ in removed)))


def feeding_fixes(
    network: Network, node: Node, port: str, leaving: Callable[[str], Shape | None], loose: int = 0
) -> tuple[Fix, ...]:
    """Connect layers that feed nothing yet to a free input; ``leaving`` knows what leaves them.

    Where none fits as it is, what would have to stand between is inserted as well, such as a Flatten before a Dense.
    """
    if loose > MOST_LOOSE:
        return ()
    ends = (network.node(id_) for id_ in sorted(network.feeding_nothing()))
    possible = [each for each in ends if each.outputs and not network.reaches(node.id, each.id)]
    if isinstance(node.layer, Output) and any(not isinstance(each.layer, InputLike) for each in possible):
        possible = [each for each in possible if not isinstance(each.layer, InputLike)]  # which skips what was drawn
    fitting = [each for each in possible if _fits(node.layer, port, leaving(each.id))]
    named = node.id if len(node.inputs) == 1 else f"{node.id}.{port}"
    if not fitting and len(node.inputs) == 1:
        adapted = (fix for each in possible for fix in _adapted(node, port, each, leaving(each.id)))
        return tuple(islice(adapted, MOST_OFFERED))
    return tuple(
        Fix(f"Connect {each.id} to {named}", (Join(Connection(each.id, each.outputs[0], node.id, port)),))
        for each in fitting[:MOST_OFFERED]
    )


def _adapted(node: Node, port: str, source: Node, shape: Shape | None) -> Iterator[Fix]:
    """Connect ``source`` to a free input through the layers that the target itself would put in front of it."""
    if shape is None:
        return
    joined = Join(Connection(source.id, source.outputs[0], node.id, port))
    try:
        node.layer.infer({port: shape})
    except ShapeError as error:
        for remedy in error.remedies:
            if remedy.insert and remedy.replace is None and not remedy.rereads:
                inserted = (Insert(node.id, at, layer) for at, layer in remedy.insert)
                yield Fix(f"{remedy.title} between {source.id} and {node.id}", (joined, *inserted))


def stray_fixes(network: Network, node: Node, useful: Collection[str]) -> tuple[Fix, ...]:
    """Remove a layer that nothing is connected to, where others are on their way to an output without it."""
    alone = not network.into(node.id) and not network.successors(node.id)
    if node.id in useful or not alone or len(useful) < 2:  # an output, and what leads to it
        return ()
    return (Fix(f"Remove {node.id}", (Remove(node.id),)),)


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


def _has_input_beside(network: Network, ids: Collection[str]) -> bool:
    """Whether the network has an input that is none of these."""
    return any(isinstance(node.layer, InputLike) and node.id not in ids for node in network)


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
    network: Network, dead: Collection[str], node: Node, group: list[str], shape: Shape
) -> Iterator[Fix]:
    """Lead a branch back to where it left: between the layer that feeds it and those that this one feeds."""
    arriving = [c for id_ in group for c in network.into(id_).values() if c.source not in dead]
    for begin in arriving[:1] if len(arriving) == 1 else []:
        for onward in network.out_of(begin.source):
            if onward.source_port != begin.source_port or onward.target in dead:
                continue
            if _fits(network.layer(onward.target), onward.target_port, shape):
                what = group[0] if len(group) == 1 else "them"
                leading = Connection(node.id, node.outputs[0], onward.target, onward.target_port)
                yield Fix(f"Put {what} between {onward.source} and {onward.target}", (Lead(leading),))


def _to_free_inputs(network: Network, dead: Collection[str], node: Node, shape: Shape) -> Iterator[Fix]:
    """Connect it to the inputs at which something is missing."""
    lacking = [network.node(id_) for id_ in sorted(network.lacking()) if id_ not in dead]
    free = ((each, port) for each in lacking for port in _free(network, each))
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
