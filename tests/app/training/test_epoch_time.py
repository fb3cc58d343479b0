"""One definition of how long an epoch takes."""

from __future__ import annotations

from app.training.epoch_time import epoch_seconds


def test_a_usual_epoch_is_the_median_of_those_that_tell_their_time() -> None:
    assert epoch_seconds([{"seconds": 3.0}, {"seconds": 0.9}, {"seconds": 1.0}, {}]) == 1.0
    assert epoch_seconds([{}]) is None
