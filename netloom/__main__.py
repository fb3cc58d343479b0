"""The command ``netloom``: what ``main.py`` does, where Netloom is installed as a package."""

from __future__ import annotations

import sys
import warnings

from main import main


def run() -> int:
    """Open the window, or run the verb that follows the command; returns the exit code."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # stderr has one line, and that says why the work failed
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
