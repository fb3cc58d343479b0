"""Synthetic object detection: scenes of several shapes, with a box around each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, Dataset, FieldInfo, Task
from app.data.sources.synthetic.scenes import FORMS, inside
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from app.numerics.box_grid import CHANNELS, GridBox, encode, grid_boxes, true_boxes
from app.protocol.data_values import PictureBox
from graph.layers.settings import setting
from graph.shapes import image

EDGES = np.array([(-1.0, -1.0, 1.0, 1.0), (-0.85, -0.85, 0.85, 0.85), (-0.9, -1.0, 0.9, 0.8)])
"""Left, top, right and bottom of each form, in units of its half size: what `inside` draws."""
APART = 0.8
"""Middles of shapes are so far from each other at least, in sums of their half sizes: some touch, none is hidden."""

PERIOD = 5.0
"""Pixels from a stripe to the next one of its colour."""
TRIES = 4
"""Places that are tried for each shape."""


class BoxedScenes(SyntheticSource):
    """Scenes of one to several circles, squares and triangles: where is each, how large, and what is it?

    Shapes have any colour or are striped in two; the ground has one, whose brightness changes from side to side. A
    shape may touch others and cover a part of them. The target is a grid of cells, as YOLO has it: the cell that holds
    the centre of a box says so, and what the box is.
    """

    kind: ClassVar[str] = "boxed_scenes"
    title: ClassVar[str] = "Scenes with boxes"
    rank: ClassVar[int] = 228
    task: ClassVar[Task] = Task.REGRESSION
    inputs: ClassVar[tuple[str, ...]] = ("picture",)
    target: ClassVar[str] = "grid"

    samples: int = setting(1000, "Number of pictures", minimum=10, maximum=100_000, unit="pictures")
    size: int = setting(32, "Height and width of the pictures", minimum=24, maximum=128, unit="pixels")
    cells: int = setting(4, "Cells along each side of the grid", minimum=2, maximum=16, unit="cells")
    most: int = setting(3, "Most shapes in a picture", minimum=1, maximum=8, unit="shapes")
    striped: float = setting(0.5, "Share of the shapes that are striped in two colours", minimum=0, maximum=1)
    noise: float = setting(0.06, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture, and its grid of boxes."""
        names = (*CHANNELS, *FORMS)
        return (
            FieldInfo("picture", image(3, self.size, self.size)),
            FieldInfo("grid", image(len(names), self.cells, self.cells), names=names, fixed=True),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Shapes are painted one over the other where those before leave room, each in a colour of its own."""
        count, side = self.samples, self.size
        places = (np.arange(side) + 0.5) / side
        pictures = self._grounds(rng, places)
        ground = pictures.mean((2, 3))
        wanted = 1 + rng.integers(0, self.most, count)
        middle = rng.uniform(0.16, 0.84, (count, TRIES * self.most, 2))
        half = rng.uniform(0.12, 0.2, middle.shape[:2])
        room = self._with_room(middle, half)
        first = np.argsort(~room, axis=1, kind="stable")[:, : self.most]
        middle, half = np.take_along_axis(middle, first[..., None], 1), np.take_along_axis(half, first, 1)
        shown = np.take_along_axis(room, first, 1) & (np.arange(self.most) < wanted[:, None])
        forms = rng.integers(0, len(FORMS), (count, self.most))
        for number in range(self.most):
            at, large = middle[:, number, :, None, None], half[:, number, None, None]
            across, down = (places[None, None, :] - at[:, 0]) / large, (places[None, :, None] - at[:, 1]) / large
            ink = inside(forms[:, number, None, None], across, down) & shown[:, number, None, None]
            paint, second = (_unlike(rng.uniform(0.0, 1.0, (count, 8, 3)), ground) for _ in "ab")
            np.copyto(pictures, paint[:, :, None, None], where=ink[:, None])
            lines = self._stripes(rng) & (rng.random(count) < self.striped)[:, None, None]
            np.copyto(pictures, second[:, :, None, None], where=(ink & lines)[:, None])
        pictures += rng.normal(0.0, self.noise, pictures.shape)
        edges = middle[:, :, [0, 1, 0, 1]] + EDGES[forms] * half[..., None]
        grids = [self._grid(*each) for each in zip(edges.clip(0.0, 1.0), forms, shown, strict=True)]
        return {"picture": np.clip(pictures, 0.0, 1.0).astype(np.float32), "grid": np.stack(grids)}

    def load(self, base: Path | None = None) -> Dataset:
        """The samples, with their boxes to be drawn."""
        found = super().load(base)
        grids = np.asarray(found.fields[self.target].values)
        known = grid_boxes(true_boxes(grids))
        boxes = tuple(tuple(PictureBox(FORMS[box.kind], *box[1:5]) for box in own) for own in known)
        return replace(found, boxes=boxes)

    def _grounds(self, rng: np.random.Generator, places: Array) -> Array:
        """Grounds of any colour (N, 3, size, size) that become brighter along a direction of their own."""
        colour = rng.uniform(0.15, 0.85, (self.samples, 3, 1, 1))
        slope = rng.uniform(-0.3, 0.3, (self.samples, 2, 1, 1))
        light = slope[:, 0] * (places[None, None, :] - 0.5) + slope[:, 1] * (places[None, :, None] - 0.5)
        return np.asarray(colour + light[:, None])

    def _stripes(self, rng: np.random.Generator) -> Array:
        """Stripes that run in any direction, bool (N, size, size)."""
        angle, phase = rng.uniform(0.0, np.pi, (2, self.samples, 1, 1))
        pixels = np.arange(self.size)
        along = np.cos(angle) * pixels[None, None, :] + np.sin(angle) * pixels[None, :, None]
        return np.asarray(np.sin(2 * np.pi * along / PERIOD + 2 * phase) > 0)

    def _with_room(self, middle: Array, half: Array) -> Array:
        """Which shapes (N, k) lie apart from all of these that came before them, with a cell of their own."""
        cells = np.floor(middle * self.cells)
        room = np.ones(half.shape, bool)
        for later in range(1, half.shape[1]):
            for sooner in range(later):
                gap = np.abs(middle[:, later] - middle[:, sooner]).max(-1)
                near = gap < APART * (half[:, later] + half[:, sooner])
                same = (cells[:, later] == cells[:, sooner]).all(-1)
                room[:, later] &= ~((near | same) & room[:, sooner])
        return room

    def _grid(self, edges: Array, forms: Array, shown: Array) -> Array:
        """The boxes of a picture as a grid, by their edges (most, 4)."""
        boxes = [
            GridBox(int(form), left, top, right - left, bottom - top)
            for (left, top, right, bottom), form in zip(edges[shown].tolist(), forms[shown], strict=True)
        ]
        return encode(boxes, self.cells, len(FORMS))[0]


def _unlike(colours: Array, ground: Array) -> Array:
    """Of several colours (N, k, 3) for each picture the one that is least like its ground (N, 3)."""
    unlike = np.abs(colours - ground[:, None]).sum(-1).argmax(1)
    return np.asarray(colours[np.arange(len(colours)), unlike])
