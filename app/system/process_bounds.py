"""Bounds on a process that works with what others wrote: its memory, its time on the processor, the files it writes."""

from __future__ import annotations

import sys


def bound_this_process(memory: int, seconds: float, written: int = 0) -> None:
    """Refuse this process more than ``memory`` bytes from now on, more than ``seconds`` of work, and larger files.

    Parameters
    ----------
    memory
        bytes beyond those that it has now; on Linux alone.
    written
        bytes that any file which it writes may have.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time is bound from outside
        return
    if sys.platform == "linux":
        taken = _taken() + memory
        resource.setrlimit(resource.RLIMIT_AS, (taken, taken))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _taken() -> int:
    """Bytes of address space that this process has, as Linux tells."""
    import resource
    from pathlib import Path

    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
