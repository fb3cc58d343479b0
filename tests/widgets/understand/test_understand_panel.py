"""Looking into networks that the real worker trains."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.protocol.events import Snapshot
from app.protocol.views import NetworkViews
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.filters_tab import NO_FILTERS, FiltersTab
from widgets.understand.maps_tab import MapsTab
from widgets.understand.surface_tab import SurfaceTab
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.weights_tab import WeightsTab
from widgets.understand.why_tab import WhyTab

PATIENCE = 60_000


def make_panel(qtbot: QtBot, controller: TrainingController) -> UnderstandPanel:
    panel = UnderstandPanel(ThemeSource("light"), controller)
    qtbot.addWidget(panel)
    panel.resize(1300, 420)
    panel.show()
    return panel


def train(qtbot: QtBot, controller: TrainingController, kind: str, epochs: int = 2) -> None:
    controller.train(make_document(kind, epochs))
    qtbot.waitUntil(lambda: controller.state in (State.FINISHED, State.FAILED), timeout=PATIENCE)
    assert controller.state is State.FINISHED, controller.reason


def test_an_empty_panel_says_what_to_do(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == FiltersTab.no_run
    assert panel.about.text() == ""


def test_a_chosen_view_that_says_nothing_of_another_network_is_not_what_one_comes_back_to(
    qtbot: QtBot, controller: TrainingController
) -> None:
    panel = make_panel(qtbot, controller)
    panel.subject.follow(make_document("sine", 1), None)
    panel.show_tab("Gates")
    panel.subject.follow(make_document("digits", 1), None)
    assert panel.views.kind.title == "Gates", "somebody looks at it"
    panel.hide()
    panel.subject.follow(make_document("digits", 1), None)
    panel.show()
    assert panel.views.kind is FiltersTab and panel.views.offered(panel.views.kind)


def test_filters_live_while_training(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    controller.train(make_document("digits", 10_000))
    qtbot.waitUntil(lambda: panel.view(FiltersTab).grid.count() == 4, timeout=PATIENCE)
    assert panel.about.text().endswith("live")
    first = panel.view(FiltersTab).grid._weights.copy()
    qtbot.waitUntil(lambda: not np.array_equal(panel.view(FiltersTab).grid._weights, first), timeout=PATIENCE)
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
    assert not panel.about.text().endswith("live")


def test_all_sides_of_a_classifier(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    train(qtbot, controller, "digits")
    assert not panel.views.offered(SurfaceTab)
    panel.show_tab("Feature maps")
    qtbot.waitUntil(
        lambda: panel.view(MapsTab).gallery.count() > 20 and panel.view(MapsTab).grid.count() == 4, timeout=PATIENCE
    )
    maps = panel.view(MapsTab).grid._maps.copy()
    panel.view(MapsTab).gallery.pick(5)
    qtbot.waitUntil(lambda: not np.array_equal(panel.view(MapsTab).grid._maps, maps), timeout=PATIENCE)
    panel.show_tab("Weights")
    qtbot.waitUntil(lambda: not panel.view(WeightsTab).weights.is_empty(), timeout=PATIENCE)
    panel.show_tab("Errors")
    qtbot.waitUntil(lambda: not panel.view(ErrorsTab).classes.matrix.is_empty(), timeout=PATIENCE)
    assert "Accuracy" in panel.view(ErrorsTab).metrics.text()
    worst = panel.view(ErrorsTab).classes.worst
    place = worst.tile_place(1).center().toPoint()
    qtbot.mouseClick(worst, Qt.MouseButton.LeftButton, pos=place)
    evaluation = panel.view(ErrorsTab).classes._evaluation
    assert evaluation is not None
    assert f"Sample {int(evaluation.worst.index[1]) + 1:,} " in panel.view(ErrorsTab).classes.about.text()


def test_a_picked_sample_is_the_one_whose_maps_come(qtbot: QtBot, controller: TrainingController) -> None:
    """The maps of the input layer are the sample itself, standardised pixel by pixel."""
    panel = make_panel(qtbot, controller)
    train(qtbot, controller, "digits", 1)
    panel.show_tab("Feature maps")
    panel.view(MapsTab).picker.choose("input1")
    qtbot.waitUntil(lambda: panel.view(MapsTab).gallery.count() > 20, timeout=PATIENCE)
    for row in (3, 17):
        panel.view(MapsTab).gallery.pick(row)
        picture = panel.view(MapsTab).gallery._samples[row].reshape(-1)
        qtbot.waitUntil(partial(shows, panel, picture), timeout=PATIENCE)


def test_a_sample_picked_in_errors_is_the_one_that_other_views_show(
    qtbot: QtBot, controller: TrainingController
) -> None:
    panel = make_panel(qtbot, controller)
    train(qtbot, controller, "digits")
    panel.show_tab("Errors")
    errors = panel.view(ErrorsTab)
    qtbot.waitUntil(lambda: errors.classes.worst.count() > 2, timeout=PATIENCE)
    spot = errors.classes.worst.tile_place(1).center().toPoint()
    qtbot.mouseClick(errors.classes.worst, Qt.MouseButton.LeftButton, pos=spot)
    assert errors.classes._evaluation is not None
    wanted = int(errors.classes._evaluation.worst.index[1])
    qtbot.mouseClick(errors.why, Qt.MouseButton.LeftButton)
    assert isinstance(panel.tab, WhyTab)
    why = panel.view(WhyTab)
    qtbot.waitUntil(lambda: f"Sample {wanted + 1:,} is" in why.says.text(), timeout=PATIENCE)
    assert why.gallery.position == wanted and why.gallery.current is not None
    panel.show_tab("By hand")
    assert panel.view(ByHandTab).sample.sample == wanted
    panel.show_tab("Feature maps")
    maps = panel.view(MapsTab)
    qtbot.waitUntil(lambda: maps.gallery.position == wanted, timeout=PATIENCE)
    assert maps.subscription().sample == wanted
    maps.gallery.pick(7)
    panel.show_tab("Why")
    assert why.gallery.position == maps.gallery.position != wanted


def test_units_of_a_last_layer_are_called_by_the_classes(
    qtbot: QtBot, controller: TrainingController, tmp_path: Path
) -> None:
    """A table of the user's: the bars of its last layer are its classes, by name and under the pointer."""
    kinds = ("oak", "beech", "fir")
    rows = [f"{row % 7},{row % 5 + 3 * (row % 3)},{kinds[row % 3]}" for row in range(90)]
    (tmp_path / "trees.csv").write_text("\n".join(["height,girth,kind", *rows]))
    document = make_document("spirals", 2)
    options = {"path": str(tmp_path / "trees.csv"), "target": "kind"}
    last = document.network.ordered()[-2]
    with document.transaction("Trees"):
        document.set_section("data", {"source": "table", "options": options})
        document.set_layer(last, document.network.layer(last).changed(units=3))
    panel = make_panel(qtbot, controller)
    controller.train(document)
    qtbot.waitUntil(lambda: controller.state in (State.FINISHED, State.FAILED), timeout=PATIENCE)
    assert controller.state is State.FINISHED, controller.reason
    panel.show_tab("Feature maps")
    tab = panel.view(MapsTab)
    tab.picker.choose(last)
    qtbot.waitUntil(lambda: len(tab.grid._unit_names) == 3, timeout=PATIENCE)
    assert set(tab.grid._unit_names) == set(kinds)
    place = tab.grid.tile_place(0)
    at = QPointF(place.left() + 10, place.center().y())
    assert tab.grid.tile_sentence(0, at, place).startswith(f"{tab.grid._unit_names[0]}: ")
    tab.picker.choose(panel.subject.layers()[1])
    qtbot.waitUntil(lambda: tab.grid._maps.shape[1] == 8, timeout=PATIENCE)
    assert tab.grid.tile_sentence(0, at, place).startswith("Unit 1: ")


