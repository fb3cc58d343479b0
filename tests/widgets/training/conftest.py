"""Links, controllers and a training panel on the fake worker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from graph.document import Document
from tests.widgets.training.advice_scene import Scene
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.training_panel import TrainPanel
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


@pytest.fixture
def scene(make_controller: MakeController, qtbot: QtBot) -> Scene:
    """A preset in the panel."""
    project = preset("digits_mlp").project
    document = Document(project.network, dict(project.sections))
    panel = TrainPanel(ThemeSource("light"), make_controller("good"))
    qtbot.addWidget(panel)
    panel.set_document(document)
    panel.resize(1300, 360)
    panel.show()
    qtbot.waitExposed(panel)
    return Scene(panel, document)
