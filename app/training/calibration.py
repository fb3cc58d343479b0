"""How fast this machine trains, as it was measured once, and the seconds that follow for a network. Needs no torch.

Each kind of work has a curve: the seconds of a call in training, forwards and backwards, by its size. Sizes are
floating-point operations of a batch or, where nothing is summed up, values that arrive and leave.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from app.system.about import processor, usable_cores
from app.system.home import home
from app.training.plan import ADVERSARIAL
from app.training.training_memory import Training
from graph import strict_json
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.layers.training_needs import LayerWork, Work
from graph.user_files import bytes_of

FILE = "calibration.json"
VERSION = 3
"""Raised whenever what is measured, or how it is used, changes: what was measured before is then measured anew."""
LARGEST = 2**20
SMALL = 60e6
"""Operations in a step up to which one thread is used, as in `app.training.devices`."""
WEIGHTS = "weights"
"""The curve of what is done with every weight at a step; its sizes are weights."""
CHANNELS = (1, 16, 64)
"""Channels of the curves of convolutions, each of which has its own."""
FORWARD = 1 / 3
"""Share of a training step that goes forwards, which is all that a test needs."""
ONLY_WEIGHTS, ONLY_FILTERS = 2 / 3, 1 / 2
"""Share of it where no gradient goes on to what arrives, of sums and, as measured, of convolutions."""

Points = tuple[tuple[float, float], ...]
"""Sizes with their seconds, the sizes rising."""


@checked_dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Calibration:
    """What was measured on a ``machine``.

    ``curves`` are named after kinds of work; ``step`` and ``epoch`` are the seconds that a step and an epoch take
    beside the layers; ``chain`` is the share of what calls cost in themselves that is left where dense layers alone
    are calculated by `app.training.dense_chain`; ``speedup`` is how many times faster all cores together are at large
    sums than one; ``cuda`` says whether there is a graphics card, which trains where nothing else is chosen, and of
    which nothing was measured.
    """

    machine: Mapping[str, str]
    curves: Mapping[str, Points]
    step: float
    epoch: float
    chain: float = 1.0
    speedup: float = 1.0
    cuda: bool = False


_ADAPTER = TypeAdapter(Calibration)


def machine() -> dict[str, str]:
    """What a calibration holds for: processor, cores, threads that are allowed, and the version of torch."""
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = ""
    return {
        "version": str(VERSION),
        "processor": processor(),
        "cores": str(usable_cores()),
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "torch": torch,
    }


def place() -> Path:
    """The file in which it is kept."""
    return home() / FILE


def known_calibration() -> Calibration | None:
    """The calibration of this machine; None where there is none, or it was made for another or cannot be read."""
    try:
        return read_calibration(strict_json.parse(bytes_of(place(), LARGEST, "calibration"), FILE))
    except NetloomError:
        return None


def read_calibration(value: object) -> Calibration | None:
    """The calibration that `to_json` gave; None where it is another machine's, or none."""
    try:
        found = _ADAPTER.validate_python(value)
    except ValidationError:
        return None
    return found if dict(found.machine) == machine() and _usable(found) else None


def keep(calibration: Calibration) -> None:
    """Write it down for all who ask from now on.

    Raises
    ------
    NetloomError
        if the home folder cannot be written.
    """
    content = json.dumps(to_json(calibration), allow_nan=False, indent=1)
    try:
        place().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place(), content.encode())
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise NetloomError(
            f"What was measured cannot be kept in {place().parent}: {reason}. Set NETLOOM_HOME to another folder."
        ) from None


def _usable(found: Calibration) -> bool:
    """Whether every kind of work has a curve of rising sizes."""
    rising = all(
        points and all(one[0] < other[0] for one, other in itertools.pairwise(points)) and points[0][1] > 0
        for points in found.curves.values()
    )
    return rising and {*curve_names()} <= found.curves.keys()


def curve_names() -> list[str]:
    """The names of all curves."""
    convolutions = [convolution(channels) for channels in CHANNELS]
    return [*(str(kind) for kind in Work if kind is not Work.CONVOLUTION), *convolutions, WEIGHTS]


def convolution(channels: int) -> str:
    """The name of the curve of convolutions to which so many channels arrive."""
    return f"{Work.CONVOLUTION}.{channels}"


