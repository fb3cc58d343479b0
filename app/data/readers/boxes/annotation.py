"""Bounding-box annotations: what a file says of each picture, before it is held against the pictures themselves."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

NAMED = 5
"""So many places of a problem are named; the others are counted."""
FAR = 1e9
"""Larger numbers are no pixels."""


class Box(NamedTuple):
    """A box around something of the class ``name``: its upper left corner, width and height, in pixels or shares."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Annotation:
    """The boxes of one picture: in pixels, or as shares of its width and height where ``relative``.

    ``size`` is the width and height of the picture in which they were drawn, if the file says it; ``place`` names the
    file, and ``part`` the part of the split, None where that is not said.
    """

    picture: Path
    boxes: tuple[Box, ...]
    place: str
    size: tuple[float, float] | None = None
    relative: bool = False
    part: int | None = None


class Problem(Enum):
    """What can be remarkable about an annotation: one of it, several of it, in words."""

    NO_PICTURE = ("annotation names a picture that is not there", "annotations name pictures that are not there")
    NO_BOX = ("entry is no box and is left out", "entries are no boxes and are left out")
    UNREADABLE = ("file of boxes cannot be read", "files of boxes cannot be read")
    NO_SIZE = ("box has no width or height and is left out", "boxes have no width or height and are left out")
    OUTSIDE = ("box lies outside its picture and is left out", "boxes lie outside their pictures and are left out")
    CUT = ("box reaches out of its picture and is cut at the edge", "boxes reach out of their pictures and are cut")
    REPEATED = ("box is written again and counts once", "boxes are written again and count once")
    CROWD = (
        "box around a crowd (iscrowd) is left out, as is usual",
        "boxes around crowds (iscrowd) are left out, as is usual",
    )
    DIFFICULT = ("box is marked as difficult, and kept", "boxes are marked as difficult, and kept")
    OUTLINE = ("outline is read as the box around it", "outlines are read as the boxes around them")
    CONFIDENCE = ("box has a sixth number, which is not read", "boxes have a sixth number, which is not read")
    OTHER_SIZE = (
        "picture is not of the size that its annotation says; its boxes are scaled to it",
        "pictures are not of the size that their annotations say; their boxes are scaled to them",
    )
    TWICE = ("picture is described by two files; the first is read", "pictures are described twice; the first is read")


@dataclass
class Problems:
    """Places of what was remarkable, by kind."""

    places: dict[Problem, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, problem: Problem, place: str) -> None:
        """Note down one more."""
        self.places[problem].append(place)

    def count(self, problem: Problem) -> int:
        """How many there are of a kind."""
        return len(self.places.get(problem, ()))

    def joined(self, other: Problems) -> Problems:
        """Those of both."""
        both = Problems()
        for problems in (self, other):
            for problem, places in problems.places.items():
                both.places[problem] += places
        return both

    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind, with how many there are and where."""
        return tuple(
            f"{len(places):,} {problem.value[len(places) > 1]}: {_shown(places)}."
            for problem in Problem
            if (places := self.places.get(problem))
        )


def _shown(places: list[str]) -> str:
    different = list(dict.fromkeys(places))
    more = f", and {len(different) - NAMED:,} more" if len(different) > NAMED else ""
    return ", ".join(different[:NAMED]) + more


@dataclass(frozen=True)
class Annotations:
    """What the files of one format say, by picture.

    ``bare_is_empty`` says that a picture which no file names, in a folder of pictures that are named, has no boxes by
    the habits of the format; else nothing is known of it. ``notes`` are sentences about how the files were read.
    """

    title: str
    by_picture: dict[Path, Annotation]
    problems: Problems
    bare_is_empty: bool = False
    notes: tuple[str, ...] = ()

    @property
    def boxes(self) -> int:
        """How many boxes there are."""
        return sum(len(annotation.boxes) for annotation in self.by_picture.values())


def finite(value: Any) -> float | None:
    """A number, or text that is one, as float; None where it is none, not finite, or larger than pixels are."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < FAR else None


def all_finite(values: list[Any]) -> list[float] | None:
    """Several numbers; None where one of them is none."""
    numbers = [number for value in values if (number := finite(value)) is not None]
    return numbers if len(numbers) == len(values) else None


def stated_size(sides: list[Any]) -> tuple[float, float] | None:
    """The width and height that a file says its picture has; None where it says none."""
    size = all_finite(sides)
    return (size[0], size[1]) if size and min(size) > 0 else None


def around(name: str, points: list[float]) -> Box:
    """The box around an outline of x, y, x, y, …"""
    across, down = points[::2], points[1::2]
    left, top = min(across), min(down)
    return Box(name, left, top, max(across) - left, max(down) - top)
