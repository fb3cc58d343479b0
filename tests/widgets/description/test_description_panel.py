"""The page beside the canvas, read and written by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QTextCursor
from pytestqt.qtbot import QtBot

from graph.project import read_project
from widgets.description.description_panel import Reader
from widgets.look.theme import ThemeSource
from widgets.shell.actions.link_actions import LinkActions
from widgets.shell.window import MainWindow
from widgets.shell.workbench import Workbench
from widgets.start.preset_entries import PRESETS

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workbench(window: MainWindow) -> Workbench:
    """The workbench with a preset that has blocks open."""
    window.files.open(PRESETS / "vgg_blocks.netloom")
    return window.workbench


def place_of(reader: Reader, address: str) -> QPoint:
    """Where a link stands in the reader, brought into view."""
    document = reader.document()
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().anchorHref() == address:
                cursor = QTextCursor(document)
                cursor.setPosition(fragment.position() + 1)
                reader.setTextCursor(cursor)
                return reader.cursorRect(cursor).center()
            iterator += 1
        block = block.next()
    raise AssertionError(f"no link {address}")


def said(window: MainWindow) -> list[str]:
    return [notice.text for notice in window.banners.notices]


def test_the_frame_of_the_focus_cuts_through_no_letter(qtbot: QtBot) -> None:
    """The same text is painted with the frame and without, and none of its ink lies on the frame's pixels."""
    reader = Reader(ThemeSource("light"))
    qtbot.addWidget(reader)
    reader.resize(300, 200)
    reader.show_text("### WWWWWWWWWWWWWWWWWWWW WWWWW\n\n" + "Many words in many lines. " * 40)
    reader.show()
    picture = reader.viewport().grab().toImage()
    ground = picture.pixelColor(picture.width() - 1, picture.height() - 1)
    left = [picture.pixelColor(x, y) for x in range(5) for y in range(picture.height())]
    top = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(5)]
    assert all(colour == ground for colour in (*left, *top))
    assert len({picture.pixelColor(x, 14).name() for x in range(60)}) > 2, "there is ink a little further in"


def test_a_page_moves_no_letter_when_it_has_the_keys(workbench: Workbench, qtbot: QtBot) -> None:
    reader = workbench.description.reader
    workbench.canvas.setFocus()
    before, place = reader.viewport().grab().toImage(), reader.viewport().geometry()
    qtbot.mouseClick(reader.viewport(), LEFT, pos=reader.viewport().rect().bottomRight() - QPoint(3, 3))
    assert reader.hasFocus() and reader.viewport().geometry() == place
    assert reader.viewport().grab().toImage() == before


def test_a_page_is_laid_out_once_and_not_for_each_of_its_words(qtbot: QtBot) -> None:
    reader = Reader(ThemeSource("light"))
    qtbot.addWidget(reader)
    changes = list[int]()
    reader.document().contentsChange.connect(lambda _, removed, added: changes.append(removed + added))
    reader.show_text("# Page\n\n" + "A word in **bold**, `code` and [a link](layer:a).\n\n" * 40)
    assert 0 < len(changes) < 10


def test_a_preset_opens_with_its_page(workbench: Workbench) -> None:
    assert workbench.description.isVisible()
    assert workbench.description.reader.toPlainText().startswith("VGG by repeated blocks")
    assert workbench.description.reader.verticalScrollBar().value() == 0


def test_a_click_on_a_link_selects_the_layer_and_the_page_stays(workbench: Workbench, qtbot: QtBot) -> None:
    qtbot.mouseClick(
        workbench.description.reader.viewport(), LEFT, pos=place_of(workbench.description.reader, "layer:stack16")
    )
    assert workbench.selected == ("stack16",)
    assert workbench.description.isVisible()


