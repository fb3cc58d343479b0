"""A trained project that is left without saving: what stays of it is said when asked, and whenever it is met again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.app.protocol import samples
from tests.widgets.conftest import close
from tests.widgets.shell.test_another_project import rows_of, train_shortly
from tests.widgets.shell.test_continued import begin_training, tell
from tests.widgets.shell.test_window import choose, said
from widgets.launch import make_window
from widgets.look import file_dialogs
from widgets.shell.banners import LOOK_MS
from widgets.shell.coach_marks import CoachMarks
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS

pytestmark = pytest.mark.built("training")

LEFT = Qt.MouseButton.LeftButton
KEPT = "Without saving, it stays under Continue on the start page, as it was last trained"


@pytest.fixture
def trained(window: MainWindow, netloom_home: Path) -> MainWindow:
    """A window whose example, which has no file, was trained."""
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    train_shortly(window, netloom_home / "runs" / "digits-20260101-030405", 0.985)
    return window


def asked(window: MainWindow) -> str:
    """What the question in the middle of the window says."""
    return " ".join(label.text() for label in window.banners.sheet.findChildren(QLabel) if label.isVisible())


def again(qtbot: QtBot) -> MainWindow:
    """The program is started again."""
    made = make_window()
    made.resize(1280, 820)
    made.show()
    qtbot.waitExposed(made)
    made.loader.require("understand")
    return made


def test_what_was_edited_since_the_last_run_is_said_to_be_lost(trained: MainWindow, qtbot: QtBot) -> None:
    window, network = trained, trained.session.document.network
    title, before = window.session.title, network.ids
    window.workbench.add_layer("relu")
    window.show_start()
    qtbot.mouseClick(window.start.new, LEFT)
    assert f"{KEPT}, without what was edited since." in asked(window)
    choose(qtbot, window, "Do not save")
    (row,) = rows_of(window)
    assert (row.name, row.below) == (f"{title} (unsaved)", "Trained: 98.5 % on the test set")
    qtbot.mouseClick(row, LEFT)
    assert window.session.document.network.ids == before
    assert said(window) == [f"{title} was not saved: it is here as its last run has it."]


def test_the_last_run_has_all_where_nothing_was_edited_since(
    window: MainWindow, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    window.workbench.add_layer("relu")
    train_shortly(window, netloom_home / "runs" / "digits-20260101-030405", 0.985)
    edited = set(window.session.document.network.ids)
    window.close()
    assert f"{KEPT}." in asked(window)
    choose(qtbot, window, "Close without saving")
    made = again(qtbot)
    try:
        (row,) = rows_of(made)
        qtbot.mouseClick(row, LEFT)
        assert set(made.session.document.network.ids) == edited
    finally:
        close(made)


def test_the_mark_stays_through_every_restart_until_it_is_saved(
    trained: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    title = trained.session.title
    trained.close()
    for _ in range(2):  # left at once, its run not looked for yet, and once more
        made = again(qtbot)
        (row,) = rows_of(made)
        assert row.name == f"{title} (unsaved)"
        qtbot.mouseClick(row, LEFT)
        assert made.windowTitle() == f"{title} * - Netloom" and made.bar.title.accessibleName() == f"{title}, unsaved"
        made.show_start()
        assert made.start.back is not None and made.start.back.name == f"{title} (unsaved)"
        made.close()
        assert not made.isVisible()
        close(made)
    made = again(qtbot)
    try:
        qtbot.mouseClick(rows_of(made)[0], LEFT)
        monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / "mine.netloom"), ""))
        choose(qtbot, made, "Save…")
        assert made.windowTitle() == "mine.netloom - Netloom"
        assert rows_of(made) == [] and made.start.back is not None and made.start.back.name == "mine"
    finally:
        close(made)


def test_what_was_never_trained_is_gone_and_no_more_is_promised(window: MainWindow, qtbot: QtBot) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    window.workbench.add_layer("relu")
    window.show_start()
    qtbot.mouseClick(window.start.new, LEFT)
    assert "Continue" not in asked(window)
    choose(qtbot, window, "Do not save")
    assert rows_of(window) == []


def test_the_tour_says_where_the_project_stays_that_it_puts_away(trained: MainWindow, qtbot: QtBot) -> None:
    title = trained.session.title
    assert "stays under Continue" in trained.bar.title.toolTip()
    trained.show_start()
    qtbot.mouseClick(trained.start.tour, LEFT)
    assert trained.part(CoachMarks).active and said(trained) == [f"{title} has no file yet. {KEPT}."]
    row = rows_of(trained)[0]
    assert row.name == f"{title} (unsaved)"


def test_closing_goes_on_once_nothing_is_at_stake_any_more(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    controller = begin_training(window, netloom_home / "runs" / "digits-20260101-030405")
    assert not window.close() and asked(window).startswith("A run is in progress")
    qtbot.wait(2 * LOOK_MS)
    assert window.isVisible() and asked(window)
    tell(controller, samples.finished(run=str(controller.run), test={"accuracy": 0.9}))
    qtbot.waitUntil(lambda: not window.isVisible())


def test_closing_asks_anew_once_something_else_is_at_stake(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    controller = begin_training(window, netloom_home / "runs" / "digits-20260101-030405")
    window.workbench.add_layer("relu")
    assert not window.close() and asked(window).endswith(
        "A run is in progress; it stops when the window closes, and can be resumed later."
    )
    tell(controller, samples.finished(run=str(controller.run), test={"accuracy": 0.9}))
    qtbot.waitUntil(lambda: asked(window) == "digits.netloom has unsaved edits. Without saving, they are lost.")
    assert window.isVisible()


def test_a_project_left_in_its_first_training_is_kept(window: MainWindow, netloom_home: Path, qtbot: QtBot) -> None:
    window.files.open_shipped(PRESETS / "digits_mlp.netloom", lambda: None)
    title, controller = window.session.title, window.training.controller
    assert controller is not None
    train_shortly(window, netloom_home / "runs" / "digits-20260101-030405", 0.985)
    controller._begin(netloom_home / "runs" / "digits-20260101-030405")
    window.close()
    choose(qtbot, window, "Stop and close")
    made = again(qtbot)
    try:
        (row,) = rows_of(made)
        assert (row.name, row.below) == (f"{title} (unsaved)", "As its last run has it")
    finally:
        close(made)
