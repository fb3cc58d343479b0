"""The parts: a partition, in the shares asked for, never looking ahead."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.data.split import PARTS, Indices, Split, fewest_samples, split
from graph.errors import NetloomError


@st.composite
def splits(draw: st.DrawFn) -> Split:
    validation = draw(st.sampled_from([0.0, 0.1, 0.15, 0.25, 0.3]))
    test = draw(st.sampled_from([0.0, 0.1, 0.15, 0.2, 1 / 3]))
    seed = draw(st.integers(0, 1000))
    return Split(train=1 - validation - test, validation=validation, test=test, seed=seed)


def together(indices: Indices) -> list[int]:
    return [int(one) for _, part in indices.parts() for one in part]


@given(splits(), st.integers(20, 400))
def test_every_sample_is_in_exactly_one_part(choice: Split, samples: int) -> None:
    indices = split(choice, samples)
    assert sorted(together(indices)) == list(range(samples))
    for (_, part), share in zip(indices.parts(), choice.shares, strict=True):
        assert abs(len(part) - share * samples) <= 1
        assert part.dtype == np.int64
        assert list(part) == sorted(part)


@given(splits(), st.lists(st.integers(0, 4), min_size=30, max_size=300))
def test_each_part_has_each_class_in_its_share(choice: Split, labels: list[int]) -> None:
    held = np.array(labels)
    indices = split(choice, len(held), labels=held)
    assert sorted(together(indices)) == list(range(len(held)))
    for (_, part), share in zip(indices.parts(), choice.shares, strict=True):
        for label in set(labels):
            assert abs(int((held[part] == label).sum()) - share * int((held == label).sum())) < 1 + 1e-9
        # Leftovers of the classes are shared out fairly: the whole part is near its share as well.
        assert abs(len(part) - share * len(held)) <= 2


@given(splits(), st.integers(1, 20), st.integers(1, 5), st.integers(1, 7), st.integers(300, 600))
def test_no_time_step_is_used_by_two_parts(choice: Split, window: int, horizon: int, stride: int, steps: int) -> None:
    starts = np.arange(0, steps - window - horizon + 1, stride)
    spans = np.stack([starts, starts + window + horizon], axis=1)
    parts = [part for _, part in split(choice, len(starts), spans=spans).parts() if len(part)]
    for earlier, later in itertools.pairwise(parts):
        assert spans[earlier, 1].max() <= spans[later, 0].min()
    assert len(set(np.concatenate(parts))) == sum(len(part) for part in parts)


def test_the_seed_decides() -> None:
    assert together(split(Split(seed=3), 100)) == together(split(Split(seed=3), 100))
    assert together(split(Split(seed=3), 100)) != together(split(Split(seed=4), 100))


def test_stratifying_can_be_turned_off() -> None:
    labels = np.repeat([0, 1], [90, 10])
    plain = split(Split(stratified=False), 100, labels=labels)
    np.testing.assert_array_equal(plain.train, split(Split(), 100).train)


def test_many_tiny_classes_still_fill_every_part() -> None:
    indices = split(Split(), 60, labels=np.repeat(np.arange(20), 3))
    assert [len(part) for _, part in indices.parts()] == [42, 9, 9]


def test_a_share_of_nothing_gives_an_empty_part() -> None:
    indices = split(Split(train=1.0, validation=0.0, test=0.0), 5)
    assert [len(part) for _, part in indices.parts()] == [5, 0, 0]


@pytest.mark.parametrize("samples", [1, 2])
def test_too_few_samples_are_refused(samples: int) -> None:
    with pytest.raises(NetloomError, match=rf"set would be empty.*at least {fewest_samples(Split())}, or change"):
        split(Split(), samples)
    assert all(len(part) for _, part in split(Split(), fewest_samples(Split())).parts())


def test_a_series_too_short_for_its_parts_is_refused() -> None:
    starts = np.arange(10)
    with pytest.raises(NetloomError, match=r"training set would be empty.*shorter window"):
        split(Split(), 10, spans=np.stack([starts, starts + 51], axis=1))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"train": 0.5}, "add up to 1, not 0.8"),
        ({"train": 1.2, "validation": 0.0, "test": -0.2}, "at most 1"),
        ({"train": 0.85, "validation": float("nan")}, "finite number"),
        ({"seed": -1}, "at least 0"),
    ],
)
def test_shares_that_make_no_sense_are_refused(values: dict[str, float], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Split.model_validate(values)


def test_parts_are_named_in_order() -> None:
    assert [name for name, _ in split(Split(), 20).parts()] == list(PARTS)


def test_a_seed_has_31_bits_and_a_share_is_no_more_than_the_whole() -> None:
    assert Split(seed=2**31 - 1).seed == 2**31 - 1
    assert Split(train=1, validation=0, test=0).shares == (1, 0, 0)
    for beyond in ({"seed": 2**31}, {"train": 1.01}, {"seed": -1}):
        with pytest.raises(ValidationError, match="must be"):
            Split.model_validate(beyond)
