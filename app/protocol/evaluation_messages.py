"""Requests to evaluate a run: its errors on a part of the data, its forecasts, its decision surface."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.evaluation_values import BaselineErrors, DecisionSurface, Evaluation, SeriesForecasts
from app.protocol.messages import RunReply, RunRequest


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluated(RunReply):
    """How well a run does on a part of its data; of next tokens on the test set, what n-grams do beside it."""

    evaluation: Evaluation
    baselines: tuple[BaselineErrors, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluate(RunRequest[Evaluated]):
    """Test the saved weights of a run on a part of its data: ``test``, ``validation`` or ``train``."""

    part: str = "test"


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecasted(RunReply):
    """Forecasts in ``unit`` (empty where there is none); ``baselines`` are known for the test set alone."""

    forecasts: SeriesForecasts
    unit: str
    baselines: tuple[BaselineErrors, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecast(RunRequest[Forecasted]):
    """What the saved weights of a run forecast over a part of its series."""

    part: str = "test"


@dataclass(frozen=True, eq=False, kw_only=True)
class ComputedSurface(RunReply):
    """The decision surface of a network; ``classes`` names its classes, if it has any."""

    surface: DecisionSurface
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ComputeSurface(RunRequest[ComputedSurface]):
    """The decision surface of a network of two features at ``resolution`` points along each axis.

    ``bounds`` (left, right, bottom, top) are in the data's own units; without them it covers the data and a margin.
    """

    resolution: int = 128
    bounds: tuple[float, float, float, float] | None = None
