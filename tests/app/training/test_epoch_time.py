"""One definition of how long an epoch takes, and how it is written."""

from __future__ import annotations

import pytest

from app.training.epoch_time import epoch_seconds, epoch_time_text


def test_a_usual_epoch_is_the_median_of_those_that_tell_their_time() -> None:
    assert epoch_seconds([{"seconds": 3.0}, {"seconds": 0.9}, {"seconds": 1.0}, {}]) == 1.0
    assert epoch_seconds([{}]) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.01, "0.1 s"), (0.9, "0.9 s"), (1.6, "1.6 s"), (34.2, "34 s"), (240.0, "4 min")]
)
def test_seconds_keep_a_decimal_while_it_means_something(seconds: float, text: str) -> None:
    assert epoch_time_text(seconds) == text
