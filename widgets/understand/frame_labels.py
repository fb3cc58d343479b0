"""The frames of a clip beside each other, and below each what happens in it and what a network says happens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from app.system.number_format import nth
from widgets.charts.sample_tiles import Answer, SampleGallery


def is_labelled(clip: ArrayLike, words: Sequence[str]) -> bool:
    """Whether a sample is a clip (T, C, H, W) of which each frame has one of the words."""
    values = np.asarray(clip)
    return values.ndim == 4 and len(values) == len(words) > 0


def show_frames(gallery: SampleGallery, clip: ArrayLike, said: Sequence[str], true: Sequence[str] = ()) -> None:
    """Fill a gallery with the frames of a clip (T, C, H, W), below each its ``true`` word and the one that is said.

    Where it is not known what is true, no word is right or wrong.
    """
    frames = np.nan_to_num(np.asarray(clip, dtype=np.float64))
    numbers = [f"frame {nth(place)}" for place in range(len(frames))]
    gallery.set_samples(frames, true or [""] * len(frames), numbers)
    known: Sequence[str | None] = true or [None] * len(frames)
    gallery.set_answers(
        [
            Answer(f"says {word}", None if right is None else word == right)
            for word, right in zip(said, known, strict=True)
        ]
    )
