"""Python's cyclic garbage collection, paused while large networks are built, or while nothing may be deleted."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Build many objects that stay, without looking through all of them again and again as their number grows.

    At 10,000 layers that search takes a third of the time to read, check and show a project. Nor is anything in a
    cycle deleted meanwhile, which is what code needs that goes through objects of Python from outside.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
