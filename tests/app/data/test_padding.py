"""Padding: samples of unequal length made equally long, and how many steps of each count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.data.dataset import FieldInfo
from app.data.padding import even, only_own, padded
from graph.errors import NetloomError
from graph.shapes import sequence, tokens

NAN = float("nan")
WORDS = ("(padding)", "a", "b")


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ([[1.0, 2.0, 3.0], [4.0]], [[1.0, 2.0, 3.0], [4.0, NAN, NAN]]),
        ([[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]], [[[1.0, 2.0], [NAN, NAN]], [[3.0, 4.0], [5.0, 6.0]]]),
        ([1.0, 2.0], [1.0, 2.0]),
        ([], []),
    ],
)
def test_shorter_lists_are_filled_up(given: Any, made: Any) -> None:
    np.testing.assert_array_equal(np.array(even(given)), np.array(made))


@pytest.mark.parametrize(
    ("field", "values", "filled", "steps"),
    [
        (FieldInfo("t", tokens(4), vocabulary=WORDS), [[1, 0, 0], [0, 2, 0], [0, 0, 0]],
         [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0]], [1, 2, 1]),
        (FieldInfo("t", tokens(6), vocabulary=WORDS), [[1, 2, 0, 0], [1, 2, 2, 2]],
         [[1, 2, 0, 0, 0, 0], [1, 2, 2, 2, 0, 0]], [2, 4]),
        (FieldInfo("s", sequence(None, 2)), even([[[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0]]]),
         [[[0, 0], [0, 0]], [[1, 0], [0, 0]]], [2, 1]),
        (FieldInfo("s", sequence(3, 1)), [[[1.0], [NAN]], [[2.0], [3.0]]],
         [[[1.0], [0.0], [0.0]], [[2.0], [3.0], [0.0]]], [1, 2]),
        (FieldInfo("s", sequence(2, 1)), [[5.0], [6.0]], [[[5.0], [6.0]]], [2]),
    ],
)  # fmt: skip
def test_samples_get_as_many_steps_as_the_network_takes(
    field: FieldInfo, values: Any, filled: Any, steps: list[int]
) -> None:
    made, counted = padded(np.array(values), field, "row 1")
    np.testing.assert_array_equal(made, np.array(filled))
    assert counted.tolist() == [[count] for count in steps]


def test_a_sample_of_too_many_steps_is_refused() -> None:
    with pytest.raises(NetloomError, match="row 1 has 3 steps, but this network takes 2 at most"):
        padded(np.ones((3, 1)), FieldInfo("s", sequence(2, 1)), "row 1")


def test_what_is_padding_is_no_number() -> None:
    found = only_own(np.ones((2, 3, 1), np.float32), np.array([[1], [3]]))
    assert np.isnan(found[..., 0]).tolist() == [[False, True, True], [False, False, False]]
