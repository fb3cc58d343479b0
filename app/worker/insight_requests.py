"""Answers requests about the inside of networks: filters, feature maps, histograms of weights, pictures on cards."""

from __future__ import annotations

from app.insight.training_snapshot import inspect_saved
from app.protocol.insight_messages import LookedInside, LookInside
from app.training.trainable import Model
from app.worker.handlers import handles_run


@handles_run(LookInside)
def look_inside(model: Model, request: LookInside) -> LookedInside:
    """Views of the inside of a network."""
    return LookedInside(views=inspect_saved(model, request.watch))
