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
from tests.battery.promise import ENOUGH, MOST_BROKEN, Promise

PATIENCE = 180.0
"""Seconds that the last round of a turn may take beyond its time before it counts as hung."""
TURNS = 60
"""Into how many turns the time of one process is cut."""
SHORTEST = 8.0
"""Seconds of a turn in a short run: a process of its own takes some to load."""


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
    """One run: what is played, for how long, from which seed, and where it is written down.

    Promises take turns: whichever is furthest from its target plays next, so that all come equally near to theirs,
    however long their cases take on this machine.
    """

    promises: Mapping[str, Promise]
    minutes: float
    seed: int
    folder: Path
    processes: int

    def play(self, say: Callable[[Outcome], None]) -> list[Outcome]:
        """Every promise, those that measure by the clock at the end and alone; ``say`` hears of each that is over.

        A run that was stopped goes on with what is left of its time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        began, all_of_it = time.monotonic() - rounds.spent(self.folder), self.minutes * 60
        alone = {name: promise.alone for name, promise in self.promises.items() if promise.alone}
        beside = Turns([self._entry(name) for name in self.promises if name not in alone], say)
        ends = began + all_of_it * (1 - sum(alone.values()))

        def take_turns() -> None:
            while (entry := beside.next(ends)) is not None:
                left = max(0.0, ends - time.monotonic())
                entry.ended = self._turn(entry, min(left, max(SHORTEST, all_of_it / TURNS)))
                beside.back(entry)
                rounds.keep_spent(self.folder, time.monotonic() - began)

        with ThreadPoolExecutor(self.processes) as pool:
            for thread in [pool.submit(take_turns) for _ in range(self.processes)]:
                thread.result()
        outcomes, still = beside.outcomes(), sum(alone.values())
        for name, part in alone.items():
            entry, left = self._entry(name), max(0.0, began + all_of_it - time.monotonic())
            entry.ended = self._turn(entry, left * part / still)
            still -= part
            say(entry.outcome())
            outcomes.append(entry.outcome())
            rounds.keep_spent(self.folder, time.monotonic() - began)
        return sorted(outcomes, key=lambda outcome: outcome.name)

    def _entry(self, name: str) -> Entry:
        return Entry(name, self.promises[name].target(self.minutes), self.folder / f"{name}.jsonl")

    def _turn(self, entry: Entry, seconds: float) -> str:
        return _run(
            [
                *(sys.executable, "-m", "tests.battery.one_promise", entry.name, "--rounds", str(entry.file)),
                *("--target", str(entry.target), "--seconds", f"{seconds:.1f}", "--seed", str(self.seed)),
            ],
            seconds + PATIENCE,
        )


@dataclass
class Entry:
    """One promise of a run."""

    name: str
    target: int
    file: Path
    ended: str = ""
    """What went wrong with its process."""

    def outcome(self) -> Outcome:
        """How it fares so far."""
        return fared(self.name, self.target, rounds.read(self.file), self.ended)

    def is_over(self) -> bool:
        """Whether there is nothing more to play: its target is met, or it broke too often."""
        played = rounds.read(self.file)
        enough = sum(one.cases for one in played) >= self.target
        return bool(enough or self.ended or sum(bool(one.broken) for one in played) >= MOST_BROKEN)


class Turns:
    """Who plays next."""

    def __init__(self, entries: Sequence[Entry], say: Callable[[Outcome], None]) -> None:
        self._entries = entries
        self._waiting = [entry for entry in entries if not entry.is_over()]
        self._say = say
        self._lock = threading.Lock()
        for entry in entries:
            if entry not in self._waiting:
                say(entry.outcome())

    def next(self, ends: float) -> Entry | None:
        """The promise that is furthest from its target; none once it is past ``ends`` and each was played."""
        with self._lock:
            if not self._waiting:
                return None
            furthest = min(self._waiting, key=lambda entry: entry.outcome().done / entry.target)
            if time.monotonic() >= ends and furthest.file.exists():
                for entry in self._waiting:
                    self._say(entry.outcome())
                self._waiting.clear()
                return None
            self._waiting.remove(furthest)
            return furthest

    def back(self, entry: Entry) -> None:
        """Its turn is over."""
        with self._lock:
            if entry.is_over():
                self._say(entry.outcome())
            else:
                self._waiting.append(entry)

    def outcomes(self) -> list[Outcome]:
        """How each of them fares."""
        return [entry.outcome() for entry in self._entries]


def fared(name: str, target: int, played: Sequence[rounds.Played], ended: str = "") -> Outcome:
    """How a promise fares of which these rounds were played; ``ended`` is what went wrong with its process."""
    faults = [f"round {one.round}: {one.broken}" for one in played if one.broken]
    done = sum(one.cases for one in played)
    if ended:
        faults.append(ended)
    if done < target * ENOUGH:
        faults.append(f"only {done:,} of {target:,} cases were tried")
    return Outcome(name, done, target, sum(one.seconds for one in played), faults)


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
