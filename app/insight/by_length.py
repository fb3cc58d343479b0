"""How well a network does on samples of each length: whether it knows the rule, or only the lengths it was shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from app.data.dataset import Array
from app.data.padding import only_own
from app.data.prepare import Part
from app.data.split import NAMES
from app.protocol.sequence_values import LengthScores, ScoresByLength
from app.training.heads import Head
from app.training.sequence.token_metrics import ignored_token, predicted_tokens
from app.training.sequence.transcripts import edit_distances
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.steps import Steps, finished
from graph.steps import part as share

Numbers = NDArray[np.float64]


def scores_by_length(model: Model) -> ScoresByLength:
    """Scores of the first output on the samples of each length, for each set that holds samples.

    Raises
    ------
    NetloomError
        if all samples are of one length.
    """
    return finished(length_steps(model))


def length_steps(model: Model) -> Steps[ScoresByLength]:
    """As `scores_by_length`, batch by batch; between two of them the module is as it was."""
    head, counter = model.objective.heads[0], counter_of(model)
    shares = bool(head.classes or head.binary or head.listed or head.is_ctc)
    sets: dict[str, LengthScores] = {}
    done, whole = 0, sum(part.samples for part in model.prepared.parts.values())
    for name, part in model.prepared.parts.items():
        if part.samples:
            lengths = np.asarray(part.arrays[counter]).reshape(-1)
            predicting = model.predict_steps(model.feed(part))
            outputs = yield from share(predicting, done / whole, (done + part.samples) / whole)
            done += part.samples
            sets[NAMES[name]] = _grouped(lengths, _scores(model, head, part, lengths, outputs), shares)
    unit = "" if shares else next(iter(head.field.units), "")
    return ScoresByLength(measure="accuracy" if shares else "rmse", unit=unit, sets=sets)


def _grouped(lengths: Array, scores: Mapping[str, tuple[Numbers, Numbers]], shares: bool) -> LengthScores:
    """The mean of each score over the samples of each length, of squared errors its root."""
    different, place, count = np.unique(lengths, return_inverse=True, return_counts=True)
    means = {kind: np.bincount(place, sums) / np.bincount(place, sizes) for kind, (sums, sizes) in scores.items()}
    means = means if shares else {kind: np.sqrt(mean) for kind, mean in means.items()}
    return LengthScores(length=different.astype(np.int64), count=count.astype(np.int64), **means)


def counter_of(model: Model) -> str:
    """The field that counts the steps of what the network reads, or of what it is held against.

    Raises
    ------
    NetloomError
        if there is none.
    """
    dataset = model.prepared.dataset
    names = [*model.objective.inputs, *model.objective.targets]
    counter = next((dataset.field_named(name).lengths for name in names if dataset.field_named(name).lengths), "")
    if not counter:
        raise NetloomError("All samples are of one length; choose data whose samples differ in length.")
    return counter


def _scores(
    model: Model, head: Head, part: Part, lengths: Array, predicted: list[Array]
) -> dict[str, tuple[Numbers, Numbers]]:
    """For each measure a sum (n,) of every sample, and how many values it is the sum of.

    ``predicted`` is what the network gives for the samples by each of its outputs.
    """
    outputs = torch.from_numpy(predicted[model.objective.heads.index(head)])
    true, ones = np.asarray(part.arrays[head.field.name]), np.ones(part.samples)
    if head.classes:
        return {"score": ((head.predicted_classes(outputs).numpy() == true).astype(np.float64), ones)}
    if head.is_ctc:
        return {"score": ((edit_distances(head.transcripts(outputs), true) == 0).astype(np.float64), ones)}
    if head.listed:
        counts = true != ignored_token(head.field.vocabulary)
        right = (predicted_tokens(outputs, head.field.vocabulary).numpy() == true) & counts
        share = right.sum(1).astype(np.float64), counts.sum(1).astype(np.float64)
        return {"score": share, "whole": ((right == counts).all(1).astype(np.float64), ones)}
    if head.padded:
        true = only_own(true, lengths)
    flat = true.reshape(len(true), -1)
    counts = ~np.isnan(flat)
    if head.binary:
        right = (head.positive(outputs).numpy().reshape(flat.shape) == (flat > 0.5)) & counts
        share = right.sum(1).astype(np.float64), counts.sum(1).astype(np.float64)
        whole = (right.sum(1) == counts.sum(1)).astype(np.float64), ones
        return {"score": share, "whole": whole}
    undone = model.prepared.undo(head.field.name, outputs.numpy()), model.prepared.undo(head.field.name, true)
    error = np.subtract(*undone, dtype=np.float64).reshape(flat.shape)
    return {"score": (np.where(counts, np.square(error), 0.0).sum(1), counts.sum(1).astype(np.float64))}
