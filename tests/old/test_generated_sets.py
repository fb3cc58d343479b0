"""Data sets that are made from a seed stay as they were: a run of today and one of last year learn from the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.source_catalogue import sources
from app.data.sources.source import Origin, Source

FROZEN: dict[str, dict[str, list[float]]] = json.loads(
    Path(__file__).with_name("generated_sets.json").read_text("utf-8")
)
SHIPPED = sources(Origin.SHIPPED)


def summary(source: Source) -> dict[str, list[float]]:
    """Of each field: its number of values, their mean and spread, and sums that notice where a value moves to."""
    found: dict[str, list[float]] = {}
    for name, field in source.load().fields.items():
        values: Any = np.nan_to_num(np.asarray(field.values, np.float64)).reshape(len(field.values), -1)
        across, down = np.cos(np.arange(values.shape[1])), np.sin(np.arange(len(values)))
        moved = float(down @ values @ across) / np.sqrt(values.size)
        found[name] = [values.size, float(values.mean()), float(values.std()), moved]
    return found


@pytest.mark.parametrize("kind", SHIPPED, ids=lambda kind: kind.kind)
def test_a_set_is_what_it_was(kind: type[Source]) -> None:
    found, frozen = summary(kind()), FROZEN[kind.kind]
    assert found.keys() == frozen.keys()
    for name, numbers in frozen.items():
        np.testing.assert_allclose(found[name], numbers, rtol=1e-5, atol=1e-5, err_msg=name)
