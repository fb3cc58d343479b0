"""Parent death: a process that the window started ends within two seconds once the window has died, however it died.

Two things see to that. On every system a thread reads stdin, which the system closes with the process at its other end.
On Linux the kernel also sends a signal, which ends a process that is stopped or too busy to read.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

VARIABLE = "NETLOOM_PARENT"
"""Environment variable by which a process learns that it belongs to another one: that one's process id."""
GRACE = 1.5
"""Seconds in which a training is saved after its window has died."""
SET_SIGNAL, GET_SIGNAL = 1, 2
"""``PR_SET_PDEATHSIG`` and ``PR_GET_PDEATHSIG`` of ``prctl`` in Linux."""


def child_environment() -> Mapping[str, str]:
    """What is added to the environment of a process that shall not outlive this one."""
    return {VARIABLE: str(os.getpid())}


def bind_to_parent() -> bool:
    """Have the kernel kill this process with its parent, where it was started to belong to one; says whether it was."""
    parent = os.environ.pop(VARIABLE, "")
    if not parent:
        return False
    if sys.platform == "linux":
        _signal_at_death(signal.SIGKILL)
        if os.getppid() != int(parent):
            os._exit(1)  # it died before the kernel was asked
    return True


def end_with_parent() -> None:
    """For a process that reads nothing from stdin: end it when stdin closes, where it belongs to a parent."""
    if bind_to_parent():
        threading.Thread(target=_end_at_eof, daemon=True, name="parent").start()


def stop_with_parent() -> None:
    """Have the kernel ask this process to terminate once its parent has died, so that it can save before."""
    if sys.platform == "linux":
        _signal_at_death(signal.SIGTERM)


def end_soon() -> None:
    """End this process after `GRACE`, whatever it is doing then."""
    threading.Thread(target=_end_after_grace, daemon=True, name="end").start()


@contextmanager
def time_to_save() -> Iterator[None]:
    """Meanwhile the parent's death only wakes this process where it is stopped, so that it can save within `GRACE`.

    Its own reader of stdin has to call `end_soon`.
    """
    if sys.platform != "linux":
        yield
        return
    before = _signal_at_death(signal.SIGCONT)
    try:
        yield
    finally:
        _signal_at_death(before)


def _end_at_eof() -> None:
    try:
        while os.read(0, 1 << 12):
            pass
    except OSError:
        pass
    os._exit(1)


def _end_after_grace() -> None:
    time.sleep(GRACE)
    os._exit(1)


def _signal_at_death(number: int) -> int:
    """The signal that the kernel sends to this process when its parent dies; returns the one before, 0 for none."""
    import ctypes

    kernel, before = ctypes.CDLL(None), ctypes.c_int(0)
    kernel.prctl(GET_SIGNAL, ctypes.byref(before), 0, 0, 0)
    kernel.prctl(SET_SIGNAL, number, 0, 0, 0)
    return before.value
