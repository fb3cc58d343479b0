"""Views of units and of what excites them, under real hands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.charts.colour_bar import ColourBar
from widgets.charts.feature_bars import row_at, rows_of
from widgets.charts.maximised_input import ExcitingInput, rounded
from widgets.charts.unit_tiles import ExemplarTiles, UnitTiles, faces_of, patch_place
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView
from widgets.plots.plot_view import PlotView

RANDOM = np.random.default_rng(0)


@pytest.fixture
def source(qapp: QApplication) -> ThemeSource:
    return ThemeSource("light")


def show(qtbot: QtBot, view: PaintedView | PlotView, width: int = 420, height: int = 320) -> QImage:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    return view.grab().toImage()


@pytest.mark.parametrize("kind", [UnitTiles, ExemplarTiles, ExcitingInput])
def test_an_empty_view_says_what_to_do(kind: Any, source: ThemeSource, qtbot: QtBot) -> None:
    view = kind(source, "View", "Do this first.")
    show(qtbot, view)
    assert view.is_empty()
    assert (view.accessibleName(), view.accessibleDescription()) == ("View", "Do this first.")


def test_units_are_picked_by_mouse_and_by_keyboard(source: ThemeSource, qtbot: QtBot) -> None:
    view, picked = UnitTiles(source, "Units", ""), list[int]()
    view.picked.connect(picked.append)
    view.set_units([3.0, 0.0, 1.0, 2.0], "map")
    show(qtbot, view)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.tile_place(2).center().toPoint())
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert picked == [2, 3]
    assert view.sentence_at(view.tile_place(1).center()) == "Map 2, silent on every sample"
    assert view.sentence_at(view.tile_place(0).center()) == "Map 1, activation at most 3"


def test_units_that_are_answers_show_their_names(source: ThemeSource, qtbot: QtBot) -> None:
    view = UnitTiles(source, "Units", "")
    view.set_units([3.0, 2.0], "neuron", ["X", "2"])
    show(qtbot, view)
    assert view.sentence_at(view.tile_place(0).center()) == "Neuron 1: X, activation at most 3"
    assert view.name_of(1) == "2"


def test_a_unit_shows_only_the_patch_that_excites_it(source: ThemeSource, qtbot: QtBot) -> None:
    """A picture that is black but for its white patch: the tile is white, and grey ground beyond the picture."""
    picture = np.zeros((1, 1, 8, 8))
    picture[0, 0, 2:5, 3:6] = 1.0
    view = UnitTiles(source, "Units", "")
    view.set_units([1.0], "map")
    view.set_faces(dict(enumerate(faces_of(picture, [[2, 3, 5, 6]]))))
    image = show(qtbot, view)
    place = view.tile_place(0)
    assert view.aspect() == 1.0
    for share in (0.1, 0.5, 0.9):
        at = place.topLeft() + QPointF(place.width() * share, place.height() * share)
        assert image.pixelColor(at.toPoint()).lightness() > 250
    view.set_faces(dict(enumerate(faces_of(picture))))
    image = view.grab().toImage()
    assert image.pixelColor((place.topLeft() + QPointF(4, 4)).toPoint()).lightness() < 5


@pytest.mark.parametrize("shape", [(6, 1, 8, 8), (6, 3, 9, 7), (6, 30, 2), (6, 12)])
def test_faces_of_every_kind_are_painted(shape: tuple[int, ...], source: ThemeSource, qtbot: QtBot) -> None:
    view = UnitTiles(source, "Units", "")
    view.set_units(np.arange(8.0), "unit")
    bare = show(qtbot, view)
    patches = {4: [[1, 1, 4, 4]] * 6, 3: [[-2, 7]] * 6}.get(len(shape))
    view.set_faces(dict(enumerate(faces_of(RANDOM.normal(size=shape), patches))))
    assert view.grab().toImage() != bare
    assert len(view.faces) == 6
    view.set_units(np.arange(3.0), "unit")
    assert view.faces == {}


def test_exemplars_say_activation_and_label_and_outline_the_patch(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExemplarTiles(source, "Samples", "")
    samples = np.zeros((2, 1, 8, 8))
    view.set_exemplars(samples, [2.5, 1.25], ["3", "5"], [17, 1204])
    bare = show(qtbot, view)
    view.set_exemplars(samples, [2.5, 1.25], ["3", "5"], [17, 1204], [[0, 0, 3, 3], [-1, 5, 2, 9]])
    assert view.grab().toImage() != bare
    assert view.sentence_at(view.tile_place(1).center()) == "Sample 1,205, 5: activation 1.25"
    with pytest.raises(ValueError, match="differ in number"):
        view.set_exemplars(samples, [1.0], ["3", "5"], [1, 2])


def test_patches_are_laid_over_pictures_and_stretches_over_sequences() -> None:
    place = QRectF(10, 20, 80, 40)
    assert patch_place((0, 2, 4, 8), np.zeros((1, 8, 16)), place) == QRectF(20, 20, 30, 20)
    assert patch_place((5, 10), np.zeros((20, 3)), place) == QRectF(30, 20, 20, 40)


def test_an_exciting_picture_is_read_under_the_pointer(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExcitingInput(source, "Input", "")
    values = np.arange(64.0).reshape(1, 8, 8)
    view.set_input(values, values)
    show(qtbot, view)
    body = view.body
    at = view.panel.point_of(3.0, 2.0)
    assert body.contains(at)
    assert view.sentence_at(at) == "row 3, column 4: 19"
    assert view.sentence_at(QPointF(1, 1)) == ""
    before = view.grab().toImage()
    view.set_patch((2, 2, 5, 5))
    assert view.grab().toImage() != before
    view.clear()
    assert view.is_empty()


def test_the_colour_bar_says_values_as_they_are_and_stays_under_the_pointer(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExcitingInput(source, "Input", "")
    values = np.linspace(0, 0.85, 64).reshape(1, 8, 8)
    view.set_input(values, values)
    show(qtbot, view)
    bar = next(item for item in view.scene().items() if isinstance(item, ColourBar))
    assert bar.axis.label.isVisible()
    view.set_patch((2, 2, 5, 5))
    view.redraw()
    assert bar.axis.label.toPlainText().strip() == "value"
    place = bar.mapRectToScene(bar.getViewBox().geometry()).toRect()
    middle = place.center()

    def move(at: QPoint) -> None:
        qtbot.mouseMove(view.viewport(), at)
        qtbot.wait(15)  # pyqtgraph takes the pointer's moves a hundred times a second

    move(QPoint(20, 20))
    before = view.grab(place).toImage()
    move(middle)
    move(middle + QPoint(1, 1))
    view.readout.hide()
    assert view.grab(place).toImage() == before
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    for down in range(0, 80, 8):
        move(middle + QPoint(0, down))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=middle + QPoint(0, 80))
    view.readout.hide()
    assert view.grab(place).toImage() == before


def test_an_exciting_sequence_is_a_line_over_time(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExcitingInput(source, "Input", "")
    values = np.linspace(40, 60, 48)[:, None]
    view.set_input(values, values, ["load"], ["MW"])
    show(qtbot, view)
    assert view.sentence_at(QPointF(view.body.right() - 1, view.body.center().y())) == "step 48: load 60 MW"


def test_an_exciting_row_of_a_table_is_bars_with_values_in_their_units(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExcitingInput(source, "Input", "")
    view.set_input([7.4, 1.0], [1.5, -1.2], ["sepal length", "petal length"], ["cm", "cm"])
    show(qtbot, view)
    words = view.sentence_at(QPointF(view.body.center().x(), view.body.bottom() - 4))
    assert words == "petal length: 1 cm, −1.2 standard deviations from the mean"


def test_of_many_features_the_strongest_have_room(source: ThemeSource, qtbot: QtBot) -> None:
    values = np.linspace(-1, 0.5, 100)
    place, theme = QRectF(0, 0, 300, 200), source.theme
    rows = rows_of(values, place, theme)
    assert rows.cut
    assert rows.shown[0] == 0
    assert set(rows.shown) == set(np.argsort(-np.abs(values), kind="stable")[: len(rows.shown)].tolist())
    assert row_at(values, QPointF(5, rows.tall * 1.5), place, theme) == rows.shown[1]
    assert row_at(values, QPointF(5, 500), place, theme) is None
    view = ExcitingInput(source, "Input", "")
    view.set_input(values, values)
    show(qtbot, view, 300, 240)


def test_what_rounding_left_of_a_zero_is_a_zero() -> None:
    assert rounded(np.array([5e-9, -0.5, 0.66])).tolist() == [0.0, -0.5, 0.66]


def test_dark_colours_are_other_colours(source: ThemeSource, qtbot: QtBot) -> None:
    view = ExcitingInput(source, "Input", "")
    view.set_input([1.0, -2.0], [1.0, -2.0])
    before = show(qtbot, view)
    source.set_mode("dark")
    qtbot.mouseMove(view, QPoint(40, 40))
    assert view.grab().toImage() != before
