"""Errors of a network that gives every pixel a class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.cli.run_verbs import with_plan
from app.project.presets import preset
from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions
from graph.document import Document
from graph.project import Project
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.errors.pixel_errors import PixelErrors, iou_words
from widgets.understand.try_it.try_it_tab import TryItTab


def evaluation() -> Evaluation:
    true, said = np.zeros((2, 8, 8), np.uint8), np.zeros((2, 8, 8), np.uint8)
    true[:, 2:5, 2:5], said[:, 3:6, 2:5] = 1, 2
    index = np.array([1200, 7])
    return Evaluation(
        part="test",
        task="segmentation",
        target="mask",
        metrics={},
        predictions=Predictions(index=index, true=true, predicted=said),
        worst=WorstPredictions(
            index=index,
            true=true,
            predicted=said,
            loss=np.array([0.25, 0.1], np.float32),
            input=np.random.default_rng(0).random((2, 3, 8, 8), np.float32),
        ),
        confusion=np.array([[104, 0, 6], [6, 0, 12], [0, 0, 0]]),
        classes=("ground", "circle", "square"),
        iou=(0.897, 0.0, None),
    )


def test_a_picture_stands_beside_the_truth_and_the_answer(qtbot: QtBot) -> None:
    source = ThemeSource()
    view = PixelErrors(source)
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.show_evaluation(evaluation())
    assert view.worst.count() == 2
    assert view.worst._samples.shape == (2, 3, 8, 26)
    assert view.worst._labels == ["sample 1,201", "sample 8"]
    assert view.worst._parts == ["25.0 % wrong", "10.0 % wrong"]
    assert view.key.names == ("ground", "circle", "square")
    assert view.iou.text() == iou_words(("ground", "circle", "square"), (0.897, 0.0, None))
    before = view.worst._samples.copy()
    source.set_mode("dark")
    assert (view.worst._samples != before).any()
    assert not view.grab().isNull()


def test_a_picture_is_picked_by_the_keyboard(qtbot: QtBot) -> None:
    view = PixelErrors(ThemeSource())
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.show_evaluation(evaluation())
    view.worst.setFocus()
    with qtbot.waitSignal(view.row_picked) as picked:
        qtbot.keyClick(view.worst, Qt.Key.Key_Right)
        qtbot.keyClick(view.worst, Qt.Key.Key_Return)
    assert picked.args[0] in (0, 1)


def test_the_overlap_in_words() -> None:
    assert "a 100" in iou_words(("a", "b"), (1.0, None)) and iou_words(("a", "b"), (1.0, None)).endswith("b –")


def test_a_trained_network_is_tested_and_tried(qtbot: QtBot, controller: TrainingController) -> None:
    found = preset("scenes_fcn").project
    data = {"source": "segmented_scenes", "options": {"samples": 60}}
    project = with_plan(Project(found.network, {**found.sections, "data": data}), {"epochs": 1, "threads": 1})
    panel = make_panel(qtbot, controller)
    controller.train(Document(project.network, project.sections))
    qtbot.waitUntil(lambda: controller.state in (State.FINISHED, State.FAILED), timeout=PATIENCE)
    assert controller.state is State.FINISHED, controller.reason
    panel.show_tab("Errors")
    errors = panel.view(ErrorsTab)
    qtbot.waitUntil(errors.pixels.isVisible, timeout=PATIENCE)
    assert "Mean IoU" in errors.metrics.text() and "Pixels right" in errors.metrics.text()
    assert errors.pixels.worst.count() == 9
    assert "Without a network (mean IoU): always “ground”" in errors.pixels.about.text()
    errors.pixels.row_picked.emit(1)
    panel.show_tab("Try it")
    tried = panel.view(TryItTab)
    qtbot.waitUntil(lambda: bool(tried.prediction.outputs), timeout=PATIENCE)
    assert "ground" in tried.prediction.outputs[0].words.text()
    assert tried.prediction.outputs[0].masked.row.isVisible()
    assert tried.prediction.outputs[0].masked.key.names == ("ground", "circle", "square", "triangle")
