"""N-gram language models: the next token from the last one or two, backing off to fewer where those were never seen.

Katz's backing off (1987) with absolute discounting (Ney, Essen and Kneser, 1994): of what was counted behind some
tokens a little is taken away and given to tokens that were never seen there, as likely as they are behind fewer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.data.dataset import Array

NAMES = ("unigram", "bigram", "trigram")
"""Models of 1, 2 and 3 tokens, the last of which is the one predicted."""
TINY = 1e-12
"""Probability left for tokens never seen below which there are none."""


@dataclass(frozen=True, eq=False)
class _Counts:
    """How often each token followed each context.

    ``keys`` int64 (m,), ascending, are context times ``size`` plus token, ``shares`` float64 (m,) their probabilities
    after the discount. ``contexts`` int64 (c,), ascending; ``left`` float64 (c,) is what is left for other tokens,
    divided by how likely those are behind fewer tokens; ``likeliest`` int64 (c,) the token seen most often.
    """

    keys: Array
    shares: Array
    contexts: Array
    left: Array
    likeliest: Array


class NGrams:
    """A model of ``order`` tokens: the probabilities of the next token behind the ``order - 1`` before it.

    ``size`` is that of the vocabulary; token 0 does not count where it only ``fills`` up.
    """

    def __init__(self, order: int, size: int, fills: bool, unigrams: Array, counts: tuple[_Counts, ...]) -> None:
        self.order, self.size, self.fills = order, size, fills
        self._unigrams, self._counts = unigrams, counts

    @classmethod
    def fit(cls, read: Array, following: Array, order: int, size: int, fills: bool) -> Self:
        """Count over lists of tokens ``read``, int64 (n, T), and the token ``following`` each, of the same shape."""
        contexts, own = _contexts(read, order, size), counted_tokens(following, fills)
        counted = np.bincount(following[own], minlength=size).astype(np.float64) + 1
        counted[: int(fills)] = 0
        found: tuple[_Counts, ...] = ()
        for context, known in contexts:
            rows = own & known
            lower = cls(1 + len(found), size, fills, counted / counted.sum(), found)
            found = (*found, lower._discounted(context[rows], following[rows]))
        return cls(order, size, fills, counted / counted.sum(), found)

    def probabilities(self, read: Array, following: Array) -> Array:
        """The probability of each token ``following`` those ``read``, float64 (n, T)."""
        contexts = [np.where(known, context, -1) for context, known in _contexts(read, self.order, self.size)]
        return self._of(tuple(contexts), following)

    def likeliest(self, read: Array) -> Array:
        """The token seen most often behind those read, int64 (n, T); behind fewer where they were never seen."""
        found = np.full(read.shape, int(self._unigrams.argmax()))
        for counts, (context, known) in zip(self._counts, _contexts(read, self.order, self.size), strict=True):
            if not len(counts.contexts):
                continue
            place, seen = _places(counts.contexts, np.where(known, context, -1))
            found = np.where(seen, counts.likeliest[place], found)
        return found

    def perplexity(self, read: Array, following: Array) -> float:
        """The exponential of the mean surprise, minus the logarithm of the probability of each token that counts."""
        own = counted_tokens(following, self.fills)
        return math.exp(-float(np.log(self.probabilities(read, following)[own]).mean()))

    def _of(self, contexts: tuple[Array, ...], following: Array) -> Array:
        """The same where the last so many tokens are known as ``contexts``, the shortest first; -1 where there are
        none.
        """
        found = self._unigrams[following]
        for counts, context in zip(self._counts, contexts, strict=True):
            if not len(counts.contexts):
                continue
            place, seen = _places(counts.contexts, context)
            key, counted = _places(counts.keys, context * self.size + following)
            found = np.where(seen, np.where(counted, counts.shares[key], counts.left[place] * found), found)
        return found

    def _discounted(self, context: Array, following: Array) -> _Counts:
        """Counts of one more token than this model has, int64 (m,) each, whose rest is shared out by this model."""
        keys, times = np.unique(context * self.size + following, return_counts=True)
        contexts, first, types = np.unique(keys // self.size, return_index=True, return_counts=True)
        whole = np.add.reduceat(times, first).astype(np.float64) if len(keys) else np.empty(0)
        once, twice = int((times == 1).sum()), int((times == 2).sum())
        discount = once / (once + 2 * twice) if once and twice else 0.5
        lower = self._of(self._shorter(keys // self.size), keys % self.size)
        rest = 1 - np.add.reduceat(lower, first) if len(keys) else np.empty(0)
        # Where every token was seen, there is nobody to give the discount to.
        some = rest > TINY
        taken = np.repeat(np.where(some, discount, 0.0), types)
        left = np.where(some, discount * types / whole / np.where(some, rest, 1.0), 0.0)
        order = np.lexsort((-keys, times, keys // self.size))
        last = np.cumsum(types) - 1
        return _Counts(keys, (times - taken) / np.repeat(whole, types), contexts, left, keys[order][last] % self.size)

    def _shorter(self, context: Array) -> tuple[Array, ...]:
        """The contexts of this model at the end of one that is a token longer."""
        return tuple(context % self.size**length for length in range(1, self.order))


def _contexts(read: Array, order: int, size: int) -> list[tuple[Array, Array]]:
    """The last 1, 2, ... tokens as numbers, int64 (n, T), and where there are so many, bool (n, T)."""
    found = []
    context = np.zeros_like(read)
    for length in range(1, order):
        earlier = np.zeros_like(read)
        earlier[:, length - 1 :] = read[:, : read.shape[1] - length + 1]
        context = context + earlier * size ** (length - 1)
        known = np.broadcast_to(np.arange(read.shape[1]) >= length - 1, read.shape)
        found.append((context, known))
    return found


def counted_tokens(following: Array, fills: bool) -> Array:
    """Which tokens count, bool of the same shape: where token 0 only ``fills`` up, all but that."""
    return following != 0 if fills else np.ones(following.shape, np.bool_)


def _places(known: Array, wanted: Array) -> tuple[Array, Array]:
    """Where in ``known``, ascending, those wanted stand, and whether they do."""
    if not len(known):
        return np.zeros_like(wanted), np.zeros(wanted.shape, np.bool_)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return place, known[place] == wanted
