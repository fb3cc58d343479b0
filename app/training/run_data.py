"""What is known of the data that a run was trained on and tested with, without reading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.same_data import info_of_data
from app.data.split import Split, known_counts, part_sizes
from app.training.runs import Run
from graph.errors import NetloomError


def known_info(sections: Mapping[str, Any], run: Run) -> DatasetInfo | None:
    """What the data of a run offers, as far as that is known without reading it."""
    return info_of_data(sections.get("data"), run.base)


def split_of(sections: Mapping[str, Any]) -> Split:
    """The shares of training and validation set, as usual where the data is not known."""
    try:
        return DataChoice.parse(sections.get("data")).split
    except NetloomError:
        return Split()


def part_samples(run: Run) -> dict[str, int]:
    """How many samples each set of a run has, as it says itself; empty where it does not."""
    kept = run.environment.get("samples")
    sizes = kept if isinstance(kept, Mapping) else {}
    return {str(name): size for name, size in sizes.items() if isinstance(size, int)}


def test_samples(run: Run) -> int | None:
    """How many samples a run was tested on: as it says itself, else as its data is divided; None where not known."""
    kept = part_samples(run).get("test")
    if kept is not None:
        return kept
    info = known_info(run.project.sections, run)
    if info is None:
        return None
    choice = DataChoice.parse(run.project.sections.get("data"))
    counts = known_counts(choice.split, info)
    return part_sizes(choice.split, info.samples, counts)[2] if counts is not None else None
