"""Batch preview: the first batch that training would see, standardised and augmented."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.data.augment import alter
from app.data.prepare import Prepared


def first_batch(prepared: Prepared, size: int = 32, seed: int = 0) -> dict[str, Any]:
    """The first batch of a training with ``seed``, before and after its samples were altered.

    Returns
    -------
    dict
        arrays ``before`` and ``after`` float32 or int64 (n, *shape), as the network would see the data set's own
        input; ``target`` (n, ...) in the data's own units; ``partner`` int64 (n,) with the number ``share`` where
        samples are blended (else ``share`` is 1 and each is its own partner); and the JSON value ``field``, the
        target as `FieldInfo.to_json`.
    """
    dataset, train = prepared.dataset, prepared.train
    rows = np.random.default_rng([seed, 0]).permutation(train.samples)[:size]
    before = train.arrays[dataset.inputs[0]][rows]
    inputs = [train.arrays[name][rows] for name in dataset.inputs]
    altered = alter(inputs, prepared.choice.augment, (seed, 0, 0))
    partner = np.arange(len(rows)) if altered.partner is None else altered.partner
    return {
        "field": dataset.target_field().info.to_json(),
        "share": altered.share,
        "before": np.ascontiguousarray(before),
        "after": np.ascontiguousarray(altered.inputs[0]),
        "target": np.ascontiguousarray(prepared.undo(dataset.target, train.arrays[dataset.target][rows])),
        "partner": partner.astype(np.int64),
    }
