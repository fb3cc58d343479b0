"""However the program ends, in whatever state it is, none of its processes is there after two seconds."""

from __future__ import annotations

import os
import signal
import time

from tests.battery.own_processes import Started, kept_waiting, processes, started
from tests.battery.promise import Promise, Round
from tests.battery.window_program import STATES

ENDS = ("close", "quit", "SIGTERM", "SIGKILL", "SIGSEGV", "worker dies", "worker stops")
GONE = 2.0
"""Seconds in which everything has ended."""


def play(round: Round) -> int:
    """One state, one end."""
    state, end = round.chance.choice(STATES), round.chance.choice(ENDS)
    preset = round.chance.choice(("iris_mlp", "digits_cnn"))
    with started(round, state, preset, f", ended by {end}", TMPDIR=str(round.place)) as own:
        _end(own, end, round.chance.uniform(0, 1.0))
        took = _gone(own)
    assert took <= GONE, f"{state}, ended by {end}: processes were there for {took:.1f} s"
    return 1


def _end(own: Started, end: str, after: float) -> None:
    program, worker = own.program, own.wait_until_ready()
    assert program.stdin is not None
    time.sleep(after)
    if end.startswith("worker"):
        os.kill(worker, signal.SIGKILL if end == "worker dies" else signal.SIGSTOP)
        time.sleep(0.3)
        end = "close"
    if end.startswith("SIG"):
        program.send_signal(signal.Signals[end])
    else:
        program.stdin.write(f"{end}\n".encode())
        program.stdin.flush()
        program.wait(timeout=30)  # how long a window may take to close is another promise


def _gone(own: Started) -> float:
    """Seconds from the end of the program itself until none of its processes is there.

    What a process waited for its turn on a busy machine is not counted: it says nothing of the program.
    """
    own.program.wait(timeout=30)
    began = time.monotonic()
    before = {process: kept_waiting(process) for process in processes(own.mark)}
    waits = dict.fromkeys(before, 0.0)
    while left := processes(own.mark):
        for process in left:
            wait = kept_waiting(process) - before.setdefault(process, 0.0)
            waits[process] = max(wait, waits.get(process, 0.0))
        if time.monotonic() - began - max(waits.values()) > 3 * GONE:
            break
        time.sleep(0.02)
    return time.monotonic() - began - max(waits.values(), default=0.0)


PROMISE = Promise("however the program ends, no process of its own is left after two seconds", 300, play)
