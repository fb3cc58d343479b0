"""The curve plot under real hands."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from graph.errors import NetloomError
from tests.widgets.due_timers import let_pass
from widgets.look.theme import ThemeSource
from widgets.plots.curve_plot import CurvePlot
from widgets.plots.curve_view import CurveView
from widgets.plots.plot_view import FOLLOW_MS


@pytest.fixture
def plot(qtbot: QtBot) -> CurvePlot:
    plot = CurvePlot(ThemeSource("light"), "Loss", "Press Train.")
    qtbot.addWidget(plot)
    plot.resize(640, 300)
    plot.view.add_curve("t", "train")
    plot.view.add_curve("v", "validation", 0, "validation")
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def fill(plot: CurvePlot) -> None:
    plot.view.append("t", np.arange(1000), np.linspace(2, 0.1, 1000))
    plot.view.append("v", np.arange(100, 1001, 100), np.linspace(1.8, 0.2, 10))
    plot.view.redraw()
    plot.view.viewport().repaint()


def test_empty_says_what_to_do(plot: CurvePlot) -> None:
    assert plot.view.view is None
    assert plot.view.accessibleDescription() == "Press Train."


def test_points_come_to_the_screen_by_themselves(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.view.append("t", [0, 1, 2], [1.0, 0.5, 0.2])
    qtbot.waitUntil(lambda: plot.view.view is not None)
    assert plot.view.view is not None
    assert (plot.view.view[0].low, plot.view.view[0].high) == (0, 2)


def test_what_moved_while_nothing_was_painted_is_painted_whole_though_a_part_is_asked_for(plot: CurvePlot) -> None:
    fill(plot)
    plot.view.viewport().repaint(QRect(0, 0, 20, 20))
    assert not plot.view._whole.isActive()
    plot.view.append("t", [1001], [123456.0])
    plot.view.draw_later()
    assert plot.view.prepare()
    plot.view.viewport().repaint(QRect(0, 0, 20, 20))
    assert plot.view._whole.isActive()
    plot.view._whole.stop()
    plot.view.viewport().repaint()
    plot.view.viewport().repaint(QRect(0, 0, 20, 20))
    assert not plot.view._whole.isActive()


def test_hovering_reads_all_curves(plot: CurvePlot, qtbot: QtBot) -> None:
    fill(plot)
    qtbot.mouseMove(plot.view.viewport(), QPoint(300, 120))
    qtbot.mouseMove(plot.view.viewport(), QPoint(310, 120))
    qtbot.waitUntil(lambda: plot.view.cursor_step is not None)
    assert [curve.label for curve, _, _ in plot.view.readings()] == ["train", "validation"]
    assert "train" in plot.view.accessibleDescription()
    plot.view.viewport().repaint()


def test_keys_move_the_crosshair_zoom_and_fit(plot: CurvePlot, qtbot: QtBot) -> None:
    fill(plot)
    qtbot.keyClick(plot.view, Qt.Key.Key_Left)
    first = plot.view.cursor_step
    qtbot.keyClick(plot.view, Qt.Key.Key_Left)
    assert first is not None
    assert plot.view.cursor_step is not None
    assert plot.view.cursor_step < first
    qtbot.keyClick(plot.view, Qt.Key.Key_Plus)
    plot.view.viewport().repaint()
    assert plot.view.view is not None
    assert plot.view.view[0].span == pytest.approx(0.8 * 1000)
    qtbot.keyClick(plot.view, Qt.Key.Key_F)
    plot.view.viewport().repaint()
    assert plot.view.view[0].span == pytest.approx(1000)
    qtbot.keyClick(plot.view, Qt.Key.Key_Escape)
    assert plot.view.cursor_step is None


def test_dragging_pans_and_double_click_fits(plot: CurvePlot, qtbot: QtBot) -> None:
    fill(plot)
    qtbot.mousePress(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    qtbot.mouseMove(plot.view.viewport(), QPoint(250, 100))
    qtbot.mouseMove(plot.view.viewport(), QPoint(200, 100))
    qtbot.mouseRelease(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    plot.view.viewport().repaint()
    assert plot.view.view is not None
    assert plot.view.view[0].low > 50
    qtbot.mouseDClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    plot.view.viewport().repaint()
    assert plot.view.view[0].low == 0


def test_the_wheel_zooms_at_the_pointer(plot: CurvePlot) -> None:
    fill(plot)
    at = QPointF(300, 100)
    wheel = QWheelEvent(
        at, plot.view.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.view.viewport(), wheel)
    plot.view.viewport().repaint()
    assert plot.view.view is not None
    assert plot.view.view[0].span == pytest.approx(0.85 * 1000)


def test_the_slider_smooths_and_the_key_makes_the_axis_logarithmic(plot: CurvePlot, qtbot: QtBot) -> None:
    fill(plot)
    slider = plot.findChild(QSlider)
    assert slider is not None
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert plot.view.smoothing == pytest.approx(0.99)
    qtbot.keyClick(plot.view, Qt.Key.Key_L)
    plot.view.viewport().repaint()
    assert plot.view.log
    assert plot.view.view is not None
    assert plot.view.view[1].low < 0


def test_a_logarithmic_axis_says_what_it_cannot_show_and_leads_back(plot: CurvePlot, qtbot: QtBot) -> None:
    plot.view.append("t", range(6), [1.0, float("nan"), 0.0, 0.5, -1.0, 0.25])
    plot.view.set_log(True)
    plot.view.viewport().repaint()
    notice = plot.view.log_notice
    assert notice.text == "2 of 6 values are not above 0; a logarithmic axis leaves gaps there."
    assert plot.view.panel.sceneBoundingRect().toAlignedRect().adjusted(-2, -2, 2, 2).contains(notice.geometry())
    plot.view.append("t", [6], [-2.0])
    plot.view.redraw()
    assert notice.text.startswith("3 of 7 values")
    qtbot.mouseClick(notice.button, Qt.MouseButton.LeftButton)
    assert not plot.view.log and notice.text == ""
    plot.view.append("t", range(3), [-1.0, -2.0, -3.0])
    qtbot.keyClick(plot.view, Qt.Key.Key_L)
    assert notice.text == "No value is above 0, so a logarithmic axis shows none."
    plot.view.append("t", range(3), [1.0, 2.0, 3.0])
    plot.view.redraw()
    assert notice.text == ""


def test_values_that_are_positive_need_no_word(plot: CurvePlot) -> None:
    plot.view.append("t", range(100), np.linspace(3, 0.1, 100))
    plot.view.set_log(True)
    assert plot.view.log_notice.text == ""
    plot.view.append("t", [100], [0.0])
    plot.view.redraw()
    assert plot.view.log_notice.text == "1 of 101 values is not above 0; a logarithmic axis leaves gaps there."
    plot.view.clear()
    plot.view.redraw()
    assert plot.view.log_notice.text == ""


def test_what_is_not_finite_leaves_gaps(plot: CurvePlot) -> None:
    plot.view.append("t", range(6), [1.0, float("nan"), float("inf"), 0.5, -1.0, 0.25])
    plot.view.set_log(True)
    plot.set_smoothing(0.5)
    plot.view.redraw()
    plot.view.viewport().repaint()
    assert np.isnan(plot.view.curves["t"].values[1:3]).all()


def test_a_plot_of_nothing_but_gaps_paints(plot: CurvePlot) -> None:
    plot.view.append("t", range(3), [float("nan")] * 3)
    plot.view.redraw()
    plot.view.viewport().repaint()
    assert plot.view.view is not None


def test_exports(plot: CurvePlot, tmp_path: Path) -> None:
    fill(plot)
    for suffix in ("png", "svg", "csv"):
        plot.view.export(tmp_path / f"loss.{suffix}")
    assert QImage(str(tmp_path / "loss.png")).width() == 2 * plot.view.width()
    assert "validation" in (tmp_path / "loss.svg").read_text()
    rows = list(csv.reader((tmp_path / "loss.csv").read_text().splitlines()))
    assert rows[0] == ["curve", "step", "value"]
    assert len(rows) == 1 + 1000 + 10
    assert rows[1] == ["train", "0", "2.0"]


@pytest.mark.parametrize(
    "name", ["loss.txt", "no/such/folder/loss.csv", "no/such/folder/a.svg", "no/such/folder/a.png"]
)
def test_an_export_that_cannot_be_says_why(plot: CurvePlot, tmp_path: Path, name: str) -> None:
    fill(plot)
    with pytest.raises(NetloomError, match="saved"):
        plot.view.export(tmp_path / name)


def test_removed_curves_are_not_drawn(plot: CurvePlot) -> None:
    fill(plot)
    plot.view.remove_curve("t")
    assert [curve.label for curve in plot.view.drawn()] == ["validation"]
    plot.view.remove_curve("v")
    plot.view.redraw()
    assert plot.view.view is None


def test_controls_make_room_in_a_narrow_plot(plot: CurvePlot) -> None:
    """The slider becomes shorter, then there are two lines; its name stays as long as it has room there."""
    header, log = plot.header, plot.findChildren(QToolButton)[0]
    whole, least = header.sizeHint().width(), header.minimumSizeHint().width()
    line = header.heightForWidth(whole)
    one_line = next(width for width in range(least, whole) if header.heightForWidth(width) == line)
    lengths = []
    widths = ((whole, 1), (whole - 1, 1), (one_line + 10, 1), (one_line, 1), (one_line - 1, 2), (least, 2), (whole, 1))
    for width, lines in widths:
        plot.resize(width, 300)
        assert header.height() == header.heightForWidth(width) == lines * line
        assert (header.slider.geometry().top() >= line) is (lines == 2)
        assert header.caption.isVisible() or width == least
        if header.caption.isVisible():
            assert header.caption.geometry().right() < header.slider.geometry().left()
            assert header.caption.width() >= header.caption.sizeHint().width()
        assert header.value.geometry().width() >= header.value.fontMetrics().horizontalAdvance("0.00")
        assert header.slider.geometry().right() < header.value.geometry().left()
        assert log.geometry().right() < plot.width()
        lengths.append(header.slider.width())
    assert lengths[:4] == [88, 87, 46, 36] and lengths[-1] == 88
    assert min(lengths) == 36


def test_the_value_of_the_smoothing_is_said_in_words_where_it_is_off(plot: CurvePlot) -> None:
    plot.set_smoothing(0.6)
    assert plot.header.value.text() == "0.60"
    plot.set_smoothing(0.0)
    assert plot.header.value.text() == "off"


def test_what_was_chosen_by_the_slider_is_told_once(plot: CurvePlot, qtbot: QtBot) -> None:
    told: list[float] = []
    plot.smoothed.connect(told.append)
    slider = plot.header.slider
    slider.setSliderDown(True)
    slider.setSliderPosition(30)
    slider.setSliderPosition(40)
    assert plot.view.smoothing == pytest.approx(0.4) and told == []
    slider.setSliderDown(False)
    assert told == [0.4]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert told == [0.4, 0.41]


def test_a_plot_that_is_not_smoothed_has_no_slider(qtbot: QtBot) -> None:
    plot = CurvePlot(ThemeSource("light"), "Series", "", smooths=False)
    qtbot.addWidget(plot)
    plot.show()
    for width in (150, 400, 800):
        plot.resize(width, 300)
        QApplication.processEvents()
        shown = [part for part in (plot.header.slider, plot.header.caption, plot.header.value) if part.isVisible()]
        assert not shown and plot.header.log.isVisible()
        assert plot.header.log.geometry().right() < width


def test_what_a_plot_asks_for_never_depends_on_the_width_that_it_got(plot: CurvePlot) -> None:
    chooser = QComboBox()
    chooser.addItem("Accuracy")
    plot.add_control(chooser)
    asked = set()
    for width in (*range(700, 150, -7), *range(150, 700, 7)):
        plot.resize(width, 300)
        QApplication.processEvents()
        asked.add((plot.minimumSizeHint().width(), plot.sizeHint().width()))
    assert len(asked) == 1


def on_screen(view: QWidget) -> QImage:
    """What was painted so far of the window of a view, as it is seen; nothing is painted for it."""
    return view.screen().grabWindow(view.window().winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_a_part_that_is_painted_anew_while_training_is_as_in_the_whole(plot: CurvePlot, qtbot: QtBot) -> None:
    """Points come by the batch, and a tooltip or a menu that goes lays bare a part of a plot that is still behind."""
    other = CurvePlot(ThemeSource("light"), "Metric")
    qtbot.addWidget(other)
    other.resize(plot.size())
    other.view.add_curve("t", "train")
    plot.view.panel.link_x(other.view.panel)
    other.show()
    qtbot.waitExposed(other)
    plot.view.set_smoothing(0.6)
    chance, changed, all_steps = np.random.default_rng(3), 0, np.arange(1, 241)
    for view in (plot.view, other.view):
        view.append("t", all_steps, np.where(all_steps <= 40, 3.0, 0.0))
    painted_whole(qtbot, plot.view, other.view)
    for number in range(12):
        # As where a run goes on from before its last step: the ranges of both axes stay, and curves alone are others.
        steps = np.arange(100, 241)
        for view in (plot.view, other.view):
            view.append("t", steps, 0.3 + 2 * chance.random(len(steps)))
        if number % 2:
            plot.view.redraw()
        parts = []
        for view in (plot.view, other.view):
            left, top = (int(chance.integers(0, most - 80)) for most in (view.width(), view.height()))
            place = QRect(left, top, 80, 80).translated(view.mapTo(view.window(), QPoint()))
            before = on_screen(view).copy(place)
            view.viewport().repaint(QRect(left, top, 80, 80))
            parts.append((view, place, on_screen(view).copy(place)))
            changed += parts[-1][-1] != before
        qtbot.waitUntil(lambda: all(is_settled(view) for view in (plot.view, other.view)))
        painted_whole(qtbot, plot.view, other.view)
        for view, place, painted in parts:
            assert shows_all(view)  # nothing of before stays anywhere
            assert painted == on_screen(view).copy(place)
    assert changed > 3  # else the parts had nothing new


def painted_whole(qtbot: QtBot, *views: CurveView) -> None:
    """Let all be painted that is still to come: a picture taken before would take the paints upon itself."""
    for view in views:
        let_pass(view.window(), 2 * FOLLOW_MS)
    qtbot.wait(20)


def is_settled(view: CurveView) -> bool:
    """Whether a view is not to be drawn or painted anew by itself."""
    return not any(timer.isActive() for timer in (view._timer, view._behind, view._later, view._whole))


def shows_all(view: CurveView) -> bool:
    """Whether the window of a view is seen as it would be painted anew."""
    return on_screen(view) == view.window().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_a_title_gives_way_before_the_switch_stands_alone(qtbot: QtBot) -> None:
    """Beside a chooser that names the metric, nobody misses the word; “log” alone in a line below, everybody sees."""
    plot = CurvePlot(ThemeSource("light"), "Metric", "", smooths=False)
    qtbot.addWidget(plot)
    chooser = QComboBox()
    chooser.addItem("Accuracy")
    plot.add_control(chooser, names=True)
    chooser.show()
    plot.show()
    header = plot.header
    whole, line = header.sizeHint().width(), header.heightForWidth(2000)
    title = next(label for label in header.findChildren(QLabel) if label.text() == "Metric")
    seen = []
    for width in range(whole + 20, header.minimumSizeHint().width() - 1, -4):
        plot.resize(width, 300)
        QApplication.processEvents()
        assert header.log.geometry().right() < header.width() and header.log.geometry().bottom() < header.height()
        seen.append((title.isVisible(), header.height() // line))
    assert list(dict.fromkeys(seen)) == [(True, 1), (False, 1)]
    chooser.hide()
    plot.resize(whole, 300)
    QApplication.processEvents()
    assert title.isVisible()
