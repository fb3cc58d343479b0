"""The frequency view by mouse and keyboard, with a run and without one; the worker's answers come from the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.numerics import spectrum
from app.project.presets import preset
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.views import NetworkViews
from graph.document import Document
from graph.layers.image_kernels import KERNELS
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.frequency.frequency_pages import (
    propagator_verdict,
    routes_verdict,
    tiny,
    turn_verdict,
    waves_kept,
)
from widgets.understand.frequency.frequency_tab import NO_DATA, NO_FILTERS, NO_MAPS, NO_PICTURES, FrequencyTab


def shown(silent: Silent, document: Document | None = None) -> FrequencyTab:
    """The tab with the samples of an open project, by default digits that nobody trained."""
    silent.open(document or make_document("digits", 1), "Frequencies")
    silent.show_data()
    return silent.panel.view(FrequencyTab)


def sample(tab: FrequencyTab) -> spectrum.Floats:
    values = tab.gallery.values
    assert values is not None
    return values


def drag(qtbot: QtBot, widget: QWidget, start: QPointF, end: QPointF) -> None:
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=start.toPoint())
    pressed, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for place in ((start + end) / 2, end):
        whole = widget.mapToGlobal(place)
        QApplication.sendEvent(
            widget, QMouseEvent(QEvent.Type.MouseMove, place, whole, Qt.MouseButton.NoButton, pressed, none)
        )
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end.toPoint())


def test_without_data_it_says_what_to_do(silent: Silent) -> None:
    silent.open(Document(), "Frequencies")
    tab = silent.panel.view(FrequencyTab)
    assert tab.stack.currentWidget() is tab.says
    assert tab.says.text() == NO_DATA
    assert silent.asked == []


def test_a_refusal_of_the_data_is_told_and_data_without_pictures_too(silent: Silent) -> None:
    silent.open(make_document("digits", 1), "Frequencies")
    silent.refuse("PreviewData", "The file is gone.")
    tab = silent.panel.view(FrequencyTab)
    assert tab.gallery.empty_text == tab.says.text() == "The file is gone."
    silent.panel.subject.follow(make_document("spirals", 1), None)
    assert silent.panel.views.nothing.isVisible() and silent.panel.views.nothing.text() == NO_PICTURES


def test_the_circle_follows_the_mouse_and_the_picture_follows_the_circle(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    page, view = tab.passing, tab.passing.spectrum
    assert tab.stack.currentWidget() is page
    assert np.array_equal(page.before.values, sample(tab))
    side, centre = view.place().width(), view.centre()
    end = QPointF(QPoint(round(centre.x() + 0.4 * side), round(centre.y())))
    drag(qtbot, view.viewport(), view.handle(), end)
    assert view.radius == pytest.approx(0.4, abs=2 / side)
    assert page.radius.value() == pytest.approx(view.radius, abs=1e-3)
    low = page.after.values
    assert np.allclose(low, spectrum.Waves(sample(tab)).passed(float(page.radius.value() or 0)))
    page.side.setFocus()
    qtbot.keyClick(page.side, Qt.Key.Key_Down)
    assert page.high
    assert np.allclose(low + page.after.values, sample(tab))
    assert "shorter than" in page.verdict.text()


def test_the_circle_by_keyboard_and_by_number(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    page, view = tab.passing, tab.passing.spectrum
    for key, radius in ((Qt.Key.Key_Right, 0.26), (Qt.Key.Key_Up, 0.27), (Qt.Key.Key_PageDown, 0.22)):
        qtbot.keyClick(view, key)
        assert page.radius.value() == pytest.approx(radius)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert np.allclose(page.after.values, sample(tab).mean())
    assert "the mean alone" in page.verdict.text()
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert np.allclose(page.after.values, sample(tab))
    assert "100.0 %" in page.verdict.text()
    page.radius.lineEdit().selectAll()
    qtbot.keyClicks(page.radius, "7")
    qtbot.keyClick(page.radius, Qt.Key.Key_Return)
    assert page.radius.value() == view.radius == spectrum.CORNER
    assert "circle" in view.accessibleDescription()


def test_another_sample_is_looked_at(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    before = tab.passing.before.values.copy()
    qtbot.mouseClick(tab.gallery, Qt.MouseButton.LeftButton, pos=tab.gallery.tile_place(1).center().toPoint())
    assert not np.array_equal(tab.passing.before.values, before)
    assert np.array_equal(tab.passing.before.values, tab.gallery._samples[1])


def test_two_routes_to_the_same_picture(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    tab.show_page(tab.routes)
    page = tab.routes
    for name in KERNELS:
        tab.kernel.choose(name)
        assert page.in_space.values.shape == (1, 10, 10)
        assert spectrum.difference(page.in_space.values, page.in_frequency.values) <= 1e-5
        assert page.verdict.text().startswith("Both routes give the same picture")
    tab.kernel.choose("Gaussian blur")
    qtbot.mouseClick(page.padded, Qt.MouseButton.LeftButton, pos=QPoint(8, page.padded.height() // 2))
    assert not page.padded.isChecked()
    assert page.in_space.values.shape == page.in_frequency.values.shape == (1, 8, 8)
    inner = (slice(None), slice(1, -1), slice(1, -1))
    assert np.allclose(page.in_space.values[inner], page.in_frequency.values[inner])
    assert not np.allclose(page.in_space.values, page.in_frequency.values)
    assert "wraps around" in page.verdict.text()


def test_the_edge_kernel_as_a_propagator(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    tab.show_page(tab.propagator)
    page = tab.propagator
    assert tab.kernel.title == "edge"
    assert page.verdict.text().startswith("The middle holds 0.9990:")
    after = page.after.values
    page.steps.setFocus()
    qtbot.keyClick(page.steps, Qt.Key.Key_Up)
    assert page.steps.value() == 11
    assert not np.array_equal(page.after.values, after)
    assert page.after.values.sum() == pytest.approx(sample(tab).sum())


def test_correlation_beside_convolution(silent: Silent) -> None:
    tab = shown(silent)
    tab.show_page(tab.turning)
    page = tab.turning
    assert "its own turn" in page.verdict.text()
    assert np.allclose(page.correlated.values, page.convolved.values)
    tab.kernel.choose("Sobel down")
    assert np.array_equal(page.turned.values[0], np.rot90(page.kernel.values[0], 2))
    assert np.allclose(page.correlated.values, -page.convolved.values)
    assert "both differ" in page.verdict.text()
    assert "largest difference 0." in page.verdict.text()


def test_a_kernel_is_typed(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    tab.show_page(tab.turning)
    tab.kernel.choose("Typed")
    line = tab.kernel.field.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    assert line.isVisible()

    def type_in(text: str) -> None:
        line.selectAll()
        qtbot.keyClicks(line, text)
        qtbot.keyClick(line, Qt.Key.Key_Return)

    type_in("1 2 / 3 4")
    assert tab.turning.turned.values.tolist() == [[[4, 3], [2, 1]]]
    type_in("1 2 / 3")
    assert tab.stack.currentWidget() is tab.says
    assert "not rows of numbers" in tab.says.text()
    type_in(" ".join(["1"] * 33))
    assert "too large" in tab.says.text()
    type_in("5")
    assert tab.stack.currentWidget() is tab.turning


def test_kernels_typed_in_the_open_project_need_no_training(silent: Silent) -> None:
    project = preset("hand_set_kernels").project
    document = Document(project.network, dict(project.sections))
    tab = shown(silent, document)
    tab.show_page(tab.spectra)
    assert tab.spectra.kernels.count() == len(KERNELS)
    tab.kernel.choose("kernels")
    assert (tab.kernel.layer, tab.kernel.wanted) == ("kernels", "")
    assert np.array_equal(np.array(tab.kernel.all[1]), np.array(list(KERNELS.values())))
    with document.transaction("Type"):
        document.set_values("kernels", choice="typed", numbers=((1.0, 2.0),))
    silent.panel.subject.follow(document, None)
    assert tab.kernel.layer == "kernels"
    assert [one.tolist() for one in tab.kernel.all[1]] == [[[1.0, 2.0]]]


def test_a_tile_is_picked_for_the_other_ways_to_look(silent: Silent, qtbot: QtBot) -> None:
    tab = shown(silent)
    tab.show_page(tab.spectra)
    tiles = tab.spectra.kernels
    place = tiles.tile_place(6).center().toPoint()
    qtbot.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=place)
    assert tab.kernel.title == "Sobel across"
    assert "fast" in tiles.tile_sentence(1, QPointF(-1, -1), tiles.tile_place(1))


def test_filters_and_maps_of_a_run(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    document = make_document("digits", 1)
    run = saved_run(tmp_path / "run", document)
    tab = shown(silent, document)
    silent.panel.show_run(run)
    assert [tab.picture.box.itemText(row) for row in range(tab.picture.box.count())] == [
        "The sample",
        "input1",
        "conv1",
    ]
    tab.picture.choose("conv1")
    assert tab.says.text() == NO_MAPS
    tab.show_page(tab.spectra)
    tab.kernel.choose("conv1")
    rng = np.random.default_rng(0)
    filters, maps = rng.normal(size=(4, 2, 3, 3)), rng.normal(size=(4, 8, 8))
    assert tab.says.text() in (NO_MAPS, NO_FILTERS)
    qtbot.waitUntil(lambda: any(kind == "LookInside" for _, kind, _ in silent.asked))
    qtbot.waitUntil(lambda: silent.panel.subject._watch == tab.subscription())
    assert tab.subscription().filters == tab.subscription().maps == ("conv1",)
    views = NetworkViews(filters={"conv1": filters}, maps={"conv1": maps}, input=sample(tab))
    silent.reply(LookInside, LookedInside(views=views))
    assert (tab.spectra.kernels.count(), tab.spectra.maps.count()) == (4, 4)
    qtbot.mouseClick(tab.spectra.maps, Qt.MouseButton.LeftButton, pos=tab.spectra.maps.tile_place(2).center().toPoint())
    qtbot.mouseClick(
        tab.spectra.kernels, Qt.MouseButton.LeftButton, pos=tab.spectra.kernels.tile_place(3).center().toPoint()
    )
    tab.show_page(tab.routes)
    assert np.array_equal(tab.routes.picture.values[0], maps[2])
    assert np.array_equal(tab.routes.kernel.values[0], filters[3, 0])
    tab.kernel.channel[1].setFocus()
    qtbot.keyClick(tab.kernel.channel[1], Qt.Key.Key_Up)
    assert np.array_equal(tab.routes.kernel.values[0], filters[3, 1])
    assert tab.routes.kernel.accessibleName() == "conv1, filter 4"


def test_everything_usable_has_a_name(silent: Silent) -> None:
    tab = shown(silent)
    usable = [*tab.findChildren(QComboBox), *tab.findChildren(QAbstractSpinBox)]
    assert len(usable) > 5
    assert all(widget.accessibleName() for widget in usable)


def test_what_is_said_of_numbers() -> None:
    assert waves_kept(0.25, high=False) == "Keeps waves of 4 pixels and longer"
    assert waves_kept(0.0, high=True) == "Keeps everything but the mean"
    assert (tiny(0.0), tiny(2.22e-16), tiny(0.406)) == ("0", "2.2e−16", "0.41")
    assert "differ" in routes_verdict(0.1, padded=True)
    assert "both pictures are the same" in turn_verdict(0.0, 0.0)
    assert "0.9990" in propagator_verdict(spectrum.propagator(np.array(KERNELS["edge"])))