def shows(panel: UnderstandPanel, picture: np.ndarray) -> bool:
    """Whether the map on screen is the picture, up to the standardisation of its values."""
    shown = panel.view(MapsTab).grid._maps.reshape(-1)
    return shown.shape == picture.shape and bool(np.corrcoef(picture, shown)[0, 1] > 0.999)


def test_the_decision_surface(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    train(qtbot, controller, "spirals")
    panel.show_tab("Decision surface")
    qtbot.waitUntil(lambda: not panel.view(SurfaceTab).plot.is_empty(), timeout=PATIENCE)
    panel.show_tab("Filters")
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == NO_FILTERS


@pytest.mark.parametrize(("kind", "words"), [("diabetes", "largest errors"), ("sine", "One step ahead")])
def test_errors_of_numbers(qtbot: QtBot, controller: TrainingController, kind: str, words: str) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Errors")
    train(qtbot, controller, kind)
    qtbot.waitUntil(lambda: words in panel.view(ErrorsTab).numbers.about.text(), timeout=PATIENCE)
    assert "RMSE" in panel.view(ErrorsTab).metrics.text()
    agreement = panel.view(ErrorsTab).numbers.agreement
    assert not agreement.is_empty()
    titles = [agreement.panel.sides[side].title for side in ("bottom", "left")]
    assert titles[0].removeprefix("true ") == titles[1].removeprefix("predicted ") != "", titles


def test_what_nobody_sees_is_not_asked_for(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.hide()
    snapshots: list[object] = []
    controller.link.snapshot.connect(snapshots.append)
    train(qtbot, controller, "digits", 5)
    assert snapshots == []


def test_everything_usable_has_a_name(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    for kind in panel.views.kinds:
        panel.view(kind)
    boxes = panel.findChildren(QComboBox)
    assert len(boxes) > len(panel.views.kinds) / 2
    assert all(box.accessibleName() for box in boxes)
    assert panel.view(FiltersTab).grid.accessibleName()
    assert panel.view(MapsTab).grid.accessibleName()


def test_the_input_channel_of_filters_is_chosen_in_a_list(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    silent.open(make_document("digits", 1), "Filters")
    silent.panel.show_run(saved_run(tmp_path / "run", make_document("digits", 1)))
    tab = silent.panel.view(FiltersTab)
    tab.picker.offer(["conv2"])
    weights = np.random.default_rng(0).normal(size=(4, 6, 3, 3))
    tab.on_inside(Snapshot(3, 1, NetworkViews(filters={"conv2": weights})))
    assert tab.channel.isVisible()
    assert tab.channel.currentText() == "Mean of 6 channels"
    tab.channel.setFocus()
    qtbot.keyClick(tab.channel, Qt.Key.Key_Down)
    assert tab.channel.currentText() == "Channel 1"
    assert tab.grid.channel == 0
    qtbot.keyClick(tab.grid, Qt.Key.Key_BracketRight)
    assert tab.channel.currentText() == "Channel 2"


def test_the_decision_surface_forms_while_training(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Decision surface")
    controller.train(make_document("spirals", 100_000))
    plot = panel.view(SurfaceTab).plot
    qtbot.waitUntil(lambda: not plot.is_empty(), timeout=PATIENCE)
    assert controller.active
    first = plot._surface
    qtbot.waitUntil(lambda: plot._surface is not first, timeout=PATIENCE)
    assert controller.active
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
