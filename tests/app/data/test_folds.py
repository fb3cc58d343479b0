"""The folds of a cross-validation: each sample validates once, the test set never, and the rules of the split hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.data_choice import DataChoice
from app.data.folds import Fold, folded
from app.data.prepare import prepare
from app.data.split import Indices, Split, split
from graph.errors import NetloomError

SPLIT = Split(train=0.6, validation=0.2, test=0.2)


def all_folds(count: int, samples: int, choice: Split = SPLIT, **arrays: np.ndarray) -> tuple[Indices, list[Indices]]:
    whole = split(choice, samples, **arrays)
    return whole, [folded(whole, Fold(number=at, of=count), choice, **arrays) for at in range(1, count + 1)]


@given(st.integers(2, 10), st.integers(30, 200), st.integers(0, 9))
def test_every_sample_outside_the_test_set_validates_once(count: int, samples: int, seed: int) -> None:
    whole, folds = all_folds(count, samples, SPLIT.model_copy(update={"seed": seed}))
    rest = sorted([*whole.train.tolist(), *whole.validation.tolist()])
    assert sorted(at for fold in folds for at in fold.validation.tolist()) == rest
    for fold in folds:
        assert sorted([*fold.train.tolist(), *fold.validation.tolist()]) == rest
        assert len(fold.test) == 0
        assert fold.train.tolist() == sorted(fold.train.tolist()) and fold.train.dtype == np.int64
        assert abs(len(fold.validation) - len(rest) / count) < 1


@given(st.integers(2, 8), st.lists(st.integers(0, 3), min_size=40, max_size=200))
def test_each_fold_has_each_class_in_its_share(count: int, labels: list[int]) -> None:
    held = np.array(labels)
    whole, folds = all_folds(count, len(held), labels=held)
    rest = np.concatenate([whole.train, whole.validation])
    for fold in folds:
        assert abs(len(fold.validation) - len(rest) / count) < 1
        for label in set(labels):
            assert abs((held[fold.validation] == label).sum() - (held[rest] == label).sum() / count) < 1


def test_without_stratifying_classes_fall_as_they_may() -> None:
    held = np.arange(100) % 2
    _, plain = all_folds(5, 100, SPLIT.model_copy(update={"stratified": False}), labels=held)
    _, blind = all_folds(5, 100)
    assert [fold.validation.tolist() for fold in plain] == [fold.validation.tolist() for fold in blind]


def test_groups_are_never_parted_and_folds_are_alike_in_size() -> None:
    groups = np.repeat(np.arange(40), np.arange(40) % 5 + 1)
    whole, folds = all_folds(4, len(groups), groups=groups)
    for fold in folds:
        assert not set(groups[fold.validation]) & {*groups[fold.train], *groups[whole.test]}
    sizes = [len(fold.validation) for fold in folds]
    assert max(sizes) - min(sizes) <= 5
    with pytest.raises(NetloomError, match=r"only 2 groups, which are never parted. Choose at most 2 folds"):
        all_folds(4, 30, groups=np.repeat(np.arange(3), 10))


def test_samples_in_time_order_have_no_folds() -> None:
    starts = np.arange(100)
    spans = np.stack([starts, starts + 5], axis=1)
    with pytest.raises(NetloomError, match="not for data in time order"):
        all_folds(5, 100, spans=spans)
    groups = np.arange(100) // 5  # windows of machines, which are parted as wholes
    assert len(all_folds(5, 100, spans=spans, groups=groups)[1]) == 5


def test_what_is_divided_already_keeps_its_test_set() -> None:
    given_part = np.repeat([0, 2], [50, 30])
    whole = split(SPLIT, 80, given=given_part)
    folds = [folded(whole, Fold(number=at, of=5), SPLIT) for at in range(1, 6)]
    assert whole.test.tolist() == list(range(50, 80))
    assert sorted(at for fold in folds for at in fold.validation.tolist()) == list(range(50))


def test_more_folds_than_samples_are_refused() -> None:
    with pytest.raises(NetloomError, match=r"outside the test set there are only 8 samples\. Choose at most 8 folds"):
        all_folds(9, 10)


def test_a_choice_with_a_fold_is_read_back_and_prepared() -> None:
    section = {"source": "iris", "fold": {"number": 2, "of": 5}}
    choice = DataChoice.parse(section)
    assert str(choice.fold) == "fold 2 of 5"
    assert DataChoice.parse(choice.to_json()) == choice
    for without in ({"source": "iris"}, {"source": "iris", "fold": None}):
        assert "fold" not in DataChoice.parse(without).to_json()
    ready, usual = prepare(choice), prepare(DataChoice.of("iris"))
    assert (ready.test.samples, ready.validation.samples) == (0, 26)
    assert not {*usual.test.indices.tolist()} & {*ready.train.indices.tolist(), *ready.validation.indices.tolist()}
    trained = ready.train.arrays[ready.dataset.inputs[0]]
    np.testing.assert_allclose(np.asarray(trained).mean(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("fold", [{"number": 0, "of": 5}, {"number": 6, "of": 5}, {"number": 1}, 3, [],
                                  {"number": 1, "of": 1}, {"number": 1.0, "of": 5}])  # fmt: skip
def test_folds_that_there_are_not_are_refused_in_words(fold: object) -> None:
    with pytest.raises(NetloomError, match=r"^data\.fold: a number and of how many are needed"):
        DataChoice.parse({"source": "iris", "fold": fold})
