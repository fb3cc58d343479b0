"""How Netloom is called on a command line: ``main.py`` in the checkout, ``netloom`` where it is installed; its icon."""

from __future__ import annotations

import sys
from pathlib import Path

INSTALLED = __name__.partition(".")[0] == "netloom"
"""Whether these rooms are the private ones of the installed package."""
PROGRAM = "netloom" if INSTALLED else "main.py"
"""What stands before a verb."""
IN_SHELL = PROGRAM if INSTALLED else f"python {PROGRAM}"
"""The same as it is typed in a shell."""
DRAWING = Path(__file__).with_name("netloom.svg")
"""Netloom's icon, for all sizes."""


def netloom_command(*arguments: str) -> tuple[str, ...]:
    """The command that starts this very Netloom in a process of its own, with ``arguments``."""
    return (sys.executable, str(Path(__file__).resolve().parents[2] / "main.py"), *arguments)
