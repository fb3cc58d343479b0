"""Preferences act at once, are kept, and say what holds on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.events import TrainingNote
from app.protocol.training_messages import Resume, Train
from widgets.shell.actions.preference_actions import preferences_dialog
from widgets.shell.preferences import as_settings
from widgets.shell.preferences_dialog import EDGE
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


def test_preferences_act_at_once_and_are_kept(window: MainWindow, netloom_home: Path) -> None:
    window.commands["preferences"].trigger()
    window.preferences.set("theme", "dark")
    assert window.themes.theme.dark
    window.commands["projector"].trigger()
    assert window.themes.theme.scale == pytest.approx(1.5)
    assert '"projector": true' in (netloom_home / "preferences.json").read_text("utf-8")
    window.preferences.set("projector", False)
    window.preferences.set("theme", "light")


@pytest.mark.built("training")
def test_memory_for_data_is_a_preference_that_the_worker_hears(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[float] = []
    assert window.training.controller is not None
    link = window.training.controller.link
    monkeypatch.setattr(link, "settle", lambda command: settled.append(command.gigabytes))
    window.commands["preferences"].trigger()
    dialog = window.part(preferences_dialog)
    box = dialog.form.findChild(QWidget, "memory")
    assert box is not None
    field = box.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "2.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert settled == [2.5]
    window.preferences.set("theme", "dark")
    window.preferences.set("memory", 0.0)
    window.preferences.set("theme", "light")
    assert settled[1:] == [0.0]


@pytest.mark.built("training")
def test_event_files_for_tensorboard_are_a_preference_and_their_end_is_told(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    controller = window.training.controller
    assert controller is not None and not controller.tensorboard
    asked: list[Train | Resume] = []
    monkeypatch.setattr(controller.link, "request", lambda request, *_: asked.append(request))
    window.preferences.set("tensorboard", True)
    controller.train(window.session.document)
    controller.link.training_event.emit(TrainingNote("The TensorBoard log ends after step 5."))
    assert "The TensorBoard log ends after step 5." in {notice.text for notice in window.banners.notices}
    controller.link.lost.emit("It is gone.")
    controller.resume(tmp_path)
    assert [request.tensorboard for request in asked] == [True, True]
    controller.link.lost.emit("It is gone.")
    window.preferences.set("tensorboard", False)
    assert not controller.tensorboard


def test_the_preferences_open_in_full_the_first_time_already(window: MainWindow) -> None:
    window.commands["preferences"].trigger()
    dialog = window.part(preferences_dialog)
    QApplication.processEvents()
    first = dialog.size()
    assert dialog.area.verticalScrollBar().maximum() == 0
    dialog.close()
    window.commands["preferences"].trigger()
    assert dialog.size() == first
    dialog.close()


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
@pytest.mark.parametrize("projector", [False, True])
def test_the_preferences_fit_into_the_window_and_leave_no_room_empty(
    window: MainWindow, size: tuple[int, int], projector: bool
) -> None:
    window.preferences.set("projector", projector)
    window.resize(*size)
    window.commands["preferences"].trigger()
    QApplication.processEvents()
    dialog = window.part(preferences_dialog)
    port, scrolled = dialog.area.viewport(), dialog.area.verticalScrollBar().maximum()
    within = QSize(dialog.frameGeometry().size())
    assert within.width() <= window.width() and within.height() <= window.height()
    last = max(label.mapTo(port, label.rect().bottomLeft()).y() for label in dialog.form.findChildren(QLabel))
    assert scrolled > 0 or 0 <= port.height() - last < 3 * dialog.fontMetrics().height(), (port.height(), last)
    assert scrolled == 0 or dialog.height() == window.height() - 2 * EDGE, "it scrolls only where there is no room"
    dialog.close()


@pytest.mark.parametrize(("said", "told"), [("", "a quarter of this machine"), ("2.5", "NETLOOM_MEMORY comes before")])
def test_the_preference_for_memory_says_what_holds_here(said: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETLOOM_MEMORY", said)
    spec = next(one for one in as_settings() if one.name == "memory")
    assert told in spec.help
    assert spec.unit == "GB"
