"""Where the training panel puts a warning: beside the field that it is of, or low where that is out of view."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.app.protocol import samples
from tests.widgets.training.advice_scene import OVERFITTING, Scene


def place_of(scene: Scene, widget: QWidget) -> QRect:
    """Where a widget is on the panel."""
    return QRect(widget.mapTo(scene.panel, QPoint(0, 0)), widget.size())


def is_beside(scene: Scene, setting: str) -> bool:
    """Whether the notice stands right of the form, on the line of a field, with its arrow on the field's middle."""
    field, notice = place_of(scene, scene.panel.plan.field_of(setting)), place_of(scene, scene.panel.notice)
    arrow = place_of(scene, scene.panel.floating.arrow)
    level = notice.top() <= field.center().y() <= notice.bottom() and abs(arrow.center().y() - field.center().y()) < 3
    return scene.panel.floating.arrow.isVisible() and level and field.right() < arrow.left() < notice.left()


def is_low(scene: Scene) -> bool:
    """Whether the notice stands at the lower edge of the plots."""
    return scene.panel.notice.isVisible() and place_of(scene, scene.panel.notice).bottom() > scene.panel.height() - 12


def type_rate(qtbot: QtBot, scene: Scene, rate: str) -> None:
    """Type a learning rate over the one that stands in the field."""
    field = scene.panel.plan.field_of("learning_rate").editor()
    qtbot.mouseDClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, rate)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("size", [(1024, 360), (1300, 360), (1300, 300)])
def test_a_warning_stands_beside_its_field_and_over_no_field(scene: Scene, qtbot: QtBot, size: tuple[int, int]) -> None:
    scene.panel.resize(*size)
    before = {name: place_of(scene, form) for name, form in scene.panel.plan.forms.items()}
    type_rate(qtbot, scene, "10")
    assert is_beside(scene, "learning_rate")
    notice = place_of(scene, scene.panel.notice)
    assert scene.panel.rect().contains(notice) and not notice.intersects(place_of(scene, scene.panel.tabs))
    assert {name: place_of(scene, form) for name, form in scene.panel.plan.forms.items()} == before, "nothing moves"
    scene.press(qtbot, "Use learning rate 0.003")
    assert scene.panel.notice.isHidden() and scene.panel.floating.arrow.isHidden()


def test_a_warning_goes_with_its_field_and_below_the_plots_while_that_is_out_of_view(
    scene: Scene, qtbot: QtBot
) -> None:
    type_rate(qtbot, scene, "10")
    bar = scene.panel.plan.verticalScrollBar()
    bar.setValue(20)
    assert is_beside(scene, "learning_rate")
    bar.setValue(bar.maximum())
    panel = scene.panel
    assert panel.floating.arrow.isHidden() and is_low(scene)
    bar.setValue(0)
    assert is_beside(scene, "learning_rate")
    panel.show_runs()
    assert panel.floating.arrow.isHidden() and is_low(scene)
    panel.show_plan()
    assert is_beside(scene, "learning_rate")


def test_what_a_training_shows_is_said_beside_the_field_that_is_brought_into_view(scene: Scene, qtbot: QtBot) -> None:
    patience = scene.panel.plan.field_of("patience")
    assert patience.visibleRegion().isEmpty()
    scene.panel.tabs.tabBar().setFocus()
    scene.panel.plan.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # a test before may have left the pointer
    scene.begin()
    scene.epochs(OVERFITTING)
    qtbot.waitUntil(lambda: is_beside(scene, "patience"))
    scene.press(qtbot, "Dismiss")
    scene.say(samples.finished())
    scene.panel.plan.verticalScrollBar().setValue(0)
    scene.panel.plan.field_of("epochs").editor().setFocus()
    scene.begin()
    scene.epochs(OVERFITTING)
    assert "overfits" in scene.panel.notice.text
    assert scene.panel.plan.verticalScrollBar().value() == 0, "nothing scrolls under the hand"
    assert scene.panel.floating.arrow.isHidden()


def test_what_is_of_no_field_stands_beside_none(scene: Scene, qtbot: QtBot) -> None:
    type_rate(qtbot, scene, "10")
    scene.panel.notice.say("Written to curves.csv.", "ok")
    assert scene.panel.floating.arrow.isHidden()
    assert is_low(scene)
