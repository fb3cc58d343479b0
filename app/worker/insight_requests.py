"""Answers requests about the inside of networks: filters, feature maps, histograms of weights."""

from __future__ import annotations

from app.insight.layer_arrays import snapshot
from app.protocol.insight_messages import LookedInside, LookInside
from app.training.trainable import Model
from app.worker.handlers import handles_run


@handles_run(LookInside)
def look_inside(model: Model, request: LookInside) -> LookedInside:
    """Views of the inside of a network."""
    return LookedInside(views=snapshot(model, request.watch))
