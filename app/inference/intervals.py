"""Intervals round predicted amounts, as wide as the errors on the validation set say: split conformal prediction.

Source: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; the split form after Lei et al.,
Distribution-Free Predictive Inference for Regression, 2018.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.system.number_format import format_percent
from app.training.heads import Head
from app.training.trainable import Model
from graph.errors import NetloomError


@dataclass(frozen=True, eq=False)
class Interval:
    """How far to both sides of a prediction the true amount lies for a ``share`` of new samples, in own units.

    ``width`` (values,) has a number for each amount that an output gives; ``samples`` are those it was measured on.
    """

    share: float
    width: Array
    samples: int

    def of(self, values: Sequence[float]) -> dict[str, Any]:
        """The interval round predicted ``values`` as a JSON object."""
        low, high = np.asarray(values) - self.width, np.asarray(values) + self.width
        return {"share": self.share, "low": low.tolist(), "high": high.tolist()}

    @property
    def sentence(self) -> str:
        """Where the interval comes from."""
        share = format_percent(self.share)
        return (
            f"The interval holds the true amount for {share} of new samples that are like the {self.samples:,} "
            "validation samples, by whose errors it was measured."
        )


def intervals(model: Model, share: float) -> Mapping[str, Interval]:
    """An interval for each output layer of a trained network that gives amounts, one or several for each sample.

    Of n errors on the validation set it is the k-th smallest wide, k = ceil((n + 1) share), which holds for new samples
    of the same kind whatever the network and the distribution are. Training may have chosen its best epoch by the same
    samples, which makes the interval a little too narrow.

    Parameters
    ----------
    model
        the network of a run, with its data.
    share
        between 0 and 1: how many of new samples shall lie within.

    Raises
    ------
    NetloomError
        if no output gives amounts.
    ValueError
        if there are `too_few` validation samples for so large a share.
    """
    objective = model.objective
    heads = [head for head in objective.heads if gives_amounts(head) and head.output not in objective.hidden_outputs]
    if not heads:
        raise NetloomError(
            "Intervals are for predicted amounts, and this network predicts none; leave the interval out."
        )
    part = model.prepared.validation
    rank = _rank(part.samples, share)
    if rank > part.samples:
        raise ValueError(too_few(model, share))
    outputs = dict(zip((head.output for head in objective.heads), model.predict(model.feed(part)), strict=True))
    return {
        head.output: Interval(share, _width(model, head, outputs[head.output], rank), part.samples) for head in heads
    }


def too_few(model: Model, share: float) -> str:
    """Why there is no interval for a ``share``: a sentence on the validation samples; empty where they suffice."""
    samples = model.prepared.validation.samples
    if _rank(samples, share) <= samples:
        return ""
    least = _rounded_up(share / (1 - share))
    return (
        f"There is no interval: {format_percent(share)} takes {least:,} validation samples or more, and this run has "
        f"{samples:,}. Ask for a smaller share, or give validation a larger part of the data."
    )


def gives_amounts(head: Head) -> bool:
    """Whether an output gives one or several amounts for each sample, rather than classes, words, marks or a series."""
    says_otherwise = head.classes or head.listed or head.is_ctc or head.labels or head.pixels or head.boxes
    return not says_otherwise and not head.padded and len(head.field.shape.sizes) == 1


def _rank(samples: int, share: float) -> int:
    """Which of the errors is as large as the interval is wide to each side, counted from the smallest."""
    return _rounded_up((samples + 1) * share)


def _rounded_up(number: float) -> int:
    """The next whole number, where 9 / 10 of ten is nine in spite of how numbers are kept."""
    return math.ceil(round(number, 9))


def _width(model: Model, head: Head, outputs: Array, rank: int) -> Array:
    """The error (values,) that is number ``rank`` of all on the validation set, from the smallest, in own units."""
    name = head.field.name
    said = model.prepared.undo(name, head.values(torch.from_numpy(outputs)).numpy())
    true = model.prepared.undo(name, np.asarray(model.prepared.validation.arrays[name]))
    errors = np.abs(said.astype(np.float64) - true.astype(np.float64))
    return np.asarray(np.sort(errors, axis=0)[rank - 1])
