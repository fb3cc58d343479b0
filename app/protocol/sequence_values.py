"""Predictions for sequences: scores by the length of samples, and the CTC alignment of a row of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.protocol.messages import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class LengthScores:
    """Scores on samples of one set by their length: ``length`` int64 (k,) ascending, ``count`` int64 (k,) samples.

    ``score`` float64 (k,) is the share of right predictions, of step-by-step outputs that of right steps, of rows of
    labels that of rows read without a mistake, or the root mean squared error in the data's own units. Where outputs
    are step by step, ``whole`` float64 (k,) is the share of samples whose every step is right.
    """

    length: Array
    count: Array
    score: Array
    whole: Array | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ScoresByLength:
    """Scores of the first output on the ``training``, ``validation`` and ``test`` set, without those that are empty.

    ``unit`` is that of an error, empty for an accuracy.
    """

    measure: Literal["accuracy", "rmse"]
    unit: str
    sets: Mapping[str, LengthScores]


@dataclass(frozen=True)
class Transcript:
    """A row of labels by number, and how likely it is over all its paths."""

    labels: tuple[int, ...]
    probability: float


@dataclass(frozen=True, eq=False, kw_only=True)
class CtcAlignment:
    """What the first output that is trained by CTC gives at each step of the sample at position ``sample``.

    ``probabilities`` float32 (time, labels), the blank's first; ``path`` int64 (time,) the likeliest label of each
    step; ``decoded`` the labels that the path collapses to; ``label`` the true ones; ``transcripts`` the likeliest rows
    that a search with so many ``beams`` found. ``input`` float32 (*sizes) is in the data's own units; ``vocabulary``
    names all labels.
    """

    sample: int
    probabilities: Array
    path: Array
    input: Array
    vocabulary: tuple[str, ...]
    decoded: tuple[int, ...]
    label: tuple[int, ...]
    transcripts: tuple[Transcript, ...]
    beams: int
