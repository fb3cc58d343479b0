"""Synthetic semantic segmentation: pictures of shapes of any colour, with the class of every pixel."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.sources.synthetic.scenes import FORMS, inside
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import image

KINDS = ("ground", *FORMS)


class SegmentedScenes(SyntheticSource):
    """Pictures of circles, squares and triangles before a ground: what does each pixel belong to?

    The ground is dark and shapes have any bright colour, so that the colour of a pixel tells it from the ground, but
    not of which shape it is: the form around it does. A shape may hide part of another.
    """

    kind: ClassVar[str] = "segmented_scenes"
    title: ClassVar[str] = "Scenes with a class for every pixel"
    rank: ClassVar[int] = 227
    task: ClassVar[Task] = Task.REGRESSION
    inputs: ClassVar[tuple[str, ...]] = ("picture",)
    target: ClassVar[str] = "mask"

    samples: int = setting(500, "Number of pictures", minimum=10, maximum=100_000, unit="pictures")
    size: int = setting(24, "Height and width of the pictures", minimum=16, maximum=128, unit="pixels")
    most: int = setting(3, "Most shapes in a picture", minimum=1, maximum=12, unit="shapes")
    noise: float = setting(0.03, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture, and of each class a channel of pixels that are 1 where it is."""
        return (
            FieldInfo("picture", image(3, self.size, self.size)),
            FieldInfo("mask", image(len(KINDS), self.size, self.size), names=KINDS, fixed=True),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Shapes are painted one over the other, each in a bright colour of its own."""
        count, side = self.samples, self.size
        ground = rng.uniform(0.0, 0.3, (count, 3))
        pictures = np.broadcast_to(ground[:, :, None, None], (count, 3, side, side)).copy()
        kinds = np.zeros((count, side, side), np.int64)
        shown = 1 + rng.integers(0, self.most, count)
        places = np.arange(side) + 0.5
        for number in range(self.most):
            middle = rng.uniform(0.15, 0.85, (count, 2, 1, 1)) * side
            half = rng.uniform(0.16, 0.25, (count, 1, 1)) * side
            forms = rng.integers(0, len(FORMS), (count, 1, 1))
            paint = rng.uniform(0.4, 1.0, (count, 3))
            across = (places[None, None, :] - middle[:, 0]) / half
            down = (places[None, :, None] - middle[:, 1]) / half
            ink = inside(forms, across, down) & (shown > number)[:, None, None]
            np.copyto(pictures, paint[:, :, None, None], where=ink[:, None])
            np.copyto(kinds, forms + 1, where=ink)
        pictures += rng.normal(0.0, self.noise, pictures.shape)
        marks = np.arange(len(KINDS))[None, :, None, None] == kinds[:, None]
        return {"picture": np.clip(pictures, 0.0, 1.0).astype(np.float32), "mask": marks.astype(np.float32)}
