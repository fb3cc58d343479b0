"""Style transfer: a picture whose feature maps are those of one picture, and their correlations those of another.

L. A. Gatys, A. S. Ecker, M. Bethge, A Neural Algorithm of Artistic Style, 2015. They scale their network so that
activations are about 1 everywhere; here the losses are measured in the size of what is aimed at, so that the same
weights suit any network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, fx

from app.data.dataset import Array
from app.insight.activation_maximisation import NOISE, mean_of, spread_of
from app.insight.activations import InputSource, Progress, differentiating, part_to
from app.insight.style_settings import StyleSettings
from app.training.trainable import Model
from graph.errors import NetloomError

RATE = 0.05
"""How far one step goes about, in standard deviations of the data."""
DECAY, SQUARE_DECAY, LEAST = 0.9, 0.999, 1e-12
"""Adam's settings; gradients of single pixels are small."""


def gram(maps: Tensor) -> Tensor:
    """The Gram matrix (N, N) of feature maps (N, H, W): G[i, j] is the mean over all places of map i times map j.

    The sum of Gatys and others is divided by the number of places, so that pictures of any size compare.
    """
    rows = maps.flatten(1)
    return rows @ rows.T / rows.shape[1]


def content_loss(maps: Tensor, wanted: Tensor) -> Tensor:
    """Half the squared difference of feature maps (N, H, W), as a share of the squares of those ``wanted``."""
    return (maps - wanted).square().sum() / (2 * wanted.square().sum())


def style_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """How far two Gram matrices (N, N) are apart: squared differences over 4 times the squared trace of ``wanted``.

    The trace over N is the mean square of all maps. With maps scaled so that this is 1, it is the loss of a layer in
    Gatys and others: the sum of squared differences over 4 N².
    """
    return (made - wanted).square().sum() / (4 * wanted.trace().square())


def total_variation(picture: Tensor) -> Tensor:
    """The mean squared difference of neighbours in a picture (channels, H, W)."""
    parts = (picture.diff(dim=axis).square().mean() for axis in (1, 2) if picture.shape[axis] > 1)
    return sum(parts, torch.zeros((), device=picture.device))


@dataclass(frozen=True, eq=False)
class Losses:
    """The parts of what is made smaller, as 0-dimensional tensors, each before its weight; and the Gram matrices."""

    content: Tensor
    style: Tensor
    variation: Tensor
    grams: tuple[Tensor, ...]

    def total(self, settings: StyleSettings) -> Tensor:
        """All of them, weighted."""
        return (
            settings.content_weight * self.content
            + settings.style_weight * self.style
            + settings.variation * self.variation
        )


@dataclass(frozen=True, eq=False)
class Climber:
    """A picture (channels, H, W) as the network reads it, with Adam's two moving means of the gradient."""

    picture: Tensor
    mean: Tensor
    square: Tensor

    def stacked(self) -> Array:
        """All three as float32 (3, channels, H, W)."""
        values: Array = torch.stack((self.picture, self.mean, self.square)).cpu().contiguous().numpy()
        return values


