"""The one door to Netloom: without an argument it opens the window, with a verb it runs the command line."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

# Threads that wait for each other spin a little while, not for milliseconds, which costs more than it gains as soon
# as something else wants a core. Torch's libraries read this once, when they are loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "30000")


def main(arguments: list[str]) -> int:
    """Run Netloom with the arguments after the program's name; returns the exit code.

    The window opens without loading the command line, and the worker without loading either.
    """
    match arguments:
        case [] | ["open"]:
            return open_window(None)
        case ["open", file] if Path(file).is_file():
            return open_window(Path(file))
        case [file] if is_file_name(file):  # as a file manager opens it; verbs have no dot
            return main(["open", file])
        case ["worker"]:
            from app.worker.process import main as work

            return work()
        case _:
            from app.cli.command import Screen, run
            from app.system.parent_death import end_with_parent

            end_with_parent()
            return run(arguments, Screen(open_window, run_tour))


def is_file_name(argument: str) -> bool:
    """Whether an argument names a file rather than a verb: a project, be it missing, or any other file there is."""
    path = Path(argument)
    return path.suffix == ".netloom" or (bool(path.suffix) and path.is_file())


def open_window(file: Path | None) -> int:
    """Open the window, with a project in it where one is named; returns when it is closed."""
    try:
        from widgets.launch import open_window as launch

        return launch(file)
    except Exception as error:
        from app.cli.failures import report_window

        return report_window(error)


def run_tour(out: Path) -> int:
    """Drive the window through the main job and save its pictures in ``out``."""
    from widgets.tour import run

    return run(out)


if __name__ == "__main__":
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # stderr has one line, and that says why the work failed
    sys.exit(main(sys.argv[1:]))
