"""Error rates of rows of labels, such as transcripts."""

from __future__ import annotations

import numpy as np
import pytest

from app.training.sequence.label_metrics import label_rates, label_sums


@pytest.mark.parametrize(
    ("predicted", "true", "rates"),
    [
        ([[1, 2]], [[1, 2]], [0.0, 1.0]),
        ([[1, 3]], [[1, 2]], [0.5, 0.0]),
        ([[1, 2, 3]], [[1, 2, 0]], [0.5, 0.0]),
        ([[2]], [[2]], [0.0, 1.0]),
        ([[3]], [[2]], [1.0, 0.0]),
        ([[0]], [[0]], [0.0, 1.0]),
        ([[1, 2], [1, 2], [2, 0], [1, 1]], [[1, 2], [2, 1], [2, 0], [1, 0]], [3 / 6, 2 / 4]),
    ],
)
def test_edits_are_counted_per_label_and_right_rows_per_row(
    predicted: list[list[int]], true: list[list[int]], rates: list[float]
) -> None:
    assert label_rates(label_sums(np.array(predicted), np.array(true))) == pytest.approx(rates)


def test_without_rows_nothing_is_wrong_and_nothing_right() -> None:
    none = np.zeros((0, 3), np.int64)
    assert label_rates(label_sums(none, none)) == [0.0, 0.0]
