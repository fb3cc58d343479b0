"""Tokenisation: splitting texts into tokens, the vocabulary, padding and unknown tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from app.data.dataset import Array

PADDING, UNKNOWN = "(padding)", "(unknown)"
"""Tokens 0 and 1 of every vocabulary of words that people wrote."""
START, END = "(start)", "(end)"
"""What a list of tokens that a network is to write begins and ends with."""
_WORD = re.compile(r"\w+|[^\w\s]")


def split_text(text: str, unit: str) -> list[str]:
    """Words and punctuation marks in lower case, characters as they are, or bytes of UTF-8 as two digits each."""
    if unit == "byte":
        return [f"{byte:02x}" for byte in text.encode("utf-8", errors="replace")]
    return _WORD.findall(text.lower()) if unit == "word" else list(text)


def vocabulary_of(texts: Iterable[list[str]], limit: int, least: int = 1) -> tuple[str, ...]:
    """Padding, unknown, and the most frequent tokens, ``limit`` in all; equally frequent ones by the alphabet.

    Tokens that occur fewer than ``least`` times are not among them.
    """
    counts = Counter(token for text in texts for token in text)
    often = (token for token in counts if counts[token] >= least)
    ranked = sorted(often, key=lambda token: (-counts[token], token))
    return (PADDING, UNKNOWN, *ranked[: limit - 2])


def numbered(texts: list[list[str]], vocabulary: tuple[str, ...], length: int) -> Array:
    """The texts as int64 (N, length): positions in the vocabulary, 0 after the end of a text."""
    number = {token: place for place, token in enumerate(vocabulary)}
    values = np.zeros((len(texts), length), dtype=np.int64)
    for row, text in zip(values, texts, strict=True):
        known = [number.get(token, 1) for token in text[:length]]
        row[: len(known)] = known
    return values


def fills_up(vocabulary: Sequence[str]) -> bool:
    """Whether token 0 only fills up short lists, or stands for nothing; it is never counted then."""
    return bool(vocabulary) and _special(vocabulary[0])


def by_letters(vocabulary: Sequence[str]) -> bool:
    """Whether tokens are single characters rather than words."""
    return all(len(token) == 1 for token in vocabulary if not _special(token))


def text_of(row: Iterable[int], vocabulary: Sequence[str]) -> str:
    """A list of tokens as people read it: up to its end, without start and padding, words parted by spaces."""
    return ("" if by_letters(vocabulary) else " ").join(tokens_of(row, vocabulary))


def tokens_of(row: Iterable[int], vocabulary: Sequence[str]) -> list[str]:
    """A list of tokens as words: up to its end, without start and padding."""
    words: list[str] = []
    for number in row:
        token = vocabulary[number]
        if token == END:
            break
        if token not in (PADDING, START) and not (number == 0 and fills_up(vocabulary)):
            words.append(token)
    return words


def _special(token: str) -> bool:
    return len(token) > 2 and token.startswith("(") and token.endswith(")")
