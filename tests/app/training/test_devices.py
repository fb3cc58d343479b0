"""How many threads a training takes."""

from __future__ import annotations

import pytest

from app.training import devices
from app.training.devices import thread_count


def test_small_steps_take_one_thread_and_large_ones_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cores", lambda: 6)
    assert [thread_count(0, operations) for operations in (0.0, 1e6, 164e6, 2e9)] == [1, 1, 1, 6]
    assert [thread_count(asked, 1e6) for asked in (1, 3, 64)] == [1, 3, 64]