def test_a_layer_that_is_selected_brings_its_settings_and_none_the_page(workbench: Workbench) -> None:
    workbench.canvas.select(["stack8"])
    assert workbench.inspector.isVisible()
    workbench.canvas.select([])
    assert workbench.description.isVisible()
    workbench.side_panel.setCurrentWidget(workbench.inspector)
    workbench.canvas.select(["stack8"])
    workbench.canvas.select([])
    assert workbench.inspector.isVisible()


def test_links_lead_to_workspaces_tabs_presets_and_into_blocks(workbench: Workbench, window: MainWindow) -> None:
    window.part(LinkActions).follow("understand:feature-maps")
    assert workbench.workspace == "understand"
    window.part(LinkActions).follow("layer:stack16/conv1")
    assert workbench.block_navigation.path == ("stack16",)
    window.part(LinkActions).follow("workspace:data")
    assert workbench.workspace == "data"
    window.part(LinkActions).follow("command:home")
    assert workbench.workspace == "network"
    window.part(LinkActions).follow("preset:lenet")
    assert "c5" not in window.session.document.network
    assert workbench.description.reader.toPlainText().startswith("LeNet-style")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("layer:gone", "no layer “gone”"),
        ("workspace:kitchen", "no workspace"),
        ("understand:magic", "no tab"),
        ("command:quit", "cannot run"),
        ("command:stop", "nothing to do"),
        ("preset:../presets/lenet", "no example"),
        ("file:///etc/passwd", "leads nowhere"),
    ],
)
def test_a_link_that_leads_nowhere_says_so(workbench: Workbench, window: MainWindow, url: str, word: str) -> None:
    window.part(LinkActions).follow(url)
    assert word in said(window)[0]


def test_web_addresses_open_in_the_browser(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    window.part(LinkActions).follow("https://example.org/a")
    assert opened == ["https://example.org/a"]


def test_a_page_is_written_saved_and_undone(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.files.new()
    workbench, session = window.workbench, window.session
    workbench.side_panel.setCurrentWidget(workbench.description)
    assert workbench.description.edit.text() == "Write a description"
    qtbot.mouseClick(workbench.description.edit, LEFT)
    qtbot.keyClicks(workbench.description.writer, "# Mine")
    qtbot.keyClick(workbench.description.writer, Qt.Key.Key_Escape)
    assert session.document.sections["notes"] == "# Mine\n"
    assert workbench.description.reader.toPlainText() == "Mine"
    session.save(tmp_path / "mine.netloom")
    assert read_project(tmp_path / "mine.netloom").sections["notes"] == "# Mine\n"
    window.session.document.undo()
    assert "notes" not in session.document.sections or session.document.sections["notes"] is None
    assert workbench.description.empty.isVisible()


def test_looking_at_the_source_changes_nothing(workbench: Workbench, window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(2):
        qtbot.mouseClick(workbench.description.edit, LEFT)
    assert not window.session.modified


def test_in_understand_the_page_can_be_folded_away_and_brought_back(workbench: Workbench, window: MainWindow) -> None:
    window.show_workspace("understand")
    assert workbench.description.isVisible()
    workbench.side_panel.fold.click()
    assert not workbench.side_panel.isVisible()
    assert not window.commands["page"].isChecked()
    window.commands["page"].trigger()
    assert workbench.description.isVisible()
    assert window.commands["page"].isChecked()
    window.show_workspace("network")
    window.commands["page"].trigger()
    assert workbench.inspector.isVisible()


def test_html_in_a_page_is_plain_text_and_another_theme_keeps_the_place(qtbot: QtBot) -> None:
    themes = ThemeSource("light")
    reader = Reader(themes)
    qtbot.addWidget(reader)
    reader.resize(200, 100)
    reader.show_text("<img src='x.png'> `code`\n\n" + "long text\n\n" * 40 + "|a|b|\n|-|-|\n|1|2|\n")
    reader.show()
    assert "<img" in reader.toPlainText()
    reader.verticalScrollBar().setValue(60)
    themes.set_mode("dark")
    assert reader.verticalScrollBar().value() == 60
