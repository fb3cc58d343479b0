"""Charts on a page that scrolls: the wheel scrolls the page, with Ctrl it zooms, and the chart says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from widgets.look.layouts import vbox
from widgets.look.scrolled import scrolled
from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.plots.curve_view import CurveView
from widgets.plots.plot_view import ZOOMS, PlotView

PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def bars() -> PlotView:
    view = BarPlot(ThemeSource("light"), "Samples per class")
    view.set_bars([str(digit) for digit in range(10)], {"train": np.arange(1.0, 11.0)})
    return view


def curves() -> PlotView:
    view = CurveView(ThemeSource("light"), "Loss", "None yet.")
    view.add_curve("loss", "loss", 0, "train")
    view.append("loss", np.arange(1, 101), np.linspace(2.0, 0.1, 100))
    return view


def turn(view: PlotView, keys: Qt.KeyboardModifier, notches: int = -1) -> None:
    """Turn the wheel over the middle of a chart."""
    middle = QPointF(view.viewport().mapTo(view.window(), view.panel.sceneBoundingRect().center().toPoint()))
    QTest.wheelEvent(view.window().windowHandle(), middle, QPoint(0, 120 * notches), QPoint(), keys)
    QApplication.processEvents()


def on_page(view: PlotView, height: int, qtbot: QtBot) -> QScrollArea:
    """The chart on a page, in a window of a height."""
    page = QWidget()
    view.setFixedHeight(400)
    vbox(view, parent=page)
    area = scrolled(page)
    qtbot.addWidget(area)
    area.resize(500, height)
    area.show()
    qtbot.waitExposed(area)
    view.redraw()
    view.grab()
    QApplication.processEvents()
    return area


@pytest.mark.parametrize("make", [bars, curves])
def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(make: Callable[[], PlotView], qtbot: QtBot) -> None:
    view = make()
    area = on_page(view, 300, qtbot)
    before = view.panel.x_range
    turn(view, PLAIN)
    assert area.verticalScrollBar().value() > 0
    assert view.panel.x_range == before
    assert (view.readout.isVisible(), view.readout.text()) == (True, ZOOMS)
    area.verticalScrollBar().setValue(0)
    turn(view, CTRL, 1)
    assert area.verticalScrollBar().value() == 0
    assert view.panel.x_range.span < before.span


@pytest.mark.parametrize("make", [bars, curves])
def test_where_the_page_is_in_view_the_wheel_zooms(make: Callable[[], PlotView], qtbot: QtBot) -> None:
    view = make()
    area = on_page(view, 600, qtbot)
    assert not area.verticalScrollBar().maximum()
    before = view.panel.x_range
    turn(view, PLAIN, 1)
    assert view.panel.x_range.span < before.span
    assert view.readout.text() != ZOOMS
