"""Cancellation points of long computations: places at which they stop where nobody wants their result any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class CancelledError(Exception):
    """The result of a computation is not wanted, or not now."""


_unwanted: ContextVar[Callable[[], bool]] = ContextVar("unwanted", default=lambda: False)


@contextmanager
def cancelled_where(unwanted: Callable[[], bool]) -> Iterator[None]:
    """Within this context, computations end at their next cancellation point once ``unwanted`` says so."""
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def cancellation_point() -> None:
    """End here if the result is not wanted.

    Raises
    ------
    CancelledError
        in a context of `cancelled_where` whose question is answered by yes.
    """
    if _unwanted.get()():
        raise CancelledError
