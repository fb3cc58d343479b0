"""Links and controllers on the fake worker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink

FAKE = Path(__file__).with_name("fake_worker.py")
MakeController = Callable[[str], TrainingController]


@pytest.fixture
def make_link(qapp: object) -> Iterator[Callable[[str], WorkerLink]]:
    """Makes links to a fake worker in the given mode; each is closed in the end."""
    made: list[WorkerLink] = []

    def make(mode: str = "good") -> WorkerLink:
        made.append(WorkerLink([sys.executable, str(FAKE), mode]))
        return made[-1]

    yield make
    for link in made:
        link.close()


@pytest.fixture
def make_controller(make_link: Callable[[str], WorkerLink]) -> MakeController:
    """Makes controllers over links to a fake worker."""

    def make(mode: str = "good") -> TrainingController:
        return TrainingController(make_link(mode))

    return make
