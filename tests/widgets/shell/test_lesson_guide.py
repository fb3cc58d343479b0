"""Lessons in the window: chosen on the start page, worked through by mouse and keyboard, kept for another day."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from app.lessons.lesson_files import kept_progress
from tests.app.protocol.samples import epoch, started
from widgets.lessons.lesson_panel import LessonPanel
from widgets.lessons.number_pictures import NumberPicture
from widgets.lessons.question import EMPTY, NO_NUMBER, WRONG, read_number
from widgets.look import file_dialogs
from widgets.panels.problems import Problems
from widgets.shell.actions.link_actions import LinkActions
from widgets.shell.lesson_guide import LessonGuide
from widgets.shell.window import MainWindow
from widgets.start.lesson_shelf import LessonSketch, lessons

pytestmark = pytest.mark.built("training")

LEFT = Qt.MouseButton.LeftButton
OWN: dict[str, Any] = {
    "lesson": 1, "id": "own", "title": "My own", "summary": "A test", "minutes": 1, "start": "empty",
    "steps": [
        {"title": "Draw", "text": "Text", "task": "Add a dense layer.", "goals": [{"kind": "setting", "section": "plan",
         "name": "epochs", "value": 3}], "hint": "Look [there](workspace:data).", "done": "Good."},
        {"title": "Ask", "text": "Text", "question": {"ask": "Which?", "choices": ["this", "that"], "answer": 2}},
        {"title": "Look", "text": "Text", "task": "Look.", "goals": [{"kind": "visit", "place": "understand:weights"}]},
        {"title": "Train", "text": "Text", "task": "Train.", "goals": [{"kind": "trained", "epochs": 1}]},
        {"title": "End", "text": "Text"},
    ],
}  # fmt: skip


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A lesson that a lesson_guide wrote."""
    path = tmp_path / "own.json"
    path.write_text(json.dumps(OWN), "utf-8")
    return path


def pane_of(window: MainWindow) -> LessonPanel:
    return window.workbench.lesson


def ticked(window: MainWindow, qtbot: QtBot) -> None:
    pane = pane_of(window)
    qtbot.waitUntil(lambda: pane.sign.tick.done, timeout=30_000)


def fewer(problems: Problems, before: int) -> bool:
    return len(problems.hint_rows) < before


def said(window: MainWindow) -> list[str]:
    return [notice.text for notice in window.banners.notices]


def test_a_lesson_is_chosen_on_the_start_page_and_opens_its_project(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.start.kinds.button(1), LEFT)
    assert window.start.lessons.isVisible()
    window.start.search.setText("pooling")
    shown = [card for card in window.start.lessons.cards if card.isVisible()]
    card = next(card for card in shown if card.lesson.id == "pooling")
    assert len(shown) < len(window.start.lessons.cards)
    qtbot.mouseClick(card, LEFT)
    assert "cross" in window.session.document.network
    pane = pane_of(window)
    assert pane.isVisible()
    assert pane.where.text() == "Step 1 of 7"


