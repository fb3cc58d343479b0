"""What flows along a connection: vectors, images, sequences, tokens and video; the batch is implied."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from graph.open_length import Length, OpenLength


class Kind(StrEnum):
    """The kind of a shape; it decides which layers can take it."""

    VECTOR = "vector"
    IMAGE = "image"
    SEQUENCE = "sequence"
    TOKENS = "tokens"
    VIDEO = "video"


AXES: dict[Kind, tuple[str, ...]] = {
    Kind.VECTOR: ("F",),
    Kind.IMAGE: ("C", "H", "W"),
    Kind.SEQUENCE: ("T", "F"),
    Kind.TOKENS: ("T",),
    Kind.VIDEO: ("T", "C", "H", "W"),
}
"""Names of the axes of each kind, in the order torch keeps them after the batch."""

TIMED = frozenset(kind for kind, axes in AXES.items() if axes[0] == "T")
"""Kinds with a time axis, which comes first."""

ARTICLED: dict[Kind, str] = {
    Kind.VECTOR: "a vector",
    Kind.IMAGE: "an image",
    Kind.SEQUENCE: "a sequence",
    Kind.TOKENS: "tokens",
    Kind.VIDEO: "a video",
}


@dataclass(frozen=True)
class Shape:
    """Kind and sizes of one sample, without the batch.

    Sizes are positive integers in the order of `AXES`; only the time axis ``T`` may be ``None``, for unknown.

    Raises
    ------
    ValueError
        if the number of sizes does not fit the kind, or a size is not positive.
    """

    kind: Kind
    sizes: tuple[int | None, ...]
    open_length: Annotated[OpenLength | None, Field(exclude=True)] = field(default=None, init=False, repr=False)
    """Where the time is unknown, what is known of it: T at an input, T / 2 behind a pooling. It is in no file."""

    def __post_init__(self) -> None:
        axes = AXES[self.kind]
        if len(self.sizes) != len(axes):
            raise ValueError(f"{ARTICLED[self.kind]} has the sizes {', '.join(axes)}; {len(self.sizes)} given")
        for axis, size in zip(axes, self.sizes, strict=True):
            if size is None and axis == "T":
                continue
            if size is None or size < 1:
                raise ValueError(f"size {axis} of {ARTICLED[self.kind]} must be a positive number, not {size}")

    def size(self, axis: str) -> int:
        """Size along ``axis`` ("F", "C", "H", "W" or "T").

        Raises
        ------
        ValueError
            if the size is not known.
        """
        value = self.sizes[AXES[self.kind].index(axis)]
        if value is None:
            raise ValueError(f"size {axis} is not known")
        return value

    @property
    def elements(self) -> int | None:
        """Number of values in one sample; None where the time is unknown."""
        known = [size for size in self.sizes if size is not None]
        return math.prod(known) if len(known) == len(self.sizes) else None

    @property
    def time(self) -> int | None:
        """Number of time steps of a sequence, tokens or video; None where unknown or where there is no time."""
        return self.sizes[0] if self.kind in TIMED else None

    @property
    def length(self) -> Length:
        """The time as far as it is known: a number, or an open length."""
        return self.open_length if self.time is None else self.time

    @property
    def is_open(self) -> bool:
        """Whether there is a time, and its number of steps is unknown."""
        return None in self.sizes

    @property
    def known_time(self) -> int | None:
        """The time as a number, that of an open length as the chosen data brings it; None where it is not known."""
        return self.open_length.known if self.open_length else self.time

    def with_length(self, length: Length) -> Shape:
        """The same shape with another time; as it is where there is no time."""
        if self.kind not in TIMED:
            return self
        symbol = length if isinstance(length, OpenLength) else None
        changed = Shape(self.kind, (None if isinstance(length, OpenLength) else length, *self.sizes[1:]))
        object.__setattr__(changed, "open_length", symbol)
        return changed

    @property
    def features(self) -> int:
        """Size of the axis that a dense layer works along: F, or the channels of an image or video."""
        return self.size("F" if "F" in AXES[self.kind] else "C")

    def __str__(self) -> str:
        if self.open_length is None:
            return format_sizes(self.sizes)
        return format_sizes(self.sizes, self.open_length.factor if len(self.sizes) > 1 else str(self.open_length))

    def described(self) -> str:
        """For sentences: ``an image 16 × 5 × 5``, ``a vector of 10``, ``a sequence 50 × 1``."""
        if self.kind in (Kind.VECTOR, Kind.TOKENS):
            return f"{ARTICLED[self.kind]} of {self}"
        return f"{ARTICLED[self.kind]} {self}"


def format_sizes(sizes: Iterable[int | None] | None, unknown: str = "T") -> str:
    """Sizes as people read them: ``16 × 8 × 8``, None as ``unknown``; empty where there are none."""
    return " × ".join(unknown if size is None else str(size) for size in sizes or ())


def vector(features: int) -> Shape:
    """A vector of ``features`` values."""
    return Shape(Kind.VECTOR, (features,))


def image(channels: int, height: int, width: int) -> Shape:
    """An image of ``channels`` x ``height`` x ``width``."""
    return Shape(Kind.IMAGE, (channels, height, width))


def sequence(time: Length, features: int) -> Shape:
    """A sequence of ``time`` steps (open, or None: unknown) with ``features`` values each."""
    return Shape(Kind.SEQUENCE, (None, features)).with_length(time)


def tokens(time: int | None) -> Shape:
    """A list of ``time`` whole numbers (None: unknown) that stand for words or characters."""
    return Shape(Kind.TOKENS, (time,))


def video(time: Length, channels: int, height: int, width: int) -> Shape:
    """A video of ``time`` frames (open, or None: unknown), each ``channels`` x ``height`` x ``width``."""
    return Shape(Kind.VIDEO, (None, channels, height, width)).with_length(time)
