"""A text that goes on: what is asked, how it grows, how it is stopped, and when there is nothing to write."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.project.presets import preset
from app.protocol.text_messages import ContinuedText, ContinueText
from app.protocol.text_values import Decoding, LikelyToken, WrittenText, WrittenToken
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.text_tab import NO_NEXT, SAYS, TextTab, others, shown


def token(text: str, probability: float, *rest: tuple[str, float]) -> WrittenToken:
    likely = tuple(LikelyToken(text=name, probability=chance) for name, chance in ((text, probability), *rest))
    return WrittenToken(number=3, text=text, probability=probability, likely=likely)


def grown(*tokens: WrittenToken, done: int = 1, ended: bool = False, note: str = "") -> ContinuedText:
    text = WrittenText(tokens=tokens, log_probability=-1.0, ended=ended)
    return ContinuedText(done=done, total=40, texts=(text,), joint=" ", note=note)


def opened(silent: Silent, path: Path, learned: str = "sentences_lstm") -> TextTab:
    """The tab on a run that has learned sentences, or what another preset learns."""
    project = preset(learned).project
    silent.panel.subject.show_run(saved_run(path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Text that goes on")
    silent.panel.show()
    return silent.panel.view(TextTab)


def cells(tab: TextTab) -> list[list[str]]:
    rows, columns = range(tab.table.rowCount()), range(tab.table.columnCount())
    return [[item.text() if (item := tab.table.item(row, column)) else "" for column in columns] for row in rows]


def test_a_text_grows_token_by_token_until_it_ends(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path)
    qtbot.keyClicks(tab.beginning, "the clouds")
    qtbot.keyClick(tab.beginning, Qt.Key.Key_Return)
    asked = silent.request(ContinueText)
    assert (asked.beginning, asked.tokens, asked.so_far) == ("the clouds", 40, None)
    assert tab.write.text() == "Stop"
    first = token("are", 0.9, ("<b>", 0.08), ("(end)", 0.02))
    silent.reply(ContinueText, grown(first))
    assert silent.request(ContinueText).so_far is not None
    assert cells(tab) == [["are", "90.0 %", "<b> 8.0 %, (end) 2.0 %"]]
    assert "the clouds" in tab.text.text() and ">are</span>" in tab.text.text()
    silent.reply(ContinueText, grown(first, token("(end)", 1.0), done=40, ended=True, note="Not among the words: “x”."))
    assert tab.write.text() == "Write"
    assert "The network has ended it. Not among the words: “x”." in tab.about.text()
    assert "(end)" not in tab.text.text() and cells(tab)[1][:2] == ["(end)", "100.0 %"]


def test_settings_are_those_of_the_strategy_and_travel_with_the_request(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    assert tab.temperature.isVisible() and tab.seed.isVisible() and not tab.beams.isVisible()
    tab.temperature.setValue(0.5)
    tab.top_k.setValue(3)
    tab.seed.setValue(7)
    tab.write.click()
    assert silent.request(ContinueText).decoding == Decoding(temperature=0.5, top_k=3, seed=7)
    tab.write.click()
    tab.strategy.setCurrentIndex(tab.strategy.findData("beam"))
    assert tab.beams.isVisible() and not tab.temperature.isVisible()
    assert tab.about.text() == SAYS["beam"]
    tab.beams.setValue(8)
    tab.write.click()
    decoding = silent.request(ContinueText).decoding
    assert (decoding.strategy, decoding.beams) == ("beam", 8)


def test_stopped_it_asks_for_no_more_and_keeps_what_has_come(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    tab.write.click()
    silent.reply(ContinueText, grown(token("ana", 0.5)))
    tab.write.click()
    assert not tab.work.running and tab.write.text() == "Write"
    assert len(cells(tab)) == 1


def test_a_refusal_is_said(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    tab.write.click()
    silent.refuse("ContinueText", "“bears” is not among the words that this network knows; choose another.")
    assert tab.about.text().startswith("“bears” is not")
    assert tab.write.text() == "Write"


def test_a_network_that_predicts_no_next_token_has_no_such_view(silent: Silent, tmp_path: Path) -> None:
    silent.panel.subject.show_run(saved_run(tmp_path, make_document("digits", 1)))
    assert TextTab.reason_against(silent.panel.subject) == NO_NEXT


def test_files_beside_the_project_are_known_where_it_stands(silent: Silent, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("the clouds are in the sky and the fish are in the water \n" * 30)
    (tmp_path / "table.csv").write_text("a,b\n" + "1,2\n3,4\n" * 10)
    for choice, reason in (
        ({"source": "corpus", "options": {"path": "book.txt", "window": 4}}, ""),
        ({"source": "table", "options": {"path": "table.csv", "target": "b"}}, NO_NEXT),
    ):
        DataChoice.parse(choice).info(tmp_path)
        document = make_document("digits", 1)
        with document.transaction("Choose data"):
            document.set_section("data", choice)
        silent.panel.subject.follow(document, tmp_path)
        assert TextTab.reason_against(silent.panel.subject) == reason


def test_signs_that_cannot_be_seen_have_names() -> None:
    assert [shown(sign) for sign in (" ", "\n", "a")] == ["(space)", "(new line)", "a"]
    assert others(token("a", 0.6, (" ", 0.4), ("b", 0.0001))) == "(space) 40.0 %"


def test_steps_of_a_pen_are_drawn_as_they_come_and_words_are_not(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    silent.panel.resize(1200, 500)
    tab = opened(silent, tmp_path / "pen", "pen_letters_lstm")
    assert not tab.drawing.isVisible()
    qtbot.keyClicks(tab.beginning, "d2 d2")
    tab.write.click()
    silent.reply(ContinueText, grown(token("r2", 0.5)))
    assert tab.drawing.isVisible() and not tab.melody.isVisible()
    before = tab.drawing.grab().toImage()
    silent.reply(ContinueText, grown(token("r2", 0.5), token("pu2", 0.9), token("(end)", 1.0), done=40, ended=True))
    assert tab.drawing.grab().toImage() != before
    assert "d2 d2 r2 pu2" in tab.drawing.accessibleDescription()
    words = opened(silent, tmp_path / "words")
    words.write.click()
    silent.reply(ContinueText, grown(token("are", 0.9), token("in", 0.9)))
    assert not words.drawing.isVisible()
