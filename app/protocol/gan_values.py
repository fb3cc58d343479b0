"""What a GAN's discriminator makes of the plane."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class DiscriminatorMap:
    """How likely a discriminator takes each place of a plane for generated and for real.

    ``x`` and ``y`` float32 (r,) are the places, ``probability`` float32 (r, r, 2).
    """

    x: Array
    y: Array
    probability: Array