class StyleTransfer:
    """The losses of a picture for one content and one style, and how it is changed.

    Parameters
    ----------
    limits
        what `limits_of` says of the data: no pixel leaves them.
    content, style
        pictures (channels, H, W) as the network reads them.
    content_layer, style_layers
        ids of the layers whose feature maps are compared; each style layer counts alike.

    Raises
    ------
    NetloomError
        if a layer gives no maps for pictures of this size, or only zeros, which nothing can be compared with.
    """

    def __init__(
        self, model: Model, source: InputSource, limits: tuple[Array, Array], content: Tensor, style: Tensor,
        content_layer: str, style_layers: Sequence[str], settings: StyleSettings,
    ) -> None:  # fmt: skip
        self._model, self.source, self.limits, self.settings = model, source, limits, settings
        self.style_layers = tuple(style_layers)
        layers = (content_layer, *self.style_layers)
        self._part: fx.GraphModule = part_to(model, layers)
        with differentiating(model), torch.no_grad():
            try:
                self.wanted = self._maps(content)[0]
                self.wanted_grams = tuple(gram(maps) for maps in self._maps(style)[1:])
            except RuntimeError:
                raise NetloomError(
                    f"The layers up to {', '.join(dict.fromkeys(layers))} take no picture of "
                    f"{content.shape[1]} × {content.shape[2]}; choose size 1, or layers before the first that has a "
                    "fixed size."
                ) from None
        self._check(layers)
        self.content = content
        self._spread = spread_of(model, source)[0]
        self._low, self._high = (torch.from_numpy(end[0]).to(content.device) for end in limits)

    def _check(self, layers: Sequence[str]) -> None:
        sizes = [self.wanted.square().sum(), *(matrix.trace() for matrix in self.wanted_grams)]
        for number, (layer, size) in enumerate(zip(layers, sizes, strict=True)):
            if not (torch.isfinite(size) and size > 0):
                which = "style" if number else "content"
                raise NetloomError(
                    f"{layer} gives only zeros, or no numbers, for the {which} picture; choose another layer."
                )

    def _maps(self, picture: Tensor) -> tuple[Tensor, ...]:
        """Feature maps (N, H, W) of the content layer, and of each style layer."""
        return tuple(maps[0] for maps in self._part(*self.source.inputs(picture[None])))

    def losses(self, picture: Tensor) -> Losses:
        """All losses of a picture (channels, H, W)."""
        maps, *styled = self._maps(picture)
        grams = tuple(gram(each) for each in styled)
        style = torch.stack([style_loss(*pair) for pair in zip(grams, self.wanted_grams, strict=True)]).mean()
        return Losses(content_loss(maps, self.wanted), style, total_variation(picture / self._spread), grams)

    def measure(self, picture: Tensor) -> Losses:
        """The same, without gradients."""
        with differentiating(self._model), torch.no_grad():
            return self.losses(picture)

    def gradient(self, picture: Tensor) -> tuple[Losses, Tensor]:
        """The losses of a picture, and the gradient of their weighted sum by its values."""
        with differentiating(self._model):
            x = picture.detach().requires_grad_()
            losses = self.losses(x)
            (slope,) = torch.autograd.grad(losses.total(self.settings), x)
        return losses, slope

    def beginning(self) -> Climber:
        """The content, or noise around the data's mean, as the settings say."""
        start = self.content.clone()
        if self.settings.start == "noise":
            noise = np.random.default_rng(self.settings.seed).standard_normal(tuple(start.shape), np.float32)
            middle = mean_of(self._model, self.source)[0]
            start = torch.from_numpy(noise).to(start.device) * NOISE * self._spread + middle
        return Climber(start, torch.zeros_like(start), torch.zeros_like(start))

    def resumed(self, state: Array) -> Climber:
        """Where a piece of the work ended: `Climber.stacked`.

        Raises
        ------
        NetloomError
            if it is of a picture of another size.
        """
        if state.shape != (3, *self.content.shape):
            raise NetloomError("The picture so far is of another size; begin again.")
        return Climber(*torch.from_numpy(np.array(state)).to(self.content.device).unbind())

    def climb(self, state: Climber, steps: range, more: Progress) -> tuple[Climber, list[tuple[float, float]], int]:
        """Go on by steps of Adam; at least one is done.

        Returns the new state, content and style loss before each step that was done, and the number of the next step.
        """
        seen: list[tuple[float, float]] = []
        for step in steps:
            losses, slope = self.gradient(state.picture)
            seen.append((float(losses.content.detach()), float(losses.style.detach())))
            state = self._stepped(state, slope * self._spread, step)
            if not more():
                return state, seen, step + 1
        return state, seen, steps.stop

    def _stepped(self, state: Climber, slope: Tensor, step: int) -> Climber:
        """One step of Adam in deviations of the data, kept within the data's range."""
        slope = torch.nan_to_num(slope)
        mean = DECAY * state.mean + (1 - DECAY) * slope
        square = SQUARE_DECAY * state.square + (1 - SQUARE_DECAY) * slope.square()
        steady = (square / (1 - SQUARE_DECAY ** (step + 1))).sqrt() + LEAST
        down = mean / (1 - DECAY ** (step + 1)) / steady
        picture = state.picture - RATE * self._spread * down
        return Climber(torch.clamp(picture, self._low, self._high), mean, square)


def enlarged(picture: Tensor, times: int) -> Tensor:
    """A picture (channels, H, W) made larger, with values between those of neighbours."""
    if times == 1:
        return picture
    return F.interpolate(picture[None], scale_factor=times, mode="bilinear", align_corners=False)[0]
