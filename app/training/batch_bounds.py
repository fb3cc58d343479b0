"""How many samples are worked on together, beside the batches of a plan. Needs no torch: memory is reckoned by it."""

from __future__ import annotations

from collections.abc import Iterable

from graph.layers.base import elements
from graph.shapes import Shape

GATHERED = 2**28
"""Bytes up to which an epoch's samples are put in order at once; larger data is gathered batch by batch."""
ACTIVATIONS = 2**24
"""Values of the largest layer's output up to which samples are evaluated together."""
MOST_EVALUATED = 4096


def evaluation_size(shapes: Iterable[Shape]) -> int:
    """Number of samples to evaluate together, by the shapes of all that layers give."""
    return max(1, min(MOST_EVALUATED, ACTIVATIONS // max(map(elements, shapes), default=1)))
