"""What all sets that are made from a seed have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, Field, FieldInfo, Task
from app.data.sources.source import Source
from graph.layers.settings import setting
from graph.shapes import vector


class SyntheticSource(Source):
    """Samples that are made from a seed: the same settings give the same samples. Subclasses give `facts`, `make`."""

    task: ClassVar[Task]
    inputs: ClassVar[tuple[str, ...]]
    target: ClassVar[str]

    samples: int = setting(1000, "Number of samples", minimum=10, maximum=1_000_000, unit="samples")
    seed: int = setting(0, "Another number gives other samples", minimum=0, maximum=2**31 - 1)

    def facts(self) -> tuple[FieldInfo, ...]:
        """The fields, without their values."""
        raise NotImplementedError

    def make(self, rng: np.random.Generator) -> dict[str, Array]:
        """The values of every field."""
        raise NotImplementedError

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the samples."""
        return DatasetInfo(
            self.kind, self.title, self.task, self.samples, self.facts(), self.inputs, self.target, self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The samples."""
        values = self.make(np.random.default_rng(self.seed))
        return replace(with_values(self.info(), values), given=self.division(values))

    def division(self, values: Mapping[str, Array]) -> Array | None:
        """The part of each sample by the set's own division, as `Dataset.given`; None where it has none."""
        return None


def with_values(info: DatasetInfo, values: dict[str, Array]) -> Dataset:
    """The loaded form of ``info``, its ``values`` by field."""
    fields = {
        one.name: Field(
            one.name,
            one.shape,
            one.classes,
            one.names,
            one.units,
            one.vocabulary,
            one.lengths,
            one.fixed,
            values=values[one.name],
        )
        for one in info.fields
    }
    return Dataset(info.id, info.title, info.task, fields, info.inputs, info.target, info.summary)


def lengths_field(name: str = "length") -> FieldInfo:
    """A field that says how many steps of each sample count, int64 (N, 1)."""
    return FieldInfo(name, vector(1), names=(name,), units=("steps",), fixed=True)


def by_length(lengths: Array, most: int) -> Array | None:
    """Samples of at most ``most`` steps to train on and longer ones to test, uint8 (N,); None where ``most`` is 0."""
    return np.where(lengths.reshape(-1) > most, 2, 0).astype(np.uint8) if most else None


def between(rng: np.random.Generator, shortest: int, longest: int, samples: int) -> Array:
    """Lengths from ``shortest`` (at most ``longest``) to ``longest``, all equally often, int64 (samples, 1)."""
    return rng.integers(min(shortest, longest), longest + 1, (samples, 1))
