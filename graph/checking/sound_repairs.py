"""Sound repairs: of the remedies that a layer proposes, those after which the layers behind it still fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.checking.layer_info import LayerInfo
from graph.layers.base import Remedy, ShapeError, repaired, without_remedies
from graph.network import Network, Node
from graph.shapes import Shape

MOST = 32
"""Layers behind the repaired one that are looked at: a repair that breaks one further off is seldom to blame."""

Outputs = Mapping[str, Shape | None]


def sound(
    network: Network,
    node: Node,
    inputs: Mapping[str, Shape],
    remedies: Iterable[Remedy],
    known: Mapping[str, LayerInfo],
) -> tuple[Remedy, ...]:
    """The remedies that break no layer behind ``node``, which refuses ``inputs``; all where each breaks one.

    A layer that fits after no remedy is wrong in itself, and says so then. ``known`` is what is known of layers that do
    not depend on ``node``.
    """
    offered = tuple(remedies)
    if len(offered) < 2 or not network.successors(node.id):
        return offered
    with without_remedies():
        kept = tuple(remedy for remedy in offered if _fits(network, node, inputs, remedy, known))
    return kept or offered


def _fits(
    network: Network, node: Node, inputs: Mapping[str, Shape], remedy: Remedy, known: Mapping[str, LayerInfo]
) -> bool:
    """Whether the layers behind ``node`` take what it gives once it is repaired."""
    try:
        made: dict[str, Outputs] = {node.id: repaired(node.layer, inputs, remedy)}
        for id_ in network.downstream([node.id])[1 : MOST + 1]:
            follower = network.node(id_)
            arriving = _arriving(network, follower, made, known)
            if arriving is None:
                continue
            if follower.muted:
                made[id_] = dict.fromkeys(follower.outputs, next(iter(arriving.values())))
            else:
                made[id_] = follower.layer.infer(arriving)
    except ShapeError:
        return False
    return True


def _arriving(
    network: Network, node: Node, made: Mapping[str, Outputs], known: Mapping[str, LayerInfo]
) -> dict[str, Shape] | None:
    """The shapes at the ports of a layer; None where one is not known, or a port of one that is not muted is free."""
    wires = network.into(node.id)
    wanted = [port for port in node.inputs if port in wires][:1] if node.muted else node.inputs
    shapes: dict[str, Shape] = {}
    for port in wanted:
        wire = wires.get(port)
        outputs: Outputs = {} if wire is None else made.get(wire.source) or known.get(wire.source, LayerInfo()).outputs
        shape = outputs.get(wire.source_port) if wire is not None else None
        if shape is None:
            return None
        shapes[port] = shape
    return shapes or None
