"""Correlations against numpy's, and what is left out of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.correlation import correlations, pearson
from app.data.data_choice import DataChoice
from app.data.prepare import prepare


def found(kind: str, **options: object) -> tuple[list[str], np.ndarray]:
    result = correlations(prepare(DataChoice.of(kind, **options)).dataset)
    assert result is not None
    return list(result.names), result.values


@given(seed=st.integers(0, 1000), gaps=st.booleans())
def test_pairs_are_numpys(seed: int, gaps: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(4, 30))
    rows[1] += rows[0]
    if gaps:
        rows[rng.random(rows.shape) < 0.2] = np.nan
    r = pearson(rows)
    assert np.allclose(r, r.T) and np.allclose(np.diag(r), 1)
    both = np.isfinite(rows[0]) & np.isfinite(rows[1])
    assert r[0, 1] == pytest.approx(np.corrcoef(rows[0, both], rows[1, both])[0, 1])


def test_known_sets() -> None:
    names, values = found("iris")
    assert len(names) == 4  # three species have no order
    length, width = (next(n for n, name in enumerate(names) if name.startswith(f"petal {one}")) for one in ("l", "w"))
    assert values[length, width] == pytest.approx(0.9629, abs=1e-3)
    assert found("breast_cancer")[0][-1] == "diagnosis = benign"
    assert len(found("seasons")[0]) >= 2


@pytest.mark.parametrize("kind", ["digits", "adding"])
def test_pictures_and_other_sequences_have_none(kind: str) -> None:
    assert correlations(prepare(DataChoice.of(kind)).dataset) is None
