"""What every chart has from the one plot view: readout, zoom and the way back, menu, copy, export, look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from widgets.look import file_dialogs
from widgets.look.theme import ThemeSource
from widgets.plots.axes import AxisRange
from widgets.plots.axis_item import power_text
from widgets.plots.bars import BarPlot
from widgets.plots.curve_plot import CurvePlot
from widgets.plots.curve_view import CurveView
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import FOLLOW_MS, PlotView


class Places(PlotView):
    """A chart of nothing but places, which says what it is asked."""

    def __init__(self, source: ThemeSource) -> None:
        super().__init__(source, "Places", "None yet.")
        self.clicks: list[tuple[float, float]] = []
        self.add_panel(bottom="x (m)", left="y (s)").set_extent(AxisRange(0, 10), AxisRange(0, 5))
        self.redraw()

    def is_empty(self) -> bool:
        return False

    def reading(self, panel: Panel, x: float, y: float) -> str:
        return f"{x:.1f} m and a long explanation of what is meant by it, after {y:.1f} s"

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        self.clicks.append((x, y))

    def table(self) -> Sequence[Row]:
        return named_rows(("x", "y"), [(1.0, 2.5), (3.0, float("nan"))])


@pytest.fixture
def view(qtbot: QtBot) -> Places:
    view = Places(ThemeSource("light"))
    qtbot.addWidget(view)
    view.resize(420, 300)
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    return view


def wheel(view: PlotView, at: QPointF, notches: int = 1) -> None:
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


@pytest.mark.parametrize("corner", [(0.02, 0.02), (0.98, 0.02), (0.02, 0.98), (0.98, 0.98)])
def test_the_readout_stays_inside(view: Places, corner: tuple[float, float]) -> None:
    area = view.panel.sceneBoundingRect()
    at = QPointF(area.left() + corner[0] * area.width(), area.top() + corner[1] * area.height())
    nothing, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    move = QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), nothing, nothing, keys)
    QApplication.sendEvent(view.viewport(), move)
    assert view.readout.isVisible()
    assert view.viewport().rect().contains(view.readout.geometry())
    assert view.readout.text() == view.sentence_at(at)


def test_the_way_back_from_a_zoom_is_visible_until_it_is_taken(view: Places, qtbot: QtBot) -> None:
    assert not view.fit_button.isVisible()
    wheel(view, view.panel.point_of(5.0, 2.5))
    assert view.panel.x_range.span == pytest.approx(8.5)
    assert view.panel.y_range.span == pytest.approx(4.25)
    assert view.fit_button.isVisible()
    view.panel.set_extent(AxisRange(0, 20), AxisRange(0, 5))
    view.redraw()
    assert view.panel.x_range.span == pytest.approx(8.5), "new data do not move what a person chose"
    qtbot.mouseClick(view.fit_button, Qt.MouseButton.LeftButton)
    assert (view.panel.x_range.low, view.panel.x_range.high) == (0, 20)
    assert not view.fit_button.isVisible()


def test_a_click_is_told_in_values_and_a_drag_is_none(view: Places, qtbot: QtBot) -> None:
    at = view.panel.point_of(4.0, 2.0).toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.clicks == [pytest.approx((4.0, 2.0), abs=0.05)]
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    for step in (20, 40):
        qtbot.mouseMove(view.viewport(), at + QPoint(step, 0))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(40, 0))
    assert len(view.clicks) == 1


def test_the_menu_copies_picture_and_values(view: Places) -> None:
    actions = {action.text(): action for action in view.menu().actions() if action.text()}
    assert list(actions) == [
        "Show everything", "Copy picture", "Copy values", "Export PNG picture…", "Export SVG drawing…",
        "Export CSV table…",
    ]  # fmt: skip
    actions["Copy picture"].trigger()
    assert QGuiApplication.clipboard().image().width() == 2 * view.width()
    actions["Copy values"].trigger()
    assert QGuiApplication.clipboard().text() == "x\ty\n1\t2.5\n3\tnan\n"
    QGuiApplication.clipboard().clear()


def test_every_kind_of_file_is_written_and_a_refusal_is_told(
    view: Places, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("png", "svg", "csv"):
        monkeypatch.setattr(file_dialogs, "ask_save", lambda *_, kind=kind: (str(tmp_path / "places"), kind))
        view.ask_and_export(kind)
        assert (tmp_path / f"places.{kind}").stat().st_size
    assert "x (m)" in (tmp_path / "places.svg").read_text()
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / "no" / "places.csv"), ""))
    with qtbot.waitSignal(view.failed) as caught:
        view.ask_and_export("csv")
    assert "was not saved" in caught.args[0] and view.readout.text() == caught.args[0]


def test_a_projector_makes_the_texts_larger(qtbot: QtBot) -> None:
    source = ThemeSource("light")
    view = BarPlot(source, "Bars")
    qtbot.addWidget(view)
    view.resize(420, 300)
    view.set_bars(["a", "b"], {"n": [1, 2]}, across="class", up="samples")
    view.grab()
    before = view.panel.sceneBoundingRect().width()
    source.set_scale(1.5)
    view.grab()
    assert view.panel.sceneBoundingRect().width() < before


@pytest.fixture
def linked(qtbot: QtBot) -> list[CurvePlot]:
    source = ThemeSource("light")
    plots = [CurvePlot(source, title) for title in ("Loss", "Metric")]
    plots[0].view.panel.link_x(plots[1].view.panel)
    for plot, steps in zip(plots, (1000, 500), strict=True):
        qtbot.addWidget(plot)
        plot.resize(420, 260)
        plot.view.add_curve("t", "train")
        plot.view.append("t", np.arange(steps + 1), np.linspace(1, 0, steps + 1))
        plot.show()
        plot.view.redraw()
        plot.grab()
    return plots


class Paints(QObject):
    """Counts how often charts are painted."""

    def __init__(self, *views: PlotView) -> None:
        super().__init__()
        self.counts = {view.title: 0 for view in views}
        self._titles = {view.viewport(): view.title for view in views}
        for view in views:
            view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.counts[self._titles[watched]] += 1
        return False


def settle(qtbot: QtBot, paints: Paints) -> None:
    """Let everything that is pending be painted, then count from nothing."""
    qtbot.wait(2 * FOLLOW_MS)
    paints.counts = dict.fromkeys(paints.counts, 0)


def test_new_points_cost_one_paint_and_the_linked_plot_follows_later(qtbot: QtBot, linked: list[CurvePlot]) -> None:
    loss, metric = (plot.view for plot in linked)
    paints = Paints(loss, metric)
    settle(qtbot, paints)
    for last in (1100, 1200, 1300):
        loss.append("t", [last], [0.1])
        loss.redraw()
        QApplication.processEvents()
    assert paints.counts == {"Loss": 3, "Metric": 0}
    assert (loss.panel.x_range.high, metric.panel.x_range.high) == (1300, 1000)
    qtbot.waitUntil(lambda: metric.panel.x_range == loss.panel.x_range)
    qtbot.wait(2 * FOLLOW_MS)
    assert paints.counts["Metric"] == 1


def test_a_plot_that_is_behind_catches_up_when_it_is_asked(linked: list[CurvePlot]) -> None:
    loss, metric = (plot.view for plot in linked)
    loss.append("t", [2000], [0.1])
    loss.redraw()
    assert metric.panel_at(QPointF(metric.rect().center())) is metric.panel
    assert metric.panel.x_range == loss.panel.x_range == AxisRange(0, 2000)


def test_a_chart_that_changes_often_is_drawn_and_painted_once(view: Places, qtbot: QtBot) -> None:
    paints = Paints(view)
    settle(qtbot, paints)
    for end in (10, 20, 30):
        view.panel.set_extent(AxisRange(0, end), AxisRange(0, 5))
        view.draw_later()
    assert view.panel.x_range == AxisRange(0, 10)
    qtbot.waitUntil(lambda: view.panel.x_range == AxisRange(0, 30))
    qtbot.wait(50)
    assert paints.counts == {"Places": 1}


def test_a_text_beside_an_axis_is_made_once(view: Places) -> None:
    written: list[float] = []

    def write(value: float) -> str:
        written.append(value)
        return f"{value:g} m"

    view.panel.sides["bottom"].write = write
    for end in (11, 12, 13):
        view.panel.set_extent(AxisRange(0, end), AxisRange(0, 5))
        view.redraw()
        view.grab()
    assert len(written) == len(set(written)) > 3


def test_linked_plots_share_their_steps(qtbot: QtBot, linked: list[CurvePlot]) -> None:
    plots = linked
    first, second = (plot.view.panel for plot in plots)
    assert first.x_range == second.x_range == AxisRange(0, 1000)
    wheel(plots[0].view, first.point_of(500, 0.5))
    assert second.x_range == first.x_range
    assert second.x_range.span == pytest.approx(850)
    assert plots[1].view.fit_button.isVisible()
    qtbot.keyClick(plots[1].view, Qt.Key.Key_F)
    assert first.x_range == second.x_range == AxisRange(0, 1000)


def test_powers_of_ten_are_written_short() -> None:
    assert [power_text(power) for power in (-20.0, -3.0, 0.0, 2.0)] == ["10⁻²⁰", "0.001", "1", "100"]


@pytest.mark.usefixtures("qapp")
def test_what_stands_over_a_panel_keeps_its_area_when_the_panel_goes_first() -> None:
    view = Places(ThemeSource("light"))
    item = view.panel.painted(lambda *_: None, whole=True)
    areas = []
    for width in (300, 500):
        view.resize(width, 200)
        view.grab()
        areas.append(item.boundingRect())
        assert areas[-1].contains(view.panel.geometry())
    assert areas[1].width() > areas[0].width() + 150
    delete(view.panel)
    assert item.boundingRect() == areas[1]
    delete(view)


def test_room_that_is_left_free_is_laid_out_before_anything_is_painted(qtbot: QtBot) -> None:
    """What moves in the midst of a paint is painted only where a notice that went has laid the plot bare."""
    view = CurveView(ThemeSource("light"), "Loss", "")
    qtbot.addWidget(view)
    view.resize(400, 260)
    view.add_curve("t", "train")
    view.append("t", [1, 2, 3], [3.0, 2.0, 1.0])
    view.show()
    qtbot.waitExposed(view)
    view.redraw()
    for above in (60, 0):
        view.leave_free(above, 0)
        laid_out = view.panel.sceneBoundingRect()
        view.viewport().repaint()
        assert view.panel.sceneBoundingRect() == laid_out
        assert laid_out.top() >= above
    assert laid_out.top() < 60
