"""Long work with data, done in pieces: whoever runs it decides how, so that it can be shown, and stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from graph.steps import Steps as ShareSteps
from graph.steps import told_as

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """How far some work is: ``done`` of ``whole``; ``what`` names it as people do, such as ``Decoding pictures``.

    ``kept`` says that what is done is not lost when the work is stopped. ``unit`` follows the numbers.
    """

    what: str
    done: int
    whole: int
    unit: str = ""
    kept: bool = True

    @property
    def sentence(self) -> str:
        """``Decoding pictures 3,200 of 20,000``."""
        return f"{self.what} {self.done:,} of {self.whole:,}{self.unit and ' '}{self.unit}"

    @property
    def share(self) -> float:
        """What is done, from 0 to 1."""
        return self.done / max(1, self.whole)

    def to_json(self) -> dict[str, Any]:
        """The progress as plain JSON values."""
        return {**vars(self), "sentence": self.sentence}


Steps = Generator[Progress, None, Result]
"""Work that yields how far it is, and returns its result."""


def counting(steps: ShareSteps[Result], what: str, whole: int, unit: str) -> Steps[Result]:
    """Work that yields its share, told as so many of a ``whole``; nothing of it is kept when it is stopped."""
    return told_as(steps, lambda share: Progress(what, round(share * whole), whole, unit, kept=False))


class Work(Generic[Result]):
    """Steps of some work, and where they stand: ``progress`` is None before the first."""

    def __init__(self, steps: Steps[Result]) -> None:
        self.progress: Progress | None = None
        self._steps = steps
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._closed = False

    @property
    def failed(self) -> bool:
        """Whether the work has ended in an error, or was stopped: it never comes to a result."""
        return self._error is not None or (self._closed and not self._results)

    @property
    def result(self) -> Result:
        """What the work has given; only once it is finished."""
        return self._results[0]

    def advance(self, seconds: float = math.inf) -> bool:
        """Go on until the work is finished, or for about so long; returns whether it is finished.

        Raises
        ------
        Exception
            what the work raises; again, if it is asked again.
        """
        end = time.monotonic() + seconds
        if self._error is not None:
            raise self._error
        try:
            while not self._results:
                self.progress = next(self._steps)
                if time.monotonic() >= end:
                    return False
        except StopIteration as last:
            self._results.append(last.value)
        except BaseException as error:
            self._error = error
            raise
        return True

    def close(self) -> None:
        """Stop; what the work keeps as it goes stays."""
        self._closed = True
        with suppress(OSError):  # a full disk keeps no more
            self._steps.close()


class UnfinishedError(Exception):
    """What was asked for has to wait for ``work``, which was begun and goes on when it is told to."""

    def __init__(self, work: Work[Any]) -> None:
        super().__init__(work.progress.sentence if work.progress else "")
        self.work = work


Runner = Callable[[Work[Any]], None]
"""Advances work to its end, or raises."""


def at_once(work: Work[Any]) -> None:
    """Run work to its end without telling anybody."""
    work.advance()


def for_now(seconds: float) -> Runner:
    """Run work for about ``seconds``; longer work is left to whoever catches `UnfinishedError`."""

    def run(work: Work[Any]) -> None:
        if not work.advance(seconds):
            raise UnfinishedError(work)

    return run


_runner: ContextVar[Runner] = ContextVar("runner", default=at_once)
_underway: WeakValueDictionary[str, Work[Any]] = WeakValueDictionary()


@contextmanager
def run_by(runner: Runner) -> Iterator[None]:
    """Within this context, long work is run by ``runner``."""
    token = _runner.set(runner)
    try:
        yield
    finally:
        _runner.reset(token)


def done(key: str, begin: Callable[[], Steps[Result]]) -> Result:
    """The result of the work ``key``: of that which is under way, or else of what ``begin`` begins.

    Raises
    ------
    UnfinishedError
        if whoever runs the work lets it wait.
    """
    work: Work[Result] | None = _underway.get(key)
    if work is None or work.failed:
        work = _underway[key] = Work(begin())
    _runner.get()(work)
    return work.result
