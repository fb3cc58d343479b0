"""Synthetic sequence tasks that need memory: the adding problem and binary addition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.sources.synthetic.synthetic_source import SyntheticSource, between, by_length
from graph.layers.settings import called_empty, setting
from graph.shapes import sequence, vector


class Adding(SyntheticSource):
    """The adding problem: two of many numbers are marked, and their sum is asked for at the end.

    Always answering 1 gives a mean squared error of 0.167; what is marked early must be remembered to do better.
    """

    kind: ClassVar[str] = "adding"
    title: ClassVar[str] = "The adding problem"
    rank: ClassVar[int] = 160
    task: ClassVar[Task] = Task.REGRESSION
    inputs: ClassVar[tuple[str, ...]] = ("numbers",)
    target: ClassVar[str] = "sum"

    samples: int = setting(2000, "Number of sequences", minimum=10, maximum=1_000_000, unit="sequences")
    steps: int = setting(50, "Length of the longest sequence", minimum=2, maximum=5000, unit="steps")
    shortest: int = setting(50, "Length of the shortest sequence", minimum=2, maximum=5000, unit="steps")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """Numbers with marks, the sum of the marked ones, and the length."""
        # Samples of one length have no padding.
        lengths = "length" if self.shortest < self.steps else ""
        return (
            FieldInfo("numbers", sequence(self.steps, 2), names=("number", "mark"), lengths=lengths, fixed=True),
            FieldInfo("sum", vector(1), names=("sum",), fixed=True),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """One mark is in the first half of a sequence, the other in the second."""
        lengths = between(rng, self.shortest, self.steps, self.samples)
        rows, half = np.arange(self.samples), lengths[:, 0] // 2
        values = np.zeros((self.samples, self.steps, 2), dtype=np.float32)
        values[..., 0] = rng.random((self.samples, self.steps)) * (np.arange(self.steps) < lengths)
        first, second = rng.integers(0, half), rng.integers(half, lengths[:, 0])
        values[rows, first, 1] = values[rows, second, 1] = 1.0
        total = values[rows, first, 0] + values[rows, second, 0]
        return {"numbers": values, "sum": total[:, None], "length": lengths}


class BinaryAddition(SyntheticSource):
    """Two binary numbers, a pair of digits per step from the lowest on; at each step the digit of their sum.

    The carry must be remembered from step to step. Trained on short numbers, a recurrent network adds longer ones.
    """

    kind: ClassVar[str] = "binary_addition"
    title: ClassVar[str] = "Binary addition"
    rank: ClassVar[int] = 170
    task: ClassVar[Task] = Task.REGRESSION
    inputs: ClassVar[tuple[str, ...]] = ("digits",)
    target: ClassVar[str] = "sum"

    bits: int = setting(8, "Digits of the longest numbers", minimum=1, maximum=1000, unit="digits")
    shortest: int = setting(8, "Digits of the shortest numbers", minimum=1, maximum=1000, unit="digits")
    trained: int = called_empty(
        setting(
            0,
            "Train on numbers of at most so many digits and test on longer ones; 0 divides without a look at the "
            "length",
            minimum=0,
            maximum=1000,
            unit="digits",
        ),
        "any",
    )

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """Pairs of digits, the digits of the sum, and how many steps count: one more than the numbers have digits."""
        steps, lengths = self.bits + 1, "length" if self.shortest < self.bits else ""
        return (
            FieldInfo("digits", sequence(steps, 2), names=("first", "second"), lengths=lengths, fixed=True),
            FieldInfo("sum", sequence(steps, 1), names=("sum",), lengths=lengths, fixed=True),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Sums are made digit by digit with a carry, so that numbers may be longer than a machine's."""
        count = between(rng, self.shortest, self.bits, self.samples)
        digits = rng.integers(0, 2, (self.samples, self.bits + 1, 2))
        digits *= (np.arange(self.bits + 1) < count)[..., None]
        sums, carry = np.zeros((self.samples, self.bits + 1, 1)), np.zeros(self.samples, dtype=np.int64)
        for step in range(self.bits + 1):
            total = digits[:, step].sum(axis=1) + carry
            sums[:, step, 0], carry = total % 2, total // 2
        return {"digits": digits.astype(np.float32), "sum": sums.astype(np.float32), "length": count + 1}

    def split_of(self, values: Mapping[str, Array]) -> Array | None:
        """By the number of digits; a sum has one more."""
        return by_length(values["length"] - 1, self.trained)
