"""Requests to evaluate a run: its errors on a part of the data, its forecasts, its decision surface."""

from __future__ import annotations

from pathlib import Path

from app.inference.evaluate import evaluation_steps, samples_of
from app.inference.model_baselines import model_baselines
from app.insight.decision_surface import decision_surface
from app.insight.forecasts import forecasts
from app.protocol.evaluation_messages import (
    ComputedSurface,
    ComputeSurface,
    Evaluate,
    Evaluated,
    Forecast,
    Forecasted,
)
from app.protocol.evaluation_values import BaselineErrors, Evaluation
from app.system.progress import Steps, counting, done
from app.training.trainable import Model
from app.training.training_session import load_model
from app.worker.handlers import handles, handles_run


@handles(Evaluate)
def evaluate(request: Evaluate) -> Evaluated:
    """Test the saved weights of a run, which are its best, on a part of its data."""
    evaluation, compared = done(f"test {request.run} {request.part}", lambda: _test(request.run, request.part))
    return Evaluated(run=str(request.run), evaluation=evaluation, baselines=compared)


def _test(run: Path, part: str) -> Steps[tuple[Evaluation, tuple[BaselineErrors, ...]]]:
    """The test in pieces, so that it says how far it is, can be given up, and a training goes on beside it."""
    _, model = load_model(run)
    found = yield from counting(evaluation_steps(model, part), "Testing", samples_of(model, part), "samples")
    head = model.objective.heads[0]
    compared = model_baselines(model) if part == "test" and (head.listed or head.pixels or head.boxes) else ()
    return found, tuple(baseline.errors for baseline in compared)


@handles(Forecast)
def forecast(request: Forecast) -> Forecasted:
    """What the saved weights of a run forecast, beside what could be had without a network."""
    run, model = load_model(request.run)
    compared = model_baselines(model) if request.part == "test" else ()
    return Forecasted(
        run=str(run.path),
        forecasts=forecasts(model, request.part),
        unit=next(iter(model.objective.heads[0].field.units), ""),
        baselines=tuple(baseline.errors for baseline in compared),
    )


@handles_run(ComputeSurface)
def compute_surface(model: Model, request: ComputeSurface) -> ComputedSurface:
    """The decision surface of a network of two features."""
    surface = decision_surface(model, request.bounds, request.resolution)
    return ComputedSurface(surface=surface, classes=model.objective.heads[0].field.classes)
