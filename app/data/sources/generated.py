"""Points in the plane that are made from a seed: small problems whose answer can be seen."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, Field, FieldInfo, Task
from app.data.sources.base import Source
from graph.layers.settings import setting
from graph.shapes import vector


class _Plane(Source):
    """Points (x, y) in the plane, each of one of several classes."""

    classes: ClassVar[tuple[str, ...]]

    samples: int = setting(600, "Number of points", minimum=10, maximum=1_000_000, unit="points")
    noise: float = setting(0.1, "How far points stray from their place (standard deviation)", minimum=0, maximum=5)
    seed: int = setting(0, "Another number gives other points", minimum=0, maximum=2**31 - 1)

    def info(self, base: Path | None = None) -> DatasetInfo:
        """Facts of the points."""
        fields = (
            FieldInfo("point", vector(2), names=("x", "y")),
            FieldInfo("class", vector(len(self.classes)), classes=self.classes),
        )
        return DatasetInfo(
            self.kind, self.title, Task.CLASSIFICATION, self.samples, fields, ("point",), "class", self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The points and their classes."""
        rng = np.random.default_rng(self.seed)
        labels = np.arange(self.samples, dtype=np.int64) % len(self.classes)
        points = self.places(labels, rng) + rng.normal(0.0, 1.0, (self.samples, 2)) * self.noise
        info = self.info()
        fields = {
            "point": Field("point", vector(2), names=("x", "y"), values=points.astype(np.float32)),
            "class": Field("class", info.target_shape, classes=self.classes, values=labels),
        }
        return Dataset(info.id, info.title, info.task, fields, info.inputs, info.target, info.summary)

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Where the points would lie without noise, (N, 2), from their class numbers (N,)."""
        raise NotImplementedError


class Spirals(_Plane):
    """Points on two spirals, one inside the other: no straight line can part them."""

    kind: ClassVar[str] = "spirals"
    title: ClassVar[str] = "Two spirals"
    classes: ClassVar[tuple[str, ...]] = ("blue", "orange")

    noise: float = setting(0.03, "How far points stray from their spiral (standard deviation)", minimum=0, maximum=5)
    turns: float = setting(1.5, "How often each spiral winds round the middle", minimum=0.25, maximum=5, unit="turns")

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Spirals that end one unit from the middle; the square root spreads points evenly along them."""
        along = np.sqrt(rng.uniform(0.01, 1.0, len(labels)))
        angle = 2 * np.pi * self.turns * along + np.pi * labels
        return np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1)


class Circles(_Plane):
    """Points on two circles round the same middle: a network must find out that the distance matters."""

    kind: ClassVar[str] = "circles"
    title: ClassVar[str] = "Two circles"
    classes: ClassVar[tuple[str, ...]] = ("outer", "inner")

    ratio: float = setting(0.5, "Radius of the inner circle where the outer one has 1", minimum=0.05, maximum=0.95)

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Circles of radius 1 and ``ratio``."""
        angle = rng.uniform(0.0, 2 * np.pi, len(labels))
        radius = np.where(labels == 0, 1.0, self.ratio)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


class Xor(_Plane):
    """Points in four quarters, where opposite quarters belong together: the problem that one layer cannot solve."""

    kind: ClassVar[str] = "xor"
    title: ClassVar[str] = "XOR"
    classes: ClassVar[tuple[str, ...]] = ("same sign", "opposite sign")

    noise: float = setting(0.05, "How far points stray into other quarters (standard deviation)", minimum=0, maximum=5)

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Even in the four quarters of the square from -1 to 1."""
        x = rng.uniform(0.0, 1.0, len(labels)) * rng.choice([-1.0, 1.0], len(labels))
        y = rng.uniform(0.0, 1.0, len(labels)) * np.sign(x) * np.where(labels == 0, 1.0, -1.0)
        return np.stack([x, y], axis=1)
