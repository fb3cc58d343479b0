"""A card that is selected on the canvas is the layer that the views of Understand show, where they can."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.training.runs import Run
from graph.project import Project, project_json, write_project
from graph.shapes import image
from tests.widgets.conftest import chain
from widgets.shell.window import MainWindow
from widgets.understand.filters_tab import FiltersTab
from widgets.understand.maps_tab import MapsTab
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.units.units_tab import UnitsTab


@pytest.fixture
def panel(window: MainWindow, tmp_path: Path) -> UnderstandPanel:
    """Understand with a run of two convolutions, whose project is open."""
    network = chain(
        ("input", {"shape": image(1, 8, 8)}), ("conv2d", {}), ("tanh", {}), ("conv2d", {}), ("flatten", {}),
        ("dense", {"units": 10}), ("output", {}),
    )  # fmt: skip
    project = Project(network, {"data": {"source": "digits"}})
    write_project(tmp_path / "two.netloom", project)
    window.files.open(tmp_path / "two.netloom")
    Run.create(tmp_path / "run", project_json(project), {}).weights.touch()
    window.show_workspace("understand")
    made = window.workbench.panel("understand")
    assert isinstance(made, UnderstandPanel)
    made.show_run(tmp_path / "run")
    return made


def click(window: MainWindow, qtbot: QtBot, id: str) -> None:
    """Click a card on the canvas."""
    canvas = window.workbench.canvas
    at = canvas.mapFromScene(canvas.board.cards[id].rect.center())
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.workbench.selected == (id,)


def test_a_card_picked_is_the_layer_on_show(window: MainWindow, panel: UnderstandPanel, qtbot: QtBot) -> None:
    conv1, tanh, conv2 = panel.subject.layers()[1:4]
    panel.show_tab("Filters")
    filters = panel.view(FiltersTab)
    assert filters.picker.chosen == conv1
    click(window, qtbot, conv2)
    assert filters.picker.chosen == conv2
    filters.picker.choose(conv1)
    panel.show_tab("Feature maps")
    assert panel.view(MapsTab).picker.chosen == conv2
    panel.show_tab("Filters")
    assert filters.picker.chosen == conv1  # what was chosen there since stays
    click(window, qtbot, tanh)
    assert filters.picker.chosen == conv1  # it has no filters
    panel.show_tab("Units")
    assert panel.view(UnitsTab).picker.chosen == tanh


def test_a_card_selected_elsewhere_is_shown_once_one_looks(window: MainWindow, panel: UnderstandPanel) -> None:
    panel.show_tab("Filters")
    conv2 = panel.subject.convolutions()[1]
    window.show_workspace("network")
    window.workbench.canvas.select([conv2])
    assert panel.view(FiltersTab).picker.chosen != conv2
    window.show_workspace("understand")
    assert panel.view(FiltersTab).picker.chosen == conv2
