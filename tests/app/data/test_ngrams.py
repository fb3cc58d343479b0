"""N-gram models against counting by hand: probabilities add up, and backing off is what its formula says."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from app.data.baselines import baselines
from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.ngrams import NAMES, NGrams
from app.data.prepare import prepare

SIZE = 7


def lists(seed: int, count: int = 40, steps: int = 9) -> tuple[Array, Array]:
    """Lists of tokens and the next ones, some of them filled up with 0, from a chain in which some pairs are rare."""
    rng = np.random.default_rng(seed)
    whole = np.zeros((count, steps + 1), np.int64)
    whole[:, 0] = rng.integers(1, SIZE, count)
    for step in range(1, steps + 1):
        whole[:, step] = 1 + (whole[:, step - 1] + rng.integers(0, 3, count) ** 2) % (SIZE - 1)
    lengths = rng.integers(2, steps + 1, count)
    following = np.where(np.arange(steps) < lengths[:, None], whole[:, 1:], 0)
    return whole[:, :-1] * (np.arange(steps) < lengths[:, None]), following


def fitted(order: int) -> NGrams:
    read, following = lists(0)
    return NGrams.fit(read, following, order, SIZE, fills=True)


def all_probabilities(model: NGrams, row: list[int]) -> Array:
    """What a model says of every token behind a row, float64 (SIZE,)."""
    read = np.tile(np.array(row), (SIZE, 1))
    following = np.repeat(np.arange(SIZE)[:, None], len(row), axis=1)
    return model.probabilities(read, following)[:, -1]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("row", [[1], [3, 5], [6, 6, 6, 2], [2, 0, 1]])
def test_the_probabilities_of_all_tokens_add_up_to_one_and_padding_has_none(order: int, row: list[int]) -> None:
    shares = all_probabilities(fitted(order), row)
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == 0 and (shares[1:] > 0).all()


def backed_off(pairs: list[tuple[tuple[int, ...], int]], context: tuple[int, ...], token: int) -> float:
    """Katz's formula with an absolute discount, from lists of (two tokens before, token)."""
    if not context:
        counts = Counter(following for _, following in pairs)
        return (counts[token] + 1) / (len(pairs) + SIZE - 1)
    length = len(context)
    known = [(before[-length:], following) for before, following in pairs if len(before) >= length]
    counted = Counter(known)
    once, twice = (sum(value == times for value in counted.values()) for times in (1, 2))
    discount = once / (once + 2 * twice) if once and twice else 0.5
    seen = {following: times for (before, following), times in counted.items() if before == context}
    if not seen:
        return backed_off(pairs, context[1:], token)
    whole = sum(seen.values())
    if token in seen:
        return (seen[token] - discount) / whole
    rest = 1 - sum(backed_off(pairs, context[1:], each) for each in seen)
    return discount * len(seen) / whole / rest * backed_off(pairs, context[1:], token)


@pytest.mark.parametrize("seed", range(3))
def test_a_trigram_backs_off_as_the_formula_says(seed: int) -> None:
    read, following = lists(seed, count=10)
    pairs = [
        (tuple(row[max(0, step - 1) : step + 1].tolist()), int(after[step]))
        for row, after in zip(read, following, strict=True)
        for step in range(len(row))
        if after[step]
    ]
    model = NGrams.fit(read, following, 3, SIZE, fills=True)
    for row in ([2, 3], [4, 4], [1, 6], [5, 1], [0, 2]):
        wanted = [backed_off(pairs, tuple(row), token) for token in range(1, SIZE)]
        np.testing.assert_allclose(all_probabilities(model, row)[1:], wanted, rtol=1e-9)


def test_a_unigram_is_as_unsure_as_the_counts_say() -> None:
    read, following = np.array([[1, 1, 2, 0]]), np.array([[1, 2, 1, 0]])
    model = NGrams.fit(read, following, 1, 3, fills=True)
    surprise = 2 * math.log(3 / 5) + math.log(2 / 5)
    assert model.perplexity(read, following) == pytest.approx(math.exp(-surprise / 3))
    assert model.likeliest(read).tolist() == [[1, 1, 1, 1]]


def test_the_likeliest_is_what_was_seen_most_often_behind_the_same_tokens() -> None:
    read, following = np.array([[1, 2, 1, 3, 1, 2, 3]]), np.array([[2, 1, 3, 1, 2, 3, 3]])
    model = NGrams.fit(read, following, 2, 4, fills=True)
    assert model.likeliest(np.array([[1, 0]]))[0, 0] == 2
    trigram = NGrams.fit(read, following, 3, 4, fills=True)
    assert trigram.likeliest(np.array([[3, 1]]))[0, 1] == 2
    assert trigram.likeliest(np.array([[2, 1]]))[0, 1] == 3


def test_nothing_to_count_leaves_all_tokens_alike() -> None:
    nothing = np.zeros((1, 3), np.int64)
    model = NGrams.fit(nothing, nothing, 3, SIZE, fills=True)
    np.testing.assert_allclose(all_probabilities(model, [1, 2])[1:], 1 / (SIZE - 1))


def test_more_tokens_make_a_better_baseline_of_sentences() -> None:
    found = baselines(prepare(DataChoice.of("sentences", samples=300)))
    assert [baseline.name for baseline in found] == list(NAMES)
    unsure = [baseline.to_json()["perplexity"] for baseline in found]
    assert unsure == sorted(unsure, reverse=True)
    assert [baseline.errors.perplexity for baseline in found] == unsure
