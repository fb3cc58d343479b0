"""Which values the layers of a network can give, and the values of the first and last colour that follow from it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from graph.layers.io import InputLike
from graph.layers.value_range import ANYTHING, Range, joined, leaving
from graph.network import Network, Node
from graph.structure.blocks import Block, Timed


def value_ranges(network: Network, entering: Mapping[str, Range] | None = None) -> dict[str, Range]:
    """The range of each layer by its path, ``block1.relu1``, that holds whatever the weights are.

    ``entering`` are those of input layers by id; one that is not named may give anything.
    """
    known: dict[str, Range] = {}
    for id_ in network.ordered():
        node = network.node(id_)
        wires = network.into(id_)
        arriving = {port: known[wires[port].source] for port in node.inputs if port in wires}
        if isinstance(node.layer, InputLike):
            known[id_] = (entering or {}).get(id_, ANYTHING)
        elif node.muted:
            known[id_] = next(iter(arriving.values()), ANYTHING)
        elif isinstance(node.layer, Block):
            known |= _inside(node, node.layer, arriving)
        else:
            known[id_] = leaving(node.layer.can_give, arriving.values())
    return known


def _inside(node: Node, block: Block, arriving: Mapping[str, Range]) -> dict[str, Range]:
    """The ranges of a block and of all that is in it; what comes round again may be anything."""
    body = block.body.network
    inner = value_ranges(body, arriving if block.repeat == 1 and not isinstance(block, Timed) else None)
    whole = joined(inner[name] for name in node.outputs if name in inner)
    return {node.id: whole, **{f"{node.id}.{path}": known for path, known in inner.items()}}


def colour_ends(can_be: Range, values: NDArray[np.floating]) -> tuple[float, float]:
    """The values of the first and last colour: -r and r where values can be negative, else 0 and r.

    r is what bounds the values or, where nothing does, the greatest magnitude of ``values``: those that one scale
    must hold. It is never 0.
    """
    low, high = can_be
    far = max(-low, high)
    if not math.isfinite(far):
        finite = values[np.isfinite(values)]
        far = float(np.abs(finite).max()) if finite.size else 0.0
    far = max(far, 1e-12)
    return (-far if low < 0 else 0.0), far
