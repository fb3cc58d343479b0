"""Requests about style transfer: the two pictures, and some steps on the way for each request."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.inference.new_pictures import single_picture
from app.insight.activation_maximisation import limits_of
from app.insight.activations import InputSource, numbers, source_of, until
from app.insight.style_settings import NO_STYLE, StyleSettings, style_layers
from app.insight.style_transfer import Climber, Losses, StyleTransfer, enlarged
from app.insight.textures import texture
from app.protocol.style_messages import PictureChoice, StyledPicture, TransferStyle
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError
from graph.shapes import Kind, image

LARGEST = 512
"""Pixels along the longer side of a picture that was made larger, at most."""
SHOWN_MAPS = 64
"""Maps of a layer whose Gram matrix is shown, at most."""


@handles_run(TransferStyle)
def transfer_style(model: Model, request: TransferStyle) -> StyledPicture:
    """Go on changing a picture."""
    settings = StyleSettings.parse(dict(request.settings), StyleSettings.title)
    transfer, style = _begin(model, request, settings)
    before = request.so_far
    state, done = (transfer.resumed(before.state), before.done) if before is not None else (transfer.beginning(), 0)
    seen = list(zip(before.content_loss[:-1], before.style_loss[:-1], strict=True)) if before is not None else []
    if done < settings.steps:
        state, more, done = transfer.climb(state, range(done, settings.steps), until(request.seconds))
        seen += more
    return _reply(model, transfer, style, state, seen, done)


def _begin(model: Model, request: TransferStyle, settings: StyleSettings) -> tuple[StyleTransfer, Tensor]:
    """The losses for the two pictures, and that of the style."""
    offered = style_layers(model.project.network)
    if not offered:
        raise NetloomError(NO_STYLE)
    chosen = (request.content_layer, *request.style_layers)
    unknown = next((layer for layer in chosen if layer not in offered), None)
    if unknown is not None:
        raise NetloomError(f"“{unknown}” is none of the 2-D convolutions; choose among {', '.join(offered)}.")
    if not request.style_layers:
        raise NetloomError("Style is compared at one layer at least; choose a style layer.")
    source = source_of(model, request.content.sample)
    if source.field.shape.kind is not Kind.IMAGE:
        raise NetloomError(f"“{source.field.name}” is no picture, so it can take no style; choose another network.")
    limits = limits_of(model, source)  # many pictures are read for them
    choices = request.content, request.style
    content, style = (_picture(model, source, limits, each, settings.scale) for each in choices)
    layers = request.content_layer, request.style_layers
    return StyleTransfer(model, source, limits, content, style, *layers, settings), style


def _picture(
    model: Model, source: InputSource, limits: tuple[Array, Array], choice: PictureChoice, times: int
) -> Tensor:
    """A picture (channels, H, W) as the network reads it, so many times larger than those of training.

    Textures reach from one of the ``limits`` of the data to the other.
    """
    channels, height, width = source.values.shape[1:]
    if times > 1 and max(height, width) * times > LARGEST:
        raise NetloomError(
            f"Pictures of {height * times} × {width * times} would take too long; choose a smaller size."
        )
    sizes = (channels, height * times, width * times)
    if choice.sample is not None:
        count = model.prepared.dataset.samples
        if not 0 <= choice.sample < count:
            raise NetloomError(f"The data has samples 1 to {count:,}; choose one of them.")
        return enlarged(source_of(model, choice.sample).values[0], times)
    if choice.texture:
        low, high = (torch.from_numpy(end[0]).to(source.values.device) for end in limits)
        return low + torch.from_numpy(texture(choice.texture, sizes)).to(low.device) * (high - low)
    if choice.file is None:
        raise NetloomError("Both a content and a style are needed; choose a sample, a texture or a picture file.")
    if not choice.file.is_file():
        raise NetloomError(f"{choice.file} cannot be opened: there is no such file. Check the name and the folder.")
    values = single_picture(choice.file, image(*sizes), model.prepared.choice.source)
    scaler = model.prepared.scalers.get(source.field.name)
    read = values if scaler is None else scaler.apply(values)
    return torch.from_numpy(np.ascontiguousarray(read[0], np.float32)).to(source.values.device)


def _reply(
    model: Model, transfer: StyleTransfer, style: Tensor, state: Climber, seen: list[tuple[float, float]], done: int
) -> StyledPicture:
    losses = transfer.measure(state.picture)
    curves = np.array([*seen, (float(losses.content), float(losses.style))], np.float64)
    own = [_own(model, transfer.source, each) for each in (state.picture, transfer.content, style)]
    low, high = (model.prepared.undo(transfer.source.field.name, end) for end in transfer.limits)
    return StyledPicture(
        done=done,
        total=transfer.settings.steps,
        state=state.stacked(),
        picture=own[0],
        content=own[1],
        style=own[2],
        low=float(low.min()),
        high=float(high.max()),
        content_loss=np.ascontiguousarray(curves[:, 0]),
        style_loss=np.ascontiguousarray(curves[:, 1]),
        grams=_grams(transfer, losses),
    )


def _own(model: Model, source: InputSource, picture: Tensor) -> Array:
    """A picture in the data's own units."""
    values: Array = model.prepared.undo(source.field.name, numbers(picture[None]))[0]
    return np.ascontiguousarray(values, np.float32)


def _grams(transfer: StyleTransfer, losses: Losses) -> Mapping[str, Array]:
    """By style layer the Gram matrices (2, N, N) of the style and of the picture."""
    pairs = zip(transfer.style_layers, transfer.wanted_grams, losses.grams, strict=True)
    return {layer: numbers(torch.stack((wanted, made))[:, :SHOWN_MAPS, :SHOWN_MAPS]) for layer, wanted, made in pairs}
