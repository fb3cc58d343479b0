"""A promise of the battery: what must hold in every case, with cases drawn from a seed for as long as there is time."""

from __future__ import annotations

import importlib
import math
import pkgutil
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.battery import promises

NIGHT = 480.0
"""Minutes of the run for which `Promise.night` counts."""
ENOUGH = 0.2
"""A promise that was tried in less than this share of its target counts as broken: it has proven nothing."""
MOST_BROKEN = 10
"""A promise that broke so often is not tried further."""


@dataclass(frozen=True)
class Round:
    """What one round of a promise is given.

    ``chance`` depends on nothing but the battery's seed, the promise's name and the round's number, so that a round can
    be repeated. ``place`` is a folder of its own, removed afterwards.
    """

    number: int
    chance: random.Random
    place: Path


@dataclass(frozen=True)
class Promise:
    """One promise, as a module of ``tests/battery/promises`` declares it under the name ``PROMISE``.

    ``play`` tries one round and returns how many cases it tried; what does not hold is an AssertionError, and any other
    error breaks the promise as well. A round should take between a second and half a minute.
    """

    words: str
    """The promise, as a user would say it."""
    night: int
    """Cases in a run of `NIGHT` minutes."""
    play: Callable[[Round], int]
    alone: float = 0.0
    """The part of the time that it has to itself, since it measures by the clock; 0 where others may run beside it."""

    def target(self, minutes: float) -> int:
        """Cases in a run of ``minutes``: at least one."""
        return max(1, math.ceil(self.night * minutes / NIGHT))


def names() -> list[str]:
    """The names of all promises, which are those of their modules."""
    return sorted(module.name for module in pkgutil.iter_modules(promises.__path__))


def promise(name: str) -> Promise:
    """The promise of the module ``name``."""
    found = importlib.import_module(f"{promises.__name__}.{name}").PROMISE
    assert isinstance(found, Promise)
    return found


def chance(seed: int, name: str, number: int) -> random.Random:
    """The chance of one round."""
    return random.Random(f"{seed} {name} {number}")
