"""Synthetic sequence classification: strings of brackets that are balanced, or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar, Literal, Self

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import PADDING
from app.data.sources.synthetic.synthetic_source import SyntheticSource, between, by_length
from graph.layers.settings import called_empty, setting
from graph.shapes import tokens, vector

String = Sequence[int]
"""Numbers in the vocabulary: odd ones open, and the next one closes."""


class Brackets(SyntheticSource):
    """Strings of brackets: does every one that opens close again, in the right order?

    Half of the strings are balanced. The others have the same numbers of each bracket in another order, so that
    counting says nothing: two closing brackets that cross, a pair that stands the wrong way round, or a beginning that
    was moved to the end. In older projects one bracket was exchanged, which whoever counts each kind finds out.
    """

    kind: ClassVar[str] = "brackets"
    title: ClassVar[str] = "Balanced brackets"
    rank: ClassVar[int] = 180
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("string",)
    target: ClassVar[str] = "balanced"

    samples: int = setting(2000, "Number of strings", minimum=10, maximum=100_000, unit="strings")
    longest: int = setting(20, "Brackets of the longest string", minimum=2, maximum=1000, unit="brackets")
    shortest: int = setting(4, "Brackets of the shortest string", minimum=2, maximum=1000, unit="brackets")
    kinds: int = setting(2, "Kinds of brackets: round, square, curly", minimum=1, maximum=3)
    depth: int = setting(6, "Most brackets that are open at once", minimum=1, maximum=100, unit="brackets")
    trained: int = called_empty(
        setting(
            0,
            "Train on strings of at most so many brackets and test on longer ones; 0 divides without a look at the "
            "length",
            minimum=0,
            maximum=1000,
            unit="brackets",
        ),
        "any",
    )
    unbalanced: Literal["exchanged", "equal_counts"] = setting(
        "exchanged",
        "How strings are spoilt: one bracket exchanged, which counting finds out, or brackets in another order, so "
        "that there are as many of each as in a balanced string",
    )

    @classmethod
    def usual(cls) -> Self:
        """With equal counts. Files that leave out how strings are spoilt are older than the choice."""
        return cls(unbalanced="equal_counts")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A string, whether it is balanced, and its length."""
        return (
            FieldInfo("string", tokens(self.longest), vocabulary=self._vocabulary(), lengths="length"),
            FieldInfo("balanced", vector(2), classes=("no", "yes")),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Balanced strings by a random walk with a stack; every other one is then spoilt."""
        labels = rng.permutation(np.arange(self.samples, dtype=np.int64) % 2)
        pairs = between(rng, (self.shortest + 1) // 2, self.longest // 2, self.samples)
        values = np.zeros((self.samples, self.longest), dtype=np.int64)
        spoilt = 0
        for row, label, count in zip(values, labels, pairs[:, 0], strict=True):
            string: String = self._balanced(rng, int(count))
            if not label:
                string = self._spoilt(rng, string, spoilt)
                spoilt += 1
            row[: len(string)] = string
        return {"string": values, "balanced": labels, "length": 2 * pairs}

    def split_of(self, values: Mapping[str, Array]) -> Array | None:
        """By the number of brackets."""
        return by_length(values["length"], self.trained)

    def _vocabulary(self) -> tuple[str, ...]:
        return (PADDING, *"()[]{}"[: 2 * self.kinds])

    def _balanced(self, rng: np.random.Generator, pairs: int) -> list[int]:
        string: list[int] = []
        waiting: list[int] = []
        opened = 0
        while len(string) < 2 * pairs:
            may_open = opened < pairs and len(waiting) < self.depth
            if may_open and (not waiting or rng.random() < 0.5):
                waiting.append(1 + 2 * int(rng.integers(self.kinds)))
                string.append(waiting[-1])
                opened += 1
            else:
                string.append(waiting.pop() + 1)
        return string

    def _spoilt(self, rng: np.random.Generator, string: String, number: int) -> String:
        return self._exchanged(rng, string) if self.unbalanced == "exchanged" else reordered(rng, string, number)

    def _exchanged(self, rng: np.random.Generator, string: String) -> String:
        """With one bracket exchanged for any other: a string with exactly one wrong bracket cannot be balanced."""
        place = int(rng.integers(len(string)))
        others = [other for other in range(1, 2 * self.kinds + 1) if other != string[place]]
        return [*string[:place], others[int(rng.integers(len(others)))], *string[place + 1 :]]


def is_balanced(string: String) -> bool:
    """Whether every bracket that opens is closed by one of its kind, the last opened first."""
    waiting: list[int] = []
    for bracket in string:
        if bracket % 2:
            waiting.append(bracket)
        elif not waiting or waiting.pop() + 1 != bracket:
            return False
    return not waiting


def reordered(rng: np.random.Generator, string: String, kind: int) -> String:
    """The brackets of a balanced string in an order that is not balanced.

    ``kind`` numbers the way, so that all are equally frequent; one that the string does not allow gives way to the
    next. A string that begins with a closing or ends with an opening bracket is only given where nothing else can be:
    that would be seen at a glance.
    """
    for way in range(len(WAYS)):
        unbalanced = [each for each in WAYS[(kind + way) % len(WAYS)](string) if not is_balanced(each)]
        hidden = [each for each in unbalanced if each[0] % 2 and not each[-1] % 2]
        if unbalanced:
            choice = hidden or unbalanced
            return choice[int(rng.integers(len(choice)))]
    raise AssertionError("a pair at the bottom can always be turned round")


def crossed(string: String) -> Iterator[String]:
    """Two closing brackets of different kinds change places, as in ``([)]``."""
    closing = [place for place, bracket in enumerate(string) if not bracket % 2]
    for left, right in pairwise(closing):
        if string[left] != string[right]:
            yield _swapped(string, left, right)


def turned(string: String) -> Iterator[String]:
    """A bracket and the one that closes it change places, as in ``(])[``."""
    waiting: list[int] = []
    for place, bracket in enumerate(string):
        if bracket % 2:
            waiting.append(place)
        else:
            yield _swapped(string, waiting.pop(), place)


def shifted(string: String) -> Iterator[String]:
    """The first brackets are moved to the end, as in ``)[](``."""
    for cut in range(1, len(string)):
        yield [*string[cut:], *string[:cut]]


WAYS: tuple[Callable[[String], Iterator[String]], ...] = (crossed, turned, shifted)
"""How balanced strings are spoilt without changing how many there are of each bracket."""


def _swapped(string: String, left: int, right: int) -> String:
    swapped = list(string)
    swapped[left], swapped[right] = string[right], string[left]
    return swapped
