"""Plays the rounds of one promise, in a process of its own: ``python -m tests.battery.one_promise NAME ...``."""

from __future__ import annotations

import argparse
import faulthandler
import os
import shutil
import signal
import tempfile
import time
import traceback
from pathlib import Path

from tests.battery import promise, rounds

ROOM = 4 * 2**30
"""Bytes that the largest bombs and packs have room in."""


def in_memory() -> Path | None:
    """A folder that lies in memory, where there is one with room: what a killed process wrote is there as on a disk."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM else None


def own_surroundings(place: Path) -> None:
    """What every test has: a home of its own, no display, few threads; before Qt or torch are loaded."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "NETLOOM_HOME"):
        os.environ[variable] = str(place / variable.lower())


def play(promised: promise.Promise, name: str, number: int, seed: int, place: Path) -> rounds.Played:
    """One round, in a new folder inside ``place``."""
    folder = place / f"round{number}"
    folder.mkdir()
    began = time.monotonic()
    cases, broken = 0, ""
    try:
        cases = promised.play(promise.Round(number, promise.chance(seed, name, number), folder))
    except Exception:
        broken = traceback.format_exc()
    shutil.rmtree(folder, ignore_errors=True)
    return rounds.Played(number, cases, round(time.monotonic() - began, 3), broken)


def main() -> None:
    """Play rounds until the target is met, time is over, or too much broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.battery.one_promise")
    parser.add_argument("name")
    parser.add_argument("--target", type=int, help="how many cases")
    parser.add_argument("--seconds", type=float, help="for how long")
    parser.add_argument("--seed", type=int, required=True, help="where chance begins")
    parser.add_argument("--rounds", type=Path, help="where rounds are written down")
    parser.add_argument("--only-round", type=int, help="this round alone, which is shown and not written down")
    wanted = parser.parse_args()
    if wanted.only_round is None and None in (wanted.target, wanted.seconds, wanted.rounds):
        parser.error("it takes --only-round, or --target, --seconds and --rounds")
    faulthandler.enable()
    faulthandler.register(signal.SIGTERM, all_threads=True, chain=True)
    with tempfile.TemporaryDirectory("", f"battery-{wanted.name}-", in_memory(), ignore_cleanup_errors=True) as place:
        own_surroundings(Path(place))
        promised = promise.promise(wanted.name)
        if wanted.only_round is not None:
            print(play(promised, wanted.name, wanted.only_round, wanted.seed, Path(place)))
            return
        done = rounds.read(wanted.rounds)
        cases, broken = sum(one.cases for one in done), sum(bool(one.broken) for one in done)
        number = max((one.round for one in done), default=-1) + 1
        ends = time.monotonic() + wanted.seconds
        while cases < wanted.target and broken < promise.MOST_BROKEN:
            played = play(promised, wanted.name, number, wanted.seed, Path(place))
            rounds.add(wanted.rounds, played)
            cases, broken, number = cases + played.cases, broken + bool(played.broken), number + 1
            if time.monotonic() > ends:
                break


if __name__ == "__main__":
    main()
