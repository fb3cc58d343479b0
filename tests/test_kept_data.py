"""Data that tests share is the same each time, belongs to who asked for it, and is made anew where that is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.data.dataset import Array, Dataset
from app.data.source_catalogue import source
from app.data.sources.source import Source
from tests.kept_data import KeptData, copied, size_of


def values(dataset: Dataset) -> Array:
    return np.asarray(dataset.input_field().values)


def test_a_set_is_made_once_and_who_asks_gets_a_copy() -> None:
    kept, made = KeptData(), list[Source]()

    def load(chosen: Source, base: Path | None = None) -> Dataset:
        made.append(chosen)
        return chosen.load(base)

    ask, spirals = kept.keeping(load), source("spirals").parse({"samples": 20}, "test")
    first, second = (ask(spirals, None) for _ in range(2))
    assert len(made) == 1 and (values(first) == values(second)).all()
    values(first)[:] = 0
    values(second)[:] = 0
    assert values(ask(spirals, None)).any()
    other = ask(spirals.changed(seed=1), None)
    assert len(made) == 2 and (values(other) != values(ask(spirals, None))).any()
    kept.used = False
    ask(spirals, None)
    assert len(made) == 3


def test_a_copy_is_the_same_data_set() -> None:
    for kind in ("digits", "sine", "adding", "boxed_scenes"):
        whole = source(kind)().load()
        copy = copied(whole)
        assert copy.info == whole.info and copy.boxes == whole.boxes
        assert size_of(copy) == size_of(whole) != 0
        for name, field in whole.fields.items():
            assert np.array_equal(np.asarray(copy.fields[name].values), np.asarray(field.values))
            assert not np.shares_memory(copy.fields[name].values, field.values)
        for part in ("spans", "groups", "given"):
            mine, theirs = getattr(copy, part), getattr(whole, part)
            assert (mine is None and theirs is None) or np.array_equal(mine, theirs)
