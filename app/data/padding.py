"""What belongs to a sample and what only fills it up to the length of the longest."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Array, DatasetInfo, FieldInfo


def only_own(values: Array, lengths: Array) -> Array:
    """``values`` float32 (n, T, ...) with NaN behind each sample's own steps; ``lengths`` is (n,) or (n, 1)."""
    behind = np.arange(values.shape[1]) >= np.asarray(lengths).reshape(-1, 1)
    return np.where(behind.reshape(*behind.shape, *(1,) * (values.ndim - 2)), np.float32(np.nan), values)


def measured_by(info: DatasetInfo, name: str) -> FieldInfo | None:
    """The field whose steps the field ``name`` counts: the data set's own input before others; None if it counts none.

    A field may count the steps of several that belong together, such as digits and their sums.
    """
    counted = [one for one in info.fields if one.lengths == name]
    return next((one for one in counted if one.name in info.inputs), counted[0] if counted else None)
