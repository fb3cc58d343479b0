"""Requests about starting from the weights of a run."""

from __future__ import annotations

from app.protocol.start_messages import FitWeights, WeightsFitted
from app.training.initial_weights import InitialWeights
from app.training.runs import Run
from app.training.weight_fit import layer_starts
from app.worker.handlers import handles
from graph.project import parse_project


@handles(FitWeights)
def fit_weights(request: FitWeights) -> WeightsFitted:
    """Which layers of a project take weights of a run, and the file of these as a project names it."""
    weights = Run.open(request.run).weights
    start = InitialWeights.at(weights, base=request.base)
    layers = layer_starts(parse_project(dict(request.project)), weights)
    return WeightsFitted(weights=start.weights, sha256=start.sha256, layers=layers)
