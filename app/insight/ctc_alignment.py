"""How likely each label and the blank are at each step of a sample, and the rows of labels that follow."""

from __future__ import annotations

import numpy as np
import torch

from app.insight.layer_arrays import one_sample
from app.protocol.sequence_values import CtcAlignment, Transcript
from app.training.sequence.ctc import log_probabilities
from app.training.sequence.transcripts import beam_search, collapse, row_of
from app.training.trainable import Model
from graph.errors import NetloomError

LEAST_BEAMS, LISTED = 16, 3
"""Beams of the search at least, and rows of labels that it gives."""


def ctc_alignment(model: Model, sample: int) -> CtcAlignment:
    """The alignment of the first output that is trained by CTC, for the sample at a position of the data set.

    Raises
    ------
    NetloomError
        if no output is trained by CTC.
    """
    number = next((index for index, head in enumerate(model.objective.heads) if head.is_ctc), None)
    if number is None:
        raise NetloomError("No output of this network is taught by CTC, so its labels have no places to look for.")
    head, part = model.objective.heads[number], one_sample(model.prepared, sample)
    outputs = torch.from_numpy(model.predict(model.feed(part))[number])
    scores = log_probabilities(outputs, head.final_activation)[0].numpy()
    path, beams, name = scores.argmax(1), max(head.beams, LEAST_BEAMS), model.objective.inputs[0]
    rows = beam_search(scores, beams)[:LISTED]
    return CtcAlignment(
        sample=int(part.indices[0]),
        probabilities=np.exp(scores).astype(np.float32),
        path=path.astype(np.int64),
        input=model.prepared.undo(name, np.asarray(part.arrays[name]))[0],
        vocabulary=tuple(head.field.vocabulary),
        decoded=tuple(collapse(path.tolist())),
        label=tuple(row_of(np.asarray(part.arrays[head.field.name])[0])),
        transcripts=tuple(Transcript(tuple(labels), float(np.exp(score))) for labels, score in rows),
        beams=beams,
    )
