"""How many threads a training takes."""

from __future__ import annotations

import pytest
import torch

from app.training import devices
from app.training.devices import Crowding, cores, drawn_state, random_state, set_random_state, thread_count


def test_small_steps_take_one_thread_and_large_ones_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cores", lambda: 6)
    assert [thread_count(0, operations) for operations in (0.0, 1e6, 164e6, 2e9)] == [1, 1, 6, 6]
    assert [thread_count(asked, 1e6) for asked in (1, 3, 64)] == [1, 3, 64]


def test_the_environment_may_allow_fewer_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert cores() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert cores() >= 1


def test_each_row_of_seeds_draws_numbers_of_its_own() -> None:
    here = torch.device("cpu")
    states = [drawn_state(here, *seeds)["cpu"] for seeds in ((0, 1), (0, 2), (1, 1), (0, 1, 5))]
    assert not any(torch.equal(one, other) for at, one in enumerate(states) for other in states[:at])
    kept = random_state(here)
    drawn = []
    for _ in range(2):
        set_random_state(drawn_state(here, 7, 1), here)
        drawn.append(torch.rand(3).tolist())
    set_random_state(kept, here)
    assert drawn[0] == drawn[1]


def test_three_slow_steps_in_a_row_are_a_crowd_and_one_is_not() -> None:
    crowding = Crowding(200e6)
    assert [crowding.took(2.0) for _ in range(3)] == [False, False, True]
    crowding = Crowding(200e6)
    assert not any(crowding.took(seconds) for seconds in (0.006, 2.0, 2.0, 0.006, 2.0, 2.0))
    assert crowding.took(2.0)


@pytest.mark.parametrize(("device", "used"), [("cpu", []), ("cuda", [torch.device("cuda")])])
def test_a_run_that_began_on_cuda_continues_on_the_processor(
    monkeypatch: pytest.MonkeyPatch, device: str, used: list[torch.device]
) -> None:
    put_back: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, where: put_back.append(where))
    set_random_state({"cpu": torch.get_rng_state(), "cuda": torch.zeros(16)}, torch.device(device))
    assert put_back == used
