"""Rows of tables are drawn as names and values, whatever shows them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF, QImage
from pytestqt.qtbot import QtBot

from app.protocol.values import FieldFacts
from widgets.charts.sample_painting import row_cells, row_words
from widgets.charts.sample_tiles import SampleGallery
from widgets.charts.unit_tiles import ExemplarTiles
from widgets.charts.worst_predictions import Prediction, WorstPredictions
from widgets.look.theme import ThemeSource

HOUSE = FieldFacts("features", "vector", (2,), names=("area", "rooms"), units=("m²", ""))
CODED = FieldFacts("features", "vector", (4,), names=("area", "area is missing", "colour = red", "colour = dark blue"))


def test_a_row_has_names_values_and_units() -> None:
    assert row_cells(np.array([71.25, 3.0]), HOUSE) == [("area", "71.25 m²"), ("rooms", "3")]
    assert row_words(row_cells(np.array([np.nan, 3.0]), HOUSE)) == "area missing, rooms 3"


def test_coded_categories_are_one_cell_again() -> None:
    assert row_cells(np.array([70.0, 0.0, 0.0, 1.0]), CODED) == [("area", "70"), ("colour", "dark blue")]


def test_standardised_codes_stand_for_themselves() -> None:
    cells = row_cells(np.array([0.3, -0.2, -0.7, 1.4]), CODED)
    assert [name for name, _ in cells] == list(CODED.names)


def painted(qtbot: QtBot, view: SampleGallery | WorstPredictions | ExemplarTiles) -> QImage:
    qtbot.addWidget(view)
    view.resize(420, 260)
    view.show()
    return view.grab().toImage()


ROWS = np.array([[71.25, 3.0], [55.0, 2.0]])


@pytest.mark.parametrize("kind", ["gallery", "worst", "exemplars"])
def test_every_gallery_shows_rows_alike(qtbot: QtBot, kind: str) -> None:
    source = ThemeSource("light")
    view: SampleGallery | WorstPredictions | ExemplarTiles
    if kind == "gallery":
        view = SampleGallery(source)
        view.set_field(HOUSE)
        view.set_samples(ROWS, ["a", "b"], ["test", "test"])
    elif kind == "worst":
        view = WorstPredictions(source)
        view.set_field(HOUSE)
        view.set_rows(ROWS, [Prediction("a", "b", 0.9, 2.3), Prediction("b", "a", 0.8, 1.6)])
    else:
        view = ExemplarTiles(source, "Samples", "None")
        view.set_field(HOUSE)
        view.set_exemplars(ROWS, [2.0, 1.0], ["a", "b"], [4, 7])
    assert view.is_rows()
    place = view.tile_place(0)
    assert place.width() >= 150
    assert "area 71.25 m², rooms 3" in view.tile_sentence(0, place.center(), place)
    image = painted(qtbot, view)
    # Words stand at both ends of a row; a line would cross the middle as well.
    place = view.tile_place(0)
    inside = [image.pixelColor(round(place.left() + place.width() * at), round(place.top() + 9)) for at in (0.5, 0.55)]
    assert inside[0] == inside[1]


def test_vectors_without_names_stay_lines(qtbot: QtBot) -> None:
    view = SampleGallery(ThemeSource("light"))
    view.set_field(FieldFacts("pixels", "vector", (64,)))
    view.set_samples(np.zeros((2, 64)), ["", ""], ["", ""])
    assert not view.is_rows() and view.cells(0) == []
    painted(qtbot, view)


def test_one_row_alone_is_shown_whole(qtbot: QtBot) -> None:
    names = tuple(f"column {number}" for number in range(30))
    view = SampleGallery(ThemeSource("light"))
    view.set_field(FieldFacts("features", "vector", (30,), names=names))
    view.set_samples(np.zeros((2, 30)), ["", ""], ["", ""])
    painted(qtbot, view)
    several = view.tile_place(0).height()
    view.set_samples(np.zeros((1, 30)), [""], [""])
    assert view.tile_place(0).height() > 2.5 * several


@pytest.mark.parametrize("width", [120, 180, 340, 700])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_both_cells_of_a_row_are_read_at_any_width(qtbot: QtBot, width: int, scale: float) -> None:
    view = SampleGallery(ThemeSource("light", scale))
    view.set_field(FieldFacts("features", "vector", (2,), names=("a rather long name of a column", "y")))
    view.set_samples(np.random.default_rng(0).normal(size=(40, 2)), ["same"] * 40, ["test"] * 40)
    qtbot.addWidget(view)
    view.resize(width, 340)
    view.show()
    view.grab()
    lines = QFontMetricsF(view.theme.font(small=True)).height()
    assert view.tile_place(0).height() >= 2 * lines
    assert view.grid().tile(1).top() == view.grid().tile(0).top() or view.grid().pitch > 2 * lines
