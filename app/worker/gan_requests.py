"""Requests about a generator: real samples to hold beside generated ones, and walks through its noise."""

from __future__ import annotations

from app.insight.gan_samples import discriminator_map, nearest_real_samples, real_samples
from app.protocol.gan_messages import InterpolatedSamples, InterpolateNoise, ReadRealSamples, RealSamples
from app.training.gan.sampling import interpolate
from app.training.trainable import Model
from app.worker.handlers import handles_run

MOST_STEPS = 200
"""Samples on a walk, at most."""


@handles_run(ReadRealSamples)
def read_real_samples(model: Model, request: ReadRealSamples) -> RealSamples:
    """Real samples, and what the discriminator makes of the plane that they lie in."""
    samples = real_samples(model, request.count)
    return RealSamples(samples=samples, discriminator=discriminator_map(model, request.resolution))


@handles_run(InterpolateNoise)
def interpolate_noise(model: Model, request: InterpolateNoise) -> InterpolatedSamples:
    """Samples on the way from one fixed point of noise to another, and the nearest real ones."""
    samples = interpolate(model, request.first, request.last, max(2, min(MOST_STEPS, request.count)))
    return InterpolatedSamples(
        first=request.first, last=request.last, samples=samples, nearest=nearest_real_samples(model, samples)
    )
