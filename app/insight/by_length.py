"""How well a network does on samples of each length: whether it knows the rule, or only the lengths it was shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from app.data.dataset import Array
from app.data.padding import only_own
from app.data.prepare import Part
from app.data.split import NAMES
from app.protocol.loose import Loose as Message
from app.training.heads import Head
from app.training.sequence.token_metrics import ignored_token, predicted_tokens
from app.training.sequence.transcripts import edit_distances
from app.training.trainable import Model
from graph.errors import NetloomError

Numbers = NDArray[np.float64]


def by_length(model: Model, message: Message) -> Message:
    """The answer to a ``by_length`` request, about the first output.

    Fields: ``measure`` (``accuracy`` or ``rmse``), ``unit``, and ``parts``, the names of those that hold samples.
    Arrays, for each of these parts: ``PART/length`` int64 (k,) ascending, ``PART/count`` int64 (k,) samples of that
    length, ``PART/score`` float64 (k,) the share of right answers, of step-by-step answers that of right steps, of rows
    of labels that of rows read without a mistake, or the root mean squared error in the data's own units; and
    ``PART/whole`` float64 (k,) the share of samples whose every step is right, where answers are step by step.

    Raises
    ------
    NetloomError
        if all samples are of one length.
    """
    head, counter = model.objective.heads[0], counter_of(model)
    shares = bool(head.classes or head.binary or head.listed or head.is_ctc)
    arrays: dict[str, Array] = {}
    parts = {NAMES[name]: part for name, part in model.prepared.parts.items() if part.samples}
    for name, part in parts.items():
        lengths = np.asarray(part.arrays[counter]).reshape(-1)
        scores = _scores(model, head, part, lengths)
        found, place, count = np.unique(lengths, return_inverse=True, return_counts=True)
        arrays |= {f"{name}/length": found.astype(np.int64), f"{name}/count": count.astype(np.int64)}
        for kind, (sums, sizes) in scores.items():
            mean = np.bincount(place, sums) / np.bincount(place, sizes)
            arrays[f"{name}/{kind}"] = mean if shares else np.sqrt(mean)
    measure = "accuracy" if shares else "rmse"
    unit = next(iter(head.field.units), "") if measure == "rmse" else ""
    fields: dict[str, Any] = {"measure": measure, "unit": unit, "parts": list(parts)}
    return Message("by_length", fields, arrays)


def counter_of(model: Model) -> str:
    """The field that counts the steps of what the network reads, or of what it is held against.

    Raises
    ------
    NetloomError
        if there is none.
    """
    dataset = model.prepared.dataset
    names = [*model.objective.inputs, *model.objective.targets]
    found = next((dataset.field_named(name).lengths for name in names if dataset.field_named(name).lengths), "")
    if not found:
        raise NetloomError("All samples are of one length; choose data whose samples differ in length.")
    return found


def _scores(model: Model, head: Head, part: Part, lengths: Array) -> dict[str, tuple[Numbers, Numbers]]:
    """For each measure a sum (n,) of every sample, and how many values it is the sum of."""
    answers = torch.from_numpy(model.predict(model.feed(part))[model.objective.heads.index(head)])
    true, ones = np.asarray(part.arrays[head.field.name]), np.ones(part.samples)
    if head.classes:
        return {"score": ((head.predicted_classes(answers).numpy() == true).astype(np.float64), ones)}
    if head.is_ctc:
        return {"score": ((edit_distances(head.transcripts(answers), true) == 0).astype(np.float64), ones)}
    if head.listed:
        counts = true != ignored_token(head.field.vocabulary)
        right = (predicted_tokens(answers, head.field.vocabulary).numpy() == true) & counts
        share = right.sum(1).astype(np.float64), counts.sum(1).astype(np.float64)
        return {"score": share, "whole": ((right == counts).all(1).astype(np.float64), ones)}
    if head.padded:
        true = only_own(true, lengths)
    flat = true.reshape(len(true), -1)
    counts = ~np.isnan(flat)
    if head.binary:
        right = (head.positive(answers).numpy().reshape(flat.shape) == (flat > 0.5)) & counts
        share = right.sum(1).astype(np.float64), counts.sum(1).astype(np.float64)
        whole = (right.sum(1) == counts.sum(1)).astype(np.float64), ones
        return {"score": share, "whole": whole}
    undone = model.prepared.undo(head.field.name, answers.numpy()), model.prepared.undo(head.field.name, true)
    error = np.subtract(*undone, dtype=np.float64).reshape(flat.shape)
    return {"score": (np.where(counts, np.square(error), 0.0).sum(1), counts.sum(1).astype(np.float64))}
