"""Metrics of outputs that predict a token at each step: accuracies, perplexity, losses, confusion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array
from app.data.readers.tokens import END, fills_up, text_of, tokens_of
from app.training.heads import Head

IGNORE_NONE = -100
"""A token that does not occur: nothing is ignored."""

MOST = 60
"""Tokens that are told apart in a table of who was taken for whom, at most."""

TOKEN_ACCURACY, SEQUENCE_ACCURACY = "token_accuracy", "sequence_accuracy"
"""Metrics: the share of tokens that are right, and the share of samples in which all are."""

PERPLEXITY = "perplexity"
"""Metric of the next token: among how many tokens one would have to guess to be as unsure. The fewer, the better."""

TINY = 1e-30
"""Probabilities are kept above this before their logarithm is taken."""


def ignored_token(vocabulary: Sequence[str]) -> int:
    """The token that only fills up and counts nowhere; `IGNORE_NONE` if there is none."""
    return 0 if fills_up(vocabulary) else IGNORE_NONE


def counted(targets: Tensor, vocabulary: Sequence[str]) -> Tensor:
    """Which of the tokens (n, T) count, bool of the same shape."""
    return targets != ignored_token(vocabulary)


def predicted_tokens(outputs: Tensor, vocabulary: Sequence[str]) -> Tensor:
    """The likeliest token at each step of outputs (n, T, words), int64 (n, T), with padding behind the end."""
    predicted = outputs.argmax(2)
    if END not in vocabulary or not fills_up(vocabulary):
        return predicted
    ends = predicted == vocabulary.index(END)
    return predicted.masked_fill((ends.cumsum(1) - ends.long()) > 0, 0)


def step_tokens(head: Head, outputs: Tensor) -> Tensor:
    """What is compared with the target at each step: a next token is predicted behind the true ones, also an end."""
    return outputs.argmax(2) if head.field.next_of else predicted_tokens(outputs, head.field.vocabulary)


def token_probabilities(head: Head, outputs: Tensor) -> Tensor:
    """What outputs (n, T, words) say about each word at each step, between 0 and 1."""
    return head.probabilities(outputs.flatten(0, 1)).view(outputs.shape)


class NextTokenTally:
    """Sums for an output that predicts the next token: how surprising the true ones are, and how many are right.

    Every step is judged by itself, behind the true tokens before it.
    """

    names: tuple[str, ...] = (PERPLEXITY, TOKEN_ACCURACY)

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs (n, T, words) and targets (n, T); float64 sums (3,) stay on the device."""
        counts = counted(targets, self.head.field.vocabulary)
        own = token_probabilities(self.head, outputs).gather(2, targets[:, :, None])[:, :, 0]
        surprise = -own.double().clamp_min(TINY).log()[counts].sum()
        right = ((outputs.argmax(2) == targets) & counts).sum().double()
        fresh = torch.stack([surprise, right, counts.sum().double()])
        self.total = fresh if self.total is None else self.total + fresh

    def values(self) -> list[float]:
        """The perplexity, which is the exponential of the mean surprise, and the share of right tokens."""
        assert self.total is not None
        surprise, right, tokens = self.total.tolist()
        return [math.exp(surprise / max(tokens, 1.0)), right / max(tokens, 1.0)]


class TokenTally:
    """Sums for one output whose target is tokens.

    With ``each``, the name of a metric, every step is judged by itself, as if the network had gone on right; otherwise
    what is predicted behind the end counts as nothing.
    """

    def __init__(self, head: Head, each: str = "") -> None:
        self.head = head
        self.names: tuple[str, ...] = (each,) if each else (TOKEN_ACCURACY, SEQUENCE_ACCURACY)
        self._each = bool(each)
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs (n, T, words) and targets (n, T); float64 sums stay on the device."""
        vocabulary = self.head.field.vocabulary
        predicted = outputs.argmax(2) if self._each else predicted_tokens(outputs, vocabulary)
        fresh = token_sums(predicted, targets, vocabulary)
        self.total = fresh if self.total is None else self.total + fresh

    def values(self) -> list[float]:
        """The shares of right tokens and of right samples."""
        assert self.total is not None
        return token_rates(self.total)[: len(self.names)]


def token_sums(predicted: Tensor, targets: Tensor, vocabulary: Sequence[str]) -> Tensor:
    """Right tokens, tokens, right samples and samples, float64 (4,), of what was ``predicted`` (n, T)."""
    counts = counted(targets, vocabulary)
    right = (predicted == targets) & counts
    whole = (right == counts).all(1)
    found = torch.stack([right.sum(), counts.sum(), whole.sum(), torch.full_like(whole.sum(), len(whole))])
    return found.double()


def token_rates(sums: Tensor) -> list[float]:
    """The shares of right tokens and of right samples, of `token_sums`."""
    right, tokens, whole, samples = sums.tolist()
    return [right / max(tokens, 1.0), whole / max(samples, 1.0)]


def token_losses(head: Head, outputs: Tensor, targets: Tensor) -> Array:
    """The mean loss of each sample's tokens, float32 (n,)."""
    picked = token_probabilities(head, outputs).clamp_min(TINY).log().transpose(1, 2)
    out = ignored_token(head.field.vocabulary)
    each = F.nll_loss(picked, targets, ignore_index=out, reduction="none").sum(1)
    return (each / counted(targets, head.field.vocabulary).sum(1).clamp_min(1)).numpy().astype(np.float32)


def texts_of(rows: Array | Tensor, vocabulary: Sequence[str]) -> list[str]:
    """Lists of tokens (n, T) as people read them."""
    return [text_of(row, vocabulary) for row in rows.tolist()]


def words_of(rows: Array, vocabulary: Sequence[str]) -> list[list[str]]:
    """Lists of tokens (n, T) as lists of words, up to their ends."""
    return [tokens_of(row, vocabulary) for row in rows.tolist()]


def predicted_texts(head: Head, outputs: Tensor) -> list[dict[str, Any]]:
    """What outputs (n, T, words) say about each sample: ``text``, its ``words``, and the ``probability`` of it all."""
    vocabulary = head.field.vocabulary
    picked = predicted_tokens(outputs, vocabulary)
    sure = token_probabilities(head, outputs).gather(2, picked[:, :, None])[:, :, 0]
    whole = sure.masked_fill(picked == ignored_token(vocabulary), 1.0).prod(1)
    found = zip(texts_of(picked, vocabulary), words_of(picked.numpy(), vocabulary), whole.tolist(), strict=True)
    return [{"text": text, "words": words, "probability": chance} for text, words, chance in found]


def confusion(true: Array, predicted: Array, tokens: int) -> tuple[Array, Array]:
    """How often each token was taken for each, int64 (k, k), and the k of them that occur, the most frequent `MOST`.

    ``true`` and ``predicted`` are int64 (n,), what was wanted and predicted at the same steps.
    """
    often = np.bincount(true, minlength=tokens) + np.bincount(predicted, minlength=tokens)
    kept = np.sort(np.argsort(-often, kind="stable")[: min(MOST, int((often > 0).sum()))])
    place = np.full(tokens, -1)
    place[kept] = np.arange(len(kept))
    rows, columns = place[true], place[predicted]
    shown = (rows >= 0) & (columns >= 0)
    found = np.zeros((len(kept), len(kept)), np.int64)
    np.add.at(found, (rows[shown], columns[shown]), 1)
    return found, kept
