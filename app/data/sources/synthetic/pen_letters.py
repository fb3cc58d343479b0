"""Synthetic handwriting for next-step prediction: letters as steps of a pen, each of its own size, slant and shape."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import END, PADDING, START, numbered
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from app.numerics.strokes import ALL_STEPS, Point, tokens_of
from graph.layers.settings import setting
from graph.shapes import tokens

LETTERS = {
    "A": ((0, 0, 4, 10, 8, 0), (2, 4, 6, 4)),
    "C": ((8, 8, 5, 10, 2, 9, 0, 5, 2, 1, 5, 0, 8, 2),),
    "E": ((7, 10, 0, 10, 0, 0, 7, 0), (0, 5, 6, 5)),
    "H": ((0, 10, 0, 0), (8, 10, 8, 0), (0, 5, 8, 5)),
    "L": ((0, 10, 0, 0, 7, 0),),
    "N": ((0, 0, 0, 10, 8, 0, 8, 10),),
    "O": ((4, 10, 1, 8, 0, 5, 1, 2, 4, 0, 7, 2, 8, 5, 7, 8, 4, 10),),
    "S": ((8, 9, 5, 10, 1, 9, 1, 6, 7, 4, 7, 1, 4, 0, 0, 1),),
    "T": ((0, 10, 8, 10), (4, 10, 4, 0)),
    "V": ((0, 10, 4, 0, 8, 10),),
}
"""Each letter as lines in the order in which a hand draws them: x and y of their points, by turns."""
LONGEST = 36
"""Tokens of the longest letter, and a few to spare."""
VOCABULARY = (PADDING, START, END, *ALL_STEPS)


class PenLetters(SyntheticSource):
    """Letters as a pen draws them, to learn which step comes next: (dx, dy, pen up) as one of 48 classes.

    Each of ten capitals is drawn at a size, a width and a slant of its own. Where a line is to end, or the pen to go
    down again, follows from lines that were drawn long before. ``next`` is the drawing one step later.
    """

    kind: ClassVar[str] = "pen_letters"
    title: ClassVar[str] = "Letters of a pen"
    rank: ClassVar[int] = 198
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("steps",)
    target: ClassVar[str] = "next"

    samples: int = setting(1500, "Number of letters", minimum=10, maximum=100_000, unit="letters")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """The steps with a start in front, the same one step later with an end behind, and the number of tokens."""
        return (
            FieldInfo("steps", tokens(LONGEST), vocabulary=VOCABULARY, lengths="length"),
            FieldInfo("next", tokens(LONGEST), vocabulary=VOCABULARY, next_of="steps"),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """As many of each letter, in random order."""
        names = tuple(LETTERS)
        which = rng.permutation(np.arange(self.samples) % len(names))
        drawn = [tokens_of(letter(rng, names[int(number)])) for number in which]
        return {
            "steps": numbered([[START, *each] for each in drawn], VOCABULARY, LONGEST),
            "next": numbered([[*each, END] for each in drawn], VOCABULARY, LONGEST),
            "length": np.array([[len(each) + 1] for each in drawn], dtype=np.int64),
        }


def letter(rng: np.random.Generator, name: str) -> list[list[Point]]:
    """The lines of a letter on the grid, of a size and slant of its own."""
    across, along, slant = rng.uniform(0.6, 1.1), rng.uniform(0.7, 1.1), rng.uniform(-0.1, 0.35)
    return [
        [(round(across * x + slant * along * y), round(along * y)) for x, y in zip(line[::2], line[1::2], strict=True)]
        for line in LETTERS[name]
    ]
