"""Synthetic image captioning and video: coloured shapes with a sentence, and clips of moving shapes."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import END, PADDING, START, numbered
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import image, tokens, vector, video

COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.9, 0.15, 0.15),
    "green": (0.15, 0.7, 0.2),
    "blue": (0.15, 0.3, 0.9),
    "yellow": (0.9, 0.8, 0.1),
}
FORMS = ("circle", "square", "triangle")
WORDS = (PADDING, START, END, "a", *COLOURS, *FORMS, "left", "above", "of")
LONGEST = 9
"""Words of the longest sentence, with its end: a red circle left of a blue square."""


def inside(form: Array, across: Array, down: Array) -> Array:
    """Whether points, in units of a shape's half size from its middle, are inside the shape number ``form``."""
    circle = np.hypot(across, down) <= 1
    square = np.maximum(np.abs(across), np.abs(down)) <= 0.85
    triangle = (down <= 0.8) & (down >= 2 * np.abs(across) - 1)
    return np.where(form == 0, circle, np.where(form == 1, square, triangle))


class Captions(SyntheticSource):
    """Pictures of one or two coloured shapes, each with a sentence: a red circle left of a blue square.

    ``written`` is the sentence with a start in front, for a decoder to read; ``caption`` is the same one word later
    with an end behind, for it to write.
    """

    kind: ClassVar[str] = "captions"
    title: ClassVar[str] = "Shapes with captions"
    rank: ClassVar[int] = 220
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("picture", "written")
    target: ClassVar[str] = "caption"

    size: int = setting(24, "Height and width of the pictures", minimum=16, maximum=128, unit="pixels")
    pairs: float = setting(0.6, "Share of the pictures with two shapes", minimum=0, maximum=1)
    noise: float = setting(0.02, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A picture, the sentence to read and to write, and its number of words."""
        return (
            FieldInfo("picture", image(3, self.size, self.size)),
            FieldInfo("written", tokens(LONGEST), vocabulary=WORDS, lengths="length"),
            FieldInfo("caption", tokens(LONGEST), vocabulary=WORDS, lengths="length"),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Pictures are drawn shape by shape, sentences written from the same choices."""
        count = self.samples
        two, above = rng.random(count) < self.pairs, rng.random(count) < 0.5
        forms = rng.integers(0, len(FORMS), (count, 2))
        colours = rng.integers(0, len(COLOURS), (count, 2))
        pictures = rng.normal(0.0, self.noise, (count, 3, self.size, self.size)) + 0.05
        for which in (0, 1):
            middle, half = self._place(rng, which, two, above)
            shown = two if which else np.ones(count, dtype=bool)
            _draw(pictures, forms[:, which], colours[:, which], middle, half, shown)
        sentences = [
            _sentence(forms[row], colours[row], bool(two[row]), "above" if above[row] else "left of")
            for row in range(count)
        ]
        lengths = np.array([[len(words) + 1] for words in sentences], dtype=np.int64)
        return {
            "picture": np.clip(pictures, 0.0, 1.0).astype(np.float32),
            "written": numbered([[START, *words] for words in sentences], WORDS, LONGEST),
            "caption": numbered([[*words, END] for words in sentences], WORDS, LONGEST),
            "length": lengths,
        }

    def _place(self, rng: np.random.Generator, which: int, two: Array, above: Array) -> tuple[Array, Array]:
        """Middle (N, 2: across, down) and half size (N,) in pixels; of two shapes each has a half of the picture."""
        half = rng.uniform(0.14, 0.2, len(two)) * self.size
        middle = rng.uniform(0.3, 0.7, (len(two), 2))
        along = np.where(above, 1, 0)
        apart = (0.25 if which == 0 else 0.75) + rng.uniform(-0.03, 0.03, len(two))
        rows = np.flatnonzero(two)
        middle[rows, along[rows]] = apart[rows]
        return middle * self.size, half


def _draw(pictures: Array, forms: Array, colours: Array, middle: Array, half: Array, shown: Array) -> None:
    places = np.arange(pictures.shape[-1]) + 0.5
    across = (places[None, None, :] - middle[:, 0, None, None]) / half[:, None, None]
    down = (places[None, :, None] - middle[:, 1, None, None]) / half[:, None, None]
    ink = inside(forms[:, None, None], across, down) & shown[:, None, None]
    paint = np.array(list(COLOURS.values()))[colours]
    np.copyto(pictures, paint[:, :, None, None], where=ink[:, None])


def _sentence(forms: Array, colours: Array, two: bool, place: str) -> tuple[str, ...]:
    names = tuple(COLOURS)
    shapes = [("a", names[int(colour)], FORMS[int(form)]) for form, colour in zip(forms, colours, strict=True)]
    return (*shapes[0], *place.split(), *shapes[1]) if two else shapes[0]


class Clips(SyntheticSource):
    """Short clips of a shape that moves to one of four sides: which?

    Its way begins anywhere, and goes on at the opposite side where it leaves the frame. So each place is as likely
    for each direction, and no single frame tells anything; all frames without their order tell the line of the way,
    but not which way. In older projects it goes right through the middle, and the first or the last frame tells all.
    """

    kind: ClassVar[str] = "clips"
    title: ClassVar[str] = "Moving shapes"
    rank: ClassVar[int] = 230
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("clip",)
    target: ClassVar[str] = "direction"

    samples: int = setting(600, "Number of clips", minimum=10, maximum=100_000, unit="clips")
    frames: int = setting(8, "Frames of each clip", minimum=2, maximum=64, unit="frames")
    size: int = setting(16, "Height and width of the frames", minimum=8, maximum=64, unit="pixels")
    speed: float = setting(0.4, "Share of the frame that is crossed in a clip", minimum=0.05, maximum=0.6)
    noise: float = setting(0.05, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)
    path: Literal["middle", "anywhere"] = setting(
        "middle",
        "Where the way lies: through the middle of the frame, so that the first and the last frame tell the direction, "
        "or anywhere, on at the opposite side where it leaves the frame, so that no single frame tells it",
    )

    @classmethod
    def usual(cls) -> Self:
        """Anywhere. Files that leave out where the way lies are older than the choice."""
        return cls(path="anywhere")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A clip and where it moves."""
        return (
            FieldInfo("clip", video(self.frames, 1, self.size, self.size)),
            FieldInfo("direction", vector(4), classes=("left", "right", "up", "down")),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """The middle of the way is near that of the frame, or anywhere; there the frame has no edge."""
        labels = rng.permutation(np.arange(self.samples, dtype=np.int64) % 4)
        steps = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])[labels]
        along = (np.linspace(-0.5, 0.5, self.frames) * self.speed)[None, :, None]
        bounds = (0.4, 0.6) if self.path == "middle" else (0.0, 1.0)
        middle = (rng.uniform(*bounds, (self.samples, 1, 2)) + steps[:, None] * along) * self.size
        half = rng.uniform(0.12, 0.2, (self.samples, 1, 1, 1)) * self.size
        places = np.arange(self.size) + 0.5
        across = self._apart(places[None, None, None, :], middle[..., 0, None, None]) / half
        down = self._apart(places[None, None, :, None], middle[..., 1, None, None]) / half
        forms = rng.integers(0, len(FORMS), (self.samples, 1, 1, 1))
        clips = inside(forms, across, down) + rng.normal(
            0.0, self.noise, (self.samples, self.frames) + 2 * (self.size,)
        )
        return {"clip": clips.astype(np.float32)[:, :, None], "direction": labels}

    def _apart(self, places: Array, middle: Array) -> Array:
        """How far places are from the shape's middle, in pixels; the shorter way round where there is no edge."""
        apart: Array = places - middle
        return apart if self.path == "middle" else (apart + self.size / 2) % self.size - self.size / 2
