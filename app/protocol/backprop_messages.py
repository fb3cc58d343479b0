"""Requests about one training step at a time, gone through by hand."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.backprop_values import NudgedWeights, StepRecord
from app.protocol.messages import ModelRequest, RunReply


@dataclass(frozen=True, eq=False, kw_only=True)
class BackpropStepTaken(RunReply):
    """One training step with everything that happened in it."""

    record: StepRecord


@dataclass(frozen=True, eq=False, kw_only=True)
class TakeBackpropStep(ModelRequest[BackpropStepTaken]):
    """Take step ``number`` (from 0) in batches of ``size``, on a copy of a run's network or from fresh weights.

    ``start`` is a number of the window's own: while it stays the same, so do the weights that are begun with.
    """

    number: int = 0
    size: int = 1
    start: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class WeightsNudged(RunReply):
    """Gradients by nudging weights, beside those of backpropagation."""

    nudged: NudgedWeights


@dataclass(frozen=True, eq=False, kw_only=True)
class NudgeWeights(ModelRequest[WeightsNudged]):
    """Nudge the weights of ``parameter`` at step ``number``; the rest as in `TakeBackpropStep`."""

    parameter: str = ""
    number: int = 0
    size: int = 1
    start: int = 0
