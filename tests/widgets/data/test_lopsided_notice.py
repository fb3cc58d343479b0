"""Lopsided classes in the data view: the sentence, its button, and what takes it away."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.lopsided_notice import WEIGH, LopsidedNotice
from widgets.data.preview_values import label_names

CASES = Path(__file__).resolve().parents[2] / "cases"
SENTENCE = "The classes are lopsided."


@pytest.fixture
def notice(qtbot: QtBot) -> LopsidedNotice:
    notice = LopsidedNotice()
    qtbot.addWidget(notice)
    return notice


def press(qtbot: QtBot, notice: LopsidedNotice, title: str) -> None:
    (button,) = [one for one in notice.findChildren(QPushButton) if one.text() == title and not one.isHidden()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_its_button_weighs_the_classes_in_one_step(qtbot: QtBot, notice: LopsidedNotice) -> None:
    document = Document()
    notice.follow(document, SENTENCE)
    assert notice.text == SENTENCE
    press(qtbot, notice, WEIGH)
    assert document.sections["plan"]["class_weights"] == "automatic"  # type: ignore[index, call-overload]
    notice.follow(document, SENTENCE)
    assert notice.text == ""
    document.undo()
    notice.follow(document, SENTENCE)
    assert notice.text == SENTENCE


def test_dismissed_it_stays_away_until_other_data_comes(qtbot: QtBot, notice: LopsidedNotice) -> None:
    document = Document()
    notice.follow(document, SENTENCE)
    press(qtbot, notice, "Dismiss")
    notice.follow(document, SENTENCE)
    assert notice.text == ""
    notice.follow(document, "Labels are rare.")
    assert notice.text == "Labels are rare."


def test_a_gan_and_even_classes_need_no_weights(notice: LopsidedNotice) -> None:
    notice.follow(Document(sections={"plan": {"objective": "adversarial"}}), SENTENCE)
    assert notice.text == ""
    notice.follow(Document(), "")
    assert notice.text == ""


def test_the_data_view_tells_lopsided_classes(qtbot: QtBot, link: DirectLink) -> None:
    view = make_view(qtbot, link, Document())
    view.open_path(CASES / "lopsided.csv")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert "always “no” would be right for 95 %" in view.lopsided.text
    assert view.lopsided.text not in view.notes.text()
    view.close_document()


def test_labels_of_samples_are_their_names(qtbot: QtBot, link: DirectLink) -> None:
    assert label_names([1, 0, 1], ("a", "b", "c")) == "a, c"
    view = make_view(qtbot, link, Document())
    view.open_path(CASES / "tags.csv")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.preview is not None and view.preview.balance is not None
    assert view.preview.balance.classes == ("rare", "red", "sharp")
    assert "3 labels" in view.facts.text()
    view.close_document()
