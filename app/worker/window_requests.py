"""Requests to work out a convolution or pooling layer by hand: of a run, and of the open project."""

from __future__ import annotations

from app.insight.window_operands import RunnableNetwork, look
from app.protocol.messages import OpenProject
from app.protocol.window_messages import FollowedLayer, FollowLayer
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.project import parse_project


@handles_run(FollowLayer)
def follow_layer(subject: Model | OpenProject, request: FollowLayer) -> FollowedLayer:
    """What a layer works on for a sample: of a run, or with the weights that training the open project starts from."""
    if isinstance(subject, Model):
        runnable = RunnableNetwork.of(subject)
    else:
        runnable = RunnableNetwork.fresh(parse_project(dict(subject.project)), request.layer, subject.base)
    return FollowedLayer(layer=request.layer, operands=look(runnable, request.layer, max(0, request.sample)))
