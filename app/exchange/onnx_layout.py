"""How the axes of an ONNX value lie over ours: each is made of parts of our axes.

So Reshape, Transpose, Squeeze and Unsqueeze are bookkeeping, and become layers only where something reads the values in
an order that is not there. A time of 12 steps reshaped to 3 x 4 is two parts of one axis; heads and their features,
directions and their units are parts of the features.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """``size`` indices along ``axis`` of ours (0 is the batch), each ``step`` places behind the one before."""

    axis: int
    size: int
    step: int = 1


Axis = tuple[Part, ...]
"""One axis of an ONNX value, its parts from the slowest to the fastest; empty where it has one index only."""

Layout = tuple[Axis, ...]
"""All axes of an ONNX value."""


def count(axis: Axis) -> int:
    """Number of indices."""
    return math.prod(part.size for part in axis)


def sizes_of(layout: Layout) -> tuple[int, ...]:
    """The sizes of the ONNX value."""
    return tuple(map(count, layout))


def whole(axis: int, size: int) -> Axis:
    """All of an axis of ours; empty where that has one index, except for the batch, which is never lost."""
    return () if size == 1 and axis > 0 else (Part(axis, size),)


def natural(sizes: Sequence[int]) -> Layout:
    """Our own axes in our order; ``sizes`` begin with the batch."""
    return tuple(whole(axis, size) for axis, size in enumerate(sizes))


def joined(parts: Iterable[Part]) -> Axis:
    """The parts of one axis, those that follow on each other as one."""
    made: list[Part] = []
    for part in parts:
        before = made[-1] if made else None
        if before is not None and before.axis == part.axis and before.step == part.size * part.step:
            made[-1] = Part(part.axis, before.size * part.size, part.step)
        else:
            made.append(part)
    return tuple(made)


def reshaped(layout: Layout, sizes: Sequence[int]) -> Layout | None:
    """The layout behind a Reshape to ``sizes``; None where an axis would mix parts that cannot be told apart."""
    waiting = [part for axis in layout for part in axis][::-1]
    made: list[Axis] = []
    for size in sizes:
        taken: list[Part] = []
        left = size
        while left > 1 or (size == 1 and not taken and waiting and waiting[-1].size == 1):
            if not waiting:
                return None
            part = waiting.pop()
            if left % part.size == 0:
                taken.append(part)
                left //= part.size
            elif part.size % left == 0:
                inner = part.size // left
                taken.append(Part(part.axis, left, part.step * inner))
                waiting.append(Part(part.axis, inner, part.step))
                left = 1
            else:
                return None
        made.append(joined(taken))
    if any(part.size > 1 for part in waiting):
        return None
    if waiting and made:
        made[-1] = (*made[-1], *waiting)
    return tuple(made)


def in_order(parts: Sequence[Part]) -> bool:
    """Whether the parts stand as the values lie in memory."""
    return list(parts) == sorted(parts, key=_place)


def stored(parts: Iterable[Part]) -> list[Part]:
    """The parts as the values lie in memory."""
    return sorted(parts, key=_place)


def _place(part: Part) -> tuple[int, int]:
    return part.axis, -part.step


def batch_axis(layout: Layout) -> int | None:
    """Which ONNX axis is the batch and nothing else; None where there is none."""
    return next((at for at, axis in enumerate(layout) if len(axis) == 1 and axis[0].axis == 0), None)
