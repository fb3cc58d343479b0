"""Synthetic letters: pictures of X and O with pixels of +1 and -1, as convolution is first explained with."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import image, vector


class XOrO(SyntheticSource):
    """Pictures of an X or an O, drawn with pixels of +1 on -1: shifted, scaled, rotated and thickened at random."""

    kind: ClassVar[str] = "x_or_o"
    title: ClassVar[str] = "X or O"
    rank: ClassVar[int] = 120
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("picture",)
    target: ClassVar[str] = "letter"

    size: int = setting(15, "Height and width of the pictures", minimum=9, maximum=128, unit="pixels")
    shift: float = setting(1.0, "Farthest shift to each side", minimum=0, maximum=32, unit="pixels")
    scale: float = setting(0.15, "Share by which letters are larger or smaller at most", minimum=0, maximum=0.5)
    rotate: float = setting(15.0, "Largest turn to either side", minimum=0, maximum=45, unit="degrees")
    thicken: float = setting(1.0, "How much thicker strokes become at most", minimum=0, maximum=16, unit="pixels")
    noise: float = setting(0.0, "Share of pixels that are turned over", minimum=0, maximum=0.5)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture and the letter on it."""
        picture = FieldInfo("picture", image(1, self.size, self.size), fixed=True)
        return picture, FieldInfo("letter", vector(2), classes=("X", "O"))

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Strokes are where the distance to the letter's line, in its own coordinates, is small."""
        labels = rng.permutation(np.arange(self.samples, dtype=np.int64) % 2)
        across, down = self._own_coordinates(rng)
        radius = 0.32 * self.size
        to_x = np.where(np.maximum(np.abs(across), np.abs(down)) <= radius, np.abs(np.abs(across) - np.abs(down)), 99)
        to_o = np.abs(np.hypot(across, down) - radius)
        distance = np.where(labels[:, None, None] == 0, to_x / np.sqrt(2), to_o)
        half = 0.6 + rng.uniform(0.0, self.thicken, (self.samples, 1, 1)) / 2
        ink = distance <= half
        ink ^= rng.random(ink.shape) < self.noise
        return {"picture": np.where(ink, 1.0, -1.0).astype(np.float32)[:, None], "letter": labels}

    def _own_coordinates(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Where each pixel lies as seen from its letter: across and down, (N, size, size)."""

        def each(width: float) -> Array:
            return rng.uniform(-width, width, (self.samples, 1, 1))

        places = np.arange(self.size) - (self.size - 1) / 2
        across = places[None, None, :] - each(self.shift)
        down = places[None, :, None] - each(self.shift)
        angle, larger = np.deg2rad(each(self.rotate)), 1 + each(self.scale)
        turned = (np.cos(angle) * across + np.sin(angle) * down, np.cos(angle) * down - np.sin(angle) * across)
        return turned[0] / larger, turned[1] / larger
