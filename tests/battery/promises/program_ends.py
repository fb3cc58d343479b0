"""However the program ends, in whatever state it is, none of its processes is there after two seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.battery.own_processes import MARK, processes
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT
from tests.battery.window_program import STATES

ENDS = ("close", "quit", "SIGTERM", "SIGKILL", "SIGSEGV", "worker dies", "worker stops")
GONE = 2.0
"""Seconds in which everything has ended."""
LOADED = 120.0
"""Seconds in which the state is reached, also on a busy machine."""


def play(round: Round) -> int:
    """One state, one end."""
    state, end = round.chance.choice(STATES), round.chance.choice(ENDS)
    preset = round.chance.choice(("iris_mlp", "digits_cnn"))
    mark = uuid.UUID(int=round.chance.getrandbits(128)).hex
    environment = {**os.environ, MARK: mark, "NETLOOM_HOME": str(round.place / "home"), "TMPDIR": str(round.place)}
    command = [sys.executable, "-m", "tests.battery.window_program", state, preset]
    errors = round.place / "errors.txt"
    with errors.open("wb") as sink:
        program = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink
        )
    try:
        _end(program, end, round.chance.uniform(0, 1.0))
        took = _gone(program, mark)
    except Exception as error:
        error.add_note(f"{state}, ended by {end}; {errors.read_text('utf-8', 'replace')[-2000:]}")
        raise
    finally:
        end_all(program, mark)
    assert took <= GONE, f"{state}, ended by {end}: processes were there for {took:.1f} s"
    return 1


def _end(program: subprocess.Popen[bytes], end: str, after: float) -> None:
    assert program.stdin is not None and program.stdout is not None
    said = program.stdout.readline().split()
    assert said[:1] == [b"ready"], f"the program did not come up: {said}"
    time.sleep(after)
    worker = int(said[1])
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


def _gone(program: subprocess.Popen[bytes], mark: str) -> float:
    """Seconds from the end of the program itself until none of its processes is there."""
    program.wait(timeout=30)
    began = time.monotonic()
    while processes(mark) and time.monotonic() - began < 3 * GONE:
        time.sleep(0.02)
    return time.monotonic() - began


def end_all(program: subprocess.Popen[bytes], mark: str) -> None:
    """End a program, and whatever of it is still there."""
    for process in [program.pid, *processes(mark)]:
        _kill(process)
    program.wait()
    for stream in (program.stdin, program.stdout):
        if stream is not None:
            stream.close()


def _kill(process: int) -> None:
    if Path(f"/proc/{process}").exists():
        os.kill(process, signal.SIGKILL)


PROMISE = Promise("however the program ends, no process of its own is left after two seconds", 300, play, share=2.0)
