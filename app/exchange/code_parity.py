"""The parity check of exported code: file and run are given the same samples of the test set, and outputs compared."""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.exchange.parity_check import TOLERANCE, apart
from app.training.plan import ADVERSARIAL
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.training.trainable import Model

SAMPLES = 32
"""Samples that are compared, at most."""


@dataclass(frozen=True)
class CodeParity:
    """How many samples were compared, the largest distance between two outputs, and the largest output."""

    samples: int
    difference: float
    largest: float

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"samples": self.samples, "largest_difference": self.difference, "largest_answer": self.largest}

    def sentence(self) -> str:
        """For people."""
        return (
            f"Checked: the code with its weights and the run give the same outputs for {self.samples} test samples; "
            f"the largest difference is {self.difference:.2g}, the largest output {self.largest:.3g}."
        )


def check_code(code: Path, weights: Path, model: Model) -> CodeParity | None:
    """Compare the outputs of the file ``code`` with those of ``model``, a run with its weights on the CPU.

    Returns None where there is nothing to compare: without test samples, for two networks that play against each other,
    and where a network draws numbers at random when it is used.

    Raises
    ------
    NetloomError
        if they differ by more than rounding.
    """
    part = model.prepared.parts["test"]
    if not part.samples or model.plan.objective in ADVERSARIAL:
        return None
    inputs = next(model.feed(part).in_order(SAMPLES)).inputs
    with torch.random.fork_rng(devices=[]), model.evaluating():
        ours, again = (_seeded(seed, model.module, inputs) for seed in (0, 1))
        if _apart(ours, again) > 0:
            return None
        names = runpy.run_path(str(code))
        theirs = _seeded(0, names["load"](str(weights)), inputs)
    largest = max(float(np.abs(output).max()) for output in ours)
    found = CodeParity(len(inputs[0]), _apart(ours, theirs), largest)
    if not found.difference <= TOLERANCE * max(1.0, largest):
        raise NetloomError(
            f"{code.name} was written, but its outputs differ from the run's by up to {found.difference:.2g}: do not "
            "use it, and report the problem."
        )
    return found


def _seeded(seed: int, module: Any, inputs: tuple[Tensor, ...]) -> list[Array]:
    torch.manual_seed(seed)
    outputs = module(*inputs)
    return [output.numpy() for output in (outputs if isinstance(outputs, tuple) else (outputs,))]


def _apart(some: list[Array], others: list[Array]) -> float:
    """The largest distance between two outputs."""
    return max(apart(one, other) for one, other in zip(some, others, strict=True))
