"""The learning-rate finder in the window: a button beside the field, its curve, and one edit that takes it over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.protocol.messages import Envelope, Message, Refused, Unfinished
from app.protocol.rate_messages import FindRate, RateCurve, RateFound
from app.training.rate_finder import rate_curve
from tests.widgets.conftest import digits_project
from widgets.shell.actions.rate_actions import RateActions
from widgets.shell.window import MainWindow
from widgets.training.rate_dialog import RateDialog
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")
RATES = np.geomspace(1e-6, 10, 200)


def curve(*, falls: bool = True) -> RateCurve:
    powers = np.log10(RATES)
    losses = 2 - (1.5 / (1 + np.exp(-(powers + 2.5) / 0.2)) if falls else 0) + np.maximum(0, powers + 0.5) * 3
    return rate_curve(RATES, losses)


class Line:
    """What the window sent its worker, and what the worker says."""

    def __init__(self, window: MainWindow) -> None:
        controller = window.training.controller
        assert controller is not None
        self.link = controller.link

    def asked(self) -> list[int]:
        return [number for number, each in self.link._requests.items() if isinstance(each.request, FindRate)]

    def say(self, message: Message) -> None:
        [number] = self.asked()
        self.link._waiting.append(Envelope(message=message, id=number))
        self.link._hand_over()


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """The main window with the digits drawn, in the workspace Train."""
    window.session.start_from(digits_project())
    window.show_workbench("train")
    return window


@pytest.fixture
def panel(window: MainWindow) -> TrainPanel:
    """Its training panel."""
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    return panel


@pytest.fixture
def dialog(window: MainWindow, panel: TrainPanel, qtbot: QtBot) -> RateDialog:
    """The finder, opened by the button beside the learning rate."""
    button = panel.plan.findChild(QToolButton, "learning_rateHelper")
    assert isinstance(button, QToolButton) and button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    found = window.part(RateActions).dialog
    assert found is not None and found.isVisible()
    return found


def test_what_it_finds_is_taken_over_as_one_edit(dialog: RateDialog, window: MainWindow, panel: TrainPanel,
                                                 qtbot: QtBot) -> None:  # fmt: skip
    line, document = Line(window), window.session.document
    assert dialog.running and not dialog.use.isEnabled()
    line.say(Unfinished(sentence="Trying learning rates 80 of 200 steps"))
    assert dialog.note.text() == "Trying learning rates 80 of 200 steps…"
    line.say(RateFound(curve=curve()))
    assert dialog.use.text() == "Use 0.003"
    assert dialog.note.text().startswith("The loss falls fastest at a learning rate of 0.003, and rises from")
    assert dialog.note.text().endswith("The training settings have 0.001.")
    before = len(document.undo_names)
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert panel.plan.plan.learning_rate == 0.003
    assert panel.plan.field_of("learning_rate").texts == ("0.003",)
    assert len(document.undo_names) == before + 1
    assert document.undo_names[0] == "Use learning rate 0.003"
    document.undo()
    assert panel.plan.plan.learning_rate == 0.001


def test_the_curve_is_painted_read_and_exported(dialog: RateDialog, window: MainWindow) -> None:
    Line(window).say(RateFound(curve=curve()))
    plot = dialog.plot
    plot.prepare()
    blank = plot.grab().toImage()
    assert not plot.is_empty() and not plot.is_blank()
    assert plot.reading(plot.panel, -2.5, 0).startswith("learning rate 0.00304: loss 1.2")
    rows = list(plot.table())
    assert tuple(rows[0]) == ("learning_rate", "loss", "smoothed") and len(rows) == 201
    plot.set_curve(None)
    assert plot.grab().toImage() != blank


def test_where_nothing_falls_nothing_can_be_taken_over(dialog: RateDialog, window: MainWindow) -> None:
    Line(window).say(RateFound(curve=curve(falls=False)))
    assert "falls at no learning rate" in dialog.note.text()
    assert dialog.use.text() == "Use" and not dialog.use.isEnabled()


def test_a_refusal_is_told_and_it_can_be_tried_again(dialog: RateDialog, window: MainWindow, qtbot: QtBot) -> None:
    line = Line(window)
    line.say(Refused(reason="The data is gone."))
    assert dialog.note.text() == "The data is gone." and dialog.again.text() == "Try again"
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert line.asked() and dialog.again.text() == "Stop"
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert not line.asked() and dialog.note.text().startswith("Stopped")


@pytest.mark.parametrize(
    "leave", [lambda dialog, _: dialog.close(), lambda dialog, _: dialog.reject(),
              lambda _, window: window.session.start_from(digits_project())],
    ids=["closed", "escaped", "another project"],
)  # fmt: skip
def test_leaving_gives_the_trial_up(
    dialog: RateDialog, window: MainWindow, leave: Callable[[RateDialog, MainWindow], object]
) -> None:
    leave(dialog, window)
    assert not dialog.isVisible() and not dialog.running
    assert not Line(window).asked()


def test_it_is_refused_where_training_is(window: MainWindow, panel: TrainPanel) -> None:
    window.session.start_from(digits_project(units=7))
    panel.plan.rate_wanted.emit()
    assert window.part(RateActions).dialog is None
    assert any("cannot train yet" in notice.text for notice in window.banners.notices)
