"""The window stands still: no notice, fault or note moves what was there before it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.messages import Unfinished
from graph.checking.layer_info import Problem, Severity
from graph.layers.catalogue import catalogue
from widgets.data.data_view import TYPING_MS, DataView
from widgets.data.which_network import Guide
from widgets.fields.forms import SettingsForm
from widgets.look.floating import FieldFault
from widgets.plots.axis_choice import AxisChoice
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import LOOK_MS, Banners, Notice
from widgets.shell.window import MainWindow
from widgets.training.inline_notice import InlineNotice
from widgets.training.training_panel import TrainPanel
from widgets.understand.understand_panel import UnderstandPanel

pytestmark = pytest.mark.built("training")

LONG = "What was asked for cannot be done now, because something else is going on. " * 3
NOTES = ("layerNotes", "banners")


def is_note(widget: QWidget) -> bool:
    """Whether a widget is a notice or a part of one."""
    return (
        isinstance(widget, InlineNotice | FieldFault | Banners)
        or widget.property("notice") is True
        or widget.property("docked") is True
        or widget.objectName() in NOTES
    )


def places(window: QWidget) -> dict[QWidget, QPoint]:
    """Where everything in view stands in the window, apart from notices themselves."""
    found: dict[QWidget, QPoint] = {}

    def look(widget: QWidget) -> None:
        for child in widget.children():
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow() and not is_note(child):
                found[child] = child.mapTo(window, QPoint(0, 0))
                look(child)

    look(window)
    return found


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def moved(window: QWidget, act: Callable[[], object]) -> list[str]:
    """What something moves, or resizes where nothing scrolls."""
    settle()
    before = places(window)
    act()
    settle()
    after = places(window)
    return [
        f"{type(widget).__name__} {widget.objectName()} {place} to {after.get(widget)}"
        for widget, place in before.items()
        if after.get(widget) != place
        and not widget.objectName().startswith("qt_scrollarea")
        # It stands at the end of an axis, which a plot draws above what lies over it.
        and not isinstance(widget, AxisChoice)
    ]


def opened(window: MainWindow, file: Path, workspace: str) -> MainWindow:
    window.files.open(file)
    window.show_workspace(workspace)
    settle()
    return window


def inline_notices(window: MainWindow) -> list[InlineNotice]:
    return [notice for notice in window.findChildren(InlineNotice) if notice.parentWidget().isVisible()]


@pytest.mark.parametrize("workspace", ["data", "network", "train", "understand"])
@pytest.mark.parametrize("sentence", ["Short.", LONG])
def test_no_notice_of_a_workspace_moves_anything(
    qtbot: QtBot, window: MainWindow, project_file: Path, workspace: str, sentence: str
) -> None:
    opened(window, project_file, workspace)
    qtbot.wait(2 * TYPING_MS)  # Until data has been asked for, which ends what was said of the rows before.
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.show_runs()
    notices = inline_notices(window)
    assert len(notices) >= {"data": 4, "network": 0, "train": 2, "understand": 1}[workspace]
    for notice in notices:
        offer = ("Repair it", lambda: None)
        assert moved(window, partial(notice.say, sentence, "warning", offer)) == []
        assert notice.isVisible()
        assert QRect(QPoint(), window.size()).contains(QRect(notice.mapTo(window, QPoint()), notice.size()))
    assert moved(window, lambda: window.say(Notice(sentence, "error", (("Do it", lambda: None),), "first"))) == []
    assert moved(window, lambda: window.say(Notice(sentence, "warning", (), "second"))) == []
    assert all(banner.isVisible() for banner in window.banners.findChildren(QLabel))


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_a_notice_covers_nothing_that_is_said_of_the_data(
    window: MainWindow, project_file: Path, size: tuple[int, int]
) -> None:
    window.resize(*size)
    opened(window, project_file, "data")
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    window.say(Notice(LONG, "ok", (("Look at it", lambda: None),), "first"))
    settle()
    notice = QRect(window.banners.mapTo(window, QPoint()), window.banners.size())
    for told in (view.title, view.facts, view.guide_button, view.samples.tabs.tabBar()):
        assert not notice.intersects(QRect(told.mapTo(window, QPoint()), told.size())), told
    view.notes.setText(LONG)
    view.notes.show()
    window.resize(size[0], size[1] - 40)
    settle()
    assert window.banners.mapTo(window, QPoint()).y() >= view.body().mapTo(window, QPoint()).y()
    window.show_workspace("network")
    settle()
    assert window.banners.y() < notice.top()  # the upper edge of the canvas is free


def test_a_fault_beside_a_field_wraps_instead_of_running_across_the_window(window: MainWindow, qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(1024, 700)
    field = QPushButton("Name", ground)
    field.setGeometry(300, 100, 140, 28)
    ground.show()
    fault = FieldFault(field)
    fault.say(LONG)
    assert fault.width() <= 360
    assert fault.height() > 3 * fault.fontMetrics().height()
    field.resize(600, 28)
    QApplication.processEvents()
    assert fault.width() == 600


def test_notices_of_one_pane_stand_below_each_other(window: MainWindow, project_file: Path) -> None:
    opened(window, project_file, "data")
    notices = inline_notices(window)
    for notice in notices:
        notice.say("Something is to be known.")
    settle()
    areas = [QRect(notice.mapTo(window, QPoint()), notice.size()) for notice in notices]
    assert not any(one.intersects(other) for one in areas for other in areas if one is not other)


def test_a_notice_gives_its_words_room_and_is_dismissed(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    opened(window, project_file, "train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.notice.say(LONG)
    settle()
    label = panel.notice.findChild(QLabel)
    assert label is not None and label.height() >= label.heightForWidth(label.width())
    button = panel.notice.findChildren(QPushButton)[-1]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not panel.notice.isVisible()


def test_what_went_well_leaves_by_itself_and_what_is_to_be_done_stays(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.shell.banners.PASSING_MS", 150)
    window.files.new()
    window.say(Notice("Wrote network.png.", "ok", (("Show in folder", lambda: None),), "export"))
    window.say(Notice("It cannot be written.", "error", (), "save"))
    window.say(Notice("Unpack it?", "info", (("Unpack", lambda: None),), "open", open=True))
    qtbot.waitUntil(lambda: "Wrote network.png." not in window.notices, timeout=5000)
    assert window.notices == ("Unpack it?", "It cannot be written.")


def test_a_notice_that_has_the_keys_stays_until_they_are_elsewhere(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.shell.banners.PASSING_MS", 100)
    window.files.new()
    window.say(Notice("Wrote network.png.", "ok", (("Show in folder", lambda: None),), "export"))
    button = window.banners.findChildren(QPushButton)[0]
    button.setFocus()
    assert QApplication.focusWidget() is button
    qtbot.wait(400)
    assert window.notices == ("Wrote network.png.",)
    window.workbench.canvas.setFocus()
    qtbot.waitUntil(lambda: window.notices == (), timeout=5000)


def test_what_cannot_be_done_is_answered_and_leaves_by_itself(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.shell.banners.PASSING_MS", 150)
    window.files.new()
    window._tell_refusal("Dense needs a vector, but an image 16 x 5 x 5 arrives.")
    assert window.notices
    qtbot.waitUntil(lambda: window.notices == (), timeout=5000)


def test_edits_that_are_saved_are_not_asked_about_any_more(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    opened(window, project_file, "network")
    window.workbench.add_layer("dense")
    window.files.new()
    asked = ("digits.netloom has unsaved edits. Without saving, they are lost.",)
    assert window.notices == asked
    qtbot.wait(2 * LOOK_MS)
    assert window.notices == asked
    assert window.files.save()
    qtbot.waitUntil(lambda: window.notices == (), timeout=5000)


def test_why_a_network_cannot_train_is_said_until_it_is_repaired(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    opened(window, project_file, "network")
    document = window.session.document
    wire = document.network.into("dense3")["in"]
    with document.transaction("Cut"):
        document.disconnect(wire)
    window.part(TrainingActions).train()
    assert len(window.notices) == 1 and "cannot train yet" in window.notices[0]
    document.undo()
    qtbot.waitUntil(lambda: window.notices == (), timeout=5000)


def test_no_data_is_said_until_there_is_some(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    opened(window, project_file, "network")
    document = window.session.document
    chosen = document.sections["data"]
    with document.transaction("No data"):
        document.set_section("data", None)
    window.part(TrainingActions).train()
    assert window.notices == ("Choose the data to train on first.",)
    with document.transaction("Choose data"):
        document.set_section("data", chosen)
    qtbot.waitUntil(lambda: window.notices == (), timeout=5000)


@pytest.mark.parametrize("lessons", [False, True])
def test_no_notice_covers_the_switches_of_the_start_page(window: MainWindow, lessons: bool) -> None:
    window.say(Notice(LONG, "error", (("Do it", lambda: None),), "first"))
    window.say(Notice(LONG, "warning", (), "second"))
    window.show_lessons() if lessons else window.show_start()
    settle()
    banners = QRect(window.banners.mapTo(window, QPoint()), window.banners.size())
    assert window.banners.isVisible() and QRect(QPoint(), window.size()).contains(banners)
    for widget in (*window.start.kinds.buttons(), window.start.search, *window.start.topics.buttons()):
        if widget.isVisible():
            assert not banners.intersects(QRect(widget.mapTo(window, QPoint()), widget.size()))
    window.files.new()
    window.show_start()
    window.show_workbench()
    settle()
    assert window.banners.geometry().top() < window.height() // 3


def test_waiting_for_data_moves_nothing(window: MainWindow, project_file: Path) -> None:
    view = opened(window, project_file, "data").workbench.panel("data")
    assert isinstance(view, DataView)
    view.waiting.watch(7, lambda: None)
    progress = Unfinished(what="Decoding pictures", done=3, whole=9)
    assert moved(window, lambda: view.waiting._on_unfinished(7, progress)) == []
    assert view.waiting.isVisible()


def test_facts_of_the_data_move_no_tab(window: MainWindow, project_file: Path) -> None:
    view = opened(window, project_file, "data").workbench.panel("data")
    assert isinstance(view, DataView)
    before = view.samples.tabs.mapTo(window, QPoint())
    for text in ("", "One line.", LONG * 3):
        view.facts.setText(text)
        view.notes.setText(text)
        view.notes.setVisible(bool(text))
        settle()
        assert view.samples.tabs.mapTo(window, QPoint()) == before


def test_a_refused_value_moves_no_field(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    opened(window, project_file, "network")
    window.workbench.canvas.select(["conv1"])
    form = window.workbench.inspector.layer.form
    settle()
    assert moved(window, lambda: form.refuse("filters", LONG)) == []
    fault = window.findChild(FieldFault, "filtersFault")
    assert fault is not None and fault.isVisible() and fault.text() == LONG
    field = form.field("filters")
    assert fault.mapTo(window, QPoint()).y() >= field.mapTo(window, QPoint(0, field.height())).y()
    window.workbench.canvas.select(["dense3"])
    settle()
    assert not any(fault.isVisible() for fault in window.findChildren(FieldFault))


def test_a_problem_of_the_layer_moves_no_field(window: MainWindow, project_file: Path) -> None:
    opened(window, project_file, "network")
    window.workbench.canvas.select(["conv1"])
    settle()
    notes = window.workbench.inspector.layer.notes
    larger = Problem(Severity.ERROR, "conv1", "in", "The kernel is larger than the picture.")
    assert moved(window, lambda: notes.show_problems([larger])) == []
    assert notes.isVisible()
    assert notes.problem.property("tone") == "error"
    notes.show_problems([replace(larger, severity=Severity.WARNING)])
    assert notes.problem.property("tone") == "warning"
    page = window.workbench.inspector.layer
    assert moved(window, lambda: page.name.say("“a b” cannot name a layer.")) == []
    assert page.name.fault.isVisible()


def test_a_fault_of_the_last_field_stands_above_it(qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    layer = catalogue()["dense"]()
    form.show_settings(layer.settings(), {spec.name: getattr(layer, spec.name) for spec in layer.settings()})
    form.show()
    last = layer.settings()[-1].name
    form.adjustSize()
    form.refuse(last, "It cannot be so.")
    fault = next(fault for fault in form.findChildren(FieldFault) if fault.isVisible())
    assert QRect(QPoint(), form.size()).contains(fault.geometry())
    assert fault.geometry().bottom() < form.field(last).mapTo(form, QPoint()).y()


def test_notices_of_dialogs_and_tabs_move_nothing(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    guide = Guide(None)
    qtbot.addWidget(guide)
    guide.show()
    assert moved(guide, lambda: guide.notice.say(LONG)) == []
    opened(window, project_file, "understand")
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    assert moved(window, lambda: panel.notice.say(LONG)) == []


def test_a_training_that_can_be_cancelled_moves_nothing(window: MainWindow, project_file: Path) -> None:
    opened(window, project_file, "train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    before = panel.tabs.mapTo(window, QPoint()), panel.curves.loss.mapTo(window, QPoint())
    panel.strip.on_readying(Unfinished(what="Decoding pictures", done=3, whole=9))
    settle()
    assert panel.strip.cancel.isVisible()
    assert (panel.tabs.mapTo(window, QPoint()), panel.curves.loss.mapTo(window, QPoint())) == before


def test_a_button_that_disappears_hands_the_keys_on_within_its_pane(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    view = opened(window, project_file, "data").workbench.panel("data")
    assert isinstance(view, DataView)
    done = list[str]()
    view.offer.say("The output does not fit.", "warning", ("Fit the network", lambda: done.append("fitted")))
    settle()
    button = view.offer.findChildren(QPushButton)[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    settle()
    focus = QApplication.focusWidget()
    assert done == ["fitted"] and not view.offer.isVisible()
    assert focus is not None and focus.isVisible() and view.offer.parentWidget().isAncestorOf(focus)


def test_a_worker_that_does_not_answer_is_told_of_and_restarted(
    window: MainWindow, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open(project_file)
    controller = window.training.controller
    assert controller is not None
    reasons: list[str] = []
    monkeypatch.setattr(controller.link, "restart", reasons.append)
    heartbeat = controller.link.heartbeat
    heartbeat._note(silent=True)
    assert any("has not answered" in notice for notice in window.notices)
    heartbeat._note(silent=False)
    assert not any("has not answered" in notice for notice in window.notices)
    heartbeat._note(silent=True)
    *_, restart = [button for button in window.findChildren(QPushButton) if button.text() == "Restart it"]
    restart.click()
    assert not any("has not answered" in notice for notice in window.notices)
    assert reasons == ["The process that calculates was ended because it did not answer; ask again."]
