"""Plays all promises, several beside each other, each in a process that may die without harm to the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.battery import rounds
from tests.battery.promise import ENOUGH, Promise

PATIENCE = 180.0
"""Seconds that a last round may take beyond its promise's time before it counts as hung."""


@dataclass(frozen=True)
class Outcome:
    """How one promise fared."""

    name: str
    done: int
    target: int
    seconds: float
    faults: list[str] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """Whether a round broke, or too little was tried to say that it holds."""
        return bool(self.faults)


@dataclass(frozen=True)
class Battery:
    """One run: what is played, for how long, from which seed, and where it is written down."""

    promises: Mapping[str, Promise]
    minutes: float
    seed: int
    folder: Path
    processes: int

    def play(self, say: Callable[[Outcome], None]) -> list[Outcome]:
        """Every promise, those that measure by the clock at the end and alone; ``say`` hears of each that is over."""
        self.folder.mkdir(parents=True, exist_ok=True)
        clock = _Clock(self.minutes * 60, self.promises, self.processes)
        beside = [name for name, promise in self.promises.items() if not promise.alone]
        alone = [name for name, promise in self.promises.items() if promise.alone]

        def one(name: str) -> Outcome:
            outcome = self._one(name, clock.share(name))
            clock.over(name)
            say(outcome)
            return outcome

        with ThreadPoolExecutor(self.processes) as pool:
            outcomes = list(pool.map(one, beside))
        return sorted(outcomes + [one(name) for name in alone], key=lambda outcome: outcome.name)

    def _one(self, name: str, seconds: float) -> Outcome:
        file = self.folder / f"{name}.jsonl"
        target = self.promises[name].target(self.minutes)
        ended = _run(
            [
                *(sys.executable, "-m", "tests.battery.one_promise", name, "--rounds", str(file)),
                *("--target", str(target), "--seconds", f"{seconds:.1f}", "--seed", str(self.seed)),
            ],
            seconds + PATIENCE,
        )
        return fared(name, target, rounds.read(file), ended)


def fared(name: str, target: int, played: Sequence[rounds.Played], ended: str = "") -> Outcome:
    """How a promise fares of which these rounds were played; ``ended`` is what went wrong with its process."""
    faults = [f"round {one.round}: {one.broken}" for one in played if one.broken]
    done = sum(one.cases for one in played)
    if ended:
        faults.append(ended)
    if done < target * ENOUGH:
        faults.append(f"only {done:,} of {target:,} cases were tried")
    return Outcome(name, done, target, sum(one.seconds for one in played), faults)


class _Clock:
    """Divides what is left of the time among the promises that are not over, by their shares."""

    def __init__(self, seconds: float, promises: Mapping[str, Promise], processes: int) -> None:
        self._ends = time.monotonic() + seconds
        self._weights = {
            name: promise.share if promise.alone else promise.share / processes for name, promise in promises.items()
        }
        self._promises = promises
        self._lock = threading.Lock()

    def share(self, name: str) -> float:
        """Seconds for ``name``, if it begins now."""
        with self._lock:
            left = max(0.0, self._ends - time.monotonic())
            return left * self._promises[name].share / max(sum(self._weights.values()), self._promises[name].share)

    def over(self, name: str) -> None:
        """``name`` needs no more time."""
        with self._lock:
            self._weights.pop(name, None)


def _run(command: Sequence[str], seconds: float) -> str:
    """Run ``command``; what went wrong with its process, if anything did. Its own processes are ended with it."""
    process = subprocess.Popen(
        command, cwd=rounds.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=seconds)
        return "" if process.returncode == 0 else f"its process ended with {process.returncode}:\n{said[-4000:]}"
    except subprocess.TimeoutExpired:
        process.terminate()  # faulthandler says where it hung
        said, _ = _ended(process)
        return f"it hung:\n{said[-4000:]}"
    finally:
        _kill_group(process)


def _ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        return process.communicate()


def _kill_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