# Seconds


@dataclass(frozen=True)
class Speed:
    """A calibration as it serves one training."""

    known: Calibration
    several: bool
    """Whether all cores share the large sums."""

    def call(self, work: LayerWork, samples: int) -> float:
        """Seconds of one call in training for so many samples."""
        size = 0 if work.kind is Work.VIEW else work.amount * samples
        seconds = (
            self._convolution(work.channels, size)
            if work.kind is Work.CONVOLUTION
            else on_curve(self.known.curves[work.kind], size)
        )
        shared = self.several and (work.kind.by_operations or work.kind is Work.NORMALISATION)
        return seconds / self.known.speedup if shared else seconds

    def _convolution(self, channels: int, size: float) -> float:
        """Between the curves of the two numbers of channels around it, by their logarithm."""
        below = max((known for known in CHANNELS if known <= channels), default=CHANNELS[0])
        above = min((known for known in CHANNELS if known >= channels), default=CHANNELS[-1])
        one, other = (on_curve(self.known.curves[convolution(known)], size) for known in (below, above))
        if below == above or above < below:
            return one
        share = math.log(channels / below) / math.log(above / below)
        return math.exp((1 - share) * math.log(one) + share * math.log(other))


def on_curve(points: Points, size: float) -> float:
    """Seconds at a size: those of the smallest below it, in between on a straight line, beyond it by proportion."""
    if size <= points[0][0]:
        return points[0][1]
    for (low, before), (high, after) in itertools.pairwise(points):
        if size <= high:
            return before + (after - before) * (size - low) / (high - low)
    return points[-1][1] * size / points[-1][0]


def epoch_seconds_of(training: Training, known: Calibration) -> float | None:
    """Seconds of an epoch, its validation included; None where nothing like it was measured.

    That is on a graphics card, in other numbers than float32, and where two networks compete.
    """
    plan = training.plan
    elsewhere = plan.device.startswith("cuda") or (plan.device == "auto" and known.cuda)
    if elsewhere or plan.precision != "float32" or plan.objective in ADVERSARIAL:
        return None
    samples, validated, _ = training.sizes
    operations = (
        3 * training.batch * sum(work.amount * work.calls for work in training.needs.works if work.kind.by_operations)
    )
    several = plan.threads > 1 or (plan.threads == 0 and operations >= SMALL)
    speed = Speed(known, several)
    steps = math.ceil(samples / training.batch)
    passes = max(1, min(plan.accumulate, training.batch // 2))
    step = known.step + on_curve(known.curves[WEIGHTS], training.learned)
    step += passes * sum(_in_training(speed, work, training.batch / passes) for work in training.needs.works)
    step -= spared_by_chain(training, known)
    tests = math.ceil(validated / training.evaluated)
    test = sum(
        FORWARD * work.calls * speed.call(work, min(training.evaluated, validated)) for work in training.needs.works
    )
    return known.epoch + steps * step + tests * test


def spared_by_chain(training: Training, known: Calibration) -> float:
    """Seconds of a step that calls cost in themselves and that are spared where a network is dense layers alone."""
    if not training.is_chain:
        return 0.0
    return (1 - known.chain) * sum(work.calls * known.curves[work.kind][0][1] for work in training.needs.works)


def _in_training(speed: Speed, work: LayerWork, samples: float) -> float:
    """Seconds of a layer's work in a step."""
    alone = ONLY_FILTERS if work.kind is Work.CONVOLUTION else ONLY_WEIGHTS if work.kind.by_operations else FORWARD
    share = 1.0 if work.passes_gradient else alone
    return share * work.calls * speed.call(work, math.ceil(samples))


def measured_curves(found: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, Points]:
    """Curves from what was measured: smaller work never takes more time than larger, for disturbances only add time."""
    curves = {}
    for name, points in found.items():
        most, falling = math.inf, list[tuple[float, float]]()
        for size, seconds in sorted(points, reverse=True):
            most = min(most, seconds)
            falling.append((size, most))
        curves[name] = tuple(reversed(falling))
    return curves


def to_json(calibration: Calibration) -> dict[str, Any]:
    """The calibration as plain JSON values."""
    values: dict[str, Any] = _ADAPTER.dump_python(calibration, mode="json")
    return values
