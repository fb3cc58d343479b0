"""Predictions of a network for single samples of its data."""

from __future__ import annotations

import numpy as np
import torch

from app.data.dataset import Array
from app.data.prepare import Part
from app.protocol.data_values import SamplePredictions
from app.training.heads import Head
from app.training.sequence.token_metrics import predicted_tokens, texts_of
from app.training.trainable import Model

MOST = 2000
"""Samples that are predicted at a time, at most."""
OPERATIONS = 2e10
"""Floating-point operations that predictions may cost, about; a large network predicts fewer samples."""


def predict_samples(model: Model, index: Array) -> SamplePredictions:
    """The predictions of the first output for samples at positions ``index`` int64 (n,) of the data set.

    Those in no part are left out, and so are the last where there are more than can be predicted in a short time.
    """
    operations = max(model.operations / 3 / model.plan.batch_size, 1.0)
    head, field = model.objective.heads[0], model.objective.heads[0].field
    places, outputs = _outputs(model, index[: int(min(MOST, max(1, OPERATIONS / operations)))])
    if head.is_ctc or head.listed:
        tokens = head.transcripts(outputs) if head.is_ctc else predicted_tokens(outputs, field.vocabulary).numpy()
        texts = tuple(texts_of(tokens, field.vocabulary))
        return SamplePredictions(target=field.facts, index=places, tokens=tokens, texts=texts)
    if head.classes:
        probabilities = head.probabilities(outputs)
        labels = head.predicted_classes(outputs)
        sure = probabilities.gather(1, labels[:, None])[:, 0] / probabilities.sum(1).clamp_min(1e-12)
        sure = torch.full_like(sure, torch.nan) if head.gives_scores else sure
        return SamplePredictions(target=field.facts, index=places, labels=labels.numpy(), probabilities=sure.numpy())
    if head.labels:
        return SamplePredictions(target=field.facts, index=places, values=head.positive(outputs).float().numpy())
    values = model.prepared.undo(field.name, head.values(outputs).numpy()).reshape(len(places), -1)
    return SamplePredictions(target=field.facts, index=places, values=values)


def _outputs(model: Model, wanted: Array) -> tuple[Array, torch.Tensor]:
    """Positions that are in a part, and the first output for them."""
    positions: list[Array] = []
    outputs: list[torch.Tensor] = []
    for part in model.prepared.parts.values():
        places = np.flatnonzero(np.isin(part.indices, wanted))
        if len(places):
            arrays = {name: values.take(places, axis=0) for name, values in part.arrays.items()}
            positions.append(part.indices[places])
            outputs.append(torch.from_numpy(model.predict(model.feed(Part(arrays, positions[-1])))[0]))
    if not positions:
        return np.zeros(0, np.int64), torch.zeros(0, *_sizes(model.objective.heads[0]))
    return np.concatenate(positions), torch.cat(outputs)


def _sizes(head: Head) -> tuple[int, ...]:
    """Sizes of an output where there are no samples to predict."""
    listed = head.listed or head.is_ctc
    return tuple(size or 1 for size in head.field.answer.sizes) if listed else (max(1, head.classes),)
