"""Text that a language model writes: how tokens are chosen, and each token with what else it might have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Strategy = Literal["greedy", "sample", "beam"]
"""Always the likeliest token, one by chance, or the text that is likeliest as a whole of several that are followed."""
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """How tokens are chosen.

    Only a sample takes a ``temperature``, by which scores are divided, the number ``top_k`` of tokens among which one
    is chosen (0: all), and a ``seed``; only a search takes ``beams``.
    """

    strategy: Strategy = "sample"
    temperature: float = 1.0
    top_k: int = 0
    beams: int = 4
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class LikelyToken:
    """A token that may come next, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class WrittenToken:
    """A token that was written: its ``number`` in the vocabulary, its probability, and the likeliest at its place."""

    number: int
    text: str
    probability: float
    likely: tuple[LikelyToken, ...]


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """What was written behind a beginning, and whether the network has ended it.

    ``log_probability`` is the sum over its tokens.
    """

    tokens: tuple[WrittenToken, ...] = ()
    log_probability: float = 0.0
    ended: bool = False
