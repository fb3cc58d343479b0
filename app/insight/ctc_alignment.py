"""How likely each label and the blank are at each step of a sample, and the rows of labels that follow."""

from __future__ import annotations

import numpy as np
import torch

from app.insight.layer_arrays import one_sample
from app.protocol.loose import Loose as Message
from app.training.sequence.ctc import log_probabilities
from app.training.sequence.transcripts import beam_search, collapse, row_of
from app.training.trainable import Model
from graph.errors import NetloomError

SEARCHED, LISTED = 16, 3
"""Beams of the search at least, and rows of it that are told."""


def alignment(model: Model, message: Message) -> Message:
    """The first output that is taught by CTC, for the sample at the position ``sample`` of the data set.

    Arrays: ``chances`` float32 (T, labels), the blank's first; ``path`` int64 (T,), the likeliest label of each step;
    ``input`` float32 (*sizes) in the data's own units. Fields: ``words`` of all labels; rows of labels as lists:
    ``spelled`` by the path and ``true``; ``found``, the likeliest rows with their chances, ``[labels, chance]``, by a
    search of ``beams``; ``sample``, its position.

    Raises
    ------
    NetloomError
        if no output is taught by CTC.
    """
    number = next((index for index, head in enumerate(model.objective.heads) if head.is_ctc), None)
    if number is None:
        raise NetloomError("No output of this network is taught by CTC, so its labels have no places to look for.")
    head = model.objective.heads[number]
    part = one_sample(model.prepared, int(message.fields.get("sample") or 0))
    given = log_probabilities(torch.from_numpy(model.predict(model.feed(part))[number]), head.final_activation)[
        0
    ].numpy()
    path = given.argmax(1)
    beams = max(head.beams, SEARCHED)
    found = [[list(row), float(np.exp(chance))] for row, chance in beam_search(given, beams)[:LISTED]]
    name = model.objective.inputs[0]
    arrays = {
        "chances": np.exp(given).astype(np.float32),
        "path": path.astype(np.int64),
        "input": model.prepared.undo(name, np.asarray(part.arrays[name]))[0],
    }
    fields = {
        "sample": int(part.indices[0]),
        "words": list(head.field.vocabulary),
        "spelled": list(collapse(path.tolist())),
        "true": list(row_of(np.asarray(part.arrays[head.field.name])[0])),
        "found": found,
        "beams": beams,
    }
    return Message("alignment", fields, arrays)
