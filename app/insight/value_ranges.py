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

SHOWN, FEW = 0.995, 200
"""Share of the values other than 0 that a colour scale tells apart, by magnitude, and number below which it is all."""

SPARE = 1.25
"""So many times as far as those a scale reaches all the same, if that takes in all values."""

LOOKED_AT = 2**16
"""Values of which that share is found, at most: each so many-th of more."""

TINY = 1e-12
"""Where a scale of nothing but 0 ends."""


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

    r is what bounds the values or, where nothing does, how far a scale for ``values`` reaches. It is never 0.
    """
    low, high = can_be
    far = max(-low, high)
    far = max(far, TINY) if math.isfinite(far) else reach(values)
    return (-far if low < 0 else 0.0), far


def reach(values: NDArray[np.floating]) -> float:
    """The magnitude at which the colours of values of any shape end; a tiny one where all are 0 or not finite.

    That is the greatest, unless a few values are so far out that all others would have nearly one colour: then 99.5 %
    of those other than 0 lie within it, and the few beyond have the colour of its end (`beyond`).
    """
    sizes = np.abs(values[np.isfinite(values)])
    greatest = max(float(sizes.max(initial=0.0)), TINY)
    some = sizes[:: max(1, sizes.size // LOOKED_AT) | 1]  # odd, so as to meet every column of maps of an even width
    some = some[some > 0]
    if some.size < FEW:
        return greatest
    most = float(np.quantile(some, SHOWN, method="higher"))
    return most if greatest > SPARE * most else greatest


def beyond(values: NDArray[np.floating], ends: tuple[float, float]) -> tuple[bool, bool]:
    """Whether finite values lie below the first and above the last of the ``ends`` of their colours."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return False, False
    spare = 1e-6 * (ends[1] - ends[0])
    return bool(finite.min() < ends[0] - spare), bool(finite.max() > ends[1] + spare)
