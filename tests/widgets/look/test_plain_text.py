"""Texts of files stand as they are, wherever Qt would read something into them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from widgets.look.labels import Label, MarkupLabel, text_label
from widgets.look.plain_text import Markup, caption, joined, markup, plain_tip, spoken, window_title
from widgets.look.text_page import RichDocument, TextPage, blank

HTML = "<b>bold</b> & <img src='x'>\nand more"


def shown(html: str) -> str:
    """What Qt shows of HTML."""
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


def test_a_tooltip_shows_just_the_text(qtbot: QtBot) -> None:
    assert plain_tip("Height < width & more") == "Height < width & more"
    assert plain_tip("") == ""
    assert shown(plain_tip(HTML)) == HTML
    assert plain_tip(markup("<b>{}</b>", "x")) == "<b>x</b>"


def test_markup_escapes_all_but_itself() -> None:
    inner = markup("<i>{}</i>", "<&>")
    assert inner == "<i>&lt;&amp;&gt;</i>" and isinstance(inner, Markup)
    assert markup("{}{}", inner, "<") == f"{inner}&lt;"
    assert joined([inner, inner]) == inner * 2


@pytest.mark.parametrize("text", ["a & b", "&&", "a&b&&c", "", "plain"])
def test_a_caption_has_no_key(text: str) -> None:
    assert spoken(caption(text)) == text


def test_the_key_of_a_caption_is_not_spoken() -> None:
    assert spoken("&Save && load") == "Save & load"


def test_a_title_keeps_the_mark_of_what_is_unsaved() -> None:
    assert window_title("a[*]b") == "a[*][*]b"


def test_labels_are_plain_unless_the_html_is_our_own(qtbot: QtBot) -> None:
    label = MarkupLabel()
    for made in (Label(HTML), text_label(HTML), label):
        qtbot.addWidget(made)
        assert made.textFormat() is Qt.TextFormat.PlainText
    label.show_text(markup("<b>{}</b>", "x"))
    assert label.textFormat() is Qt.TextFormat.RichText
    label.show_text(HTML)
    assert label.textFormat() is Qt.TextFormat.PlainText and label.text() == HTML


def test_pages_answer_every_address_with_a_clear_pixel(qtbot: QtBot) -> None:
    page, document = TextPage(), RichDocument()
    qtbot.addWidget(page)
    kinds = QTextDocument.ResourceType
    for kind in (kinds.ImageResource, kinds.StyleSheetResource, kinds.HtmlResource):
        for answer in (page.loadResource(kind.value, "/dev/zero"), document.loadResource(kind.value, "/dev/zero")):
            assert answer is not None and answer.size() == blank().size()  # type: ignore[attr-defined]
    assert blank().toImage().pixelColor(0, 0).alpha() == 0
    document.show_markup(markup("{}", HTML))
    assert document.toPlainText() == HTML.replace("\n", " ")
