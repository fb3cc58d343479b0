"""Batches that are fetched in a thread while training is busy with the one before."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from app.training.placement import AHEAD, Places, ahead, laid_out


def first_of(places: Places) -> int:
    return int(np.arange(10)[places][0])


def test_the_next_batches_are_fetched_before_they_are_needed() -> None:
    fetched = [threading.Event() for _ in range(6)]

    def fetch(places: Places) -> int:
        at = first_of(places)
        fetched[at].set()
        return at

    results = ahead(fetch, [np.array([at]) for at in range(6)])
    assert next(results) == 0
    assert fetched[AHEAD].wait(30), "nobody has asked for it yet"
    assert not fetched[AHEAD + 1].is_set()
    assert list(results) == [1, 2, 3, 4, 5]


def test_a_failure_reaches_who_asks_for_that_batch() -> None:
    def fetch(places: Places) -> int:
        if first_of(places) == 1:
            raise OSError("gone")
        return first_of(places)

    results = ahead(fetch, [np.array([at]) for at in range(4)])
    assert next(results) == 0
    with pytest.raises(OSError, match="gone"):
        next(results)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 4)])
def test_only_pictures_are_laid_out_with_their_channels_last(shape: tuple[int, ...]) -> None:
    values = torch.rand(shape)
    assert laid_out(values, False) is values
    found = laid_out(values, True)
    assert torch.equal(found, values)
    assert found.stride()[1] == (1 if len(shape) == 4 else values.stride()[1])
