"""Data sets that ship, made once in a process of tests: hundreds of tests train a little on the same few.

Each that loads one gets a copy of its own. That the same settings give the same samples, the tests of the sources hold,
for which nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path

import numpy as np
import pytest

from app.data.dataset import Array, Dataset
from app.data.lazy_array import LazyArray
from app.data.source_catalogue import SHIPPED
from app.data.sources.source import Source

MOST = 300_000_000
"""Bytes of samples that are kept in all; what would be more is made each time."""

Load = Callable[[Source, Path | None], Dataset]


class KeptData:
    """What was loaded, by the settings of its source; ``used`` says whether it is handed out."""

    def __init__(self) -> None:
        self.used = True
        self._kept: dict[tuple[Load, type[Source], str], Dataset] = {}
        self._size = 0

    def keeping(self, load: Load) -> Load:
        """``load`` of a source, which calculates or reads only once."""

        @wraps(load)
        def kept(source: Source, base: Path | None = None) -> Dataset:
            if not self.used:
                return load(source, base)
            key = load, type(source), source.model_dump_json()
            if key in self._kept:
                return copied(self._kept[key])
            found = load(source, base)
            if (size := size_of(found)) is not None and self._size + size <= MOST:
                self._kept[key] = copied(found)
                self._size += size
            return found

        return kept


@contextmanager
def data_kept() -> Iterator[KeptData]:
    """Inside, every source that ships keeps what it loads."""
    kept, own = KeptData(), {base for kind in SHIPPED for base in kind.__mro__ if "load" in vars(base)}
    with pytest.MonkeyPatch.context() as patch:
        for base in own - {Source}:
            patch.setattr(base, "load", kept.keeping(vars(base)["load"]))
        yield kept


def copied(dataset: Dataset) -> Dataset:
    """The same data set with arrays of its own."""
    fields = {name: replace(each, values=_copy(np.asarray(each.values))) for name, each in dataset.fields.items()}
    spans, groups, given = (None if each is None else _copy(each) for each in _sides(dataset))
    return replace(dataset, fields=fields, spans=spans, groups=groups, given=given)


def _sides(dataset: Dataset) -> tuple[Array | None, Array | None, Array | None]:
    return dataset.spans, dataset.groups, dataset.given


def _copy(array: Array) -> Array:
    copy = array.copy("K")
    copy.flags.writeable = array.flags.writeable
    return copy


def size_of(dataset: Dataset) -> int | None:
    """Bytes of its samples; None where they are read when they are asked for."""
    values = [each.values for each in dataset.fields.values()]
    return (
        None if any(isinstance(each, LazyArray) for each in values) else sum(np.asarray(each).nbytes for each in values)
    )
