"""The errors of a classifier in the window: all of the matrix is in view, and the wheel does not lose it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.inference.scores import class_scores
from app.protocol.evaluation_values import Evaluation, Predictions, WorstPredictions
from tests.widgets.understand.silent import saved_run
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.titled_image import PicturePane
from widgets.look.theme import ThemeSource
from widgets.plots.plot_view import PlotView
from widgets.shell.window import MainWindow
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.understand_panel import UnderstandPanel

CLASSES = tuple("0123456789")
TRUE = np.arange(100) % 10
PREDICTED = np.where(TRUE == 8, 1, TRUE)


def digits_tested() -> Evaluation:
    """A test of 100 digits in which all 8 are taken for 1."""
    chances = np.eye(10)[PREDICTED] * 0.9 + 0.01
    wrong = np.flatnonzero(PREDICTED != TRUE)
    worst = WorstPredictions(
        index=wrong, true=TRUE[wrong], predicted=PREDICTED[wrong], loss=np.ones(len(wrong), np.float32),
        input=np.zeros((len(wrong), 1, 8, 8), np.float32), probability=np.ones(len(wrong), np.float32),
        probabilities=chances[wrong].astype(np.float32),
    )  # fmt: skip
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (TRUE, PREDICTED), 1)
    return Evaluation(
        part="test", task="classification", target="digit", metrics={}, worst=worst, classes=CLASSES,
        predictions=Predictions(index=np.arange(100), true=TRUE, predicted=PREDICTED), confusion=confusion,
        scores=class_scores(TRUE, PREDICTED, chances, CLASSES, None),
    )  # fmt: skip


PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def wheel(view: PlotView, at: QPointF, notches: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    """Turn the wheel of the mouse by single notches over a place of the view."""
    window = view.window()
    place = QPointF(view.viewport().mapTo(window, at.toPoint()))
    for _ in range(abs(notches)):
        turn = QPoint(0, 120 if notches > 0 else -120)
        QTest.wheelEvent(window.windowHandle(), place, turn, QPoint(), keys)
        QApplication.processEvents()


def errors(window: MainWindow, project_file: Path) -> ErrorsTab:
    """The tab Errors on the screen, with the outcome of a test."""
    window.files.open(project_file)
    window.show_workspace("understand")
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    panel.show_run(saved_run(project_file.parent / "run", window.session.document))
    panel.show_tab("Errors")
    tab = panel.view(ErrorsTab)
    tab.classes.show_evaluation(digits_tested())
    tab.pages.bring(tab.classes)
    for _ in range(6):
        QApplication.processEvents()
    return tab


def whole_in_view(widget: QWidget) -> bool:
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


@pytest.mark.parametrize(("width", "height"), [(1280, 820), (1366, 768)])
def test_all_rows_and_the_sentence_below_are_in_view(
    window: MainWindow, project_file: Path, width: int, height: int
) -> None:
    window.resize(width, height)
    tab = errors(window, project_file)
    matrix = tab.classes.matrix
    assert whole_in_view(matrix.viewport()) and whole_in_view(tab.classes.confused)
    assert tab.classes.confused.text() == "Confused most: 1 and 8, 10 times."
    assert all(matrix.rect().contains(matrix.place(row, row).toRect()) for row in range(10))
    assert len(matrix.panel.sides["left"].ticks()) == 10


def test_a_window_too_low_for_ten_rows_scrolls_the_page_by_the_wheel(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    tab = errors(window, project_file)
    matrix = tab.classes.matrix
    matrix.setMinimumHeight(900)
    QApplication.processEvents()
    area = next(area for area in window.findChildren(QScrollArea) if area.isAncestorOf(matrix))
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    spot = matrix.place(1, 1).center()
    before = matrix.panel.x_range
    wheel(matrix, spot, -1)
    assert area.verticalScrollBar().value() > 0 and matrix.panel.x_range == before
    wheel(matrix, spot, 1, CTRL)
    assert matrix.panel.x_range.span < before.span


def test_the_wheel_zooms_a_matrix_out_to_the_whole_and_no_further(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix(ThemeSource("light"))
    qtbot.addWidget(matrix)
    matrix.resize(420, 320)
    matrix.set_counts(np.eye(10, dtype=int) * 9, CLASSES)
    matrix.show()
    matrix.grab()
    whole, spot = (matrix.panel.x_range, matrix.panel.y_range), matrix.place(8, 8).center()
    wheel(matrix, spot, -12)
    assert (matrix.panel.x_range, matrix.panel.y_range) == whole
    wheel(matrix, spot, 6)
    assert matrix.panel.x_range.span < whole[0].span / 2 and matrix.fit_button.isVisible()
    wheel(matrix, spot - QPointF(60, 60), -5)
    assert matrix.panel.x_range.low >= whole[0].low and matrix.panel.x_range.high <= whole[0].high
    wheel(matrix, spot, -12)
    assert (matrix.panel.x_range, matrix.panel.y_range) == whole and not matrix.fit_button.isVisible()


def test_the_wheel_zooms_a_picture_out_to_the_whole_and_no_further(qtbot: QtBot) -> None:
    pane = PicturePane(ThemeSource("light"), "A filter")
    qtbot.addWidget(pane)
    pane.resize(500, 320)
    pane.set_values(np.arange(64.0).reshape(8, 8))
    pane.show()
    pane.grab()
    place = pane.place()
    wheel(pane, place.center(), 8)
    assert pane.place().width() > 2 * place.width()
    wheel(pane, place.center() + QPointF(20, 20), -30)
    assert pane.place().toRect() == place.toRect()
    pane.set_values(np.arange(16.0).reshape(4, 4))
    assert QRect(pane.rect()).contains(pane.place().toRect())


def test_another_run_shows_the_whole_matrix(window: MainWindow, project_file: Path) -> None:
    tab = errors(window, project_file)
    matrix = tab.classes.matrix
    whole = matrix.panel.x_range
    wheel(matrix, matrix.place(3, 3).center(), 5, CTRL)
    assert matrix.panel.x_range != whole
    tab.classes.show_evaluation(digits_tested())
    assert matrix.panel.x_range == whole
