"""Processes that end with the one that started them, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "import time; from app.system.parent_death import end_with_parent as end; end(); print(flush=True)\n"
CHILDREN = {
    "asleep": COMMAND + "time.sleep(60)",
    "at work": COMMAND + "while True: pass",
    "saving": "import os; from app.system.parent_death import *; bind_to_parent(); time_to_save().__enter__()\n"
    "print(flush=True); os.read(0, 1); end_soon()\nwhile True: pass",
}
PARENT = """
import os, subprocess, sys, time
from app.system.parent_death import child_environment
environment = {**os.environ, **child_environment()}
pipe = subprocess.PIPE
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=pipe, stdout=pipe, env=environment)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def gone(process: int, within: float) -> bool:
    """Whether a process has ended after so many seconds, be it not yet waited for by whoever inherited it."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
@pytest.mark.parametrize("child", CHILDREN)
def test_a_child_ends_with_its_parent(child: str, stopped: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILDREN[child]], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    process = int(parent.stdout.readline())
    try:
        if stopped:
            os.kill(process, signal.SIGSTOP)
        parent.kill()
        parent.wait()
        assert gone(process, within=2.0)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
        if not gone(process, within=0.05):
            os.kill(process, signal.SIGKILL)


def test_a_command_that_belongs_to_nobody_reads_nothing() -> None:
    """Without a parent named, the end of stdin means nothing: a command may run with its input closed."""
    command = COMMAND + "time.sleep(0.2); print('whole')"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, input=b"", capture_output=True, check=True)
    assert b"whole" in done.stdout
