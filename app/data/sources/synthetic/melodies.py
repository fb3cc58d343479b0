"""Synthetic melodies for next-step prediction: a motif, its repetitions on other degrees, and a close on the tonic."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import END, PADDING, START, numbered
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from app.numerics.melody import HOLD, REST
from graph.layers.settings import setting
from graph.shapes import tokens

SCALE = tuple(f"{name}{octave}" for octave in (3, 4, 5) for name in "cdefgab")
"""The notes of C major over three octaves."""
TONIC = SCALE.index("c4")
VOCABULARY = (PADDING, START, END, REST, HOLD, *SCALE)
BAR = 4
"""Quarters of a bar."""
SEQUENCES = ((0, 1, 2), (0, -1, -2), (0, 1, 0), (0, 2, 1))
"""By how many degrees of the scale a motif is moved in the bars that repeat it."""


class Melodies(SyntheticSource):
    """Melodies in C major, to learn which note comes next: a motif of one bar comes back on other degrees.

    The first bar is free: a walk with a few leaps, rests and held notes. Bars two and three repeat it on other degrees
    of the scale, with the same rhythm; the last bar goes down to the tonic and stays there. What the bar before was
    must be remembered, note by note. ``next`` is the melody one quarter later.
    """

    kind: ClassVar[str] = "melodies"
    title: ClassVar[str] = "Melodies that go on"
    rank: ClassVar[int] = 197
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("melody",)
    target: ClassVar[str] = "next"

    samples: int = setting(2000, "Number of melodies", minimum=10, maximum=100_000, unit="melodies")
    variety: float = setting(0.25, "Share of quarters of a motif that are rests or held notes", minimum=0, maximum=0.8)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A melody with a start in front, the same one quarter later with an end behind, and the number of tokens."""
        length = 4 * BAR + 1
        return (
            FieldInfo("melody", tokens(length), vocabulary=VOCABULARY, lengths="length"),
            FieldInfo("next", tokens(length), vocabulary=VOCABULARY, next_of="melody"),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Every melody is of four bars."""
        made = [melody(rng, self.variety) for _ in range(self.samples)]
        length = 4 * BAR + 1
        return {
            "melody": numbered([[START, *each] for each in made], VOCABULARY, length),
            "next": numbered([[*each, END] for each in made], VOCABULARY, length),
            "length": np.full((self.samples, 1), length, dtype=np.int64),
        }


def melody(rng: np.random.Generator, variety: float) -> list[str]:
    """Four bars: a motif, two repetitions on other degrees, and a close."""
    motif = _motif(rng, variety)
    moves = SEQUENCES[int(rng.integers(len(SEQUENCES)))]
    bars = [token for move in moves for token in _moved(motif, move)]
    degrees = [degree + moves[-1] for degree in motif if isinstance(degree, int)]
    return bars + _close(degrees[-1])


def _motif(rng: np.random.Generator, variety: float) -> list[int | str]:
    """Degrees of the scale, rests and holds; it begins on a note of the tonic's chord."""
    degree = TONIC + (0, 2, 4, 7)[int(rng.integers(4))]
    found: list[int | str] = [degree]
    for _ in range(BAR - 1):
        if rng.random() < variety:
            found.append(HOLD if rng.random() < 0.7 else REST)
            continue
        degree += int(rng.choice((-2, -1, -1, 1, 1, 2, 4)))
        degree = min(max(degree, 3), len(SCALE) - 4)
        found.append(degree)
    return found


def _moved(motif: list[int | str], move: int) -> list[str]:
    return [SCALE[degree + move] if isinstance(degree, int) else degree for degree in motif]


def _close(last: int) -> list[str]:
    """From beside the tonic, on the side of the last degree, to the tonic, which is held."""
    goal = TONIC if last < TONIC + 5 else TONIC + 7
    second = goal + (1 if last > goal else -1 if last < goal else 1)
    third = goal
    return [SCALE[second], SCALE[third], HOLD, HOLD]
