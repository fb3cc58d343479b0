"""Synthetic line recognition: handwritten digits in a row, labelled without positions (for CTC)."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.sources.sklearn_data import read_digits
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import image, sequence, tokens

GLYPH = 8
"""Height and width of scikit-learn's digits, in pixels."""
BLANK = "(blank)"
"""Token 0, which fills up short lines and stands for nothing in between."""


class DigitLines(SyntheticSource):
    """Lines of handwritten digits with gaps between them: which digits are they, in which order?

    Nothing says where a digit begins or ends; the connectionist temporal classification loss needs no more than this.
    """

    kind: ClassVar[str] = "lines"
    title: ClassVar[str] = "Lines of digits"
    rank: ClassVar[int] = 210
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("line",)
    target: ClassVar[str] = "digits"

    longest: int = setting(5, "Digits of the longest line", minimum=1, maximum=30, unit="digits")
    shortest: int = setting(2, "Digits of the shortest line", minimum=1, maximum=30, unit="digits")
    gap: int = setting(4, "Widest gap between two digits", minimum=0, maximum=40, unit="pixels")
    wobble: int = setting(2, "How far digits stray up and down in all", minimum=0, maximum=16, unit="pixels")
    noise: float = setting(0.05, "Standard deviation of the noise on every pixel", minimum=0, maximum=1)
    layout: Literal["columns", "picture"] = setting(
        "columns", "A sequence of the line's columns from left to right, or a picture"
    )

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A line, its digits, and their number."""
        height, width = GLYPH + self.wobble, self.longest * (GLYPH + self.gap) + self.gap
        shape = sequence(width, height) if self.layout == "columns" else image(1, height, width)
        vocabulary = (BLANK, *"0123456789")
        return (
            FieldInfo("line", shape),
            FieldInfo("digits", tokens(self.longest), vocabulary=vocabulary, lengths="length"),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Digits of many hands are set beside each other, each with a gap of its own."""
        glyphs, labels = read_digits()
        count = rng.integers(min(self.shortest, self.longest), self.longest + 1, (self.samples, 1))
        width = self.longest * (GLYPH + self.gap) + self.gap
        lines = np.zeros((self.samples, GLYPH + self.wobble, width), dtype=np.float32)
        digits = np.zeros((self.samples, self.longest), dtype=np.int64)
        for line, row, length in zip(lines, digits, count[:, 0], strict=True):
            chosen = rng.integers(0, len(glyphs), length)
            row[:length] = labels[chosen] + 1
            self._set(rng, line, glyphs[chosen])
        lines = np.clip(lines + rng.normal(0.0, self.noise, lines.shape), 0.0, 1.0).astype(np.float32)
        shown = np.ascontiguousarray(lines.transpose(0, 2, 1)) if self.layout == "columns" else lines[:, None]
        return {"line": shown, "digits": digits, "length": count}

    def _set(self, rng: np.random.Generator, line: Array, glyphs: Array) -> None:
        at = 0
        for glyph in glyphs:
            at += int(rng.integers(0, self.gap + 1))
            up = int(rng.integers(0, self.wobble + 1))
            line[up : up + GLYPH, at : at + GLYPH] = glyph
            at += GLYPH
