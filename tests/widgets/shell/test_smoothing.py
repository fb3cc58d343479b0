"""Smoothing has one control, which is the preference, at the loss alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")


def test_the_slider_is_the_preference(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workbench("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    shown = [slider for slider in panel.findChildren(QSlider) if slider.isVisible()]
    assert shown == [panel.curves.loss.header.slider]
    (slider,) = shown
    assert slider.value() == round(100 * window.preferences["smoothing"])
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert window.preferences["smoothing"] == slider.value() / 100
    window.preferences.set("smoothing", 0.25)
    assert slider.value() == 25 and panel.curves.loss.view.smoothing == 0.25
