"""Events of training as the log and the command line have them."""

from __future__ import annotations

import numpy as np

from app.protocol.events import Points, Snapshot
from app.protocol.views import NetworkViews


def test_arrays_are_lists_and_what_a_window_shows_is_left_out() -> None:
    points = Points(np.array([1, 2]), np.array([0.5, np.nan], np.float32))
    assert points.to_json() == {"event": "points", "step": [1, 2], "loss": [0.5, None]}
    assert Snapshot(5, 1, NetworkViews()).to_json() == {"event": "snapshot", "step": 5, "epoch": 1}
