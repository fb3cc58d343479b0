"""Events with usual values, of which a test says only what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.protocol.events import Epoch, Finished, Started


def started(**changes: Any) -> Started:
    """A training of 5 epochs that begins."""
    return replace(Started("run", 5, 1, 0, 10, 42, "cpu", ("loss", "accuracy"), "validation"), **changes)


def epoch(**changes: Any) -> Epoch:
    """The end of the first epoch."""
    return replace(Epoch(1, 5, 10, {"loss": 0.5}, {"loss": 0.5}, 0.001, 1.0, True), **changes)


def finished(**changes: Any) -> Finished:
    """A training that did all its epochs."""
    return replace(Finished("completed", None, {}, 1, 5, 50, 1.0, "run"), **changes)
