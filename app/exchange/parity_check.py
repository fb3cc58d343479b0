"""The parity check of an ONNX file: file and network are given the same samples, and their outputs compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from app.data.dataset import Array
from app.exchange.onnx_runner import runner
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.exchange.deployed_module import DeployedInfo, DeployedModule

BATCHES = (1, 3)
"""Sizes of the two batches that are compared."""

TOLERANCE = 1e-3
"""Largest difference between outputs, as a share of the largest output (of 1 where that is smaller)."""


@dataclass(frozen=True)
class ParityCheck:
    """What was compared, and how far the outputs lie apart.

    ``engine`` ran the file. ``batches`` are numbers of samples, ``times`` numbers of steps where they may vary.
    ``difference`` is the largest distance between two outputs, ``largest`` the largest output, both in the units of
    the file's outputs.
    """

    engine: str
    batches: tuple[int, ...]
    times: tuple[int, ...]
    difference: float
    largest: float

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "engine": self.engine,
            "batches": list(self.batches),
            "times": list(self.times),
            "largest_difference": self.difference,
            "largest_answer": self.largest,
        }

    def sentence(self) -> str:
        """For people."""
        steps = f" of {' and '.join(map(str, self.times))} steps" if self.times else ""
        return (
            f"Checked: {self.engine} and PyTorch give the same outputs for batches of "
            f"{' and '.join(map(str, self.batches))} samples{steps}; the largest difference is {self.difference:.2g}, "
            f"the largest output {self.largest:.3g}."
        )


def check_parity(content: bytes, network: DeployedModule, info: DeployedInfo, time: int | None) -> ParityCheck | None:
    """Compare the outputs of the file and the network; None where nothing here can run all operators of the file.

    ``time`` is a number of steps that the network takes, None where none is open; a longer one is tried as well.

    Raises
    ------
    NetloomError
        if they do not agree.
    """
    found = runner(content)
    if found is None:
        return None
    engine, ask = found
    times = () if time is None else (time, time + 5)
    difference = largest = 0.0
    for number, batch in enumerate(BATCHES):
        samples = info.samples(batch, times[number] if times else None)
        try:
            with torch.inference_mode():
                outputs = network(*samples)
        except (RuntimeError, ValueError) as error:
            raise NetloomError(f"The network itself gives no output for {batch} samples: {error}.") from None
        ours = [one.numpy() for one in (outputs if isinstance(outputs, tuple) else (outputs,))]
        try:
            theirs = ask({one.name: sample.numpy() for one, sample in zip(info.inputs, samples, strict=True)})
        except (NotImplementedError, RuntimeError) as error:
            if engine == "onnxruntime":
                raise NetloomError(f"The ONNX file was not written: onnxruntime cannot run it ({error}).") from None
            return None
        for mine, other in zip(ours, theirs, strict=True):
            difference = max(difference, apart(mine, other))
            largest = max(largest, float(np.abs(mine).max()))
    if not difference <= TOLERANCE * max(1.0, largest):
        raise NetloomError(
            f"The ONNX file was not written: {engine} gives other outputs than the network, by up to {difference:.2g}. "
            "Export the network as code instead."
        )
    return ParityCheck(engine, BATCHES, times, difference, largest)


def apart(mine: Array, other: Array) -> float:
    """The largest distance between two arrays; infinite where they differ in shape, or one alone is not a number."""
    if mine.shape != other.shape or (np.isfinite(mine) != np.isfinite(other)).any():
        return float("inf")
    finite = np.isfinite(mine)
    return float(np.abs(mine[finite] - other[finite]).max()) if finite.any() else 0.0
