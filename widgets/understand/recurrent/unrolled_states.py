"""The states of a recurrent layer unrolled over the time steps of one sample, with their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A layer's states over all steps of one sample.

    ``states`` hold for each state its letter, values (time, units) and gradients (time, units). ``read`` says what
    comes in at each step, ``answer`` what comes of it. ``only_last`` states leave the layer where only the last one is
    read, and with ``back`` time is read from its end.
    """

    name: str
    states: tuple[tuple[str, Floats, Floats], ...]
    read: Sequence[str]
    answer: str = ""
    only_last: bool = True
    back: bool = False

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return len(self.read)

    @property
    def end(self) -> int:
        """The step that is read last."""
        return 0 if self.back else self.steps - 1

    def length(self, step: int) -> float:
        """The length of the gradient at a step, of the state that reaches farthest: the cell's where there is one."""
        return float(np.linalg.norm(self.states[-1][2][step]))
