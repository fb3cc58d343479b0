"""Requests about a generator: real samples to hold beside generated ones, and walks through its noise."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.gan_values import DiscriminatorMap
from app.protocol.messages import Array, RunReply, RunRequest


@dataclass(frozen=True, eq=False, kw_only=True)
class RealSamples(RunReply):
    """Real samples float32 (n, *sizes) in the data's own units: of the test set, of training where that is empty.

    Where a sample is a point in the plane, ``discriminator`` says what the discriminator makes of each place.
    """

    samples: Array
    discriminator: DiscriminatorMap | None


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadRealSamples(RunRequest[RealSamples]):
    """``count`` real samples, and of points in the plane the discriminator's output on a grid of ``resolution``."""

    count: int = 64
    resolution: int = 64


@dataclass(frozen=True, eq=False, kw_only=True)
class InterpolatedSamples(RunReply):
    """Samples on the way from the fixed noise number ``first`` to number ``last``, the ends included.

    ``samples`` float32 (n, *sizes) are generated; ``nearest`` (n, *sizes) are those of the training set that lie
    nearest to each: what was copied looks alike.
    """

    first: int
    last: int
    samples: Array
    nearest: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class InterpolateNoise(RunRequest[InterpolatedSamples]):
    """``count`` samples on the way from one fixed point of noise to another."""

    first: int
    last: int
    count: int = 9
