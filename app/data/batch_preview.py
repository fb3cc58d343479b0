"""Batch preview: the first batch that training would see, standardised and augmented."""

from __future__ import annotations

import numpy as np

from app.data.augment import alter
from app.data.prepare import Prepared
from app.protocol.data_values import BatchPreview


def first_batch(prepared: Prepared, size: int = 32, seed: int = 0) -> BatchPreview:
    """The first batch, of ``size`` samples, of a training with ``seed``."""
    dataset, train = prepared.dataset, prepared.train
    rows = np.random.default_rng([seed, 0]).permutation(train.samples)[:size]
    before = train.arrays[dataset.inputs[0]][rows]
    inputs = [train.arrays[name][rows] for name in dataset.inputs]
    altered = alter(inputs, prepared.choice.augment, (seed, 0, 0))
    partner = np.arange(len(rows)) if altered.partner is None else altered.partner
    return BatchPreview(
        target_field=dataset.target_field().facts,
        input_field=dataset.input_field().facts,
        mixup_lambda=altered.share,
        before=np.ascontiguousarray(before),
        after=np.ascontiguousarray(altered.inputs[0]),
        target=np.ascontiguousarray(prepared.undo(dataset.target, train.arrays[dataset.target][rows])),
        partner=partner.astype(np.int64),
    )