def test_a_question_is_answered_wrongly_then_rightly(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("pooling")
    pane = pane_of(window)
    for typed, verdict in (("", EMPTY), ("many", NO_NUMBER), ("12", WRONG)):
        pane.question.field.clear()
        qtbot.keyClicks(pane.question.field, typed)
        qtbot.mouseClick(pane.question.check, LEFT)
        assert pane.question.verdict.text() == verdict
    pane.question.field.clear()
    qtbot.keyClicks(pane.question.field, "20")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    assert pane.question.verdict.text().startswith("Right.")
    assert pane.where.text() == "Step 1 of 7, 1 done"
    assert pane.next.text() == "Next"


def test_matrices_are_pictures_and_the_result_comes_with_the_answer(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("convolution_arithmetic")
    pane = pane_of(window)
    assert not pane.pictures.isVisible()
    for _ in range(2):
        qtbot.mouseClick(pane.skip, LEFT)
    picture, kernel = pane.pictures.findChildren(NumberPicture)
    assert kernel.accessibleName() == "Kernel, 3 × 3"
    assert kernel.accessibleDescription() == "1 0 1; 0 1 0; 1 0 1"
    qtbot.waitUntil(
        lambda: all(pane.pictures.rect().contains(each.geometry()) for each in (picture, kernel)), timeout=5_000
    )
    painted = picture.grab().toImage()
    colours = {painted.pixelColor(x, y).name() for x in range(painted.width()) for y in range(painted.height())}
    assert {"#000000", "#ffffff", window.themes.theme.accent.name()} <= colours
    assert not pane.results.isVisible()
    qtbot.keyClicks(pane.question.field, "4")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    (result,) = pane.results.findChildren(NumberPicture)
    assert result.accessibleDescription() == "4 3 4; 2 4 3; 2 3 4"
    qtbot.waitUntil(lambda: result.visibleRegion().boundingRect() == result.rect())  # scrolled to
    qtbot.mouseClick(pane.next, LEFT)
    assert not pane.pictures.isVisible() and not pane.results.isVisible()


def test_an_edit_ticks_the_task(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("steps_do_not_learn")
    pane = pane_of(window)
    qtbot.mouseClick(pane.next, LEFT)
    for _ in range(2):
        qtbot.mouseClick(pane.skip, LEFT)
    assert not pane.hint.isVisible()
    qtbot.mouseClick(pane.ask_hint, LEFT)
    assert pane.hint.isVisible()
    window.workbench.canvas.select(["step1"])
    assert window.workbench.inspector.isVisible()
    assert pane.isVisible()
    for kind in ("step1", "step2"):
        with window.session.document.transaction("Change"):
            window.session.document.remove(kind)
    assert not pane.sign.tick.done
    window.session.document.undo()
    window.session.document.undo()
    qtbot.waitUntil(lambda: bool(window.workbench.problems.hint_rows), timeout=30_000)
    while window.workbench.problems.hint_rows:
        before = len(window.workbench.problems.hint_rows)
        qtbot.mouseClick(window.workbench.problems.hint_rows[0].buttons[0], LEFT)
        rows = window.workbench.problems
        qtbot.waitUntil(partial(fewer, rows, before), timeout=30_000)
    ticked(window, qtbot)
    assert kept_progress("steps_do_not_learn") is not None


def test_a_lesson_of_ones_own_from_beginning_to_end(window: MainWindow, own: Path, qtbot: QtBot) -> None:
    window.open_lesson(own)
    pane = pane_of(window)
    assert window.training.controller is not None
    assert not pane.done.isVisible()
    with window.session.document.transaction("Plan"):
        window.session.document.set_section("plan", {"epochs": 3})
    ticked(window, qtbot)
    assert pane.done.isVisible()
    qtbot.mouseClick(pane.next, LEFT)
    qtbot.mouseClick(pane.question.check, LEFT)
    assert pane.question.verdict.text() == EMPTY
    for number in (0, 1):
        pane.question.choices[number].button.setChecked(True)
        qtbot.mouseClick(pane.question.check, LEFT)
    assert pane.question.verdict.text().startswith("Right")
    qtbot.mouseClick(pane.next, LEFT)
    window.part(LinkActions).follow("understand:weights")
    ticked(window, qtbot)
    assert pane.isVisible()
    qtbot.mouseClick(pane.next, LEFT)
    controller = window.training.controller
    controller.started.emit(started(parameters=3))
    controller.epoch_ended.emit(epoch(train={"loss": 1.0}, validation={"loss": 1.0}, step=2))
    ticked(window, qtbot)
    qtbot.mouseClick(pane.next, LEFT)
    assert pane.next.text() == "Finish"
    qtbot.mouseClick(pane.next, LEFT)
    assert not pane.isVisible()
    assert "is done" in said(window)[0]
    progress = kept_progress("own")
    assert progress is not None and progress.complete
    window.session.start_new()
    assert said(window) == []


def test_one_goes_on_where_one_stopped_and_begins_anew_after_the_end(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("waves")
    pane = pane_of(window)
    pane.question.choices[0].button.setChecked(True)
    qtbot.mouseClick(pane.question.check, LEFT)
    qtbot.mouseClick(pane.next, LEFT)
    qtbot.mouseClick(pane.leave, LEFT)
    assert window.workbench.description.isVisible()
    assert not window.commands["lesson"].isEnabled()
    window.show_lessons()
    card = next(card for card in window.start.lessons.cards if card.lesson.id == "waves")
    assert card.lesson.facts.endswith("step 2 of 6, 1 done")
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert pane.where.text() == "Step 2 of 6, 1 done"
    qtbot.mouseClick(pane.back, LEFT)
    assert pane.question.choices[0].button.isChecked()
    assert pane.question.verdict.text().startswith("Right")


def test_the_lesson_is_folded_away_and_brought_back(window: MainWindow) -> None:
    window.part(LinkActions).follow("lesson:waves")
    pane = pane_of(window)
    assert pane.isVisible()
    assert window.commands["lesson"].isChecked()
    window.commands["lesson"].trigger()
    assert not pane.isVisible()
    window.commands["lesson"].trigger()
    assert pane.isVisible()


def test_a_file_is_opened_from_the_menu_or_dropped(
    window: MainWindow, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_: (str(own), ""))
    window.commands["open_lesson"].trigger()
    assert pane_of(window).title.text() == "Lesson: My own"
    window.part(LessonGuide).end()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(own))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, buttons, keys))
    assert pane_of(window).isVisible()


def test_a_file_that_is_no_lesson_says_so(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"lesson": 1}', "utf-8")
    window.open_lesson(tmp_path / "bad.json")
    assert "bad.json: id" in said(window)[0]
    window.open_lesson("nope")
    assert "no lesson “nope”" in said(window)[0]


def test_unsaved_edits_are_asked_about_before_a_lesson_opens_its_project(window: MainWindow) -> None:
    window.files.new()
    window.workbench.add_layer("dense")
    window.open_lesson("waves")
    assert "unsaved edits" in said(window)[0]
    assert not pane_of(window).isVisible()
    dict(window.banners.notices[0].choices)["Do not save"]()
    assert pane_of(window).isVisible()
    assert "low" in window.session.document.network


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("16", 16), (" 0.25 ", 0.25), ("0,25", 0.25), ("122,304", 122304), ("122 304", 122304), ("1,234,567", 1234567),
        ("-1", -1), ("−1", -1), ("1,516.5", 1516.5), ("0,556", 0.556), ("", None), ("many", None), ("1..2", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_a_lesson_stays_in_view_beside_the_settings_in_every_workspace(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("first_cnn")
    pane = pane_of(window)
    for workspace in ("network", "train", "understand", "data", "network"):
        place = window.bar.spaces.place_of(workspace)
        qtbot.mouseClick(window.bar.spaces, LEFT, pos=place)
        qtbot.waitUntil(lambda: pane.next.isVisible() and pane.height() >= 130)
        lower = pane.next.mapTo(window, pane.next.rect().bottomRight())
        assert window.rect().contains(lower), workspace
    window.workbench.canvas.select(["dense1"])
    assert window.workbench.inspector.isVisible()
    assert pane.text.isVisible()


def test_skip_stands_away_from_next_and_next_waits_until_the_step_is_done(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("pooling")
    pane = pane_of(window)
    qtbot.waitUntil(pane.skip.isVisible)
    assert pane.skip.geometry().left() - pane.next.geometry().right() > pane.next.width()
    qtbot.mouseClick(pane.next, LEFT)
    assert pane.course is not None and pane.course.at == 0
    assert not pane.next.isEnabled()
    assert pane.next.toolTip().startswith("First answer")
    qtbot.keyClick(pane.skip, Qt.Key.Key_Space)
    assert pane.course.at == 1
    qtbot.mouseClick(pane.back, LEFT)
    qtbot.keyClicks(pane.question.field, "20")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    assert pane.next.isEnabled()
    assert not pane.next.toolTip()
    pane.next.setFocus()
    qtbot.keyClick(pane.next, Qt.Key.Key_Space)
    assert pane.course.at == 1
    assert not pane.next.isEnabled()
    assert not pane.skip.hasFocus()


def test_a_wrong_answer_can_be_followed_by_the_right_one_and_why(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("pooling")
    pane = pane_of(window)
    assert not pane.question.give_up.isVisible()
    assert not pane.next.isEnabled()
    qtbot.keyClicks(pane.question.field, "12")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    qtbot.mouseClick(pane.question.give_up, LEFT)
    step = pane.course.step if pane.course is not None else None
    assert step is not None and step.question is not None and step.question.because
    assert pane.question.field.text() == "20"
    assert pane.question.verdict.text() == f"The answer is 20. {step.question.because}"
    qtbot.mouseClick(pane.next, LEFT)
    assert pane.where.text() == "Step 2 of 7"


def test_a_lesson_says_which_it_is_and_where_one_is_and_promises_nothing_before_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    for sketch in lessons():
        go_through(window, qtbot, sketch)


def go_through(window: MainWindow, qtbot: QtBot, sketch: LessonSketch) -> None:
    window.open_lesson(sketch.id)
    pane, course = pane_of(window), window.part(LessonGuide).course
    assert course is not None
    network = window.workbench.inspector.network
    assert network.title.text() == "The network"
    assert not network.expect.isVisible() and not network.summary.isVisible()
    for number, step in enumerate(course.lesson.steps, 1):
        assert pane.title.text() == f"Lesson: {sketch.title}"
        assert pane.where.text().startswith(f"Step {number} of {sketch.steps}")
        shown = pane.text.document().toRawText().replace("\u2029", "\n")  # plain text has no hard spaces
        assert shown.startswith(f"{number}. {step.title}\n")
        assert pane.sign.text.text() == step.task or not pane.sign.isVisible()
        if number < sketch.steps:
            qtbot.mouseClick(pane.skip if pane.skip.isVisible() else pane.next, LEFT)
    assert number == sketch.steps


def test_runs_carry_the_name_of_the_lesson(window: MainWindow) -> None:
    window.open_lesson("first_cnn")
    assert window.session.state.key.name == "A first CNN"
    assert not window.session.modified


def test_a_lesson_that_opens_examples_goes_on_with_them(window: MainWindow, qtbot: QtBot) -> None:
    window.open_lesson("which_network")
    pane = pane_of(window)
    for _ in range(4):
        qtbot.mouseClick(pane.skip, LEFT)
    pane.text.linked.emit("preset:digits_cnn")
    ticked(window, qtbot)
    assert pane.isVisible()
    assert pane.where.text() == "Step 5 of 8, 1 done"


def test_a_lesson_that_ended_with_its_project_can_be_gone_on_with(window: MainWindow, project_file: Path) -> None:
    window.open_lesson("waves")
    window.files.open(project_file)
    assert not pane_of(window).isVisible()
    notice = next(notice for notice in window.banners.notices if notice.key == "lesson")
    assert "ended with its project" in notice.text
    dict(notice.choices)["Go on with it"]()
    assert pane_of(window).isVisible()
    assert not any(notice.key == "lesson" for notice in window.banners.notices)


def test_what_is_said_of_an_answer_is_scrolled_to(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1024, 700)
    window.open_lesson("pooling")
    pane = pane_of(window)

    def in_view() -> bool:
        verdict = pane.question.verdict
        lower = verdict.mapTo(pane.area.viewport(), verdict.rect().bottomLeft())
        return pane.area.viewport().rect().contains(lower)

    qtbot.keyClicks(pane.question.field, "12")
    qtbot.keyClick(pane.question.field, Qt.Key.Key_Return)
    qtbot.waitUntil(in_view)
    qtbot.mouseClick(pane.question.give_up, LEFT)
    qtbot.waitUntil(in_view)


def test_on_a_low_screen_with_large_text_the_lesson_has_the_column(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1024, 700)
    window.preferences.set("projector", True)
    window.open_lesson("pooling")
    pane = pane_of(window)
    window.show_workspace("train")
    qtbot.waitUntil(lambda: not window.workbench.side_panel.isVisible())
    assert pane.area.height() > pane.fontMetrics().height() * 3
    window.show_workspace("network")
    qtbot.waitUntil(window.workbench.side_panel.isVisible)
