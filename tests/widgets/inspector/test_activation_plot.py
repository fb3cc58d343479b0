"""The drawing of an activation in its help: it follows the settings, and is read by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.layers.activation import Softmax, Tanh
from graph.layers.activation_more import ScaledTanh
from graph.layers.base import Layer
from graph.layers.dense import Dense
from tests.graph.networks import chain, layer
from widgets.inspector.activation_plot import FunctionHelp
from widgets.inspector.inspector_panel import Inspector
from widgets.look.theme import ThemeSource


def make(qtbot: QtBot, shown: Layer) -> FunctionHelp:
    found = FunctionHelp(ThemeSource("light"))
    qtbot.addWidget(found)
    found.resize(260, 300)
    found.show_layer(shown)
    return found


def test_the_help_of_a_layer_follows_its_settings(qtbot: QtBot) -> None:
    document = chain([layer("input"), layer("leaky_relu", slope=0.1), layer("dense"), layer("output")])
    inspector = Inspector(ThemeSource("light"))
    qtbot.addWidget(inspector)
    inspector.set_document(document, Checker(document))
    inspector.resize(320, 700)
    inspector.show()
    inspector.show_selection(["leaky_relu1"])
    function = inspector.layer.function
    assert function.plot.isVisible()
    assert "0.1 x" in function.words.text()
    with document.transaction("Set"):
        document.set_values("leaky_relu1", slope=0.5)
    assert "0.5 x" in function.words.text()
    function.plot.read_at(-2.0)
    assert function.plot.place_reading() == "x −2:  f −1,  f′ 0.5"
    inspector.show_selection(["dense1"])
    assert not function.isVisible()
    inspector.close_document()


def test_the_numbers_of_tanh_stand_below_it(qtbot: QtBot) -> None:
    found = make(qtbot, Tanh())
    words = found.words.text()
    assert "f′(x) = 1 − f(x)²" in words
    assert "f′ from 0.42 to 1" in words


def test_mouse_and_keys_read_both_curves(qtbot: QtBot) -> None:
    found = make(qtbot, Tanh())
    found.show()
    plot = found.plot

    def points_at_one() -> bool:
        at = plot.panel.point_of(1.0, 0.0).toPoint()  # looked up anew, since the layout may still settle
        qtbot.mouseMove(plot.viewport(), at - QPoint(20, 0))
        qtbot.mouseMove(plot.viewport(), at)
        return bool(plot.place == pytest.approx(1.0, abs=0.05))

    qtbot.waitUntil(points_at_one)
    assert "f′ 0.4" in plot.accessibleDescription()
    plot.read_at(None)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(plot, key)
    assert plot.place_reading() == "x 0.1:  f 0.0997,  f′ 0.99"
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.place_reading() == ""


def test_softmax_is_told_over_three_scores(qtbot: QtBot) -> None:
    found = make(qtbot, Softmax())
    assert not found.plot.isVisibleTo(found)
    upper, lower = found.shares.rows()
    assert [row[2] for row in upper] == ["0.66", "0.24", "0.10"]
    assert lower[0] == ["0.22", "−0.16", "−0.065"]
    assert "2 becomes 0.66" in found.shares.accessibleDescription()


@pytest.mark.parametrize("shown", [Tanh(), ScaledTanh(amplitude=3.0), Softmax()])
def test_it_paints_something(qtbot: QtBot, shown: Layer) -> None:
    found = make(qtbot, shown)
    picture = found.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, 240, 3) for y in range(0, 150, 3)}) > 3


def test_a_layer_that_is_no_activation_has_no_drawing(qtbot: QtBot) -> None:
    found = make(qtbot, Dense())
    assert not found.isVisible()
