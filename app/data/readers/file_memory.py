"""Memoization of what was read of files; all of it can be forgotten, so that files are read anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
_FORGET: list[Callable[[], object]] = []


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function that reads files: its last ``most`` results are kept until `forget_files`."""

    def keep(read: Callable[P, T]) -> Callable[P, T]:
        kept = lru_cache(most)(read)
        forgotten_by(kept.cache_clear)
        return cast("Callable[P, T]", kept)

    return keep


def forgotten_by(clear: Callable[[], object]) -> None:
    """Have `forget_files` call ``clear``, which empties what is kept elsewhere."""
    _FORGET.append(clear)


def forget_files() -> None:
    """Forget all that was read of files."""
    for clear in _FORGET:
        clear()
