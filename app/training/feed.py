"""Samples as tensors on the device, and the batches of an epoch, whose order follows from seed and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from app.data.augment import Augment, alter
from app.data.prepare import Part

GATHERED = 2**28
"""Bytes up to which an epoch's samples are put in order at once; larger data is gathered batch by batch."""


class Batch(NamedTuple):
    """Inputs and targets of some samples, in the order of the module's arguments and results."""

    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    others: tuple[Tensor, ...] = ()
    """Targets of the samples that were blended in by mixup; empty without."""
    share: float = 1.0
    """How much of each sample is its own."""

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.inputs[0])


class Feed:
    """One part of the data on the device.

    ``channels_last`` lays pictures out as convolutions like them. ``augment`` says how the samples of an epoch are
    altered; those taken in order never are.
    """

    def __init__(
        self,
        part: Part,
        inputs: list[str],
        targets: list[str],
        device: torch.device,
        channels_last: bool = False,
        augment: Augment | None = None,
    ) -> None:
        self.samples = part.samples
        self.channels_last = channels_last
        self._device = device
        self._inputs = [self._load(part, name) for name in inputs]
        self._targets = [self._load(part, name) for name in targets]
        self._augment = augment if augment is not None and augment.active else None
        self._same = [inputs.index(name) if name in inputs else None for name in targets]

    def in_order(self, size: int) -> Iterator[Batch]:
        """All samples in their own order, ``size`` at a time."""
        for start in range(0, self.samples, size):
            yield self._cut(slice(start, start + size))

    def pick(self, index: int) -> Batch:
        """The sample number ``index`` as a batch of one."""
        return self._cut(slice(index, index + 1))

    def epoch(self, seed: int, epoch: int, size: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from number ``start``, their samples shuffled by ``seed`` and ``epoch``."""
        order = torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(self.samples)).to(self._device)
        sizes = batch_sizes(self.samples, size)
        large = sum(one.numel() * one.element_size() for one in (*self._inputs, *self._targets)) > GATHERED
        each = torch.split(order, sizes)[start:]
        batches = self._gather_each(each) if large else self._gather_all(order, sizes, start)
        if self._augment is None:
            return batches
        choice = self._augment
        return (self._alter(batch, choice, (seed, epoch, step)) for step, batch in enumerate(batches, start))

    def _alter(self, batch: Batch, choice: Augment, seed: tuple[int, int, int]) -> Batch:
        """A batch altered on the device; what is to be reconstructed is altered with it."""
        inputs, partner, share = alter(batch.inputs, choice, seed)
        laid = tuple(self._laid_out(one) for one in inputs)
        targets = tuple(
            own if same is None else laid[same] for own, same in zip(batch.targets, self._same, strict=True)
        )
        if partner is None:
            return Batch(laid, targets)
        place = torch.from_numpy(partner).to(self._device)
        others = tuple(
            own[place] if same is None else laid[same] for own, same in zip(batch.targets, self._same, strict=True)
        )
        return Batch(laid, targets, others, share)

    def _gather_all(self, order: Tensor, sizes: list[int], start: int) -> Iterator[Batch]:
        inputs = zip(*(torch.split(self._laid_out(one[order]), sizes) for one in self._inputs), strict=True)
        targets = zip(*(torch.split(one[order], sizes) for one in self._targets), strict=True)
        batches = [Batch(*pair) for pair in zip(inputs, targets, strict=True)]
        return iter(batches[start:])

    def _gather_each(self, orders: tuple[Tensor, ...]) -> Iterator[Batch]:
        for order in orders:
            yield Batch(
                tuple(self._laid_out(one[order]) for one in self._inputs), tuple(one[order] for one in self._targets)
            )

    def _cut(self, where: slice) -> Batch:
        return Batch(tuple(one[where] for one in self._inputs), tuple(one[where] for one in self._targets))

    def _load(self, part: Part, name: str) -> Tensor:
        return self._laid_out(torch.from_numpy(part.arrays[name]).to(self._device))

    def _laid_out(self, values: Tensor) -> Tensor:
        if self.channels_last and values.dim() == 4:
            return values.contiguous(memory_format=torch.channels_last)
        return values


def batch_sizes(samples: int, size: int) -> list[int]:
    """Sizes of an epoch's batches.

    A last batch of one sample joins the one before it: batch normalisation has no meaning over a single sample.
    """
    full, rest = divmod(samples, size)
    sizes = [size] * full + ([rest] if rest else [])
    if rest == 1 and len(sizes) > 1 and size > 1:
        sizes[-2:] = [size + 1]
    return sizes
