"""What makes a plot one for a report: enough ticks, names that never cover each other or clip, marks that say what."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.look.theme import PROJECTOR_SCALE, ThemeSource, contrast
from widgets.plots.axis_choice import AxisChoice
from widgets.plots.curve import Curve
from widgets.plots.curve_item import Best, Level, hue, lighter, pen_of, place_of_best, shade_of
from widgets.plots.curve_view import CurveView
from widgets.plots.ticks import FEWEST, enough_ticks, every_nth, percent
from widgets.tour.painted_text import visible_words

PARTS: tuple[Literal["train", "validation"], ...] = ("train", "validation")
SIZES = [(130, 90), (200, 120), (308, 180), (460, 240), (900, 500)]


@pytest.fixture
def view(qtbot: QtBot) -> CurveView:
    """Curves of three runs that end close to each other."""
    view = CurveView(ThemeSource("light"), "Loss", "Press Train.")
    view.marked = True
    qtbot.addWidget(view)
    view.show()
    for number, name in enumerate(("LeNet 12:05", "MLP 12:10", "recurrent network 12:20")):
        for part in ("train", "validation"):
            curve_id = f"{name}|{part}"
            view.add_curve(curve_id, name if part == "validation" else "", number, part)  # type: ignore[arg-type]
            steps = np.arange(1, 1201, 1 if part == "train" else 100)
            view.append(curve_id, steps, 2.0 / steps + 0.1 + 0.001 * number)
        view.set_level(name, Level("test 0.1042", 0.1042 + 0.001 * number, number))
    return view


def in_key(view: CurveView) -> list[tuple[str, QColor, str]]:
    """What the key above the curves names: text, colour and symbol of each."""
    return list(view._key.entries)


def shown(view: CurveView, size: tuple[int, int]) -> None:
    view.resize(*size)
    view.redraw()
    QApplication.processEvents()
    view.viewport().repaint()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("log", [False, True])
def test_every_axis_has_four_ticks_whatever_its_size(view: CurveView, size: tuple[int, int], log: bool) -> None:
    view.set_log(log)
    shown(view, size)
    for axis in view.panel.sides.values():
        assert len(axis.ticks()) >= FEWEST
        places = sorted(axis.written())
        assert places
        low, high = sorted(axis._ends())
        length = axis.rect().width() if axis.orientation == "bottom" else axis.rect().height()
        gaps = [(later - earlier) / (high - low) * length for earlier, later in itertools.pairwise(places)]
        widths = [axis._word(tick)[1] if axis.orientation == "bottom" else axis._metrics.height() for tick in places]
        assert all(gap >= max(widths) for gap in gaps)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 0.2), (-0.05, 0.02), (2.0, 2.4), (-8.0, 1.0), (0.1, 1.9)])
@pytest.mark.parametrize("wanted", [4, 5, 9])
def test_logarithmic_axes_have_four_ticks_too(low: float, high: float, wanted: int) -> None:
    ticks = enough_ticks(low, high, wanted, log=True)
    assert len(ticks) >= FEWEST
    assert ticks == sorted(ticks)
    assert all(low - 1e-6 <= tick <= high + 1e-6 for tick in ticks)


@pytest.mark.parametrize("size", SIZES)
def test_names_at_ends_never_cover_each_other_or_clip(view: CurveView, size: tuple[int, int]) -> None:
    """Where they have no room at the ends, a key names the curves."""
    shown(view, size)
    labels = view._labels
    if labels.maximumWidth() == 0:
        assert {name for name, _, _ in view._key._entries} >= {"LeNet 12:05", "MLP 12:10", "test 0.1042"}
        return
    height = labels._metrics[False].height()
    rows = [place for _, _, place in labels.rows()]
    assert rows
    assert all(later - earlier >= height - 1e-6 for earlier, later in itertools.pairwise(rows))
    inside = view.viewport().rect()
    for label, _, place in labels.rows():
        lines = labels._lines(label.text, labels._room + 0.5)
        assert " ".join(lines) == label.text
        assert all(labels._metrics[label.bold].horizontalAdvance(line) <= labels.size().width() for line in lines)
        at = labels.mapToScene(QRectF(0, place - height / 2, 1, height)).boundingRect()
        assert inside.top() <= at.top() + 1
        assert at.bottom() <= inside.bottom() + 1


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
@pytest.mark.parametrize("size", [(260, 170), (308, 180), (460, 240), (900, 500)])
def test_names_of_runs_are_read_whole(qtbot: QtBot, size: tuple[int, int], scale: float) -> None:
    """Beside the ends in as many lines as they need, or above in a key."""
    view = CurveView(ThemeSource("light", scale), "Loss", "")
    qtbot.addWidget(view)
    view.show()
    names = ("mydigits  10:15", "mydigits  10:25")
    for number, name in enumerate(names):
        view.add_curve(name, name, number, "validation")
        view.append(name, [1, 2, 3], [1.0, 0.5, 0.1 + 0.1 * number])
        view.set_level(name, Level(f"test 0.{number}000", 0.1 + 0.1 * number, number))
    shown(view, size)
    read = visible_words(view).split()
    told = view._key.left_out()
    for name in names:
        assert all(read.count(word) for word in name.split()) or (told and name in view._key.toolTip())
    assert not told or told.split()[1] in read, "the key says how many names are left out"


def test_a_name_wider_than_the_plot_is_cut_in_its_middle_with_the_whole_as_tooltip(qtbot: QtBot) -> None:
    view = CurveView(ThemeSource("light"), "Loss", "")
    qtbot.addWidget(view)
    view.show()
    name = "a_name_without_any_place_to_break_it_that_goes_on_and_on_to_its_number_7"
    view.add_curve("run", name, 0, "validation")
    view.append("run", [1, 2], [1.0, 0.5])
    shown(view, (200, 160))
    (cut,) = view._key.shown()
    assert cut[:3] == name[:3] and cut[-1] == "7" and "…" in cut
    assert name in view._key.toolTip()
    shown(view, (1400, 500))
    assert name in visible_words(view)


def test_a_title_without_room_leaves_out_its_brackets_and_the_tooltip_has_them(qtbot: QtBot) -> None:
    view = CurveView(ThemeSource("light"), "Loss", "")
    qtbot.addWidget(view)
    view.show()
    view.panel.sides["left"].set_title("Loss (cross-entropy of all ten classes)")
    view.add_curve("run", "run", 0)
    view.append("run", [1, 2], [1.0, 0.5])
    shown(view, (400, 130))
    axis = view.panel.sides["left"]
    assert axis.label.toPlainText() == "Loss" and "cross-entropy of all" in axis.toolTip()
    shown(view, (700, 700))
    assert axis.label.toPlainText() == axis.title and "cross-entropy of all" not in axis.toolTip()


def test_where_few_names_have_room_those_of_validation_stay(view: CurveView) -> None:
    shown(view, (900, 110))
    kept = [label for label, _, _ in view._labels.rows()]
    if len(kept) < 6:
        assert all(label.bold for label in kept[: min(3, len(kept))]) or sum(label.bold for label in kept) == 3


def test_the_readout_stays_inside(view: CurveView, qtbot: QtBot) -> None:
    for size in SIZES[1:]:
        shown(view, size)
        area = view.panel.sceneBoundingRect().toRect()
        for at in (area.topLeft(), area.topRight(), area.bottomLeft(), area.bottomRight(), area.center()):
            qtbot.mouseMove(view.viewport(), area.center())
            qtbot.mouseMove(view.viewport(), at)
            if view.readout.isVisible():
                assert view.viewport().rect().contains(view.readout.geometry())


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
def test_the_ring_of_the_last_epoch_is_whole_and_curves_end_at_the_axes(qtbot: QtBot, scale: float) -> None:
    themes = ThemeSource("light", scale)
    view = CurveView(themes, "Loss", "")
    qtbot.addWidget(view)
    view.resize(400, 220)
    view.add_curve("v", "", 0, "validation")
    view.append("v", [1, 2, 3, 4], [1.0, 0.5, 0.6, 0.3])
    view.show()
    for step, best in ((2, True), (4, True), (4, False)):
        view.set_best("run", Best("v", step, "best") if best else None)
        view.fit()
        view.redraw()
        panel, picture = view.panel, view.grab().toImage()
        row, ends = round(panel.point_of(4, 0.3).y()), panel.mapRectToScene(panel.rect())
        inks = {x: picture.pixelColor(x, row) for x in range(round(ends.right()) + 1, picture.width() - 2)}
        beyond = [x for x, ink in inks.items() if ink != themes.theme.surface]
        reach = 4.5 * scale + scale  # its radius, and half of its pen
        if step == 4 and best:
            assert max(beyond) >= int(ends.right() + reach) - 1, "the right half of the ring"
        else:
            assert not beyond, "a curve that reaches the end of the axis stays within it"


def test_the_best_epoch_is_marked_where_its_point_stands(view: CurveView) -> None:
    view.set_best("run", Best("MLP 12:10|validation", 501, "best epoch: 6"))
    view.set_best("gone", Best("nobody", 501, "best epoch: 6"))
    shown(view, (460, 240))
    ((best, run, point),) = view.best_points()
    assert (best.text, run, point[0]) == ("best epoch: 6", 1, 501)
    view.set_best("run", None)
    assert view.best_points() == []


@pytest.mark.parametrize("across", [0.0, 0.3, 0.98])
@pytest.mark.parametrize("up", [0.02, 0.45, 0.55, 0.98])
def test_the_words_of_the_best_epoch_lie_clear_of_the_axis_and_the_ring(across: float, up: float) -> None:
    area = QRectF(40, 10, 300, 150)
    ring = QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())
    place = place_of_best(area, ring, 80, 14, 7)
    assert place is not None and area.contains(place)
    assert place.bottom() <= area.bottom() - 7
    assert not place.intersects(QRectF(ring.x() - 4.5, ring.y() - 4.5, 9, 9))
    assert place_of_best(QRectF(40, 10, 300, 30), ring, 80, 14, 7) is None


def test_a_level_is_always_in_view_and_read(view: CurveView) -> None:
    view.set_level("far", Level("test 3", 3.0, 0))
    shown(view, (460, 240))
    assert view.view is not None
    assert view.view[1].high > 3


def test_shades_are_told_from_the_ground_in_both_themes() -> None:
    for name in ("light", "dark"):
        theme = ThemeSource(name).theme  # type: ignore[arg-type]
        for index in range(8):
            assert contrast(lighter(theme, theme.run(index)), theme.surface) >= 3.0


@pytest.mark.parametrize("name", ["light", "dark"])
def test_train_and_validation_differ_in_shade_and_in_stroke(qtbot: QtBot, name: Literal["light", "dark"]) -> None:
    """The shades differ in lightness, which those see who do not tell colours apart; names keep their contrast."""
    theme = ThemeSource(name).theme
    for index in range(8):
        train, validation = (
            shade_of(theme, Curve("", index, part, 0.0), marked=True) for part in ("train", "validation")
        )
        assert contrast(validation, theme.surface) >= 2 * contrast(train, theme.surface)
        assert contrast(validation, theme.surface) >= 4.5
    assert pen_of(theme, theme.run(0), bold=True).widthF() >= 2 * pen_of(theme, theme.run(0), bold=False).widthF()


def test_a_key_says_which_stroke_is_train_where_curves_are_named_after_runs(view: CurveView) -> None:
    size = (900, 400)
    shown(view, size)
    assert in_key(view) == []
    view.explain_parts(True)
    shown(view, size)
    (validation, train) = in_key(view)
    assert (validation[0], validation[2], train[0], train[2]) == ("validation", "bold", "train", "thin")
    assert contrast(validation[1], view.theme.surface) >= 2 * contrast(train[1], view.theme.surface)
    for part in ("LeNet 12:05", "MLP 12:10", "recurrent network 12:20"):
        view.remove_curve(f"{part}|train")
    shown(view, size)
    assert in_key(view) == [], "there is one part, and nothing to be told apart"


def test_in_a_key_the_parts_of_one_run_have_their_strokes(qtbot: QtBot) -> None:
    view = CurveView(ThemeSource("light"), "Loss", "")
    view.marked = True
    qtbot.addWidget(view)
    view.show()
    for part in PARTS:
        view.add_curve(part, part, 0, part)
        view.append(part, [1, 2, 3], [3.0, 2.0, 1.0])
    shown(view, (150, 160))
    assert [(text, symbol) for text, _, symbol in in_key(view)] == [("validation", "bold"), ("train", "thin")]


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
def test_names_of_runs_never_squeeze_the_curves_of_a_narrow_plot(qtbot: QtBot, scale: float) -> None:
    """The plot of the learning rate is the narrowest of three: its names move into a key above the curves."""
    view = CurveView(ThemeSource("light", scale), "Learning rate", "")
    qtbot.addWidget(view)
    view.show()
    for number in range(2):
        view.add_curve(str(number), f"LeNet 16:1{number}", number)
        view.append(str(number), np.arange(20, 180, 20), np.linspace(0.001, 1e-5, 8))
    size = (round(235 * scale), round(240 * scale))
    shown(view, size)
    assert view.panel.rect().width() > 0.6 * size[0]
    assert [text for text, _, _ in in_key(view)] == ["LeNet 16:10", "LeNet 16:11"]
    shown(view, (2 * size[0], size[1]))
    assert in_key(view) == [], "with more room they stand at the ends of the curves"


@pytest.mark.parametrize("log", [False, True])
def test_texts_of_ticks_stand_apart_as_they_are_painted(view: CurveView, log: bool) -> None:
    """The outermost texts are moved into the axis, towards their neighbours."""
    view.set_log(log)
    for width in range(120, 700, 13):
        shown(view, (width, 90 + width % 160))
        axis = view.panel.sides["bottom"]
        low, high = view.panel.x_range.low, view.panel.x_range.high
        scale = axis.rect().width() / (high - low)
        widths = [axis._word(tick)[1] for tick in axis.written()]
        lefts = [axis._left_of((tick - low) * scale, wide) for tick, wide in zip(axis.written(), widths, strict=True)]
        rights = [left + wide for left, wide in zip(lefts, widths, strict=True)]
        assert all(right + 4 <= left for right, left in zip(rights, lefts[1:], strict=False))


def test_of_crowded_ticks_the_rounder_ones_are_written() -> None:
    assert every_nth([20.0, 40.0, 60.0, 80.0, 100.0], 1) == [20.0, 40.0, 60.0, 80.0, 100.0]
    assert every_nth([20.0, 40.0, 60.0, 80.0, 100.0], 5) == [100.0]
    assert every_nth([20.0, 40.0, 60.0, 80.0, 100.0], 2) == [40.0, 80.0]
    assert every_nth([0.0, 0.3, 0.7, 1.0], 2) == [0.0, 0.7], "uneven ones, as on a logarithmic axis"
    assert every_nth([20.0, 40.0], 9) == [20.0], "one at least"


def test_a_further_loss_has_the_hue_of_its_run_in_another_shade(view: CurveView) -> None:
    view.add_curve("generator", "generator", 0, "train", shade=1)
    view.append("generator", [1, 2], [1.0, 2.0])
    first, other = view.curves["LeNet 12:05|train"], view.curves["generator"]
    assert hue(view.theme, first) != hue(view.theme, other)
    assert all(hue(view.theme, other) != view.theme.run(index) for index in range(8))


def test_a_scale_moves_points_but_not_their_steps(view: CurveView) -> None:
    curve_id = "MLP 12:10|train"
    for known in view.curves:
        view.place_curve(known, lambda steps: steps / 100)
    view.set_along("epoch")
    view.append(curve_id, [1201, 1202], [0.1, 0.1])
    shown(view, (460, 240))
    assert view.view is not None
    assert view.view[0].high == pytest.approx(12.02)
    assert view.curves[curve_id].steps[-1] == 1202
    rows = view.table()
    assert rows[0] == ("curve", "step", "epoch", "value")
    assert view.panel.sides["bottom"].title == "epoch"
    view.append(curve_id, [600], [0.5])  # a resumed run
    assert view.curves[curve_id].places[-1] == pytest.approx(6.0)


def test_shares_are_written_in_per_cent(view: CurveView) -> None:
    view.write_values(percent)
    shown(view, (460, 240))
    assert view.panel.sides["left"].write(0.25) == "25 %"
    assert "%" in view.reading(view.panel, 500, 0.1)
    view.set_log(True)
    assert "%" not in view.panel.sides["left"].write(-1)
    view.set_log(False)
    assert view.panel.sides["left"].write(0.25) == "25 %"


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
def test_the_title_of_an_axis_steps_aside_for_what_chooses_it(qtbot: QtBot, scale: float) -> None:
    """A triangle without a word says nothing: the words stay as long as both have room beside each other."""
    source = ThemeSource("light")
    source.set_scale(scale)
    view = CurveView(source, "Loss", "")
    qtbot.addWidget(view)
    view.panel.sides["bottom"].set_title("step")
    view.add_curve("run", "run", 0)
    view.append("run", [1, 2, 3], [1.0, 0.5, 0.4])
    choice = AxisChoice(view, {"step": "batches"})
    view.show()
    label = view.panel.sides["bottom"].label
    for width in range(600, round(200 * scale), -20):
        shown(view, (width, 220))
        assert choice.text().startswith("by step"), width
        title = label.mapRectToScene(label.boundingRect())
        assert title.right() <= choice.x() and title.left() >= view.panel.sceneBoundingRect().left() - 1


def test_texts_of_ticks_keep_clear_of_the_edge_of_the_window(qtbot: QtBot) -> None:
    """A chart may stand at the edge: its last number ends where its axis does."""
    view = CurveView(ThemeSource("light"), "Learning rate", "")
    qtbot.addWidget(view)
    view.show()
    view.add_curve("run", "", 0)
    view.append("run", np.arange(0, 801, 1), np.full(801, 0.001))
    shown(view, (240, 240))
    axis = view.panel.sides["bottom"]
    low, high = axis._ends()
    scale = axis.rect().width() / (high - low)
    ends = [axis._left_of((tick - low) * scale, width := axis._word(tick)[1]) + width for tick in axis.written()]
    assert axis.mapToScene(QPointF(max(ends), 0)).x() <= view.width() - 8
