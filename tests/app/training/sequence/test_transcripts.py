"""Spelling, searching and comparing rows of labels, held against trying out everything."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training.sequence.transcripts import (
    Row,
    beam_search,
    collapse,
    edit_distances,
    padded,
    row_of,
    spelled,
    steps_needed,
    transcribe,
)

ROWS = st.lists(st.integers(1, 3), max_size=6).map(tuple)


def chances(seed: int, steps: int, labels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Chances of each label at each step, sharp enough to differ, that sum to one."""
    values = np.exp(2 * np.random.default_rng(seed).normal(size=(steps, labels)))
    return np.asarray(values / values.sum(1, keepdims=True))


def by_trying_all_paths(given_: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> dict[Row, float]:
    found: defaultdict[Row, float] = defaultdict(float)
    for path in product(range(given_.shape[1]), repeat=len(given_)):
        found[collapse(path)] += float(np.prod([given_[step, label] for step, label in enumerate(path)]))
    return found


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ((0, 0), ()),
        ((1, 1, 2), (1, 2)),
        ((1, 0, 1), (1, 1)),
        ((0, 3, 3, 0, 3, 2, 0), (3, 3, 2)),
    ],
)
def test_equal_neighbours_are_written_once_and_blanks_not_at_all(path: tuple[int, ...], row: Row) -> None:
    assert collapse(path) == row


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), max_size=6))
def test_many_paths_are_spelled_as_each_alone(paths: list[list[int]]) -> None:
    rows = spelled(np.array(paths, dtype=np.int64).reshape(-1, 5))
    assert [row_of(row) for row in rows] == [collapse(path) for path in paths]


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 5), labels=st.integers(2, 3))
def test_a_search_that_gives_nothing_up_is_exact(seed: int, steps: int, labels: int) -> None:
    given_ = chances(seed, steps, labels)
    all_ = by_trying_all_paths(given_)
    found = beam_search(np.log(given_), 1000)
    assert {row for row, _ in found} == set(all_)
    assert np.allclose([np.exp(chance) for _, chance in found], [all_[row] for row, _ in found])
    assert found[0][0] == max(all_, key=lambda row: all_[row])


@given(seed=st.integers(0, 10_000), width=st.integers(1, 4))
def test_a_narrow_search_never_claims_more_than_there_is(seed: int, width: int) -> None:
    given_ = chances(seed, 5, 3)
    all_ = by_trying_all_paths(given_)
    found = beam_search(np.log(given_), width)
    assert len(found) <= width
    assert all(np.exp(chance) <= all_[row] + 1e-9 for row, chance in found)


def test_the_best_path_is_that_of_the_likeliest_labels_and_not_always_the_likeliest_row() -> None:
    given_ = np.array([[0.6, 0.4], [0.6, 0.4]])  # the path “blank, blank” is likeliest, 0.36, but “1” has 0.64 in all
    assert transcribe(np.log(given_)[None], 1).tolist() == [[]]
    assert transcribe(np.log(given_)[None], 2).tolist() == [[1]]


@given(st.lists(st.tuples(ROWS, ROWS), min_size=1, max_size=8))
def test_distances_are_those_of_the_definition(pairs: list[tuple[Row, Row]]) -> None:
    @cache
    def far(one: Row, other: Row) -> int:
        if not one or not other:
            return len(one) + len(other)
        exchanged = far(one[:-1], other[:-1]) + (one[-1] != other[-1])
        return min(exchanged, far(one[:-1], other) + 1, far(one, other[:-1]) + 1)

    said, true = padded([one for one, _ in pairs]), padded([other for _, other in pairs])
    assert edit_distances(said, true).tolist() == [far(*pair) for pair in pairs]


def test_equal_neighbours_need_a_step_between_them() -> None:
    assert steps_needed(np.array([[1, 2, 0], [1, 1, 1], [0, 0, 0]])).tolist() == [2, 5, 0]
