"""The insight views under real hands."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.insight.value_ranges import reach
from graph.errors import NetloomError
from widgets.charts.colour_maps import colour, diverging, limits, sequential
from widgets.charts.confusion_matrix import ConfusionMatrix
from widgets.charts.feature_maps import FeatureMapGrid
from widgets.charts.filter_tiles import FilterGrid
from widgets.charts.sample_tiles import WRAPPED, Answer, SampleGallery, shortened
from widgets.charts.tiles import GAP, TileView
from widgets.charts.time_lanes import Lane, TimeLanes
from widgets.charts.titled_image import PicturePane
from widgets.charts.weight_histograms import KEPT, HistogramStack, bars, coarser, few_places
from widgets.charts.worst_predictions import RIGHT_FIRST, WRONG_FIRST, Prediction, WorstPredictions
from widgets.look.layouts import boxed, vbox
from widgets.look.theme import DARK, LIGHT, PROJECTOR_SCALE, ThemeSource
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import number
from widgets.tour.painted_text import painted_texts
from widgets.tour.pictures import take_picture

Make = Callable[[ThemeSource], PaintedView | PlotView]
VIEWS: list[Make] = [FilterGrid, FeatureMapGrid, ConfusionMatrix, SampleGallery, WorstPredictions, HistogramStack]


@pytest.fixture
def source(qapp: QApplication) -> ThemeSource:
    return ThemeSource("light")


def show(qtbot: QtBot, view: PaintedView | PlotView, width: int = 420, height: int = 320) -> None:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.grab()


def hand(view: PaintedView | PlotView) -> QWidget:
    """What takes the mouse of a view."""
    return view.viewport() if isinstance(view, PlotView) else view


def centre(view: TileView, index: int) -> QPoint:
    return view.tile_place(index).center().toPoint()


@pytest.mark.parametrize("make", VIEWS)
def test_empty_views_teach_and_can_be_read_aloud(make: Make, source: ThemeSource, qtbot: QtBot) -> None:
    view = make(source)
    show(qtbot, view)
    assert view.is_empty()
    assert view.accessibleName()
    assert view.accessibleDescription() == view.empty_text
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.mouseClick(hand(view), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    before = view.grab().toImage()
    source.set_mode("dark")
    assert view.grab().toImage() != before


@pytest.mark.parametrize("shape", [(8, 1, 5, 5), (8, 3, 5, 5), (8, 16, 3, 3), (8, 1, 7), (8, 4, 7)])
def test_filters_of_every_kind_paint_and_enlarge(shape: tuple[int, ...], source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.random.default_rng(0).normal(size=shape))
    show(qtbot, view)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, 3))
    assert view.enlarged == 3
    view.grab()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.enlarged is None


def test_a_filter_says_the_value_under_the_pointer(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    weights = np.zeros((4, 1, 3, 3))
    weights[2, 0, 0, 2] = 0.75
    view.set_filters(weights)
    show(qtbot, view)
    place = view.tile_place(2)
    said = view.sentence_at(QPointF(place.right() - 3, place.top() + 3))
    assert said == "Filter 3: 0 to 0.75\nrow 1, column 3: 0.75"


def test_brackets_choose_the_input_channel(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.random.default_rng(0).normal(size=(4, 8, 3, 3)))
    show(qtbot, view)
    mean = view.grab().toImage()
    with qtbot.waitSignal(view.channel_changed):
        qtbot.keyClick(view, Qt.Key.Key_BracketRight)
    assert view.channel == 0
    assert view.grab().toImage() != mean
    qtbot.keyClick(view, Qt.Key.Key_BracketLeft)
    assert view.grab().toImage() == mean


def test_filters_keep_what_is_enlarged_while_training(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.ones((4, 1, 3, 3)))
    show(qtbot, view)
    view.pick(1)
    view.set_filters(np.full((4, 1, 3, 3), 2.0))
    assert view.enlarged == 1
    view.set_filters(np.ones((6, 1, 3, 3)))
    assert view.enlarged is None


def test_broken_weights_paint(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    view.set_filters(np.full((4, 1, 3, 3), np.nan))
    show(qtbot, view)
    with pytest.raises(ValueError, match="3 or 4 axes"):
        view.set_filters(np.zeros(3))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((6, 8, 8), "6 maps of 8 × 8"),
        ((20, 5), "5 features over 20 steps"),
        ((7,), "7 units"),
        ((3, 4, 6, 6), "4 maps of 6 × 6 on each of 3 frames"),
    ],
)
def test_feature_maps(shape: tuple[int, ...], said: str, source: ThemeSource, qtbot: QtBot) -> None:
    view = FeatureMapGrid(source)
    view.set_maps(np.arange(np.prod(shape), dtype=float).reshape(shape))
    show(qtbot, view)
    assert view.accessibleDescription() == said
    assert view.sentence_at(view.tile_place(0).center())


def test_a_scale_says_where_values_lie_beyond_its_ends(source: ThemeSource, qtbot: QtBot) -> None:
    maps = np.linspace(-0.5, 1.0, 2 * 32 * 32).reshape(2, 32, 32)
    maps[1, 0, 0] = 80.0
    view = FeatureMapGrid(source)
    show(qtbot, view)
    for values, first, last in ((maps, "−", "≥ "), (-maps, "≤ −", ""), (np.minimum(maps, 1.0), "−1", "1")):
        view.set_maps(values)
        texts = [each.text for each in painted_texts(view)]
        scale = [text for text in texts if text.lstrip("≥≤ −").replace(".", "").isdigit()][-2:]
        assert scale[0].startswith(first) and scale[1].startswith(last), scale
        assert all(abs(float(text.lstrip("≥≤ −"))) <= 1.0 for text in scale)
    view.set_maps(maps)
    place = view.tile_place(1)
    assert view.sentence_at(place.topLeft() + QPointF(1, 1)).endswith("row 1, column 1: 80"), "numbers are true"


def test_the_ends_of_a_colour_bar_are_marked_where_values_lie_beyond(source: ThemeSource, qtbot: QtBot) -> None:
    values = np.random.default_rng(0).normal(0, 0.1, (60, 8))
    values[30, 4] = -9.0
    view = TimeLanes(source, "Gradients", "")
    view.set_lanes([Lane("Gradient", "how it goes back", values)])
    show(qtbot, view, 700, 300)
    far = reach(values)
    assert 0.2 < far < 0.5
    words = [each.text for each in painted_texts(view)]
    assert f"≤ −{number(far, 3)}" in words and f"≥ {number(far, 3)}" not in words
    assert view.words_of(0, 30, 4).endswith("−9")
    pane = PicturePane(source, "After")
    qtbot.addWidget(pane)
    pane.set_values(values, "signed")
    assert pane.note.startswith("−9 to ") and pane.note.endswith(f"colours end at ±{number(far, 3)}")


def test_colours_begin_at_the_ground_and_go_away_from_it_step_by_step() -> None:
    """Zero is white on light ground and black on dark, in either palette, and no step goes back in lightness."""
    for theme in (LIGHT, DARK):
        light = sequential(theme)[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
        steps = np.diff(light) if theme.dark else -np.diff(light)
        assert steps.min() >= 0 and steps.sum() > 200
        ground, far = theme.ground.lightness(), light[-1]
        assert abs(light[0] - ground) < 30 and abs(far - ground) > 150
        assert abs(light[0] - diverging(theme)[127:129, :3].mean()) < 30


def test_every_map_stands_above_the_number_of_its_filter(
    source: ThemeSource, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = FeatureMapGrid(source)
    view.set_maps(np.zeros((6, 8, 8)))
    show(qtbot, view)
    written: list[str] = []
    monkeypatch.setattr(view, "write", lambda painter, place, line, text, color, bold: written.append(text))
    view.grab()
    assert written == ["1", "2", "3", "4", "5", "6"]
    written.clear()
    for maps in (np.zeros((20, 5)), np.zeros(7)):
        view.set_maps(maps)
        view.grab()
    assert not written


def test_a_map_of_a_video_is_a_strip_that_says_frame_and_place(source: ThemeSource, qtbot: QtBot) -> None:
    view = FeatureMapGrid(source)
    view.set_maps(np.arange(2 * 1 * 4 * 4, dtype=float).reshape(2, 1, 4, 4))
    show(qtbot, view)
    place = view.tile_place(0)
    assert "frame 1, row 1, column 1: 0" in view.sentence_at(place.topLeft() + QPointF(2, 2))
    assert "frame 2, row 4, column 4: 31" in view.sentence_at(place.bottomRight() - QPointF(3, 3))


def test_a_vector_says_each_unit(source: ThemeSource, qtbot: QtBot) -> None:
    view = FeatureMapGrid(source)
    view.set_maps(np.array([0.5, -2.0, 1.0]))
    show(qtbot, view)
    place = view.tile_place(0)
    assert view.sentence_at(place.topLeft() + QPointF(5, 20)) == "Unit 1: 0.5"
    assert view.sentence_at(place.topLeft() + QPointF(80, 20)).startswith("Unit 2: −2")


def test_a_column_of_a_few_values_has_a_bar_for_each_and_no_slope_between() -> None:
    counts, ends = np.histogram(np.repeat([0.0, 1.0], [340, 60]), bins=30)
    heights, edges = counts.astype(float), ends.astype(float)
    assert few_places(heights)
    first, last = bars(edges, heights, QRectF(0, 0, 300, 100), (-0.02, 1.02), 1.0)
    assert first.left() >= 0 and last.right() <= 300 and first.right() < 40 and last.left() > 260
    assert first.height() == 100 and last.height() == pytest.approx(100 * 60 / 340)
    spread, ends = np.histogram(np.random.default_rng(0).normal(size=400), bins=30)
    assert not few_places(spread.astype(float))


def test_few_values_get_few_bins() -> None:
    ends, counts = np.linspace(0, 1, 65), np.ones(64)
    fewer_ends, heights = coarser(ends, counts)
    assert len(fewer_ends) == len(heights) + 1 == 17
    assert (fewer_ends[0], fewer_ends[-1]) == (0, 1)
    assert np.allclose(heights, heights[0])
    assert coarser(ends, counts * 1000)[1].tolist() == (counts * 1000).tolist()


def test_a_few_values_are_ticks(source: ThemeSource, qtbot: QtBot) -> None:
    view = HistogramStack(source)
    counts = np.zeros(40)
    counts[[0, 7, 39]] = 1, 2, 1
    view.push("conv1.bias", 0, np.linspace(-1, 1, 41), counts)
    show(qtbot, view)
    assert "4 values" in view.accessibleDescription()


def test_ridges_are_seen_from_the_first_one_on_and_in_as_many_columns_as_fit(source: ThemeSource, qtbot: QtBot) -> None:
    view = HistogramStack(source)
    show(qtbot, view, 900, 320)
    assert not view.centralWidget.isVisible()
    for name in ("conv1.weight", "dense1.weight", "dense2.weight"):
        view.push(name, 0, np.linspace(-1, 1, 41), np.full(40, 10))
    for width in (900, 420):
        view.resize(width, 320)
        picture = view.grab().toImage()
        assert view.centralWidget.isVisible() and len(view.panels) == 3
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
        assert {source.theme.run(index).rgb() for index in range(3)} <= colours
    view.clear()
    view.grab()
    assert not view.centralWidget.isVisible()


def test_no_picture_is_taken_of_a_chart_that_shows_none_of_its_data(
    source: ThemeSource, qtbot: QtBot, tmp_path: Path
) -> None:
    view = HistogramStack(source)
    holder = boxed(vbox(view))
    qtbot.addWidget(holder)
    holder.show()
    take_picture(holder, tmp_path / "empty.png")
    view.push("conv1.weight", 0, np.linspace(-1, 1, 41), np.full(40, 10))
    take_picture(holder, tmp_path / "full.png")
    view.centralWidget.hide()
    with pytest.raises(NetloomError, match="“Weights” has data and shows none of them"):
        take_picture(holder, tmp_path / "blank.png")


def test_filters_are_numbered_from_1_on_the_screen(source: ThemeSource, qtbot: QtBot) -> None:
    view = FilterGrid(source)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.set_filters(np.random.default_rng(0).normal(size=(6, 1, 5, 5)))
    view.show()
    texts = {each.text: each for each in painted_texts(view)}
    assert [str(number) in texts for number in range(1, 8)] == [*(True,) * 6, False]
    third = view.tile_place(2)
    assert third.left() < texts["3"].x < third.right() and third.bottom() < texts["3"].y < third.bottom() + 20


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([[9, 1, 0], [2, 7, 1], [0, 0, 8]], "Confused most: a and b, 3 times."),
        ([[9, 1, 0], [0, 7, 0], [1, 0, 8]], "Confused most: a and b, and a and c, 1 time each."),
        ([[9, 0, 0], [0, 7, 0], [0, 0, 8]], ""),
    ],
)
def test_the_classes_confused_most_are_named(
    source: ThemeSource, qtbot: QtBot, counts: list[list[int]], sentence: str
) -> None:
    view = ConfusionMatrix(source)
    qtbot.addWidget(view)
    view.set_counts(counts, ["a", "b", "c"])
    assert view.confused_most() == sentence


def test_a_cell_of_the_confusion_matrix_speaks_and_is_picked(source: ThemeSource, qtbot: QtBot) -> None:
    view = ConfusionMatrix(source)
    view.set_counts([[8, 2], [0, 10]], ["cat", "dog"])
    show(qtbot, view)
    assert view.accessibleDescription() == "18 of 20 right (90.0 %)"
    at = next(QPoint(x, y) for x in range(420) for y in range(320) if view.cell_at(QPointF(x, y)) == (0, 1)) + QPoint(
        5, 5
    )
    assert view.sentence_at(QPointF(at)) == "2 of 10 samples of cat were taken for dog (20.0 %)."
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [0, 1]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [1, 1]
    with pytest.raises(ValueError, match="3 labels"):
        view.set_counts([[1]], ["a", "b", "c"])


@pytest.mark.parametrize("shape", [(30, 1, 8, 8), (30, 3, 8, 8), (30, 13), (30, 20, 2)])
def test_samples_are_picked_by_mouse_and_keyboard(shape: tuple[int, ...], source: ThemeSource, qtbot: QtBot) -> None:
    view = SampleGallery(source)
    view.set_samples(np.random.default_rng(0).random(shape), [str(i) for i in range(30)], ["train"] * 30)
    show(qtbot, view)
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, 4))
    assert caught.args == [4]
    qtbot.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.picked) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert caught.args == [5]


def test_a_click_before_anything_was_painted_lands(source: ThemeSource, qtbot: QtBot) -> None:
    """What is clicked is what stands there now, not what the last painting showed, if there was one."""
    view = SampleGallery(source)
    qtbot.addWidget(view)
    view.resize(420, 320)
    view.set_samples(np.zeros((12, 1, 4, 4)), ["a"] * 12, ["train"] * 12)
    with qtbot.waitSignal(view.picked, timeout=1000) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, 5))
    assert caught.args == [5]
    view.resize(200, 320)
    with qtbot.waitSignal(view.picked, timeout=1000) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, 7))
    assert caught.args == [7]


def test_many_samples_scroll(source: ThemeSource, qtbot: QtBot) -> None:
    view = SampleGallery(source)
    view.set_samples(np.random.default_rng(0).random((2000, 1, 8, 8)), ["7"] * 2000, ["test"] * 2000)
    show(qtbot, view)
    assert view.index_at(QPointF(centre(view, 0))) == 0
    at = QPointF(centre(view, 0))
    wheel = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, -1200), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    view.grab()
    assert (view.index_at(at + QPointF(0, 40)) or 0) > 5
    qtbot.keyClick(view, Qt.Key.Key_End)
    view.grab()
    assert view.index_at(QPointF(centre(view, 1999))) == 1999


def test_a_wrong_prediction_is_put_into_words(source: ThemeSource, qtbot: QtBot) -> None:
    view = WorstPredictions(source)
    view.set_rows(np.zeros((2, 1, 8, 8)), [Prediction("3", "8", 0.98, 4.05), Prediction("5", "6", 0.7, 1.2)])
    show(qtbot, view)
    assert view.sentence_at(QPointF(centre(view, 0))) == "3, taken for 8 with probability 98.0 %, loss 4.05"
    with pytest.raises(ValueError):
        view.set_rows(np.zeros((2, 1, 8, 8)), [Prediction("3", "8", 0.98, 4.05)])


def test_right_predictions_among_the_worst_stand_below_a_heading_of_their_own(
    source: ThemeSource, qtbot: QtBot
) -> None:
    view = WorstPredictions(source)
    wrong, right = Prediction("3", "8", 0.98, 4.05), Prediction("5", "5", 0.41, 0.89)
    view.set_rows(np.zeros((9, 1, 8, 8)), [wrong] * 4 + [right] * 5)
    show(qtbot, view)
    assert [(group.begin, group.heading) for group in view.groups()] == [(0, WRONG_FIRST), (4, RIGHT_FIRST)]
    last, first = view.tile_place(3), view.tile_place(4)
    assert first.left() == view.tile_place(0).left()
    assert first.top() >= last.bottom() + view.grid().caption + view.grid().heading
    assert view.sentence_at(QPointF(centre(view, 4))).startswith("5, rightly taken for it with probability 41.0 %")
    assert view.index_at(QPointF(first.left() + 4, first.top() - view.grid().heading / 2)) is None
    assert "4 wrong, 5 right" in view.accessibleDescription()
    view.setFocus()
    view.pick(3)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert (view.current or 0) >= 4
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert (view.current or 0) < 4
    view.set_rows(np.zeros((4, 1, 8, 8)), [right] * 4)
    assert [group.heading for group in view.groups()] == [RIGHT_FIRST]


def test_all_tiles_below_headings_are_reached_by_keys_where_they_do_not_fit(source: ThemeSource, qtbot: QtBot) -> None:
    view = WorstPredictions(source)
    wrong, right = Prediction("3", "8", 0.98, 4.05), Prediction("5", "5", 0.41, 0.89)
    view.set_rows(np.zeros((60, 1, 8, 8)), [wrong] * 31 + [right] * 29)
    show(qtbot, view)
    for key, index in ((Qt.Key.Key_End, 59), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(view, key)
        view.grab()
        assert view.index_at(QPointF(centre(view, index))) == index
    assert view.tile_place(0).top() >= view.grid().heading


def test_histograms_keep_the_last_few_and_say_the_spread(source: ThemeSource, qtbot: QtBot) -> None:
    view = HistogramStack(source)
    for step in range(KEPT + 5):
        view.push("conv1.weight", step, [-1.0, 0.0, 1.0], [50, 50])
    show(qtbot, view)
    assert view.sentence_at(QPointF(200, 60)) == f"conv1.weight at step {KEPT + 4}: mean 0, standard deviation 0.5"
    with pytest.raises(ValueError, match="need 3 edges"):
        view.push("conv1.weight", 1, [0.0, 1.0], [1, 2])
    view.clear()
    assert view.is_empty()


def test_a_step_that_is_asked_for_again_is_one_histogram(source: ThemeSource) -> None:
    view = HistogramStack(source)
    for step, count in ((0, 5), (3, 50), (3, 60)):
        view.push("conv1.weight", step, [-1.0, 1.0], [count])
    assert [row[1] for row in view.table()[1:]] == [0, 3] and view.table()[-1][-1] == 60


def test_tiles_of_a_gallery_are_wide_enough_for_what_is_written_below_them(qtbot: QtBot) -> None:
    gallery = SampleGallery(ThemeSource("light"))
    qtbot.addWidget(gallery)
    gallery.resize(700, 400)
    gallery.set_samples(np.zeros((200, 1, 4, 4)), ["box", "disc"] * 100, ["training"] * 200)
    narrow = gallery.grid().width
    gallery.set_answers([Answer("says triangle", False)] * 200)
    wide, words = gallery.grid().width, QFontMetricsF(gallery.theme.font(small=True, bold=True))
    assert narrow < wide and wide + GAP - 2 >= words.horizontalAdvance("says triangle")
    gallery.set_answers([Answer("says " + "very " * 40, False)] * 200)
    assert gallery.grid().width <= gallery.MOST * gallery.theme.scale
    gallery.set_answers(())
    assert gallery.grid().width == narrow


def test_a_text_is_shortened_to_whole_words_in_whole_lines(qapp: object) -> None:
    metrics, text = QFontMetricsF(QFont()), "everyone called the garden a joy, but i found it not a joy"
    wide, narrow = QRectF(0, 0, 4000, 100), QRectF(0, 0, 150, 2.2 * metrics.lineSpacing())
    assert shortened(text, metrics, wide) == text
    begin = shortened(text, metrics, narrow)
    assert begin.endswith(" …") and text.startswith(f"{begin[:-2]} ")
    assert metrics.boundingRect(narrow, WRAPPED, begin).height() <= narrow.height()
    assert shortened("([[(" * 40, metrics, narrow).startswith("([[(")


def test_samples_without_labels_leave_no_gap(qtbot: QtBot) -> None:
    gallery = SampleGallery(ThemeSource("light"))
    qtbot.addWidget(gallery)
    gallery.set_samples(np.zeros((2, 1, 4, 4)), ["", ""], ["training", "test"])
    assert gallery.caption_lines == 1
    assert gallery.tile_sentence(1, QPointF(), QRectF()) == "Sample 2: test"
    gallery.set_samples(np.zeros((2, 1, 4, 4)), ["", "cat"], ["training", "test"])
    assert gallery.caption_lines == 2
    assert gallery.tile_sentence(1, QPointF(), QRectF()) == "Sample 2: cat, test"


def test_counts_of_ten_classes_are_written_in_the_projectors_text_too(source: ThemeSource, qtbot: QtBot) -> None:
    view = ConfusionMatrix(source)
    source.set_scale(PROJECTOR_SCALE)
    view.set_counts(27 * np.eye(10, dtype=np.int64), [str(digit) for digit in range(10)])
    qtbot.addWidget(view)
    view.resize(330, 250)
    view.show()
    inside = view.place(4, 4).adjusted(2, 2, -2, -2).toRect()
    assert inside.height() < QFontMetricsF(source.theme.font(small=True)).height()
    picture = view.grab(inside).toImage()
    hues = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert len(hues) > 5  # the cell's colour and those of its number
    half_a_line = QFontMetricsF(source.theme.font(small=True)).height() / 2
    assert view.panel.sceneBoundingRect().bottom() + half_a_line <= view.height()  # the last text of the bar is whole


def test_a_matrix_of_a_hundred_classes_has_whole_names_and_more_where_one_zooms(
    source: ThemeSource, qtbot: QtBot
) -> None:
    names = [f"species {number}" for number in range(99)] + [
        "a species whose name is far too long to stand beside a matrix of any size"
    ]
    view = ConfusionMatrix(source)
    view.set_counts(np.eye(100, dtype=np.int64), names)
    show(qtbot, view, 900, 620)
    left, top = view.panel.sides["left"], view.panel.sides["top"]
    bar = view._bar
    assert bar is not None and bar.size().width() >= bar.axis.size().width() > 40  # already in the first painting
    for axis, long in ((left, left.rect().height()), (top, top.rect().width())):
        written = [int(tick) for tick in axis.written()]
        step = written[1] - written[0]
        closest = math.ceil(axis._metrics.height() / (long / 100))  # in whichever font there is
        assert 1 < step == closest and written == list(range(0, 100, step))
    # The name of any row or column is read beside it where it is cut or not written.
    at = QPointF(left.sceneBoundingRect().center().x(), view.place(99, 0).center().y())
    assert left._metrics.horizontalAdvance(names[99]) > left.rect().width() and view.sentence_at(at) == names[99]
    at = QPointF(at.x(), view.place(2, 0).center().y())
    assert view.sentence_at(at) == ("" if 2 in left.written() else "species 2")
    at = QPointF(view.place(0, 1).center().x(), top.sceneBoundingRect().center().y())
    assert view.sentence_at(at) == "species 1"
    for _ in range(8):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    view.grab()
    written = [int(tick) for tick in left.written()]
    assert len(written) > 3 and written == list(range(written[0], written[-1] + 1))


def test_one_histogram_has_its_counts_beside_it_and_names_them_once_in_a_row(source: ThemeSource, qtbot: QtBot) -> None:
    view = HistogramStack(source)
    qtbot.addWidget(view)
    view.resize(800, 300)
    view.show()
    for name in ("area", "rooms"):
        view.push(name, 0, range(5), [40, 10, 30, 20])
    view.redraw()
    left, right = (panel.sides["left"] for panel in view.panels)
    assert [left.title, right.title] == ["count", ""]
    assert left.write(40.0) == "40" and view.panels[0].y_extent(view.panels[0].x_range).high > 40
    view.push("area", 1, range(5), [40, 10, 30, 20])
    view.redraw()
    assert not left.write(40.0)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0, 1e9, 1e30, 1e-30])
def test_equal_values_have_a_colour(value: float) -> None:
    values = np.full((2, 2), value, np.float32)
    low, high = limits(values)
    assert high > low and np.isfinite(255.0 / (high - low))
    assert colour(values, sequential(LIGHT), low, high, QColor("red")).shape == (2, 2, 4)
