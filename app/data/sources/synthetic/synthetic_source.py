"""Base class of synthetic data sets, which are generated from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from app.data.sources.source import Source
from graph.layers.settings import setting


class SyntheticSource(Source):
    """Samples that are generated from a seed: the same settings give the same samples.

    Subclasses give `field_infos` and `generate`.
    """

    task: ClassVar[Task]
    inputs: ClassVar[tuple[str, ...]]
    target: ClassVar[str]

    samples: int = setting(1000, "Number of samples", minimum=10, maximum=1_000_000, unit="samples")
    seed: int = setting(0, "Another number gives other samples", minimum=0, maximum=2**31 - 1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """The fields, without their values."""
        raise NotImplementedError

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """The values of every field."""
        raise NotImplementedError

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the samples."""
        known = (self.kind, self.title, self.task, self.samples, self.field_infos(), self.inputs, self.target)
        freely = type(self).split_of is SyntheticSource.split_of
        return DatasetInfo(*known, self.summary(), freely_split=freely)

    def load(self, base: Path | None = None) -> Dataset:
        """The samples."""
        values = self.generate(np.random.default_rng(self.seed))
        return self.info().with_values(values, given=self.split_of(values))

    def split_of(self, values: Mapping[str, Array]) -> Array | None:
        """The split of each sample by the set's own rule, as `Dataset.given`; None where it has none."""
        return None


def by_length(lengths: Array, most: int) -> Array | None:
    """Samples of at most ``most`` steps to train on and longer ones to test, uint8 (N,); None where ``most`` is 0."""
    return np.where(lengths.reshape(-1) > most, 2, 0).astype(np.uint8) if most else None


def between(rng: np.random.Generator, shortest: int, longest: int, samples: int) -> Array:
    """Lengths from ``shortest`` (at most ``longest``) to ``longest``, all equally often, int64 (samples, 1)."""
    return rng.integers(min(shortest, longest), longest + 1, (samples, 1))


def one_of(rng: np.random.Generator, words: Sequence[str]) -> str:
    """One of ``words``, all equally often."""
    return words[int(rng.integers(len(words)))]


def unused(make: Callable[[], str], used: set[str]) -> str:
    """A text of ``make`` that is not among those ``used``, to which it is added; any after twenty attempts."""
    for _ in range(20):
        text = make()
        if text not in used:
            break
    used.add(text)
    return text
