"""Sliding windows over a time series, with the values after each as forecast target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from graph.errors import NetloomError
from graph.shapes import sequence, vector


def window_count(steps: int, window: int, horizon: int, stride: int) -> int:
    """Number of windows that fit into ``steps`` time steps; 0 where the series is too short."""
    return max(0, (steps - window - horizon) // stride + 1)


def windows_info(
    info: tuple[str, str, str],
    steps: int,
    cut: tuple[int, int, int],
    series: tuple[str, ...],
    units: tuple[str, ...],
    target: str,
) -> DatasetInfo:
    """Facts of the windows of a series of ``steps`` time steps.

    ``info`` is id, title and summary; ``cut`` is window, horizon and stride in time steps; ``series`` and ``units``
    name what is measured at each step, and ``target`` is the one of them that is forecast.

    Raises
    ------
    NetloomError
        if the series is too short for a single window.
    """
    window, horizon, stride = cut
    samples = window_count(steps, window, horizon, stride)
    if samples == 0:
        raise NetloomError(
            f"{info[1]}: {steps} time steps are too few for a window of {window} and a horizon of {horizon}; "
            "make the window or the horizon shorter."
        )
    unit = units[series.index(target)] if units else ""
    ahead = tuple(f"{target} +{step}" for step in range(1, horizon + 1))
    fields = (
        FieldInfo("window", sequence(window, len(series)), names=series, units=units),
        FieldInfo("next", vector(horizon), names=ahead, units=(unit,) * horizon if units else ()),
    )
    return DatasetInfo(info[0], info[1], Task.FORECASTING, samples, fields, ("window",), "next", info[2], ordered=True)


def windows(info: DatasetInfo, values: Array, target: int, stride: int, wide: bool = False) -> Dataset:
    """Cut ``values`` (steps, series) into the windows that ``info`` describes.

    Window ``i`` covers the steps from ``i * stride``; its target is the column ``target`` of the steps after it.
    ``Dataset.spans`` says which steps each one uses, so that parts can be kept from overlapping in time. ``wide`` keeps
    64 bits.
    """
    window, horizon = info.shape.size("T"), info.target_shape.size("F")
    starts = np.arange(info.samples, dtype=np.int64) * stride
    values = np.ascontiguousarray(values, dtype=np.float64 if wide else np.float32)
    seen = sliding_window_view(values, window, axis=0)[starts].transpose(0, 2, 1)
    ahead = sliding_window_view(values[:, target], horizon)[starts + window]
    values_of = {"window": np.ascontiguousarray(seen), "next": np.ascontiguousarray(ahead)}
    return info.with_values(values_of, spans=np.stack([starts, starts + window + horizon], axis=1))


def joined(
    parts: Sequence[Dataset], notes: tuple[str, ...], grouped: bool, times: Sequence[Array] | None = None
) -> Dataset:
    """The windows of several series as one data set; ``grouped`` keeps each series whole in one part.

    With ``times``, the place in time of each step of each series, int64 (steps,), all are cut at the same time instead.
    """
    first = parts[0]
    fields = {
        name: replace(field, values=np.concatenate([part.fields[name].values for part in parts]))
        if len(parts) > 1
        else field
        for name, field in first.fields.items()
    }
    spans, at = [], 0
    for number, part in enumerate(parts):
        assert part.spans is not None
        if times is None:
            spans.append(part.spans + at)
            at += int(part.spans[-1, 1])
        else:
            begin, end = part.spans.T
            spans.append(np.stack([times[number][begin], times[number][end - 1] + 1], axis=1))
    apart = grouped and times is None
    groups = np.repeat(np.arange(len(parts)), [part.samples for part in parts]) if apart else None
    return replace(first, fields=fields, spans=np.concatenate(spans), groups=groups, notes=notes)
