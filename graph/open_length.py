"""Symbolic sequence lengths: how many steps leave a layer whose input leaves the number of steps open (T, T / 2).

Convolution and pooling along time make (T + k) / s, rounded down, of T steps; joining along time adds. Such lengths are
kept as sums of whole multiples of origins and of rounded quotients, in one normal form, so that equal ones compare
equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import gcd


@dataclass(frozen=True)
class Origin:
    """The number of steps of what an input reads; ``steps`` is how many the chosen data brings, if that is known."""

    name: str
    steps: int | None = None


@dataclass(frozen=True)
class Quotient:
    """``of`` divided by ``by``, rounded down."""

    of: OpenLength
    by: int


@dataclass(frozen=True)
class OpenLength:
    """A number of steps that is not fixed: the sum of ``terms``, each so many times, and ``constant``."""

    terms: tuple[tuple[Origin | Quotient, int], ...]
    constant: int = 0

    @classmethod
    def starting(cls, name: str, steps: int | None = None) -> OpenLength:
        """The length T of an input."""
        return cls(((Origin(name, steps), 1),))

    def __add__(self, other: OpenLength | int) -> OpenLength:
        if isinstance(other, int):
            return OpenLength(self.terms, self.constant + other)
        counts = Counter(dict(self.terms))
        counts.update(dict(other.terms))
        return OpenLength(tuple(sorted(counts.items(), key=repr)), self.constant + other.constant)

    __radd__ = __add__

    def __sub__(self, other: int) -> OpenLength:
        return self + -other

    def __floordiv__(self, by: int) -> OpenLength:
        if by == 1:
            return self
        if isinstance(inner := self._single, Quotient):  # (E / a + c) / b is (E + a c) / a b
            return (inner.of + inner.by * self.constant) // (inner.by * by)
        whole = OpenLength(tuple((term, count // by) for term, count in self.terms if count >= by), self.constant // by)
        counts = [(term, count % by) for term, count in self.terms if count % by]
        common = gcd(by, *(count for _, count in counts))
        rest = OpenLength(tuple((term, count // common) for term, count in counts), self.constant % by // common)
        if rest == self:
            return OpenLength(((Quotient(rest, by), 1),))
        return whole + (rest // (by // common) if counts else 0)

    @property
    def _single(self) -> Origin | Quotient | None:
        """The only term, where it counts once."""
        return self.terms[0][0] if [count for _, count in self.terms] == [1] else None

    @property
    def origins(self) -> frozenset[Origin]:
        """The inputs that it depends on."""
        each = (term.of.origins if isinstance(term, Quotient) else {term} for term, _ in self.terms)
        return frozenset().union(*each)

    @property
    def known(self) -> int | None:
        """The number of steps with the chosen data; None where it is not known."""
        steps = {origin.name: origin.steps for origin in self.origins if origin.steps is not None}
        return self.at(steps) if len(steps) == len(self.origins) else None

    def at(self, steps: Mapping[str, int]) -> int:
        """The number of steps where the origins, by name, have so many."""
        return self.constant + sum(
            count * (term.of.at(steps) // term.by if isinstance(term, Quotient) else steps[term.name])
            for term, count in self.terms
        )

    def __str__(self) -> str:
        if isinstance(single := self._single, Quotient):
            return _quotient(single.of + single.by * self.constant, single.by)
        words = [_times(count, term) for term, count in self.terms]
        constant = f" {'−' if self.constant < 0 else '+'} {abs(self.constant)}" if self.constant else ""
        return " + ".join(words) + constant

    @property
    def factor(self) -> str:
        """As text between signs of multiplication: sums in brackets."""
        plain = len(self.terms) == 1 and (not self.constant or isinstance(self._single, Quotient))
        return str(self) if plain else f"({self})"


TRIED = range(16, 1024)
"""Numbers of steps at which lengths are compared; shorter ones agree by chance, such as T and T / 2 + 1 at 2."""

Length = int | OpenLength | None
"""A number of steps: fixed, open, or not known at all."""


def _quotient(of: OpenLength, by: int) -> str:
    return f"{of.factor} / {by}"


def _times(count: int, term: Origin | Quotient) -> str:
    text = "T" if isinstance(term, Origin) else _quotient(term.of, term.by)
    return text if count == 1 else f"{count}T" if isinstance(term, Origin) else f"{count} ({text})"


def agree(lengths: Iterable[Length]) -> bool:
    """Whether sequences of these lengths may meet step by step.

    The numbers count that the chosen data brings. Where they are not known, lengths that depend on the same input must
    be equal at some length; all else agrees.
    """
    return all(_agree(one, other) for one, other in combinations(dict.fromkeys(lengths), 2))


def _agree(one: Length, other: Length) -> bool:
    numbers = [length.known if isinstance(length, OpenLength) else length for length in (one, other)]
    if None not in numbers:
        return numbers[0] == numbers[1]
    return not (isinstance(one, OpenLength) and isinstance(other, OpenLength)) or _meet(one, other)


@lru_cache(maxsize=1024)
def _meet(one: OpenLength, other: OpenLength) -> bool:
    """Whether two lengths are equal at one of the lengths `TRIED`, as far as they depend on one input alone."""
    origins = one.origins | other.origins
    if one == other or len(origins) > 1:
        return True
    (origin,) = origins
    return any(one.at({origin.name: steps}) == other.at({origin.name: steps}) for steps in TRIED)


def common_length(lengths: Iterable[Length]) -> Length:
    """The length of what meets where all `agree`: a fixed one if there is one, else an open one."""
    known = [length for length in lengths if length is not None]
    return next((length for length in known if isinstance(length, int)), known[0] if known else None)


def total_length(lengths: Sequence[Length]) -> Length:
    """The length of what is joined along time."""
    if None in lengths:
        return None
    total: int | OpenLength = sum(length for length in lengths if isinstance(length, int))
    for length in lengths:
        if isinstance(length, OpenLength):
            total = length + total
    return total


def apart(lengths: Iterable[Length]) -> str:
    """A sentence on what T stands for where `lengths` depend on the numbers that the data brings; else nothing."""
    each = tuple(lengths)
    origins = {origin for length in each if isinstance(length, OpenLength) for origin in length.origins}
    if len(origins) + any(isinstance(length, int) for length in each) < 2:
        return ""
    known = sorted((origin.name, origin.steps) for origin in origins if origin.steps is not None)
    return f"T is {', '.join(f'{steps:,} in “{name}”' for name, steps in known)}." if known else ""
