"""Steps as epochs and as time."""

from __future__ import annotations

import numpy as np
import pytest

from widgets.training.run_scale import RunScale, time_unit


def test_steps_become_epochs_and_seconds() -> None:
    scale = RunScale()
    scale.begin(10)
    scale.add_epoch(1, 10, 2.0)
    scale.add_epoch(2, 20, 4.0)
    steps = np.array([0.0, 5.0, 10.0, 15.0, 20.0, 25.0])
    epochs, seconds = scale.of("epoch"), scale.of("time")
    assert scale.of("step") is None
    assert epochs is not None
    assert seconds is not None
    assert epochs(steps).tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    assert seconds(steps).tolist() == [0, 1, 2, 4, 6, 8]  # the epoch in progress is as fast as the one before
    minutes = scale.of("time", 60.0)
    assert minutes is not None
    assert minutes(steps)[-1] == pytest.approx(8 / 60)


def test_an_epoch_that_is_done_anew_replaces_what_was_known_of_it() -> None:
    scale = RunScale()
    for seconds in (2.0, 3.0):
        scale.add_epoch(1, 10, seconds)
    assert scale.seconds == 3.0
    assert scale.steps_per_epoch == 10


@pytest.mark.parametrize(("seconds", "unit"), [(0, "s"), (200, "s"), (400, "min"), (20_000, "h")])
def test_time_is_told_in_a_unit_of_which_there_are_a_few(seconds: float, unit: str) -> None:
    assert time_unit(seconds)[0] == unit
