"""Synthetic letters of 8 x 8 pixels, noisy or half hidden, for a memory to clean."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.layers.stored_pictures import LETTERS, NAMES, SIDE
from graph.shapes import image, vector


class NoisyLetters(SyntheticSource):
    """Letters with pixels of +1 on -1, some of them turned over; of some pictures the lower half is hidden."""

    kind: ClassVar[str] = "noisy_letters"
    title: ClassVar[str] = "Noisy letters"
    rank: ClassVar[int] = 121
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("picture",)
    target: ClassVar[str] = "letter"

    letters: int = setting(
        5, "How many letters there are, of C X V S K T H Z P O L E", minimum=2, maximum=len(LETTERS), unit="letters"
    )
    noise: float = setting(0.2, "Share of pixels that are turned over", minimum=0, maximum=0.5)
    hidden: float = setting(0.25, "Share of pictures whose lower half is blank", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture and the letter on it."""
        picture = FieldInfo("picture", image(1, SIDE, SIDE), fixed=True)
        return picture, FieldInfo("letter", vector(self.letters), classes=NAMES[: self.letters])

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Each pixel is turned over by chance alone; what is hidden is -1."""
        labels = rng.permutation(np.arange(self.samples, dtype=np.int64) % self.letters)
        drawn = np.array([[mark == "#" for mark in line] for line in LETTERS])
        ink = drawn[labels] ^ (rng.random((self.samples, SIDE * SIDE)) < self.noise)
        ink[rng.random(self.samples) < self.hidden, SIDE * SIDE // 2 :] = False
        return {
            "picture": np.where(ink, 1.0, -1.0).astype(np.float32).reshape(-1, 1, SIDE, SIDE),
            "letter": labels,
        }
