"""Placement of samples while training: as tensors on the device, or streamed from memory or disk batch by batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, RowFile, RowStore, Values
from app.system.memory_budget import budget
from graph.errors import NetloomError

AHEAD = 2
"""Batches that are fetched before they are needed."""

T = TypeVar("T")
Places = Array | slice
"""Which samples of a part: numbers (n,), or a stretch."""


class DeviceTensor:
    """Samples as numbers on the device."""

    def __init__(self, values: Tensor, channels_last: bool) -> None:
        self.values = laid_out(values, channels_last)
        self._channels_last = channels_last

    @property
    def nbytes(self) -> int:
        """Bytes on the device."""
        return self.values.numel() * self.values.element_size()

    def gather(self, order: Tensor) -> Tensor:
        """The samples number ``order`` (n,), which is on the device."""
        return laid_out(self.values[order], self._channels_last)


class Streamed:
    """Samples as they are kept, in memory or in a file, which become numbers on the device batch by batch."""

    def __init__(self, values: LazyArray, device: torch.device, channels_last: bool) -> None:
        self._values = _in_memory(values)
        self._device = device
        self._channels_last = channels_last and values.ndim == 4
        # Pictures whose channels come last are weighed by whole lines: a loop over three channels is too short to be
        # quick.
        self._by_lines = self._channels_last and values.last
        across = (lambda factor: np.tile(factor, values.shape[3])) if self._by_lines else values.across
        self._weight, self._offset = (
            torch.from_numpy(across(factor)).to(device) for factor in (values.weight, values.offset)
        )

    @property
    def far(self) -> bool:
        """Whether fetching waits for a disk, or moves samples to another device."""
        return isinstance(self._values.store.rows, RowFile) or self._device.type != "cpu"

    def fetch(self, places: Places) -> Tensor:
        """What is kept of the samples at ``places``; may be called in a thread of its own.

        Raises
        ------
        NetloomError
            if the file that keeps them cannot be read.
        """
        raw = torch.from_numpy(_raw(self._values, places))
        return raw.pin_memory() if self._device.type == "cuda" else raw

    def numbers(self, raw: Tensor) -> Tensor:
        """What was fetched, as float32 on the device."""
        there = raw.to(self._device, non_blocking=True)
        if self._by_lines:
            lines = there.flatten(2).to(torch.float32).mul_(self._weight).add_(self._offset)
            return lines.view(there.shape).movedim(-1, 1)
        there = there.movedim(-1, 1) if self._values.last else there
        # Moved about as bytes, which are fewer.
        there = laid_out(there, True) if self._channels_last else there.contiguous()
        return there.to(torch.float32).mul_(self._weight).add_(self._offset)


def place(values: Values, device: torch.device, channels_last: bool) -> DeviceTensor | Streamed:
    """The samples of a part: as numbers on the device where they all fit into the memory that data may take."""
    if not isinstance(values, LazyArray):
        return DeviceTensor(torch.from_numpy(values).to(device), channels_last)
    # As numbers beside what is kept: four bytes and one for each byte.
    if (4 + values.store.rows.dtype.itemsize) * _amount(values) > _room(device):
        return Streamed(values, device, channels_last)
    layout = torch.channels_last if channels_last and values.ndim == 4 else torch.contiguous_format
    found = torch.empty(values.shape, dtype=torch.float32, device=device, memory_format=layout)
    for start in range(0, len(values), 256):
        found[start : start + 256] = torch.from_numpy(values[start : start + 256])
    return DeviceTensor(found, channels_last)


def ahead(work: Callable[[Places], T], places: Iterable[Places]) -> Iterator[T]:
    """The results of ``work`` in order, each begun in a thread before the one before it is needed."""
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(1) as thread:
        try:
            for wanted in places:
                waiting.append(thread.submit(work, wanted))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for unwanted in waiting:
                unwanted.cancel()


def laid_out(values: Tensor, channels_last: bool) -> Tensor:
    """``values`` as convolutions like them: pictures with their channels last in memory."""
    return values.contiguous(memory_format=torch.channels_last) if channels_last and values.dim() == 4 else values


def _raw(values: LazyArray, places: Places) -> Array:
    try:
        return values.raw(places)
    except OSError as error:
        reason = (error.strerror or str(error)).lower().rstrip(".")
        raise NetloomError(f"The samples cannot be read: {reason}; load the data again.") from None


def _room(device: torch.device) -> int:
    """Bytes that samples may take on the device: half of what is free on a graphics card, where weights go as well."""
    return min(budget(), torch.cuda.mem_get_info(device)[0] // 2) if device.type == "cuda" else budget()


def _amount(values: LazyArray) -> int:
    """Number of values in the whole data set, so that all its parts are placed alike."""
    return int(np.prod(values.store.rows.shape))


def _in_memory(values: LazyArray) -> LazyArray:
    """The same read from its file once, where what is kept fits into the memory that data may take."""
    kept = values.store
    if not isinstance(kept.rows, RowFile) or kept.rows.nbytes > budget():
        return values
    own = RowStore(_raw(values, slice(None)), kept.channel)
    return LazyArray(own, np.arange(len(values)), values.weight, values.offset, values.last)
