"""A lock that eight processes fight for is never held by two of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT

PROCESSES = 8
SECONDS = 2.0
"""For so long each process takes and releases the locks."""

TAKER = """
import os, random, sys, time
from pathlib import Path
from app.system.locks import try_lock
folder, chance, seconds = Path(sys.argv[1]), random.Random(sys.argv[2]), float(sys.argv[3])
sys.stdin.readline()  # all begin at once
end, takings, overlaps = time.monotonic() + seconds, 0, 0
while time.monotonic() < end:
    name = chance.choice("ab")
    lock = try_lock(folder / f"{name}.lock")
    if lock is None:
        continue
    try:
        os.close(os.open(folder / f"{name}.holder", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        overlaps += 1
    else:
        if chance.random() < 0.2:
            time.sleep(0)
        os.unlink(folder / f"{name}.holder")
    takings += 1
    lock.release(remove=chance.random() < 0.8)
print(takings, overlaps)
"""


def play(round: Round) -> int:
    """Eight processes take and release two locks for two seconds, mostly removing their files."""
    takers = [_taker(round.place, round.chance.getrandbits(32)) for _ in range(PROCESSES)]
    try:
        for taker in takers:
            assert taker.stdin is not None
            taker.stdin.write("\n")
            taker.stdin.flush()
        counts = [tuple(map(int, taker.communicate(timeout=60)[0].split())) for taker in takers]
    finally:
        for taker in takers:
            taker.kill()
            taker.wait()
    takings, overlaps = (sum(numbers) for numbers in zip(*counts, strict=True))
    assert not overlaps, f"{overlaps} of {takings} takings overlapped"
    assert takings > PROCESSES, f"only {takings} takings"
    return int(takings)


def _taker(folder: Path, seed: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKER, str(folder), str(seed), str(SECONDS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


PROMISE = Promise("a lock is never held by two processes", 1_000_000, play)
