"""Messages about the speed of the machine: measured once, for what is told before a training."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Json, Reply, Request


@dataclass(frozen=True, eq=False, kw_only=True)
class MachineMeasured(Reply):
    """How fast this machine trains, as `app.training.calibration` keeps it."""

    calibration: Json


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasureMachine(Request[MachineMeasured]):
    """Measure how fast this machine trains; only while nothing is trained."""
