"""Run-to-failure windows: sensor records cut into windows, with the remaining useful life after each as target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from graph.errors import NetloomError
from graph.shapes import image, sequence, vector


@dataclass(frozen=True)
class WindowCut:
    """How lives are cut into windows.

    ``window`` and ``stride`` are in cycles; no target is above ``cap`` cycles, because a healthy machine does not show
    how long it will live. ``picture`` gives each window as a picture of one channel, cycles x sensors.
    """

    window: int
    stride: int
    cap: int
    picture: bool = False

    def count(self, life: int) -> int:
        """Number of windows of a machine that ran for ``life`` cycles; one that is too short is padded to one."""
        return max(0, life - self.window) // self.stride + 1


def lives_info(
    named: tuple[str, str, str], cut: WindowCut, lives: Sequence[int], sensors: tuple[str, ...], units: tuple[str, ...]
) -> DatasetInfo:
    """Facts of the windows of machines that ran for ``lives`` cycles; ``named`` is id, title and summary."""
    shape = image(1, cut.window, len(sensors)) if cut.picture else sequence(cut.window, len(sensors))
    seen = () if cut.picture else sensors
    fields = (
        FieldInfo("window", shape, names=seen, units=units if seen else ()),
        FieldInfo("remaining life", vector(1), names=("remaining life",), units=("cycles",)),
    )
    samples = sum(cut.count(life) for life in lives)
    return DatasetInfo(named[0], named[1], Task.REGRESSION, samples, fields, ("window",), "remaining life", named[2])


def lives_dataset(
    info: DatasetInfo,
    cut: WindowCut,
    records: Sequence[Array],
    left: Sequence[int] | None = None,
    given: Array | None = None,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """The windows of ``records``, each (cycles, sensors), that ``info`` describes; a machine is a group.

    ``left`` are the cycles that each machine had left after its last record, 0 where it failed; ``given`` uint8 (M,)
    is the part that each machine is in, where the data says so. Windows end with the last cycle of a record.
    """
    remaining = [0] * len(records) if left is None else list(left)
    seen = np.concatenate([_windows(record, cut) for record in records])
    targets = np.concatenate(
        [
            after + cut.stride * np.arange(cut.count(len(record)))[::-1]
            for record, after in zip(records, remaining, strict=True)
        ]
    )
    groups = np.repeat(np.arange(len(records)), [cut.count(len(record)) for record in records])
    values = {
        "window": np.ascontiguousarray(seen[:, None] if cut.picture else seen, dtype=np.float32),
        "remaining life": np.minimum(targets, cut.cap).astype(np.float32)[:, None],
    }
    return info.with_values(values, notes=notes, groups=groups, given=None if given is None else given[groups])


def last_windows(records: Sequence[Array], cut: WindowCut) -> Array:
    """The window that ends with each of ``records``, float32 (M, window, sensors) or (M, 1, window, sensors)."""
    last = np.stack([_windows(record, cut)[-1] for record in records])
    return np.ascontiguousarray(last[:, None] if cut.picture else last, dtype=np.float32)


def _windows(record: Array, cut: WindowCut) -> Array:
    """Windows (n, window, sensors) of a record (cycles, sensors), the last of which ends with it."""
    if not len(record):
        raise NetloomError("A machine without a single cycle has no windows.")
    short = cut.window - len(record)
    if short > 0:
        record = np.concatenate([np.repeat(record[:1], short, axis=0), record])
    views = sliding_window_view(record, cut.window, axis=0).transpose(0, 2, 1)
    return views[(len(views) - 1) % cut.stride :: cut.stride]
