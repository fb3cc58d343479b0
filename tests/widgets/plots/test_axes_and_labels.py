"""What makes a plot one for a report: enough ticks, names that never cover each other or clip, marks that say what."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.look.theme import PROJECTOR_SCALE, ThemeSource, contrast
from widgets.plots.curve_item import Best, Level, hue, lighter, place_of_best
from widgets.plots.curve_view import CurveView
from widgets.plots.ticks import FEWEST, enough_ticks, percent

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
        width = labels._metrics[label.bold].horizontalAdvance(label.text)
        assert width <= labels.size().width() or len(label.text) > 12  # a long name may be cut in its middle
        at = labels.mapToScene(QRectF(0, place - height / 2, 1, height)).boundingRect()
        assert inside.top() <= at.top() + 1
        assert at.bottom() <= inside.bottom() + 1


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
