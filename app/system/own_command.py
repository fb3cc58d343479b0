"""How Netloom is called on a command line: ``main.py`` in the checkout, ``netloom`` where it is installed."""

from __future__ import annotations

INSTALLED = __name__.partition(".")[0] == "netloom"
"""Whether these rooms are the private ones of the installed package."""
PROGRAM = "netloom" if INSTALLED else "main.py"
"""What stands before a verb."""
IN_SHELL = PROGRAM if INSTALLED else f"python {PROGRAM}"
"""The same as it is typed in a shell."""
