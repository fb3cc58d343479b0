"""Requests about predictions for sequences: scores by length, and CTC alignments."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import RunReply, RunRequest
from app.protocol.sequence_values import CtcAlignment, ScoresByLength


@dataclass(frozen=True, eq=False, kw_only=True)
class LengthEvaluation(RunReply):
    """How well a network does on samples of each length."""

    scores: ScoresByLength


@dataclass(frozen=True, eq=False, kw_only=True)
class EvaluateByLength(RunRequest[LengthEvaluation]):
    """Scores of the first output on the samples of each length."""


@dataclass(frozen=True, eq=False, kw_only=True)
class AlignedSample(RunReply):
    """Where in a sample which label is read."""

    alignment: CtcAlignment


@dataclass(frozen=True, eq=False, kw_only=True)
class AlignSample(RunRequest[AlignedSample]):
    """The CTC alignment of the sample at position ``sample`` of the data set."""

    sample: int
