"""The glossary: its terms, its links, and the field that finds one, by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.system.guide_pages import GLOSSARY, anchor
from tests.markdown_links import anchors, links
from widgets.description.glossary import GlossaryPanel
from widgets.look.theme import ThemeSource
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


@pytest.fixture
def pane(qtbot: QtBot) -> GlossaryPanel:
    """The glossary, shown as narrow as beside the canvas."""
    made = GlossaryPanel(ThemeSource())
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.load()
    made.show()
    return made


def test_help_opens_it_beside_the_canvas_and_closes_it(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    bench = window.workbench
    assert bench is not None
    menu = next(menu for menu in window.commands.menus(QMenu(window)) if menu.title() == "Help")
    menu.popup(window.mapToGlobal(QPoint(10, 10)))
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(window.commands["glossary"]).center())
    panel = bench.side_panel
    assert panel.glossary.isVisible()
    assert panel.tabText(panel.currentIndex()) == "Glossary"
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert not panel.glossary.isVisible()
    assert not panel.isTabVisible(panel.indexOf(panel.glossary))
    window.show_workspace("data")
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert panel.glossary.isVisible()


def test_every_link_of_the_glossary_leads_to_a_term_in_the_window_too(pane: GlossaryPanel) -> None:
    targets = links(GLOSSARY.read_text("utf-8"))
    assert len(targets) > 150
    assert [target for target in targets if not pane.show_term(target.removeprefix("#"))] == []


def test_every_term_is_in_the_list_at_the_top() -> None:
    text = GLOSSARY.read_text("utf-8")
    terms = {anchor(line[4:]) for line in text.splitlines() if line.startswith("### ")}
    listed = {target.removeprefix("#") for target in links(text.partition("\n## ")[0])}
    assert listed == terms
    assert terms <= anchors(text)


def test_a_term_takes_one_to_three_short_sentences() -> None:
    parts = [part.partition("\n\n") for part in GLOSSARY.read_text("utf-8").split("### ")[1:]]
    long = [term for term, _, text in parts if len(text.split("\n\n")[0].split()) > 45]
    assert long == []


def test_typing_leads_to_the_term(pane: GlossaryPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "learning r")
    assert pane.term == "Learning rate"
    assert 0 <= pane.reader.cursorRect().top() < 20
    qtbot.keyClicks(pane.search, "ubbish")
    assert pane.term == "Learning rate"


def test_what_begins_so_comes_before_what_holds_it(pane: GlossaryPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "decod")
    assert pane.term == "Decoding"


def test_a_click_on_a_link_leads_to_another_term(pane: GlossaryPanel, qtbot: QtBot) -> None:
    pane.show_term("accuracy")
    cursor = pane.reader.document().find("sample", pane.reader.textCursor().position())
    cursor.setPosition(cursor.selectionStart() + 2)
    pane.reader.setTextCursor(QTextCursor(cursor))
    place: QPoint = pane.reader.cursorRect(cursor).center()
    qtbot.mouseClick(pane.reader.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.term == "Sample"


def test_a_search_without_a_match_says_so(pane: GlossaryPanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "zebra")
    assert pane.nothing.isVisible() and pane.nothing.text() == "No term holds “zebra”."
    pane.search.clear()
    assert not pane.nothing.isVisible()
    qtbot.keyClicks(pane.search, "epoch")
    assert not pane.nothing.isVisible() and pane.term == "Epoch"
