"""Attributions laid over samples of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.charts.attribution_tiles import Heat, HeatTiles, filling, inset
from widgets.charts.colour_bar import apart
from widgets.look.theme import ThemeSource

RANDOM = np.random.default_rng(0)


@pytest.fixture
def source(qapp: QApplication) -> ThemeSource:
    return ThemeSource("light")


def shown(qtbot: QtBot, source: ThemeSource) -> HeatTiles:
    view = HeatTiles(source, "Why", "Pick a sample.")
    qtbot.addWidget(view)
    view.resize(900, 320)
    view.show()
    return view


def grab(view: HeatTiles) -> QImage:
    return view.grab().toImage()


def test_an_empty_view_says_what_to_do(source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    assert view.is_empty()
    assert view.accessibleDescription() == "Pick a sample."
    view.set_sample(np.zeros((1, 4, 4)), np.zeros((1, 4, 4)))
    assert view.count() == 1
    view.set_sample(np.empty(0), np.empty(0))
    assert view.is_empty()


@pytest.mark.parametrize("sizes", [(1, 8, 8), (3, 30, 8), (48, 1), (20, 5), (4,), (60,)])
def test_samples_of_every_kind_are_covered(sizes: tuple[int, ...], source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    places = sizes[1:] if len(sizes) == 3 else sizes[:1]
    view.set_sample(RANDOM.normal(size=sizes), RANDOM.normal(size=sizes))
    alone = grab(view)
    view.set_heats(
        {
            "one": Heat("Saliency", np.abs(RANDOM.normal(size=places)), False, "how fast"),
            "two": Heat("Occlusion", RANDOM.normal(size=places), True),
        }
    )
    assert grab(view) != alone
    assert "Saliency, Occlusion" in view.accessibleDescription()
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.current == 2
    covered = grab(view)
    source.set_mode("dark")
    assert grab(view) != covered


def test_the_slider_of_opacity_goes_from_the_sample_to_the_colours(source: ThemeSource, qtbot: QtBot) -> None:
    """A white sample under a heat of nothing: black colours of the scale show as far as they cover it."""
    view = shown(qtbot, source)
    view.set_sample(np.array([[[1.0, 0.0]]]), np.zeros((1, 1, 2)))
    view.set_heats({"one": Heat("Saliency", np.array([[0.0, 1.0]]), False)})
    lightness = []
    for share in (0.0, 0.5, 1.0):
        view.set_opacity(share)
        place = (grab(view), view.tile_place(1))[1]
        at = place.topLeft() + QPointF(place.width() / 4, place.height() / 2)
        lightness.append(grab(view).pixelColor(at.toPoint()).lightness())
    assert lightness[0] == 255
    assert lightness[0] > lightness[1] > lightness[2]
    assert lightness[2] < 60


def test_places_that_are_not_told_show_the_sample(source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    view.set_opacity(1.0)
    view.set_sample(np.array([[[1.0, 0.0]]]), np.zeros((1, 1, 2)))
    view.set_heats({"one": Heat("Occlusion", np.array([[np.nan, 1.0]]), True)})
    place = (grab(view), view.tile_place(1))[1]
    at = place.topLeft() + QPointF(place.width() / 4, place.height() / 2)
    assert grab(view).pixelColor(at.toPoint()).lightness() == 255
    assert "not covered yet" in view.sentence_at(at)


def test_values_are_read_under_the_pointer(source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    view.set_sample(np.arange(64.0).reshape(1, 8, 8), np.zeros((1, 8, 8)))
    view.set_heats({"one": Heat("Grad-CAM", np.arange(64.0).reshape(8, 8) / 10, False, "maps of conv2")})
    grab(view)
    place = view.tile_place(1)
    at = place.topLeft() + QPointF(place.width() * 3.5 / 8, place.height() * 2.5 / 8)
    assert view.sentence_at(at) == "Grad-CAM: maps of conv2\nrow 3, column 4: 1.9"
    at = at - place.topLeft() + view.tile_place(0).topLeft()
    assert view.sentence_at(at) == "Sample\nrow 3, column 4: 19"


def test_bars_are_read_by_the_names_of_features(source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    view.set_sample([5.1, 3.5], [-0.9, 1.0], ["sepal length", "sepal width"], ["cm", "cm"], "deviations")
    view.set_heats({"one": Heat("Occlusion", np.array([0.5, -2.25]), True)})
    grab(view)
    tile = inset(view.tile_place(1))
    assert view.sentence_at(tile.topLeft() + QPointF(10, 40)) == "Occlusion\nsepal width: −2.25"


def test_a_scale_about_zero_is_even_on_both_sides() -> None:
    assert Heat("One", np.array([-1.0, 3.0]), True).range() == (-3.0, 3.0)
    assert Heat("Two", np.array([0.5, 3.0]), False).range() == (0.0, 3.0)


@pytest.mark.parametrize(("size", "columns"), [((1200, 300), 6), ((780, 300), 3), ((200, 900), 1)])
def test_tiles_of_any_shape_fill_the_room(size: tuple[int, int], columns: int) -> None:
    area = QRectF(0, 0, *size)
    grid = filling(6, area, 45.0, 168.0)
    assert grid.columns == columns
    last = grid.tile(5)
    assert last.right() <= area.right() + 0.5
    assert last.bottom() + grid.caption <= area.bottom() + 0.5


def test_a_name_that_is_wider_than_its_tile_has_two_lines(source: ThemeSource, qtbot: QtBot) -> None:
    view = shown(qtbot, source)
    view.set_sample(RANDOM.random((1, 8, 8)), np.zeros((1, 8, 8)))
    view.set_heats({"short": Heat("A", np.ones((8, 8)), True)})
    low = view.grid().caption
    words = "word " * 8
    view.set_heats({str(at): Heat(words, np.ones((8, 8)), True) for at in range(6)})
    grid = view.grid()
    assert QFontMetricsF(view.theme.font(small=True, bold=True)).horizontalAdvance(words) > grid.width
    assert grid.caption > low
    assert not grab(view).isNull()


@pytest.mark.parametrize(("size", "values"), [(30.0, [0.0, 1.0]), (10.0, [0.0, 1.0]), (90.0, [0.0, 0.5, 1.0])])
def test_the_numbers_beside_a_colour_bar_stand_apart(size: float, values: list[float]) -> None:
    levels = [(0.5, [0.0, 0.5, 1.0]), (0.1, [0.1 * tick for tick in range(1, 10)])]
    assert [tick for _, ticks in apart(levels, size, 14.0) for tick in ticks] == values
    assert sum(len(ticks) for _, ticks in apart(levels, 400.0, 14.0)) == 12


@pytest.mark.parametrize(
    ("size", "values"),
    [(33.0, [-0.5, 0.5]), (70.0, [-0.5, 0.0, 0.5]), (400.0, [-0.5, 0.0, 0.5, -0.75, -0.25, 0.25, 0.75])],
)
def test_numbers_that_do_not_reach_the_ends_of_a_bar_stand_apart_as_well(size: float, values: list[float]) -> None:
    levels = [(0.5, [-0.5, 0.0, 0.5]), (0.25, [-0.75, -0.25, 0.25, 0.75])]
    assert [tick for _, ticks in apart(levels, size, 11.0, 1.94) for tick in ticks] == values
