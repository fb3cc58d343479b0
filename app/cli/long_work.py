"""Progress bars on stderr for long work with data, which Ctrl+C stops."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from app.system.progress import Runner, Work, at_once
from app.training.ranks import follows
from graph.errors import NetloomError

PIECE = 0.2
"""Seconds between two looks at how far it is."""


def waiting(arguments: list[str]) -> Runner:
    """How a verb called with these arguments runs long work: without a word where it prints JSON or follows."""
    return _silently if "--json" in arguments or follows() else _with_bar


def _silently(work: Work[Any]) -> None:
    with _interruptible(work):
        at_once(work)


def _with_bar(work: Work[Any]) -> None:
    with _interruptible(work):
        if not work.advance(PIECE):
            _show(work, Console(file=sys.stderr, highlight=False))


def _show(work: Work[Any], console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        finished = False
        while not finished:
            if work.progress is not None:
                progress = work.progress
                bar.update(task, description=progress.sentence, completed=progress.done, total=progress.whole)
            finished = work.advance(PIECE)


@contextmanager
def _interruptible(work: Work[Any]) -> Iterator[None]:
    """Ctrl+C stops work at once, also where it would stop a training after its step."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        work.close()
        raise NetloomError(_sentence(work)) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _sentence(work: Work[Any]) -> str:
    progress = work.progress
    if progress is None:
        return "Interrupted."
    kept = "; what is done is kept, and the next time goes on from there" if progress.kept else ""
    return f"{progress.what} was stopped at {progress.sentence.removeprefix(progress.what).strip()}{kept}."
