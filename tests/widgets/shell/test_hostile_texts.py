"""Texts of files stay texts: no title, name, note, cell or key of a file has the window open another file."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.hostile import TEMPLATES, WATCHES, Trap, lesson, write_hostile_project, write_table
from tests.widgets.data.conftest import DirectLink, make_view
from tests.window_walk import QtMessages, look, walk
from widgets.description.description_panel import Reader
from widgets.look.labels import Label
from widgets.look.theme import ThemeSource
from widgets.shell.banners import Notice
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.skipif(not WATCHES, reason="this system does not tell who opens a file")


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    """A picture beside everything that a test writes, also by its bare name."""
    monkeypatch.chdir(tmp_path)
    made = Trap(tmp_path)
    yield made
    made.close()


@pytest.fixture
def texts(trap: Trap) -> Iterator[str]:
    """Every kind of hostile text in turn."""
    return trap.texts(random.Random(12))


def test_the_trap_tells_who_opens_it(trap: Trap) -> None:
    assert not trap.opened()
    trap.file.read_bytes()
    assert trap.opened() and not trap.opened()


def test_a_project_full_of_hostile_texts_is_walked(
    window: MainWindow, tmp_path: Path, trap: Trap, texts: Iterator[str]
) -> None:
    path = write_hostile_project(tmp_path, texts)
    with QtMessages() as qt:
        window.files.open(path)
        assert list(walk(window)) == []
    assert not trap.opened()
    assert qt.complaints == []
    assert window.session.document.network.ids, "the project was not opened"


def test_every_notice_is_plain(window: MainWindow, trap: Trap) -> None:
    for template in TEMPLATES:
        window.say(Notice(template.format(trap.file), "warning", ((template.format(trap.file), lambda: None),)))
        assert list(look(window)) == []
    assert not trap.opened()


def test_an_unknown_key_is_named_as_it_is(window: MainWindow, tmp_path: Path, trap: Trap) -> None:
    key = f'<img src="{trap.file}">'
    path = tmp_path / "key.netloom"
    path.write_text(json.dumps({"netloom": 1, "network": {"layers": [], "connections": []}, key: 1}))
    window.files.open(path)
    assert window.notices, "nothing was refused"
    assert list(look(window)) == []
    assert not trap.opened()


def test_a_lesson_is_plain_in_each_of_its_steps(
    window: MainWindow, tmp_path: Path, trap: Trap, texts: Iterator[str]
) -> None:
    path = tmp_path / "own.json"
    made = lesson(texts)
    path.write_text(json.dumps(made))
    window.files.new()
    window.open_lesson(path)
    panel = window.workbench.lesson
    assert panel.isVisible()
    for _ in range(4):
        assert list(look(window)) == []
        panel.moved.emit(1)
    assert not trap.opened()


def test_a_table_is_plain_in_each_view_of_the_data(
    qtbot: QtBot, link: DirectLink, tmp_path: Path, trap: Trap, texts: Iterator[str]
) -> None:
    table = tmp_path / "hostile.csv"
    write_table(table, texts)
    view = make_view(qtbot, link, Document(), (1024, 560))
    view.sources.file_chosen.emit(table)
    qtbot.waitUntil(lambda: view.preview is not None)
    tabs = view.samples.tabs
    for tab in range(tabs.count()):
        tabs.setCurrentIndex(tab)
        assert list(look(view)) == []
    assert not trap.opened()


def test_a_page_loads_nothing_whatever_it_says(qtbot: QtBot, trap: Trap) -> None:
    reader = Reader(ThemeSource("light"))
    qtbot.addWidget(reader)
    reader.resize(400, 300)
    reader.show()
    for address in (str(trap.file), trap.file.name, trap.file.as_uri()):
        for template in TEMPLATES:
            reader.show_text(template.format(address))
            reader.grab()
    assert not trap.opened()


def test_what_qt_would_do_is_seen(qtbot: QtBot, trap: Trap) -> None:
    """The tests above could not fail if the walk were blind: Qt's own label and tooltip open the picture."""
    host = Label("x")
    qtbot.addWidget(host)
    host.setToolTip(f"<img src='{trap.file}'>")
    host.show()
    assert [each[:7] for each in look(host)] == ["tooltip"]
    assert trap.opened()


@pytest.fixture
def link(qapp: QApplication) -> DirectLink:
    """A link that answers in this process."""
    return DirectLink()
