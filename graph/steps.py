"""Long work in steps, so that who runs it can look up in between, show how far it is, and stop it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Result = TypeVar("Result")
Told = TypeVar("Told")

Steps = Generator[float, None, Result]
"""Work that yields how much of it is done, from 0 to 1, and returns its result."""


def finished(steps: Steps[Result]) -> Result:
    """Run all steps, one after another."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def part(steps: Steps[Result], start: float, end: float) -> Steps[Result]:
    """Work that is a part of larger work, and takes it from ``start`` to ``end``."""
    return told_as(steps, lambda share: start + share * (end - start))


def told_as(steps: Steps[Result], tell: Callable[[float], Told]) -> Generator[Told, None, Result]:
    """The same work, which yields what ``tell`` makes of its share."""
    while True:
        try:
            share = next(steps)
        except StopIteration as last:
            result: Result = last.value
            return result
        yield tell(share)
