"""A monkey at the window while a network trains: no exception, no complaint of Qt, no stall, no leak."""

from __future__ import annotations

import gc
import os
import shutil
import statistics
import time
from pathlib import Path

from app.training.malloc import hand_back
from tests.battery.monkey import Monkey, resident, watched
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT

SECONDS = 25.0
"""Of one round."""
STALL, LONGEST = 14.0, 140.0
"""Pieces of work (`stalls`) that 99 of 100 acts stay under, and all of them: 100 ms and a second where one takes 7 ms,
on a quiet desktop machine."""
GROWTH = 2**20 / 3600
"""Bytes that the memory may grow in a second, once all that is made once is made."""
NOISE = 12 * 2**20
"""Bytes by which the memory of two equal states differs."""

PROJECTS = ("digits_mlp", "lenet5", "digits_gan", "wine_mlp", "digits_cnn_lstm", "brackets_lstm", "digits_autoencoder")

held: list[tuple[float, int]] = []
"""When a round of this process was over, and what memory it held then."""
costs: list[float] = []
"""What each act of all rounds of this process cost, in pieces of work."""


def play(round: Round) -> int:
    """One window, opened, played with, closed."""
    os.environ["HOME"] = str(round.place)
    os.chdir(round.place)
    project = Path(shutil.copy(ROOT / "presets" / f"{round.chance.choice(PROJECTS)}.netloom", round.place))
    faults: list[str] = []
    acts: list[str] = []
    with watched(faults, lambda: acts):
        monkey = Monkey(round.chance, project)
        acts = monkey.acts
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends and not faults:
            monkey.act()
            acts = monkey.acts
        monkey.leave()
        del monkey.window
    os.chdir(ROOT)
    faults += monkey.faults
    assert not faults, "\n".join(faults[-3:])
    costs.extend(monkey.costs)
    late, longest = sorted(costs)[int(len(costs) * 0.99)], max(monkey.costs)
    assert late < STALL, f"one of 100 acts stalls for {late:.0f} pieces of work or longer"
    assert longest < LONGEST, f"an act stalls for {longest:.0f} pieces of work"
    _check_memory()
    return len(monkey.costs)


def _check_memory() -> None:
    gc.collect()
    hand_back()  # what the C library keeps for later is no leak
    held.append((time.monotonic(), resident()))
    if len(held) < 16:
        return
    quarter = len(held) // 4
    early, late = held[quarter : 2 * quarter], held[-quarter:]
    seconds = late[0][0] - early[0][0]
    grown = statistics.median(size for _, size in late) - statistics.median(size for _, size in early)
    assert grown < GROWTH * seconds + NOISE, f"{grown / 2**20:.0f} MB more after {seconds:.0f} s"


PROMISE = Promise("a monkey at the window meets no exception, no stall and no leak", 60_000, play, alone=0.2)
