"""Requests about starting from the weights of a run, or of a state dict."""

from __future__ import annotations

from app.protocol.start_messages import FitState, FitWeights, WeightsFitted
from app.training.initial_weights import InitialWeights
from app.training.runs import Run
from app.training.state_start import fit_state, kept_beside
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


@handles(FitState)
def take_state(request: FitState) -> WeightsFitted:
    """Which layers of a project take which tensors of a state dict; their file, where it is to be kept."""
    fit = fit_state(parse_project(dict(request.project)), request.file)
    weights, sha256 = "", ""
    if request.keep:
        kept = fit.keep(kept_beside(request.file, request.name, request.base))
        start = InitialWeights.at(kept, base=request.base)
        weights, sha256 = start.weights, start.sha256
    return WeightsFitted(weights=weights, sha256=sha256, layers=fit.layers, left=fit.left)
