"""Exit codes and error messages of the command line: one line on stderr for each failure."""

from __future__ import annotations

import sys
import time
import traceback
from pathlib import Path

from app.system.home import folder
from graph.errors import NetloomError

FAILED = 1
"""The work could not be done."""

WRONG_USAGE = 2
"""There is no such verb or option, or a value of the wrong kind."""


def complain(reason: str) -> None:
    """Say on stderr, on one line, why the work failed."""
    sys.stderr.write(" ".join(reason.split()) + "\n")
    sys.stderr.flush()


def report_defect(error: BaseException) -> None:
    """Keep the traceback of a defect in a file, and name it on stderr."""
    reason = f"internal error: {type(error).__name__}: {error}".rstrip(": ")
    try:
        complain(f"{reason} (details in {_keep(error)})")
    except (OSError, NetloomError):
        complain(f"{reason} (details could not be kept: Netloom's own folder cannot be written)")


def report_window(error: Exception) -> int:
    """Say why the window could not open, or broke down; returns the exit code."""
    if isinstance(error, ImportError) and ".so" in str(error):
        complain(f"Qt cannot start: {error}. Run `make run`, which installs what is missing or says how.")
    elif isinstance(error, NetloomError):
        complain(str(error))
    else:
        report_defect(error)
    return FAILED


def _keep(error: BaseException) -> Path:
    path = folder("logs") / f"error-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06}.log"
    lines = [f"{' '.join(sys.argv)}\n", f"Python {sys.version}\n\n", *traceback.format_exception(error)]
    path.write_text("".join(lines), encoding="utf-8", errors="replace")
    return path
