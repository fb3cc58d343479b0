"""Mean removal, scaling, decorrelation and whitening: the numbers of NumPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from app.numerics.whitening import Preparation, Whitening, covariance

IRIS = load_iris().data.astype(np.float64)


@pytest.mark.parametrize("columns", [(0, 1), (2, 3), (0, 1, 2, 3)])
@pytest.mark.parametrize("scaled", [False, True])
def test_it_is_pca_of_scikit_learn(columns: tuple[int, ...], scaled: bool) -> None:
    values = IRIS[:, columns]
    found = Whitening.fit(values, scaled=scaled)
    before = StandardScaler().fit_transform(values) if scaled else values
    for last, whiten in ((Preparation.DECORRELATE, False), (Preparation.WHITEN, True)):
        theirs = PCA(whiten=whiten, svd_solver="full").fit_transform(before)
        ours = found.apply(values, last)
        signs = np.sign((ours * theirs).sum(axis=0))  # an eigenvector may point either way
        assert ours == pytest.approx(theirs * signs, abs=1e-6)
    assert found.variances == pytest.approx(PCA().fit(before).explained_variance_, abs=1e-9)


def test_each_step_does_what_it_says() -> None:
    found = Whitening.fit(IRIS)
    after = {step: found.apply(IRIS, step) for step in Preparation}
    assert after[Preparation.MEAN].mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert np.cov(after[Preparation.MEAN].T) == pytest.approx(np.cov(IRIS.T))
    assert after[Preparation.SCALE].std(axis=0) == pytest.approx(np.ones(4))
    turned = covariance(after[Preparation.DECORRELATE])
    assert turned == pytest.approx(np.diag(found.variances), abs=1e-12)
    assert covariance(after[Preparation.WHITEN]) == pytest.approx(np.eye(4), abs=1e-9)
    assert found.undo(after[Preparation.WHITEN]) == pytest.approx(IRIS)
    assert covariance(IRIS) == pytest.approx(np.cov(IRIS.T))


def test_two_scaled_columns_turn_by_45_degrees_whatever_they_are() -> None:
    found = Whitening.fit(IRIS[:, [0, 2]])
    assert np.abs(found.vectors) == pytest.approx(np.full((2, 2), np.sqrt(0.5)))
    r = float(np.corrcoef(IRIS[:, [0, 2]].T)[0, 1])
    assert found.variances == pytest.approx(np.array([1 + r, 1 - r]) * 150 / 149)


def test_a_column_that_never_changes_and_one_that_is_double_another() -> None:
    still = Whitening.fit(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]))
    assert np.isfinite(still.apply(np.array([[1.0, 5.0]]))).all()
    line = np.array([[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]])
    whitened = Whitening.fit(line).apply(line)
    assert covariance(whitened) == pytest.approx(np.diag([1.0, 0.0]), abs=1e-9)
    with pytest.raises(ValueError, match="two samples"):
        Whitening.fit(line[:1])
