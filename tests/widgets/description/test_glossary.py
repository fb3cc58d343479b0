"""The glossary: its terms, its links, and the field that finds one, by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from tests.markdown_links import anchors, links
from widgets.description.glossary import GLOSSARY, GlossaryPane, anchor
from widgets.look.theme import ThemeSource


@pytest.fixture
def pane(qtbot: QtBot) -> GlossaryPane:
    """The glossary, shown as narrow as beside the canvas."""
    made = GlossaryPane(ThemeSource())
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.load()
    made.show()
    return made


def test_every_link_of_the_glossary_leads_to_a_term_in_the_window_too(pane: GlossaryPane) -> None:
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


def test_typing_leads_to_the_term(pane: GlossaryPane, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "learning r")
    assert pane.term == "Learning rate"
    assert 0 <= pane.reader.cursorRect().top() < 20
    qtbot.keyClicks(pane.search, "ubbish")
    assert pane.term == "Learning rate"


def test_what_begins_so_comes_before_what_holds_it(pane: GlossaryPane, qtbot: QtBot) -> None:
    qtbot.keyClicks(pane.search, "decod")
    assert pane.term == "Decoding"


def test_a_click_on_a_link_leads_to_another_term(pane: GlossaryPane, qtbot: QtBot) -> None:
    pane.show_term("accuracy")
    cursor = pane.reader.document().find("sample", pane.reader.textCursor().position())
    cursor.setPosition(cursor.selectionStart() + 2)
    pane.reader.setTextCursor(QTextCursor(cursor))
    place: QPoint = pane.reader.cursorRect(cursor).center()
    qtbot.mouseClick(pane.reader.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.term == "Sample"
