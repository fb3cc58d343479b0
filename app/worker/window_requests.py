"""Requests to work out a convolution or pooling layer by hand: of a run, and of the open project."""

from __future__ import annotations

from app.insight.window_operands import WindowOperands, look
from app.protocol.messages import OpenProject
from app.protocol.window_messages import FollowedLayer, FollowLayer
from app.training.trainable import Model
from app.worker.handlers import handles_project, handles_run
from graph.project import parse_project


@handles_run(FollowLayer)
def follow_layer(model: Model, request: FollowLayer) -> FollowedLayer:
    """What a layer of a run works on for a sample."""
    return _followed(WindowOperands.of(model), request)


@handles_project(FollowLayer)
def follow_project(opened: OpenProject, request: FollowLayer) -> FollowedLayer:
    """The same with the weights that training the open project starts from."""
    project = parse_project(dict(opened.project))
    return _followed(WindowOperands.fresh(project, request.layer, opened.base), request)


def _followed(bench: WindowOperands, request: FollowLayer) -> FollowedLayer:
    return FollowedLayer(layer=request.layer, operands=look(bench, request.layer, max(0, request.sample)))
