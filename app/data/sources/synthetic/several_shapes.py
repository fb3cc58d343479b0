"""Synthetic multi-label pictures: which of several shapes a picture shows, any number of them or none."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.sources.synthetic.scenes import FORMS, inside
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import image, vector

LABELS = (*FORMS, "cross")
QUARTERS = np.array([(0.26, 0.26), (0.74, 0.26), (0.26, 0.74), (0.74, 0.74)])
"""Middles of the four quarters of a picture: across and down."""


class SeveralShapes(SyntheticSource):
    """Pictures of circles, squares, triangles and crosses: which of the four does each show? Any number, or none.

    Every shape has a chance of its own to be there, so that none of them says anything about the others.
    """

    kind: ClassVar[str] = "several_shapes"
    title: ClassVar[str] = "Several shapes"
    rank: ClassVar[int] = 225
    task: ClassVar[Task] = Task.LABELS
    inputs: ClassVar[tuple[str, ...]] = ("picture",)
    target: ClassVar[str] = "shapes"

    size: int = setting(20, "Height and width of the pictures", minimum=16, maximum=128, unit="pixels")
    chance: float = setting(0.4, "Chance of each shape to be in a picture", minimum=0.05, maximum=0.95)
    noise: float = setting(0.1, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture, and 0 or 1 for each shape."""
        return (
            FieldInfo("picture", image(1, self.size, self.size)),
            FieldInfo("shapes", vector(len(LABELS)), names=LABELS, fixed=True, labels=True),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Each shape lies in a quarter of its own, so that none hides another."""
        count = self.samples
        there = rng.random((count, len(LABELS))) < self.chance
        quarters = rng.permuted(np.tile(np.arange(4), (count, 1)), axis=1)
        pictures = rng.normal(0.0, self.noise, (count, self.size, self.size)) + 0.2
        for form in range(len(LABELS)):
            middle = (QUARTERS[quarters[:, form]] + rng.uniform(-0.025, 0.025, (count, 2))) * self.size
            half = rng.uniform(0.14, 0.2, (count, 1, 1)) * self.size
            light = rng.uniform(0.35, 0.75, (count, 1, 1))
            pictures += light * (self._ink(form, middle, half) & there[:, form, None, None])
        return {
            "picture": np.clip(pictures, 0.0, 1.0).astype(np.float32)[:, None],
            "shapes": there.astype(np.float32),
        }

    def _ink(self, form: int, middle: Array, half: Array) -> Array:
        """Which pixels (N, size, size) the shape covers that lies around ``middle`` (N, 2)."""
        places = np.arange(self.size) + 0.5
        across = (places[None, None, :] - middle[:, 0, None, None]) / half
        down = (places[None, :, None] - middle[:, 1, None, None]) / half
        if LABELS[form] == "cross":
            near, far = np.minimum(np.abs(across), np.abs(down)), np.maximum(np.abs(across), np.abs(down))
            return np.asarray((near <= 0.3) & (far <= 1))
        return np.asarray(inside(np.array(form), across, down))
