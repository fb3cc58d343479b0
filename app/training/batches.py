"""Data loading: samples as tensors on the device, and the shuffled batches of an epoch, by seed and epoch alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from app.data.augment import Augment, alter
from app.data.dataset import Array
from app.data.padding import only_own
from app.data.prepare import Part
from app.system.cancellation import cancellation_point
from app.training.batch_bounds import GATHERED
from app.training.placement import DeviceTensor, Places, Streamed, ahead, laid_out, place

Stretch = Callable[[int], slice]
"""From the number of samples in a batch to those of them that one of several processes learns from."""


class Batch(NamedTuple):
    """Inputs and targets of some samples, in the order of the module's arguments and results."""

    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    mixup_targets: tuple[Tensor, ...] = ()
    """Targets of the samples that were blended in by mixup; empty without."""
    mixup_lambda: float = 1.0
    """How much of each sample is its own, between 0 and 1."""
    whole: int = 0
    """Samples of the batch of which this is one process's share; 0 where it is a batch itself."""

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.inputs[0])

    @property
    def counted(self) -> int:
        """Number of samples that the step learns from, in all processes."""
        return self.whole or self.size

    def parts(self, count: int) -> list[Batch]:
        """The batch in ``count`` parts whose sizes differ by one at most, in fewer where a part had only one sample."""
        count = max(1, min(count, self.size // 2))
        if count == 1:
            return [self]
        fields = (self.inputs, self.targets, self.mixup_targets)
        split = [[values.tensor_split(count) for values in field] for field in fields]
        inputs, targets, mixed = (list(zip(*field, strict=True)) or [()] * count for field in split)
        cut = zip(inputs, targets, mixed, strict=True)
        return [Batch(*tensors, self.mixup_lambda) for tensors in cut]

    def share(self, stretch: Stretch) -> Batch:
        """The part of the batch that one of several processes learns from."""
        own = stretch(self.size)
        fields = (self.inputs, self.targets, self.mixup_targets)
        inputs, targets, mixed = (tuple(values[own] for values in field) for field in fields)
        return Batch(inputs, targets, mixed, self.mixup_lambda, self.size)


class Feed:
    """One part of the data, whose batches come as numbers on the device.

    What fits into the memory that data may take is there from the start; the rest is fetched batch by batch, ahead of
    its use. Which of them it is changes no value.
    ``channels_last`` lays pictures out as convolutions like them. ``augment`` says how the samples of an epoch are
    altered; those taken in order never are. ``lengths`` names, for targets whose samples are of unequal length, the
    field that counts their steps: what lies behind them is NaN, which counts nowhere.
    """

    def __init__(
        self,
        part: Part,
        inputs: list[str],
        targets: list[str],
        device: torch.device,
        channels_last: bool = False,
        augment: Augment | None = None,
        lengths: Mapping[str, str] | None = None,
    ) -> None:
        self.samples = part.samples
        self.channels_last = channels_last
        self._device = device
        partial = {name: f"{name}, own steps" for name in lengths or {} if name not in inputs}
        arrays = {name: part.arrays[name] for name in (*inputs, *targets) if name not in partial}
        for name, own in partial.items():
            arrays[own] = only_own(np.asarray(part.arrays[name]), np.asarray(part.arrays[(lengths or {})[name]]))
        self._columns = {name: place(values, device, channels_last) for name, values in arrays.items()}
        self._inputs = inputs
        self._targets = [partial.get(name, name) for name in targets]
        self._augment = augment if augment is not None and augment.active else None
        self._same = [inputs.index(name) if name in inputs else None for name in targets]

    def in_order(self, size: int) -> Iterator[Batch]:
        """All samples in their own order, ``size`` at a time; a last one alone joins those before it."""
        ends = list(itertools.accumulate(batch_sizes(self.samples, size), initial=0))
        for batch in self._batches([slice(start, end) for start, end in itertools.pairwise(ends)]):
            cancellation_point()
            yield batch

    def pick(self, index: int) -> Batch:
        """The sample number ``index`` as a batch of one."""
        return next(self._batches([slice(index, index + 1)]))

    def spread(self, count: int) -> Batch:
        """At most ``count`` samples as one batch, evenly spaced over all of them."""
        places = np.linspace(0, self.samples - 1, min(count, self.samples)).astype(np.int64)
        return next(self._batches([places]))

    def epoch(
        self, seed: int, epoch: int, size: int, start: int = 0, stretch: Stretch | None = None
    ) -> Iterator[Batch]:
        """The batches of an epoch from number ``start``, their samples shuffled by ``seed`` and ``epoch``.

        With ``stretch`` it is the share of one of several processes in each.
        """
        order = np.random.default_rng([seed, epoch]).permutation(self.samples)
        sizes = batch_sizes(self.samples, size)
        if stretch is not None:
            return self._shares(order, sizes, (seed, epoch, start), stretch)
        return self._whole(order, sizes, (seed, epoch, start))

    def _shares(self, order: Array, sizes: list[int], at: tuple[int, int, int], stretch: Stretch) -> Iterator[Batch]:
        """The same as shares; only their samples are fetched, unless others are blended in."""
        if self._small or self._augment is not None:
            return (batch.share(stretch) for batch in self._whole(order, sizes, at))
        cut, wholes = _cut(order, sizes, at[2]), sizes[at[2] :]
        batches = self._batches([places[stretch(len(places))] for places in cut])
        return (batch._replace(whole=whole) for batch, whole in zip(batches, wholes, strict=True))

    def _whole(self, order: Array, sizes: list[int], at: tuple[int, int, int]) -> Iterator[Batch]:
        seed, epoch, start = at
        batches = self._gather_all(order, sizes, start) if self._small else self._batches(_cut(order, sizes, start))
        if self._augment is None:
            return batches
        choice = self._augment
        return (self._alter(batch, choice, (seed, epoch, step)) for step, batch in enumerate(batches, start))

    @property
    def _small(self) -> bool:
        """Whether an epoch's samples may be put in order at once."""
        resident = [column for column in self._columns.values() if isinstance(column, DeviceTensor)]
        return len(resident) == len(self._columns) and sum(column.nbytes for column in resident) <= GATHERED

    def _alter(self, batch: Batch, choice: Augment, seed: tuple[int, int, int]) -> Batch:
        """A batch altered on the device; what is to be reconstructed is altered with it."""
        inputs, partner, mixup_lambda = alter(batch.inputs, choice, seed)
        laid = tuple(self._laid_out(tensor) for tensor in inputs)
        targets = tuple(
            own if same is None else laid[same] for own, same in zip(batch.targets, self._same, strict=True)
        )
        if partner is None:
            return Batch(laid, targets)
        at = torch.from_numpy(partner).to(self._device)
        others = tuple(
            own[at] if same is None else laid[same] for own, same in zip(batch.targets, self._same, strict=True)
        )
        return Batch(laid, targets, others, mixup_lambda)

    def _gather_all(self, order: Array, sizes: list[int], start: int) -> Iterator[Batch]:
        at = torch.from_numpy(order).to(self._device)
        columns = {
            name: column.gather(at) for name, column in self._columns.items() if isinstance(column, DeviceTensor)
        }
        cut = {name: torch.split(values, sizes)[start:] for name, values in columns.items()}
        inputs, targets = (zip(*(cut[name] for name in names), strict=True) for names in (self._inputs, self._targets))
        return map(Batch, inputs, targets)

    def _batches(self, places: Sequence[Places]) -> Iterator[Batch]:
        """The samples at each of ``places``; what must be fetched is fetched while the batches before are used."""
        streamed = {name: column for name, column in self._columns.items() if isinstance(column, Streamed)}
        if not streamed:
            yield from (self._batch(self._resident(where)) for where in places)
            return

        def fetch(where: Places) -> dict[str, Tensor]:
            return {name: column.fetch(where) for name, column in streamed.items()}

        # Bytes in memory are had sooner than a thread is asked for them.
        fetched = ahead(fetch, places) if any(column.far for column in streamed.values()) else map(fetch, places)
        for where, found in zip(places, fetched, strict=True):
            numbers = {name: streamed[name].numbers(raw) for name, raw in found.items()}
            yield self._batch(self._resident(where) | numbers)

    def _resident(self, where: Places) -> dict[str, Tensor]:
        columns = {name: column for name, column in self._columns.items() if isinstance(column, DeviceTensor)}
        if isinstance(where, slice):
            return {name: column.values[where] for name, column in columns.items()}
        at = torch.from_numpy(where).to(self._device)
        return {name: column.gather(at) for name, column in columns.items()}

    def _batch(self, columns: dict[str, Tensor]) -> Batch:
        return Batch(tuple(columns[name] for name in self._inputs), tuple(columns[name] for name in self._targets))

    def _laid_out(self, values: Tensor) -> Tensor:
        return laid_out(values, self.channels_last)


def _cut(order: Array, sizes: list[int], start: int) -> list[Array]:
    return list(np.split(order, np.cumsum(sizes)[:-1]))[start:]


def batch_sizes(samples: int, size: int) -> list[int]:
    """Sizes of an epoch's batches.

    A last batch of one sample joins the one before it: batch normalisation has no meaning over a single sample.
    """
    full, rest = divmod(samples, size)
    sizes = [size] * full + ([rest] if rest else [])
    if rest == 1 and len(sizes) > 1 and size > 1:
        sizes[-2:] = [size + 1]
    return sizes
