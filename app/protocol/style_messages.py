"""Requests about style transfer: a picture that is changed until its content is of one, and its style of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.protocol.messages import Array, FilePath, PartialReply, PartialRequest


@dataclass(frozen=True, kw_only=True)
class PictureChoice:
    """A picture: the ``sample`` at a position in the data set (0-based), a made ``texture``, or a ``file``.

    The first that is given counts.
    """

    sample: int | None = None
    texture: str = ""
    file: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class StyledPicture(PartialReply):
    """A picture that was changed ``done`` of ``total`` times.

    ``state`` float32 (3, channels, H, W) is what the next piece goes on from: the picture as the network reads it, and
    the optimiser's means. ``picture``, ``content`` and ``style`` float32 (channels, H, W) are in the data's own units,
    which go from ``low`` to ``high``. ``content_loss`` and ``style_loss`` float64 (done + 1,) are those before the
    first step and after each, without their weights. ``grams`` float32 (2, N, N) holds by style layer the Gram matrices
    of the style and of the picture, of the first maps where there are many.
    """

    state: Array
    picture: Array
    content: Array
    style: Array
    low: float
    high: float
    content_loss: Array
    style_loss: Array
    grams: Mapping[str, Array]


@dataclass(frozen=True, eq=False, kw_only=True)
class TransferStyle(PartialRequest[StyledPicture]):
    """Give the style of one picture to another.

    ``settings`` holds values of `app.insight.style_settings.StyleSettings`.
    """

    content: PictureChoice
    style: PictureChoice
    content_layer: str
    style_layers: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    so_far: StyledPicture | None = None
