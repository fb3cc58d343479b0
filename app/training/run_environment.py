"""The environment of a run in words: with which versions, on which processor and device, on which data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HIDDEN = ("base", "fingerprint", "predicted")
"""What is of no use to people, or stands elsewhere."""
NAMES = {
    "netloom": "Netloom",
    "python": "Python",
    "cores": "processor cores",
    "device_name": "name of the device",
    "cuda": "CUDA",
    "fast_paths": "fast paths",
    "data": "fingerprint of the data",
    "project": "fingerprint of the project",
}
"""What is called otherwise than in the file."""


def environment_in_words(environment: Mapping[str, Any]) -> dict[str, str]:
    """What a run's environment says, by what people call it; what it does not know is left out."""
    known = {name: value for name, value in environment.items() if name not in HIDDEN and value is not None}
    return {NAMES.get(name, name): _written(value) for name, value in known.items()}


def _written(value: object) -> str:
    """A value as text: names one after another, with what belongs to each."""
    if isinstance(value, dict):
        value = [f"{name} {part}" for name, part in value.items()]
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)
