"""The tab that explains answers, on runs that the real worker trains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.protocol.attribution_messages import ExplainedOutput
from tests.app.training.projects import chain, cnn, mlp
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel, train
from widgets.training.training_controller import TrainingController
from widgets.understand.output_text import outputs_of, sentence_of
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.why_tab import WhyTab, map_layers

ALL = ["saliency", "product", "integrated", "occlusion", "grad_cam"]


def settled(tab: WhyTab, ways: list[str]) -> bool:
    """Whether all ways to explain have come."""
    come = list(tab.tiles.heats) == ways and set(tab._heats) == set(ways)
    return come and not (tab._stale or tab.integrated.running or tab.occlusion.running)


def explained_run(
    qtbot: QtBot, controller: TrainingController, kind: str, ways: list[str]
) -> tuple[UnderstandPanel, WhyTab]:
    """A panel that explains an answer of a run that has ended."""
    panel = make_panel(qtbot, controller)
    panel.show_tab("Why")
    train(qtbot, controller, kind)
    qtbot.waitUntil(lambda: settled(panel.view(WhyTab), ways), timeout=PATIENCE)
    return panel, panel.view(WhyTab)


def test_without_a_run_the_tab_says_what_to_do(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Why")
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == WhyTab.no_run
    assert not panel.view(WhyTab).isVisible()


def test_a_digit_is_explained_in_every_way(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = explained_run(qtbot, controller, "digits", ALL)
    assert all(heat.values.shape == (8, 8) for heat in tab.tiles.heats.values())
    assert tab.answer.count() == 11
    assert tab.layer.chosen == "conv1"
    before = tab.says.text()
    place = tab.gallery.tile_place(4).center().toPoint()
    qtbot.mouseClick(tab.gallery, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: tab.says.text() != before and settled(tab, ALL), timeout=PATIENCE)
    assert f"Sample {(tab.gallery.position or 0) + 1:,} is" in tab.says.text()


def test_another_answer_has_another_explanation(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = explained_run(qtbot, controller, "digits", ALL)
    preferred = tab.tiles.heats
    tab.answer.setFocus()
    for _step in range(3):
        qtbot.keyClick(tab.answer, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "score of 2 " in tab.says.text() and settled(tab, ALL), timeout=PATIENCE)
    assert tab.answer.currentIndex() == 3
    for name in ALL[:4]:
        assert not np.array_equal(tab.tiles.heats[name].values, preferred[name].values)


def test_patch_and_layer_are_chosen(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = explained_run(qtbot, controller, "digits", ALL)
    fine, cam = tab.tiles.heats["occlusion"].values, tab.tiles.heats["grad_cam"].values
    tab.patch.setFocus()
    qtbot.keyClick(tab.patch, Qt.Key.Key_Up)
    qtbot.waitUntil(
        lambda: settled(tab, ALL) and not np.array_equal(tab.tiles.heats["occlusion"].values, fine), timeout=PATIENCE
    )
    assert tab.patch.value() == 3
    tab.overlay.setFocus()
    qtbot.keyClick(tab.overlay, Qt.Key.Key_Home)
    assert tab.tiles._opacity == 0
    assert tab.layer.box.count() == 1
    tab.layer.picked.emit("conv1")
    qtbot.waitUntil(lambda: "cam" in tab._requests and tab.tiles.heats["grad_cam"].values is not cam, timeout=PATIENCE)


@pytest.mark.parametrize("kind", ["diabetes", "sine"])
def test_numbers_are_explained_by_features_or_over_time(
    qtbot: QtBot, controller: TrainingController, kind: str
) -> None:
    _, tab = explained_run(qtbot, controller, kind, ALL[:4])
    assert "its true value is" in tab.says.text() and "the network predicts" in tab.says.text()
    assert not tab.answer.isVisible()
    assert tab.patch.isVisible() == (kind == "sine")


def test_a_run_in_progress_is_explained_and_goes_on(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Why")
    controller.train(make_document("digits", 100_000))
    tab = panel.view(WhyTab)
    qtbot.waitUntil(lambda: settled(tab, ALL), timeout=PATIENCE)
    assert controller.active
    assert "epoch" in tab.says.text()
    first = tab.tiles.heats["saliency"]
    qtbot.mouseClick(tab.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: settled(tab, ALL) and tab.tiles.heats["saliency"] is not first, timeout=PATIENCE)
    panel.show_tab("Filters")
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
    panel.show_tab("Why")
    qtbot.waitUntil(lambda: "trained weights" in tab.says.text() and settled(tab, ALL), timeout=PATIENCE)
    assert not tab.again.isVisible()


def test_everything_usable_has_a_name(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    tab = panel.view(WhyTab)
    boxes: tuple[QWidget, ...] = (tab.answer, tab.layer.box, tab.patch, tab.stride)
    usable = (*boxes, tab.gallery, tab.tiles, tab.overlay)
    assert all(widget.accessibleName() for widget in usable)
    assert len({widget.accessibleName() for widget in usable}) == len(usable)


def test_grad_cam_is_offered_where_maps_lie_on_the_grid_of_the_input() -> None:
    assert map_layers(cnn()) == (["conv1", "relu1", "conv2"], "conv2")
    assert map_layers(mlp()) == ([], "")
    assert map_layers(None) == ([], "")
    table = chain(("input1", "input", {"shape": {"kind": "vector", "sizes": [4]}}), ("dense1", "dense", {"units": 3}))
    assert map_layers(table) == ([], "")


def explained(**changes: Any) -> ExplainedOutput:
    """What is explained of a classifier of two classes."""
    usual = ExplainedOutput(
        sample=1204, outputs=("X", "O"), values=(0.02, 0.98), is_class=True, unit="", output=1, predicted=1,
        score=3.5, baseline_score=-0.25, label=(0.0,),
    )  # fmt: skip
    return replace(usual, **changes)


def test_outputs_are_told_in_words() -> None:
    assert outputs_of(explained()) == ["what it prefers: O", "X  ·  2.0 %", "O  ·  98.0 %"]
    assert sentence_of(explained()) == (
        "Sample 1,205 is X; the network says O (98.0 %). The score of O is 3.5 here, and −0.25 for the mean input."
    )
    number = explained(is_class=False, unit="MW", predicted=None, output=None)
    one = replace(number, outputs=("load",), values=(3.5,), label=(2.5,))
    assert outputs_of(one) == []
    assert sentence_of(replace(one, label=(266.41,))) == (
        "Sample 1,205: its true value is 266.4 MW; the network predicts 3.5 MW, and −0.25 MW for the mean input."
    )
    two = replace(number, outputs=("+1", "+2"), values=(3.5, 4.0), label=(2.5, 3.0))
    assert outputs_of(two) == ["the mean of all numbers", "+1  ·  3.5 MW", "+2  ·  4 MW"]
    assert outputs_of(two, ",")[1] == "+1  ·  3,5 MW"
    assert "its true value is 266,4" in sentence_of(replace(one, label=(266.41,)), ",")
    assert sentence_of(explained(), ",") == sentence_of(explained())  # a score is none of the data's amounts
    assert "what is explained is 3.5 MW here" in sentence_of(two)
