"""Synthetic video with a label for every frame: a bar that stands, moves or turns, by turns."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.sources.synthetic.scenes import FORMS, inside
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import tokens, video

EVENTS = ("stands", "left", "right", "turns")
TURN = np.pi / 4
"""Angle by which the bar turns from one frame to the next."""
THIN = 2.2
"""The bar is so many times as long as wide."""


class FrameEvents(SyntheticSource):
    """Short clips in which a bar stands, goes left or right, or turns, and soon does something else.

    The label of a frame says what happened since the frame before; in the first one the bar stands. It begins anywhere
    across the frame, turned by any angle, and goes on at the opposite side where it leaves the frame. So every frame
    alone is as likely for each label, and only the frame before tells.
    """

    kind: ClassVar[str] = "frame_events"
    title: ClassVar[str] = "Events in a clip"
    rank: ClassVar[int] = 232
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("clip",)
    target: ClassVar[str] = "event"

    samples: int = setting(800, "Number of clips", minimum=10, maximum=100_000, unit="clips")
    frames: int = setting(8, "Frames of each clip", minimum=2, maximum=64, unit="frames")
    size: int = setting(16, "Height and width of the frames", minimum=12, maximum=64, unit="pixels")
    speed: float = setting(
        0.1875, "Share of the frame that is crossed from one frame to the next", minimum=0.05, maximum=0.4
    )
    change: float = setting(0.4, "Chance of each frame to begin something new", minimum=0.05, maximum=1)
    noise: float = setting(0.05, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A clip, and what happens in each of its frames."""
        return (
            FieldInfo("clip", video(self.frames, 1, self.size, self.size)),
            FieldInfo("event", tokens(self.frames), vocabulary=EVENTS),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """What happens is drawn first; place and angle follow from it, summed over the frames."""
        events = self._events(rng)
        steps = (events == EVENTS.index("right")).astype(np.int64) - (events == EVENTS.index("left"))
        begin = rng.uniform((0.0, 0.45), (1.0, 0.55), (self.samples, 2))
        middle = np.repeat(begin[:, None], self.frames, axis=1)
        middle[..., 0] += np.cumsum(steps, axis=1) * self.speed
        turned = np.cumsum(events == EVENTS.index("turns"), axis=1) * TURN
        turned = turned + rng.uniform(0.0, 2 * np.pi, (self.samples, 1))
        half = rng.uniform(0.28, 0.32, (self.samples, 1, 1, 1)) * self.size
        across, down = self._apart(middle * self.size, half)
        cos, sin = np.cos(turned)[..., None, None], np.sin(turned)[..., None, None]
        form = np.array(FORMS.index("square"))
        ink = inside(form, across * cos + down * sin, (down * cos - across * sin) * THIN)
        clips = ink + rng.normal(0.0, self.noise, ink.shape)
        return {"clip": clips.astype(np.float32)[:, :, None], "event": events}

    def _events(self, rng: np.random.Generator) -> Array:
        """Numbers of `EVENTS` (samples, frames): now and then a new one, which may be the same again."""
        size = (self.samples, self.frames)
        fresh, drawn = rng.random(size) < self.change, rng.integers(0, len(EVENTS), size)
        events = np.zeros(size, np.int64)
        for frame in range(1, self.frames):
            begins = fresh[:, frame] | (frame == 1)
            events[:, frame] = np.where(begins, drawn[:, frame], events[:, frame - 1])
        return events

    def _apart(self, middle: Array, half: Array) -> tuple[Array, Array]:
        """How far pixels are from the bar's middle (N, T, 2), across and down, the shorter way round the frame."""
        places = np.arange(self.size) + 0.5
        across = places[None, None, None, :] - middle[..., 0, None, None]
        down = places[None, None, :, None] - middle[..., 1, None, None]
        nearest = (np.mod(apart + self.size / 2, self.size) - self.size / 2 for apart in (across, down))
        return next(nearest) / half, next(nearest) / half
