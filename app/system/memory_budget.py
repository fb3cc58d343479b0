"""How much memory data may take: what ``NETLOOM_MEMORY`` says, or the preference, or a quarter of the machine's."""

from __future__ import annotations

import math
import os
import sys
from functools import cache
from pathlib import Path

from graph.errors import NetloomError

GIGABYTE = 1 << 30
SHARE = 4
"""One part in so many of the machine's memory is for data, unless it is said otherwise."""
VARIABLE = "NETLOOM_MEMORY"
"""The environment variable that comes before everything else."""
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux says how much memory a container may take."""

_preferred: list[float] = []
"""GB by the preference of the window that is served; empty where no window is."""


def allow(gigabytes: float) -> None:
    """Let data take so many GB from now on, as a window's preference says; 0 is the usual share."""
    _preferred[:] = [gigabytes if math.isfinite(gigabytes) and gigabytes > 0 else 0.0]


def more_memory_remedy() -> str:
    """What a person can do so that data may take more memory, as the end of a sentence."""
    if _preferred and not _environment_value():
        return "allow data more memory in the preferences"
    return f"set {VARIABLE} to more GB"


def default_budget() -> int:
    """Bytes that data may take where nobody says otherwise."""
    return max(GIGABYTE, installed() // SHARE)


def _environment_value() -> str:
    return os.environ.get(VARIABLE, "").strip()


def budget() -> int:
    """Bytes that the samples of a data set may take in memory.

    ``NETLOOM_MEMORY`` in GB; without it, what the window's preference allows, or a quarter of the machine's.

    Raises
    ------
    NetloomError
        if ``NETLOOM_MEMORY`` is no number above 0.
    """
    value = _environment_value()
    if not value:
        return int(_preferred[0] * GIGABYTE) if any(_preferred) else default_budget()
    try:
        amount = float(value)
        if not 0 < amount < 1e6:
            raise ValueError
    except ValueError:
        raise NetloomError(f"{VARIABLE} is “{value}”; give the GB that data may take in memory, such as 4.") from None
    return int(amount * GIGABYTE)


@cache
def installed() -> int:
    """Bytes of memory that this machine has, or this container may take."""
    return min([_physical(), *(limit for limit in map(_limit, LIMITS) if limit)])


def taken() -> int:
    """Bytes of memory that this process takes at present; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):  # only Linux has this
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit(place: str) -> int:
    try:
        return int(Path(place).read_text("ascii"))
    except (OSError, ValueError):  # no such limit, or it says “max”
        return 0


def _physical() -> int:
    if sys.platform == "win32":
        import ctypes

        class Status(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("amounts", ctypes.c_uint64 * 7))

        status = Status(length=ctypes.sizeof(Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.amounts[0])
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
