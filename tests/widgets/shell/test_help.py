"""The Help menu by mouse and keyboard: the guide with its search, keys, about, a report, and the tour."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QPixmap, QTextDocument
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.system.about import libraries, netloom_version
from app.system.guide_pages import FIRST, guide_pages
from widgets.description.found_sections import MARKUP
from widgets.description.guide_reader import GuideReader
from widgets.look import file_dialogs
from widgets.shell.action_registry import discover
from widgets.shell.actions.help_actions import about_dialog, guide_window, report_dialog
from widgets.shell.coach_marks import MARKS, TRAIN, UNTRAINED, CoachMarks, place_beside
from widgets.shell.keys_page import keys_page
from widgets.shell.lesson_guide import LessonGuide
from widgets.shell.window import MainWindow
from widgets.start.lesson_shelf import lessons

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def choose(window: MainWindow, qtbot: QtBot, id: str) -> None:
    """Click an entry of the Help menu."""
    menu = next(menu for menu in window.bar.submenus if menu.title() == "Help")
    menu.popup(QPoint(0, 0))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(window.commands[id]).center())


def guide_of(window: MainWindow) -> GuideReader:
    return window.part(guide_window).guide


def test_getting_started_opens_the_first_page_with_its_picture(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, qtbot, "getting_started")
    guide = guide_of(window)
    assert guide.isVisible()
    assert guide.page is not None and guide.page.id == FIRST
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = guide.reader.loadResource(kind, QUrl("first-network.png"))
    assert picture is not None
    assert 0 < picture.width() <= guide.reader.viewport().width() * guide.reader.devicePixelRatioF()  # type: ignore[attr-defined]
    for outside in ("../../README.md", "/etc/hostname", "nothing.png"):
        assert guide.reader.picture(outside) is None
        nothing = guide.reader.loadResource(kind, QUrl(outside))
        assert isinstance(nothing, QPixmap) and nothing.size() == QSize(1, 1)
    guide.window().close()


def test_the_search_looks_through_all_pages_and_marks_what_it_found(window: MainWindow, qtbot: QtBot) -> None:
    window.commands["guide"].trigger()
    guide = guide_of(window)
    qtbot.keyClicks(guide.search, "momentum optimiser")
    assert guide.list.count() > 0
    assert "Momentum" in guide.list.item(0).text()
    markup = guide.list.item(0).data(MARKUP).markup
    assert re.search(r"<span style='background-color: #\w+'>Momentum</span>", markup) and "**" not in markup
    assert guide.list.visualItemRect(guide.list.item(0)).height() > 2 * guide.list.fontMetrics().height()
    row = guide.list.viewport().grab(guide.list.visualItemRect(guide.list.item(0))).toImage()
    hues = {row.pixelColor(x, y).name() for x in range(row.width()) for y in range(row.height())}
    assert window.themes.theme.selection.name() in hues
    qtbot.keyClick(guide.search, Qt.Key.Key_Down)
    qtbot.keyClick(guide.list, Qt.Key.Key_Return)
    assert guide.page is not None and guide.page.id == "glossary"
    assert guide.reader.textCursor().block().text() == "Momentum"
    assert guide.reader.extraSelections()
    guide.search.clear()
    qtbot.keyClicks(guide.search, "xyzzy")
    assert guide.nothing.isVisible()
    guide.window().close()


def test_links_lead_from_page_to_page_and_back(window: MainWindow, qtbot: QtBot) -> None:
    window.commands["guide"].trigger()
    guide = guide_of(window)
    guide.show_guide(FIRST)
    guide.reader.linked.emit("../data.md")
    assert guide.page is not None and guide.page.id == "data"
    guide.reader.linked.emit("guide/classes-and-labels.md#several-labels")
    assert guide.page.id == "classes-and-labels"
    assert guide.reader.textCursor().block().text() == "Several labels"
    qtbot.mouseClick(guide.back, LEFT)
    qtbot.mouseClick(guide.back, LEFT)
    assert guide.page.id == FIRST
    assert not guide.back.isEnabled()
    qtbot.mouseClick(guide.forward, LEFT)
    assert guide.page.id == "data"
    guide.window().close()


def test_every_link_between_pages_and_every_picture_is_found_by_the_reader(window: MainWindow) -> None:
    window.commands["guide"].trigger()
    guide = guide_of(window)
    shown = 0
    for page in guide_pages():
        guide.show_guide(page.id)
        block = guide.reader.document().begin()
        while block.isValid():
            iterator = block.begin()
            while not iterator.atEnd():
                letters = iterator.fragment().charFormat()
                iterator += 1
                if letters.isImageFormat():
                    name = letters.toImageFormat().name()
                    kind = QTextDocument.ResourceType.ImageResource.value
                    assert guide.reader.loadResource(kind, QUrl(name)) is not None, (page.id, name)
                    shown += 1
            block = block.next()
    assert shown > 20
    guide.window().close()


def test_the_page_of_keys_holds_every_key_of_the_registries(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, qtbot, "keys")
    guide = guide_of(window)
    text = keys_page().text
    for action in discover():
        if action.keys:
            assert action.title.removesuffix("…") in text
    assert "Ctrl+Shift+P" in guide.reader.toPlainText()
    qtbot.keyClicks(guide.search, "projector")
    assert any("Keys" in guide.list.item(row).text() for row in range(guide.list.count()))
    guide.window().close()


def test_the_keys_are_opened_from_the_guide_without_what_was_looked_for_before(
    window: MainWindow, qtbot: QtBot
) -> None:
    choose(window, qtbot, "guide")
    guide = guide_of(window)
    qtbot.waitUntil(guide.search.hasFocus)
    qtbot.keyClicks(guide.search, "momentum")
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(guide.search, Qt.Key.Key_F1, control | Qt.KeyboardModifier.ShiftModifier)
    assert guide.page is not None and guide.page.id == "keys"
    assert guide.search.text() == ""
    assert guide.list.currentItem().text() == "Keys and wires"
    qtbot.keyClicks(guide.search, "momentum")
    qtbot.keyClick(guide.search, Qt.Key.Key_F1, control)
    assert guide.search.selectedText() == "momentum"
    assert guide.page.id == "keys"
    guide.window().close()


def test_the_guide_is_never_larger_than_the_screen(window: MainWindow) -> None:
    window.commands["guide"].trigger()
    guide = guide_of(window).window()
    guide.close()
    guide.resize(5000, 5000)
    window.commands["guide"].trigger()
    room = guide.screen().availableGeometry()
    assert guide.width() < room.width() and guide.height() < room.height()
    guide.close()


def test_lines_of_code_stand_one_below_the_other(window: MainWindow) -> None:
    window.commands["guide"].trigger()
    guide = guide_of(window)
    guide.reader.show_text("Before.\n\n```\nfirst\nsecond\n```\n\nAfter.\n")
    document = guide.reader.document()
    tops = [document.documentLayout().blockBoundingRect(document.findBlockByNumber(at)).top() for at in range(4)]
    assert tops[2] - tops[1] < 1.3 * guide.reader.fontMetrics().height() < tops[3] - tops[2] + 8
    guide.window().close()


def test_about_tells_versions_licences_and_machine_and_copies_them(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, qtbot, "about")
    dialog = window.part(about_dialog)
    shown = dialog.reader.toPlainText()
    assert netloom_version() in shown
    assert {"torch", "PySide6-Essentials", "numpy"} <= {each.name for each in libraries()}
    qtbot.mouseClick(dialog.copy, LEFT)
    copied = QGuiApplication.clipboard().text()
    for library in libraries():
        assert f"{library.name} {library.version}" in copied
        assert library.version in shown
    dialog.close()


def test_a_report_shows_what_it_holds_is_saved_and_opens_no_socket(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    choose(window, qtbot, "report")
    dialog, target = window.part(report_dialog), tmp_path / "report.txt"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(target), ""))
    qtbot.keyClicks(dialog.text, "It went dark. ")
    qtbot.mouseClick(dialog.save, LEFT)
    assert target.read_text("utf-8") == dialog.text.toPlainText()
    assert "It went dark." in target.read_text("utf-8") and f"Netloom {netloom_version()}" in target.read_text("utf-8")
    assert str(Path.home()) not in target.read_text("utf-8")
    qtbot.mouseClick(dialog.copy, LEFT)
    assert QGuiApplication.clipboard().text() == dialog.text.toPlainText()
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / "no" / "report.txt"), ""))
    qtbot.mouseClick(dialog.save, LEFT)
    assert dialog.done_label.property("tone") == "error"
    dialog.close()


def test_the_tour_is_taken_by_keyboard_and_blocks_nothing(window: MainWindow, qtbot: QtBot) -> None:
    assert window.start.tour_offer.isVisible()
    qtbot.mouseClick(window.start.tour, LEFT)
    tour = window.part(CoachMarks)
    for number, mark in enumerate(MARKS, 1):
        qtbot.waitUntil(tour.card.next.hasFocus)
        assert tour.card.where.text() == f"{number} of {len(MARKS)}"
        assert tour.card.title.text() == mark.title
        assert tour.ring.isVisible(), mark.target
        assert window.rect().contains(tour.card.geometry())
        assert window.workbench.workspace == mark.workspace
        if mark.target == TRAIN:
            assert tour.card.next.text() == "Train now" and not window.training.active
            qtbot.keyClick(tour.card.next, Qt.Key.Key_Return)
            assert tour.card.title.text() == mark.title and window.training.active
            assert tour.card.next.text() == "Next" and tour.card.next.hasFocus()
        qtbot.keyClick(tour.card.next, Qt.Key.Key_Return)
    assert not tour.active
    assert not window.preferences["offer_tour"]
    window.commands["tour"].trigger()
    layers = len(window.session.document.network)
    window.workbench.add_layer("relu")  # the window is used meanwhile
    assert tour.active and len(window.session.document.network) == layers + 1
    assert tour.card in window.panes
    qtbot.keyClick(tour.card.next, Qt.Key.Key_Right)
    qtbot.mouseClick(tour.card.back, LEFT)
    assert tour.card.where.text().startswith("1 ")
    qtbot.keyClick(tour.card.next, Qt.Key.Key_Escape)
    assert not tour.active
    assert tour.card not in window.panes


@pytest.mark.parametrize("stop", [0, len(MARKS) - 1])
def test_ctrl_q_quits_at_once_wherever_the_tour_is(window: MainWindow, qtbot: QtBot, stop: int) -> None:
    qtbot.mouseClick(window.start.tour, LEFT)
    tour = window.part(CoachMarks)
    for mark in MARKS[:stop]:
        qtbot.waitUntil(tour.card.next.hasFocus)
        qtbot.mouseClick(tour.card.next, LEFT)
        if mark.target == TRAIN:
            assert window.training.active, "the example is trained on the way"
            qtbot.mouseClick(tour.card.next, LEFT)
    assert tour.card.where.text().startswith(f"{stop + 1} ")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not window.isVisible() and window.notices == ()


def test_an_edit_on_the_tour_is_asked_about_and_so_is_a_training_after_it(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.start.tour, LEFT)
    tour = window.part(CoachMarks)
    window.workbench.add_layer("relu")
    assert not window.close() and "has unsaved edits. Without saving, they are lost." in window.notices[0]
    window.withdraw("closing")
    window.session.document.undo()
    qtbot.keyClick(tour.card.next, Qt.Key.Key_Escape)
    window.commands["train"].trigger()
    assert window.training.active and not window.close()
    assert window.notices[0].startswith("A run is in progress")


def to_the_end_of_the_tour(window: MainWindow, qtbot: QtBot) -> CoachMarks:
    """Take the tour to its last stop."""
    qtbot.mouseClick(window.start.tour, LEFT)
    tour = window.part(CoachMarks)
    for _ in MARKS[1:]:
        qtbot.waitUntil(tour.card.next.hasFocus)
        assert not tour.card.train.isVisible() and not tour.card.lesson.isVisible()
        qtbot.mouseClick(tour.card.go_on if tour.card.go_on.isVisible() else tour.card.next, LEFT)
    assert tour.card.text.text() == UNTRAINED
    assert tour.card.title.text() == MARKS[-1].title
    return tour


def test_the_tour_ends_with_a_training_at_one_click(window: MainWindow, qtbot: QtBot) -> None:
    tour = to_the_end_of_the_tour(window, qtbot)
    begun: list[str] = []
    window.commands["train"].triggered.connect(lambda: begun.append(window.workbench.workspace))
    qtbot.mouseClick(tour.card.train, LEFT)
    assert begun == ["train"] and not tour.active


def test_the_tour_ends_with_the_first_lesson_at_one_click(window: MainWindow, qtbot: QtBot) -> None:
    tour = to_the_end_of_the_tour(window, qtbot)
    qtbot.mouseClick(tour.card.lesson, LEFT)
    assert not tour.active
    course = window.part(LessonGuide).course
    assert course is not None and course.lesson.id == lessons()[0].id
    assert window.workbench.lesson.isVisible()


def place_of(window: MainWindow, name: str) -> QRect:
    """Where the part with this object name is in the window."""
    part = next(each for each in window.findChildren(QWidget, name) if each.isVisible())
    return QRect(part.mapTo(window, QPoint(0, 0)), part.size())


def layers_of(window: MainWindow) -> list[QRect]:
    """Where the layers are in the window."""
    canvas = window.workbench.canvas
    origin = canvas.viewport().mapTo(window, QPoint(0, 0))
    rects = (canvas.mapFromScene(card.rect).boundingRect() for card in canvas.board.cards.values())
    return [rect.translated(origin) for rect in rects]


@pytest.mark.parametrize("projector", [False, True])
@pytest.mark.parametrize("size", [(1024, 700), (1366, 768), (1440, 900)])
def test_the_tour_never_covers_what_it_points_at(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], projector: bool
) -> None:
    window.preferences.set("projector", projector)
    window.resize(*size)
    qtbot.mouseClick(window.start.tour, LEFT)
    tour, places = window.part(CoachMarks), list[QRect]()
    for mark in MARKS:
        qtbot.waitUntil(tour.card.next.hasFocus)
        QApplication.processEvents()
        card, room = tour.card.geometry(), window.rect()
        places.append(card)
        assert room.contains(card), mark.title
        assert not card.intersects(QRect(window.bar.mapTo(window, QPoint()), window.bar.size())), mark.title
        pointed = layers_of(window) if mark.target == "canvas" else [place_of(window, mark.target)]
        assert pointed and not [rect for rect in pointed if rect.intersects(card)], (mark.title, card, pointed)
        assert all(tour.ring.geometry().contains(rect) for rect in pointed), mark.title
        assert tour.card.height() >= tour.card.heightForWidth(tour.card.width()), mark.title
        qtbot.mouseClick(tour.card.go_on if tour.card.go_on.isVisible() else tour.card.next, LEFT)
    assert not tour.active
    assert all(card.size() == places[0].size() for card in places)
    # Only the large text of the projector leaves too little room beside the layers or the views on a small screen.
    assert sum(card != places[0] for card in places) <= (2 if projector else 0), places


def test_without_room_beside_it_the_tour_stands_in_the_corner_that_is_free() -> None:
    room = QRect(0, 0, 400, 300)
    lower_right = QRect(200, 150, 200, 150)
    place = place_beside(room, room, [QSize(180, 100)], [lower_right])
    assert room.contains(place) and not place.intersects(lower_right)


def test_a_tour_that_is_skipped_is_offered_no_more(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.start.no_tour, LEFT)
    assert not window.start.tour_offer.isVisible()
    assert not window.preferences["offer_tour"]
    assert window.commands["tour"].isEnabled()
