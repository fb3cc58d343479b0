"""What flows along a connection: vectors, images, sequences, tokens and video; the batch is implied."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
        return self.sizes[0] if AXES[self.kind][0] == "T" else None

    @property
    def features(self) -> int:
        """Size of the axis that a dense layer works along: F, or the channels of an image or video."""
        return self.size("F" if "F" in AXES[self.kind] else "C")

    def __str__(self) -> str:
        return format_sizes(self.sizes)

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


def sequence(time: int | None, features: int) -> Shape:
    """A sequence of ``time`` steps (None: unknown) with ``features`` values each."""
    return Shape(Kind.SEQUENCE, (time, features))


def tokens(time: int | None) -> Shape:
    """A list of ``time`` whole numbers (None: unknown) that stand for words or characters."""
    return Shape(Kind.TOKENS, (time,))


def video(time: int | None, channels: int, height: int, width: int) -> Shape:
    """A video of ``time`` frames (None: unknown), each ``channels`` x ``height`` x ``width``."""
    return Shape(Kind.VIDEO, (time, channels, height, width))
