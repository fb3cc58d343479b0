"""Requests to work out a convolution or pooling layer by hand."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import ModelRequest, RunReply
from app.protocol.window_values import LayerOperands


@dataclass(frozen=True, eq=False, kw_only=True)
class FollowedLayer(RunReply):
    """What the ``layer`` works on for a sample."""

    layer: str
    operands: LayerOperands


@dataclass(frozen=True, eq=False, kw_only=True)
class FollowLayer(ModelRequest[FollowedLayer]):
    """What ``layer`` works on for the sample at position ``sample``.

    A layer inside blocks is called ``block1.conv1``.
    """

    needs_model = False  # what leads to the layer is enough
    layer: str
    sample: int = 0
