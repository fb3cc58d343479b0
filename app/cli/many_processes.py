"""Training in several processes of this machine (data-parallel): the option ``--processes``, without ``torchrun``."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import typer

from app.cli.failures import FAILED, complain
from app.system.about import usable_cores
from app.system.own_command import netloom_command
from app.system.parent_death import child_environment, stop_with_parent
from app.training.ranks import ALONE, MEETING_FILE, Ranks, TogetherError, are_several
from graph.errors import NetloomError

OPTION = "--processes"
THREADS = "OMP_NUM_THREADS"
GRACE = 30.0
"""Seconds after which a process ends that does not notice that another one failed: a graphics card may wait for it."""
LOOK = 0.05
"""Seconds between two looks at whether they have ended."""


@contextmanager
def ranks_here() -> Iterator[Ranks]:
    """The processes that were started together, or this one alone.

    What the first one tells, the others end with without a word.

    Raises
    ------
    NetloomError
        if they do not find each other.
    """
    if not are_several():
        yield ALONE
        return
    from app.training.process_group import meet

    stop_with_parent()
    ranks = meet()
    try:
        yield ranks
    except TogetherError:
        raise typer.Exit(FAILED) from None
    finally:
        ranks.close()


def in_processes(count: int, arguments: Sequence[str]) -> int:
    """Call the verb with these ``arguments`` in ``count`` processes, as ``torchrun`` does; returns the exit code.

    They meet by a file in a folder of their own, so that no port is open for it.

    Raises
    ------
    NetloomError
        if ``torchrun`` has started several already.
    """
    if are_several():
        raise NetloomError(f"torchrun has started several processes already; leave out {OPTION}.")
    with tempfile.TemporaryDirectory(prefix="netloom-") as folder:
        processes = [_start(rank, count, Path(folder) / "meeting", arguments) for rank in range(count)]
        with _signals_passed_on(processes):
            _wait(processes)
    codes = [process.returncode for process in processes]
    if max(codes) < 0:
        complain("All processes of this training were killed; resume the run from its last checkpoint.")
    return FAILED if any(codes) else 0


def _start(rank: int, count: int, meeting: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """One of the processes. Ctrl+C in a terminal does not reach it by itself: it is told once, by this process."""
    told = {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": count, MEETING_FILE: meeting}
    threads = {THREADS: str(max(1, usable_cores() // count))}
    environment = {**threads, **os.environ, **child_environment(), **{name: str(value) for name, value in told.items()}}
    command = netloom_command(*without_option(arguments))
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, start_new_session=True)


@contextmanager
def _signals_passed_on(processes: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Meanwhile all ``processes`` are told what this one is: to stop, or by a second signal to end at once."""

    def tell(number: int, frame: FrameType | None) -> None:
        for process in processes:
            with suppress(OSError):
                process.send_signal(number)

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Until all have ended; where one fails, the others have some time to notice."""
    end = float("inf")
    while any(process.poll() is None for process in processes):
        if end == float("inf") and any(process.returncode for process in processes):
            end = time.monotonic() + GRACE
        if time.monotonic() >= end:
            for process in processes:
                process.kill()
        time.sleep(LOOK)


def without_option(arguments: Sequence[str]) -> list[str]:
    """The same without the number of processes."""
    kept, after = list[str](), False
    for argument in arguments:
        if not after and argument != OPTION and not argument.startswith(f"{OPTION}="):
            kept.append(argument)
        after = argument == OPTION
    return kept


def other_number(before: int, now: int) -> str:
    """What is to be known where a run goes on in another number of processes."""
    return (
        f"{before} {'process' if before == 1 else 'processes'} trained this run until now, {now} from here on: batches "
        "and weights go on as they were, but what is drawn at random in the network, as by dropout, is drawn anew."
    )
