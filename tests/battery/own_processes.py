"""The processes of one program: all that carry its mark in their environment, however they were started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.battery.promise import Round
from tests.battery.rounds import ROOT

MARK = "NETLOOM_BATTERY_MARK"


@dataclass(frozen=True)
class Started:
    """`tests.battery.window_program`, started, with pipes for orders and answers, and the mark of its processes."""

    program: subprocess.Popen[bytes]
    mark: str

    def wait_until_ready(self) -> int:
        """Wait until it is in its state; the process id of its worker."""
        assert self.program.stdout is not None
        words = self.program.stdout.readline().split()
        assert words[:1] == [b"ready"], f"the program did not come up: {words}"
        return int(words[1])

    def end_all(self) -> None:
        """End the program, and whatever of it is still there."""
        for process in [self.program.pid, *processes(self.mark)]:
            if Path(f"/proc/{process}").exists():
                os.kill(process, signal.SIGKILL)
        self.program.wait()
        for stream in (self.program.stdin, self.program.stdout):
            if stream is not None:
                stream.close()


@contextmanager
def started(round: Round, state: str, preset: str, note: str = "", **variables: str) -> Iterator[Started]:
    """The program with a home of its own, on its way into ``state``; none of its processes is left afterwards.

    What goes wrong meanwhile is told with ``note`` and the last that the program wrote to stderr.
    """
    mark, errors = uuid.UUID(int=round.chance.getrandbits(128)).hex, round.place / "errors.txt"
    environment = {**os.environ, MARK: mark, "NETLOOM_HOME": str(round.place / "home"), **variables}
    with errors.open("wb") as sink:
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.battery.window_program", state, preset],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
        )
    own = Started(program, mark)
    try:
        yield own
    except Exception as error:
        error.add_note(f"{state}{note}; {errors.read_text('utf-8', 'replace')[-2000:]}")
        raise
    finally:
        own.end_all()


def processes(mark: str) -> list[int]:
    """Process ids of those with ``mark``, zombies left out."""
    wanted = f"{MARK}={mark}".encode()
    folders = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(folder.name) for folder in folders if _is_marked(folder, wanted)]


def _is_marked(folder: Path, wanted: bytes) -> bool:
    try:
        return is_alive(int(folder.name)) and wanted in folder.joinpath("environ").read_bytes().split(b"\0")
    except OSError:
        return False


def is_alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def kept_waiting(process: int) -> float:
    """Seconds that a thread of a process was ready to run and the machine ran others: the longest of its threads."""
    waits = [0.0]
    for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            waits.append(int(thread.read_text().split()[1]) / 1e9)
        except OSError:  # it has ended
            continue
    return max(waits)
