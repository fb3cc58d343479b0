"""Bars, histograms, scatter and series: what they say at the pointer, and that both looks paint differently."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.plots.forecast_plot import SeriesPlot
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView
from widgets.plots.scatter import ScatterPlot


def shown(qtbot: QtBot, view: PaintedView | PlotView) -> None:
    qtbot.addWidget(view)
    view.resize(400, 260)
    view.show()
    view.grab()


def words(view: PaintedView | PlotView) -> set[str]:
    points = [QPointF(x, y) for x in range(0, 400, 4) for y in range(0, 260, 4)]
    return {text for point in points if (text := view.sentence_at(point))}


def test_bars_say_name_and_heights(qtbot: QtBot) -> None:
    view = BarPlot(ThemeSource("light"), "Classes")
    view.set_bars(["cat", "dog"], {"train": [10, 1200], "test": [2, 3]})
    shown(qtbot, view)
    assert words(view) == {"cat: train 10, test 2", "dog: train 1200, test 3"}
    with pytest.raises(ValueError, match="needs 2 heights"):
        view.set_bars(["a", "b"], {"train": [1]})


def test_a_scatter_names_the_point_under_the_pointer(qtbot: QtBot) -> None:
    source = ThemeSource("light")
    view = ScatterPlot(source, "Plane")
    view.set_points([[0, 0], [1, 1]], [0, 1], ["inner", "outer"])
    view.set_surface(np.full((4, 4, 2), 0.5), view.view_extent())
    shown(qtbot, view)
    assert words(view) == {"inner at (0, 0)", "outer at (1, 1)"}
    before = view.grab().toImage()
    source.set_mode("dark")
    assert view.grab().toImage() != before


def test_a_series_reads_truth_and_forecast(qtbot: QtBot) -> None:
    view = SeriesPlot(ThemeSource("light"), "Forecast")
    view.set_series(([0, 1, 2], [1.0, np.nan, 3.0]), {"forecast": ([2], [2.5])}, "MW")
    assert view.panel.sides["left"].title == "value (MW)"
    shown(qtbot, view)
    assert "step 2\ntruth 3\nforecast 2.5" in words(view)


def test_a_key_wraps_into_rows_from_the_left_edge_of_its_plot(qtbot: QtBot) -> None:
    view = BarPlot(ThemeSource("light"), "Parts")
    view.set_bars(["a"], {name: [1.0] for name in ("training 1,258", "validation 270", "test 269")})
    shown(qtbot, view)
    key, wide = view.keys[0], view.keys[0].size().height()
    assert key.geometry().left() == view.panel.geometry().left()
    view.resize(160, 260)
    view.grab()
    assert key.size().height() >= 2 * wide - 4


def test_a_plane_has_the_proportions_of_its_data(qtbot: QtBot) -> None:
    view = ScatterPlot(ThemeSource("light"), "Plane")
    view.set_points([[0, 0], [1, 1]], [0, 1], ["inner", "outer"])
    shown(qtbot, view)
    x0, x1, y0, y1 = view.view_extent()
    assert view.panel.x_range.span == pytest.approx(x1 - x0, rel=0.01)
    assert view.panel.y_range.span == pytest.approx(y1 - y0, rel=0.01)
