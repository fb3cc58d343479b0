"""TensorBoard's own reader of event files, for the tests of those that Netloom writes."""

from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

Curves = dict[str, list[tuple[int, float]]]
"""Pairs of step and value by tag."""


def reader(folder: Path) -> EventAccumulator:
    """What reads a folder of event files, and more of them at each ``Reload``; nothing is left out."""
    return EventAccumulator(str(folder), size_guidance={"scalars": 0})


def curves(found: EventAccumulator) -> Curves:
    """All that it has read."""
    tags: list[str] = found.Tags()["scalars"]
    return {tag: [(each.step, each.value) for each in found.Scalars(tag)] for tag in tags}


def curves_in(folder: Path) -> Curves:
    """All that is in a folder of event files, or in one of them."""
    found = reader(folder)
    found.Reload()
    return curves(found)
