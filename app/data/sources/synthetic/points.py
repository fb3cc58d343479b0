"""Synthetic points in the plane: spirals, circles, XOR, moons, blobs and a checkerboard."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, FieldInfo, Task
from app.data.sources.source import Source
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
            FieldInfo("class", vector(len(self.names())), classes=self.names()),
        )
        return DatasetInfo(
            self.kind, self.title, Task.CLASSIFICATION, self.samples, fields, ("point",), "class", self.summary()
        )

    def load(self, base: Path | None = None) -> Dataset:
        """The points and their classes."""
        rng = np.random.default_rng(self.seed)
        labels = np.arange(self.samples, dtype=np.int64) % len(self.names())
        points = self.places(labels, rng) + rng.normal(0.0, 1.0, (self.samples, 2)) * self.noise
        return self.info().with_values({"point": points.astype(np.float32), "class": labels})

    def names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.classes

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Where the points would lie without noise, (N, 2), from their class numbers (N,)."""
        raise NotImplementedError


class Spirals(_Plane):
    """Points on two spirals, one inside the other: no straight line can part them."""

    kind: ClassVar[str] = "spirals"
    title: ClassVar[str] = "Two spirals"
    rank: ClassVar[int] = 60
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
    rank: ClassVar[int] = 70
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
    rank: ClassVar[int] = 80
    classes: ClassVar[tuple[str, ...]] = ("same sign", "opposite sign")

    noise: float = setting(0.05, "How far points stray into other quarters (standard deviation)", minimum=0, maximum=5)

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Even in the four quarters of the square from -1 to 1."""
        x = rng.uniform(0.0, 1.0, len(labels)) * rng.choice([-1.0, 1.0], len(labels))
        y = rng.uniform(0.0, 1.0, len(labels)) * np.sign(x) * np.where(labels == 0, 1.0, -1.0)
        return np.stack([x, y], axis=1)


class Moons(_Plane):
    """Points on two half moons that reach into each other: a curve parts them, a line does not."""

    kind: ClassVar[str] = "moons"
    title: ClassVar[str] = "Two moons"
    rank: ClassVar[int] = 90
    classes: ClassVar[tuple[str, ...]] = ("upper", "lower")

    gap: float = setting(0.5, "How far the lower moon is pushed up into the upper", minimum=-2, maximum=2)

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Half circles of radius 1, the lower turned over and set off by one."""
        angle = rng.uniform(0.0, np.pi, len(labels))
        turned = np.where(labels == 0, 1.0, -1.0)
        across = np.where(labels == 0, -0.5, 0.5) + turned * np.cos(angle)
        return np.stack([across, turned * (np.sin(angle) - self.gap / 2)], axis=1)


class Blobs(_Plane):
    """Clouds of points, one for each class: as far apart, or as mixed, as you like."""

    kind: ClassVar[str] = "blobs"
    title: ClassVar[str] = "Clouds of points"
    rank: ClassVar[int] = 100

    noise: float = setting(0.15, "Width of each cloud (standard deviation)", minimum=0, maximum=5)
    clouds: int = setting(3, "Number of clouds, each a class of its own", minimum=2, maximum=12, unit="clouds")

    def names(self) -> tuple[str, ...]:
        """A number for each cloud."""
        return tuple(f"cloud {number}" for number in range(1, self.clouds + 1))

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """Middles evenly on a circle of radius 1, turned by chance."""
        angle = rng.uniform(0.0, 2 * np.pi) + 2 * np.pi * labels / self.clouds
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)


class Checkerboard(_Plane):
    """Points on the fields of a checkerboard, by their colour: the finer the board, the more units it takes."""

    kind: ClassVar[str] = "checkerboard"
    title: ClassVar[str] = "Checkerboard"
    rank: ClassVar[int] = 110
    classes: ClassVar[tuple[str, ...]] = ("dark", "light")

    samples: int = setting(1000, "Number of points", minimum=10, maximum=1_000_000, unit="points")
    noise: float = setting(0.0, "How far points stray into other fields (standard deviation)", minimum=0, maximum=5)
    squares: int = setting(4, "Fields along each side of the board", minimum=2, maximum=16, unit="fields")

    def places(self, labels: Array, rng: np.random.Generator) -> Array:
        """A field of the right colour by chance, and a place on it; the board goes from -1 to 1."""
        row = rng.integers(0, self.squares, len(labels))
        first = (row + labels) % 2
        column = first + 2 * rng.integers(0, (self.squares - first + 1) // 2)
        corner = np.stack([column, row], axis=1) + rng.uniform(0.0, 1.0, (len(labels), 2))
        return 2 * corner / self.squares - 1
