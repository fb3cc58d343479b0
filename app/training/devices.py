"""Where training runs: devices by name, and how many processor threads pay off."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch

from app.system.about import imported_packages, netloom_version, processor, usable_cores
from app.training.plan_problems import missing_device
from graph.errors import NetloomError

SMALL = 60e6
"""Floating-point operations in a training step up to which one thread is used: there a second one gains nothing."""

CROWDED = 5e9
"""Operations per second below which several threads are taken to be in each other's way."""

PATIENCE = 3
"""Steps in a row that must be so slow before training goes on with one thread."""


class Crowding:
    """Notices that threads wait for cores which other programs use.

    Threads meet within every operation, so on a crowded machine all wait for the one without a core, and a step takes
    ten times as long as with a single thread. ``operations`` is the number of floating-point operations in a step.
    """

    def __init__(self, operations: float) -> None:
        self._limit = max(0.03, operations / CROWDED)
        self._slow = 0

    def took(self, seconds: float) -> bool:
        """Take note of a step's duration; whether the last ones were all too slow."""
        self._slow = self._slow + 1 if seconds > self._limit else 0
        return self._slow >= PATIENCE


def devices() -> list[dict[str, str]]:
    """The devices of this machine, ``auto`` not among them: ``{"id": "cuda:0", "title": "NVIDIA ..."}``."""
    found = [{"id": "cpu", "title": f"Processor ({cores()} cores)"}]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return found + [{"id": f"cuda:{index}", "title": torch.cuda.get_device_name(index)} for index in range(count)]


def find_device(name: str) -> torch.device:
    """The device called ``auto``, ``cpu``, ``cuda`` or ``cuda:NUMBER``.

    Raises
    ------
    NetloomError
        if this machine does not have it; the sentence lists what there is.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    missing = missing_device(name, [device["id"] for device in devices()])
    if missing:
        raise NetloomError(missing)
    return torch.device("cuda:0" if name == "cuda" else name)


def cores() -> int:
    """Processor cores that this process may use; ``OMP_NUM_THREADS`` may allow fewer than there are."""
    found = usable_cores()
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return min(found, int(allowed)) if allowed.isdigit() and int(allowed) else found


def thread_count(asked: int, operations: float) -> int:
    """Threads to train with: those ``asked`` for, or one for steps of few ``operations``, or all cores."""
    if asked:
        return asked
    return 1 if operations < SMALL else cores()


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """State of every generator that training on ``device`` draws from, by name."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_random_state(states: dict[str, torch.Tensor], device: torch.device) -> None:
    """Put the generators back to ``states``; a generator that was not used then is left alone."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)


def drawn_state(device: torch.device, *seeds: int) -> dict[str, torch.Tensor]:
    """A state of these generators that follows from ``seeds`` alone, and is another one for each row of them."""
    seed = int(np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0] >> 1)
    states = {"cpu": torch.Generator().manual_seed(seed).get_state()}
    if device.type == "cuda":
        states["cuda"] = torch.Generator(device).manual_seed(seed).get_state()
    return states


def surroundings(device: torch.device) -> dict[str, Any]:
    """What a run was calculated with: versions, and the machine without its name."""
    import platform

    return {
        "netloom": netloom_version(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "packages": imported_packages(),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": usable_cores(),
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "cuda": torch.version.cuda if device.type == "cuda" else None,
    }
