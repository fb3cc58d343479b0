"""Synthetic sentiment data: one-line reviews from phrases, with turns and denials."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import PADDING, UNKNOWN, numbered, split_text
from app.data.sources.synthetic.synthetic_source import SyntheticSource, one_of, unused
from graph.layers.settings import setting
from graph.shapes import tokens, vector

MOODS = ("sorry", "glad")
THINGS = (
    "the film", "this book", "the soup", "our room", "the concert", "the new game", "the museum", "the train ride",
    "their bread", "the second act", "the garden", "the hotel", "the play", "my phone", "the market", "the last song",
)  # fmt: skip
PRAISE = (
    "wonderful", "charming", "brilliant", "delicious", "lovely", "superb", "a joy", "worth every coin", "well made",
    "fresh and clever", "splendid", "a small marvel",
)  # fmt: skip
BLAME = (
    "dreadful", "boring", "clumsy", "stale", "awful", "far too long", "a waste of time", "badly made", "noisy and dull",
    "a mess", "tiresome", "a great disappointment",
)  # fmt: skip
GLAD_ENDS = ("i would go again tomorrow", "we left with a smile", "i told all my friends to go", "i loved it")
SORRY_ENDS = ("i would not go again", "we left early", "i warned all my friends", "i regret it")
DEGREES = ("", "really ", "simply ", "quite ", "")
OPENINGS = ("", "honestly , ", "well , ", "last week ", "to my surprise , ", "")
JOINS = ("but", "yet")

LONGEST = 32
"""Tokens of the longest sentence, and a few to spare."""


class Reviews(SyntheticSource):
    """Short made-up reviews of films, meals and journeys: was the writer glad or sorry?

    Single words mislead, because sentences deny (“not boring at all”) and turn (“i expected it to be dull, but it was
    charming”): who counts good and bad words is often wrong, who reads to the end is not.
    """

    kind: ClassVar[str] = "reviews"
    title: ClassVar[str] = "Reviews in one line"
    rank: ClassVar[int] = 190
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("text",)
    target: ClassVar[str] = "mood"

    samples: int = setting(2000, "Number of reviews", minimum=10, maximum=20_000, unit="reviews")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """The words of a review, whether its writer was glad, and the number of words."""
        return (
            FieldInfo("text", tokens(LONGEST), vocabulary=VOCABULARY, lengths="length"),
            FieldInfo("mood", vector(len(MOODS)), classes=MOODS),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Every other review is a glad one, in random order."""
        moods = rng.permutation(np.arange(self.samples, dtype=np.int64) % 2)
        used: set[str] = set()
        # Nobody says what was said already, so that no part holds samples of another; a very large set runs out.
        cut = [split_text(unused(partial(review, rng, bool(mood)), used), "word") for mood in moods]
        lengths = np.array([[len(words)] for words in cut], dtype=np.int64)
        return {"text": numbered(cut, VOCABULARY, LONGEST), "mood": moods, "length": lengths}


def review(rng: np.random.Generator, glad: bool) -> str:
    """One sentence whose writer was ``glad``, or sorry."""
    shape = int(rng.integers(len(SHAPES)))
    return SHAPES[shape](rng, glad)


def _words(glad: bool) -> tuple[str, ...]:
    return PRAISE if glad else BLAME


def _ends(glad: bool) -> tuple[str, ...]:
    return GLAD_ENDS if glad else SORRY_ENDS


def _plain(rng: np.random.Generator, glad: bool) -> str:
    opening, thing, degree = one_of(rng, OPENINGS), one_of(rng, THINGS), one_of(rng, DEGREES)
    return f"{opening}{thing} was {degree}{one_of(rng, _words(glad))} ."


def _denied(rng: np.random.Generator, glad: bool) -> str:
    opening, thing = one_of(rng, OPENINGS), one_of(rng, THINGS)
    return f"{opening}{thing} was not {one_of(rng, _words(not glad))} at all ."


def _turned(rng: np.random.Generator, glad: bool) -> str:
    thing, before, after = one_of(rng, THINGS), one_of(rng, _words(not glad)), one_of(rng, _words(glad))
    return f"i expected {thing} to be {before} , {one_of(rng, JOINS)} it was {one_of(rng, DEGREES)}{after} ."


def _ended(rng: np.random.Generator, glad: bool) -> str:
    opening, thing = one_of(rng, OPENINGS), one_of(rng, THINGS)
    first = one_of(rng, _words(not glad))
    return f"{opening}{thing} was {first} at first , {one_of(rng, JOINS)} in the end {one_of(rng, _ends(glad))} ."


def _praised_by_others(rng: np.random.Generator, glad: bool) -> str:
    thing, others, own = one_of(rng, THINGS), one_of(rng, _words(not glad)), one_of(rng, _words(glad))
    denied = f"not {one_of(rng, _words(not glad))}" if rng.random() < 0.5 else own
    return f"everyone called {thing} {others} , but i found it {denied} , and {one_of(rng, _ends(glad))} ."


SHAPES = (_plain, _denied, _turned, _ended, _praised_by_others)
"""The ways in which a review may be built."""

FRAMES = "was not at all . i expected to be , it at first in the end everyone called found and"
VOCABULARY = (
    PADDING,
    UNKNOWN,
    *sorted(
        {
            word
            for part in (*THINGS, *PRAISE, *BLAME, *GLAD_ENDS, *SORRY_ENDS, *DEGREES, *OPENINGS, *JOINS, FRAMES)
            for word in split_text(part, "word")
        }
    ),
)
