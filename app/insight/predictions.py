"""What a network says about single samples of its data."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.training.heads import Head
from app.training.sequence.token_metrics import predicted_tokens, texts_of
from app.training.trainable import Model

MOST = 2000
"""Samples that are answered for at a time, at most."""
OPERATIONS = 2e10
"""Floating-point operations that answers may cost, about; of a large network fewer samples are answered for."""


def answers(model: Model, message: Message) -> Message:
    """The answers for the samples at the positions ``index``, a list, of the data set, those in no part left out.

    Arrays: ``index`` int64 (m,), and for classes ``class`` int64 (m,) and ``probability`` float32 (m,), for lists of
    tokens and rows of labels ``tokens`` int64 (m, T) with their field ``texts``, else ``value`` float32 (m, values) in
    the data's own units. Field ``target`` is what they are held against, as JSON.
    """
    places = [int(place) for place in message.fields.get("index") or ()]
    each = max(model.operations / 3 / model.plan.batch_size, 1.0)
    wanted = np.array(places[: int(min(MOST, max(1, OPERATIONS / each)))], dtype=np.int64)
    head = model.objective.heads[0]
    index, said = _said(model, wanted)
    arrays: dict[str, Array] = {"index": index}
    facts: dict[str, Any] = {"target": head.field.to_json()}
    if head.is_ctc or head.listed:
        arrays["tokens"] = (
            head.transcripts(said) if head.is_ctc else predicted_tokens(said, head.field.vocabulary).numpy()
        )
        facts["texts"] = texts_of(arrays["tokens"], head.field.vocabulary)
    elif head.classes:
        chances = head.probabilities(said)
        arrays["class"] = head.predicted_classes(said).numpy()
        sure = chances.gather(1, torch.from_numpy(arrays["class"])[:, None])[:, 0]
        arrays["probability"] = (sure / chances.sum(1).clamp_min(1e-12)).numpy()
    else:
        arrays["value"] = model.prepared.undo(head.field.name, said.numpy()).reshape(len(index), -1)
    return Message("answers", plain(facts), arrays)


def _said(model: Model, wanted: Array) -> tuple[Array, torch.Tensor]:
    """Positions that are in a part, and the first output's answers for them."""
    found: list[Array] = []
    said: list[torch.Tensor] = []
    for part in model.prepared.parts.values():
        places = np.flatnonzero(np.isin(part.indices, wanted))
        if len(places):
            arrays = {name: values.take(places, axis=0) for name, values in part.arrays.items()}
            found.append(part.indices[places])
            said.append(torch.from_numpy(model.predict(model.feed(Part(arrays, found[-1])))[0]))
    if not found:
        return np.zeros(0, np.int64), torch.zeros(0, *_sizes(model.objective.heads[0]))
    return np.concatenate(found), torch.cat(said)


def _sizes(head: Head) -> tuple[int, ...]:
    """Sizes of an answer where there are no samples to answer for."""
    listed = head.listed or head.is_ctc
    return tuple(size or 1 for size in head.field.answer.sizes) if listed else (max(1, head.classes),)
