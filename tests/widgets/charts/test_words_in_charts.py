"""What charts and tiles write is whole at every size that they are given, and nothing lies over it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.values import FieldFacts
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.filter_tiles import FilterGrid
from widgets.charts.sample_painting import occurring
from widgets.charts.sample_tiles import SampleGallery
from widgets.charts.spectrum_view import SpectrumView
from widgets.charts.tiles import TileView
from widgets.charts.time_lanes import Lane, TimeLanes
from widgets.charts.worst_predictions import WRONG_FIRST, Prediction, WorstPredictions
from widgets.look.labels import text_label
from widgets.look.layouts import hsplit, vbox
from widgets.look.scrolled import scrolled
from widgets.look.tall_pane import TallPane
from widgets.look.text_places import TextPlace, texts_in
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource
from widgets.plots.axes import Axes
from widgets.plots.bars import BarPlot
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView

TEN = [str(digit) for digit in range(10)]


@pytest.fixture(params=[1.0, PROJECTOR_SCALE], ids=["usual", "projector"])
def source(qapp: QApplication, request: pytest.FixtureRequest) -> ThemeSource:
    made = ThemeSource("light")
    made.set_scale(request.param)
    return made


def show(qtbot: QtBot, view: QWidget, width: int, height: int) -> None:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.grab()


def words(view: PaintedView | PlotView) -> list[TextPlace]:
    return texts_in(view.viewport() if isinstance(view, PlotView) else view)


def said(view: PaintedView | PlotView) -> list[str]:
    return [word.text for word in words(view)]


def crossing(places: list[TextPlace]) -> list[tuple[str, str]]:
    """Texts that lie over each other."""
    shrunk = [(one.text, one.place.adjusted(2, 2, -2, -2)) for one in places]
    return [(a, b) for (a, one), (b, other) in combinations(shrunk, 2) if one.intersects(other)]


@pytest.mark.parametrize("width", [380, 437, 640])
def test_counts_are_written_at_every_height_and_the_bar_has_its_values_or_is_gone(
    source: ThemeSource, qtbot: QtBot, width: int
) -> None:
    view = ConfusionMatrix(source)
    view.set_counts(12 + np.diag([1090] * 10), TEN)
    show(qtbot, view, width, 400)
    for height in range(view.minimumSizeHint().height(), 420, 31):
        view.resize(width, height)
        view.grab()
        read = said(view)
        assert (read.count("1,102"), read.count("12")) == (10, 90), height
        bar = view._bar
        assert bar is not None and bar.isVisible() == ("100 % right" in read), height
        assert not crossing(words(view)), height
        assert all(word.seen.adjusted(-1, -1, 1, 1).contains(word.place) for word in words(view)), height


def test_each_row_of_a_few_keeps_its_name_in_the_least_room(source: ThemeSource, qtbot: QtBot) -> None:
    view = ConfusionMatrix(source)
    view.set_counts(1 + np.eye(10, dtype=np.int64), TEN)
    show(qtbot, view, view.minimumSizeHint().width(), view.minimumSizeHint().height())
    assert view.panel.sides["left"].written() == list(range(10))


def test_numbers_below_narrow_bars_are_fewer_and_never_upright(source: ThemeSource, qtbot: QtBot) -> None:
    plot = BarPlot(source, "What each class was given")
    plot.set_bars(TEN, {"probability": np.full(10, 0.1)}, across="class", up="probability")
    least = plot.minimumSizeHint()
    show(qtbot, plot, max(least.width(), 160), least.height())
    read = said(plot)
    assert "probability" in read and "class" in read and "0" in read
    level = [word for word in words(plot) if word.text in TEN and word.place.center().y() > plot.height() / 2]
    assert len(level) >= 3 and all(word.place.height() > word.place.width() for word in level)
    assert not crossing(words(plot))


def test_names_that_are_words_stand_upright(source: ThemeSource, qtbot: QtBot) -> None:
    plot = BarPlot(source, "Classes")
    plot.set_bars(["cat", "horse", "sparrow"], {"probability": [0.1, 0.2, 0.7]}, across="class", up="probability")
    show(qtbot, plot, 150, 260)
    sparrow = next(word for word in words(plot) if word.text.startswith("spar"))
    assert sparrow.place.height() > sparrow.place.width()


def picked(qtbot: QtBot, view: TileView, index: int) -> None:
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.tile_place(index).center().toPoint())
    view.grab()


def frame_lies_over(view: TileView, index: int) -> list[str]:
    """Texts that the frame of a tile crosses; it is 2 pixels wide."""
    frame = view.frame_place(index)
    ring = [
        QRectF(frame.left() - 1, frame.top(), 2, frame.height()),
        QRectF(frame.right() - 1, frame.top(), 2, frame.height()),
        QRectF(frame.left(), frame.top() - 1, frame.width(), 2),
        QRectF(frame.left(), frame.bottom() - 1, frame.width(), 2),
    ]
    return [word.text for word in words(view) if any(side.intersects(word.place) for side in ring)]


def rows() -> FieldFacts:
    names = ("size", "rooms", "district = A", "district = (unknown)")
    return FieldFacts("row", "vector", (4,), names=names, units=("m²", "", "", ""))


def test_misjudged_rows_have_their_number_and_a_frame_that_covers_nothing(source: ThemeSource, qtbot: QtBot) -> None:
    view = SampleGallery(source)
    view.set_field(rows())
    values = np.array([[80, 3, 1, 0.0]] * 6)
    true, predicted = [f"true {at}" for at in range(6)], [f"predicted {at}" for at in range(6)]
    view.set_samples(values, true, predicted, positions=[140, 7, 2000, 3, 4, 5], numbered=True)
    show(qtbot, view, 700, 420)
    picked(qtbot, view, 1)
    assert view.current == 1
    assert {"sample 141", "sample 8", "sample 2,001", "true 1", "predicted 1"} <= set(said(view))
    assert frame_lies_over(view, 1) == [] and frame_lies_over(view, 0) == []
    assert not crossing(words(view))
    assert "Sample 8: true 1" in view.tile_sentence(1, QPointF(), QRectF())


def test_the_worst_predictions_have_their_numbers_below_a_heading_that_wraps(source: ThemeSource, qtbot: QtBot) -> None:
    view = WorstPredictions(source)
    wrong, right = Prediction("3", "8", 0.98, 4.05), Prediction("5", "5", 0.41, 0.89)
    view.set_rows(np.zeros((8, 1, 8, 8)), [wrong] * 5 + [right] * 3, positions=list(range(1480, 1488)))
    show(qtbot, view, 230, 420)
    picked(qtbot, view, 1)
    read = said(view)
    assert {"sample 1,481", "sample 1,482", "is 3", "loss 4.05"} <= set(read)
    assert not any("…" in text for text in read) and WRONG_FIRST in " ".join(read)
    assert frame_lies_over(view, 1) == [] and not crossing(words(view))
    assert view.tile_sentence(0, QPointF(), QRectF()).startswith("Sample 1,481: 3, taken for 8")


def test_each_filter_has_its_bias(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.ones((3, 1, 3, 3)), [0.5, -0.25, 0.0])
    show(qtbot, view, 500, 260)
    assert {"1", "2", "3", "bias 0.5", "bias −0.25", "bias 0"} <= set(said(view))
    assert "bias −0.25" in view.tile_sentence(1, QPointF(-1, -1), QRectF())
    picked(qtbot, view, 1)
    assert "Filter 2, bias −0.25" in said(view)
    view.resize(330, 260)
    view.grab()
    assert not crossing(words(view))


def test_filters_without_biases_say_so_where_one_is_enlarged(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.ones((2, 1, 3, 3)))
    show(qtbot, view, 500, 260)
    assert not any("bias" in text for text in said(view))
    picked(qtbot, view, 0)
    assert "Filter 1, no bias" in said(view)


def test_of_a_thousand_filters_the_numbers_alone_stay(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.ones((200, 1, 3, 3)), np.zeros(200))
    show(qtbot, view, 500, 200)
    assert "1" in said(view) and not any("bias" in text for text in said(view))


def test_lanes_have_values_beside_their_colours_and_titled_axes(source: ThemeSource, qtbot: QtBot) -> None:
    view = TimeLanes(source, "Gates over time", "")
    gate, state = np.linspace(0, 1, 24)[:, None], np.linspace(-0.5, 0.5, 24)[:, None]
    load = Lane("Input", "the sample", 900 * gate, "plain", names=["load"], curved=True, unit="MW")
    view.set_lanes([load, Lane("Forget gate f", "", gate, "share"), Lane("Hidden state h", "", state)])
    show(qtbot, view, 700, view.minimumSizeHint().height())
    read = said(view)
    assert {"time step", "MW", "0", "1"} <= set(read)
    assert any(text.startswith("−0.") for text in read), "the values of the state's colours"
    assert view.words_of(0, 23, 0) == "Step 24  ·  Input, load: 900 MW"


def test_only_features_that_occur_are_told() -> None:
    assert occurring(rows().names) == [0, 1, 2]
    assert occurring(rows().names, np.array([80, 3, 0, 1.0])) == [0, 1, 2, 3]


class Score(BarPlot):
    """Bars with a score in the upper right corner."""

    def draw(self) -> None:
        super().draw()
        if len(self.panel.childItems()) and not hasattr(self, "scored"):
            self.scored = True
            self.panel.painted(self._write, 5)

    def _write(self, painter: QPainter, axes: Axes) -> None:
        painter.setFont(self.theme.font(small=True))
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(axes.area, int(corner), "test 72.1 %")


def test_a_button_over_a_chart_lies_over_no_text(source: ThemeSource, qtbot: QtBot) -> None:
    plot = Score(source, "Bars")
    plot.set_bars(TEN, {"first": np.arange(10)}, across="class", up="samples")
    show(qtbot, plot, 330, 240)
    with qtbot.waitExposed(plot):
        plot.show()
    texts = words(plot)
    score = next(word.place for word in texts if word.text == "test 72.1 %")
    button = plot.menu_button
    size = button.sizeHint()
    assert QRectF(plot.width() - size.width() - 2, 2, size.width(), size.height()).intersects(score)
    QCursor.setPos(plot.mapToGlobal(QPoint(100, 64)))
    qtbot.waitUntil(button.isVisible)
    assert not any(QRectF(button.geometry()).intersects(word.place) for word in texts)
    assert plot.viewport().rect().contains(button.geometry())
    assert button.x() > plot.width() / 2, "it stays near the corner"


def test_wrapped_words_in_a_splitter_keep_their_height(source: ThemeSource, qtbot: QtBot) -> None:
    label, filler = (
        text_label("A sentence that needs several lines where there is little room. " * 3, wrap=True),
        QWidget(),
    )
    filler.setMinimumHeight(100)
    pane = TallPane(vbox(label, (filler, 1)))
    area = scrolled(hsplit((pane, 1), (QWidget(), 1), sizes=(160, 300)))
    show(qtbot, area, 460, 120)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()) and filler.height() >= 100)
    assert QFontMetricsF(label.font()).height() * 3 < label.height()


def test_a_title_of_a_picture_leaves_out_what_it_asks_for_before_it_is_cut(qtbot: QtBot, source: ThemeSource) -> None:
    view = SpectrumView(source, "Spectrum: drag the circle")
    view.set_picture(np.random.default_rng(0).normal(size=(1, 8, 8)))
    shown = []
    for width in (600, 130, 110):
        show(qtbot, view, width, 260)
        shown += [word for word in said(view) if word.startswith("Spectrum")]
    assert shown[0] == "Spectrum: drag the circle" and {*shown[1:]} == {"Spectrum"}
    assert view.accessibleName() == "Spectrum: drag the circle"
