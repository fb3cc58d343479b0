"""A file that is chosen and refused: the project keeps its data, and that is said where the file is and at Train."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from graph.document import Document
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.chosen_file import KEPT
from widgets.data.data_view import DataView
from widgets.shell.window import MainWindow

ONE_ROW = "width,kind\n1,a\n"
REASON = "one.csv: at least 3 usable rows are needed, one for each set; found: 1. Add rows to the file."


@pytest.fixture
def one_row(tmp_path: Path) -> Path:
    """A table with one row."""
    path = tmp_path / "one.csv"
    path.write_text(ONE_ROW, "utf-8")
    return path


def with_iris(document: Document) -> Document:
    with document.transaction("Choose"):
        document.set_section("data", DataChoice.of("iris").to_json())
    return document


def test_what_stays_is_said_with_the_refusal(qtbot: QtBot, link: DirectLink, one_row: Path) -> None:
    view = make_view(qtbot, link, with_iris(Document()))
    view.open_path(one_row)
    qtbot.waitUntil(view.reading.isVisible)
    assert view.reading.found.text().endswith(KEPT.format("Iris flowers"))
    assert view.unread == "one.csv"
    view.reading.give_up.click()
    assert view.unread == "" and view.section is not None and view.section["source"] == "iris"


def test_a_project_without_data_keeps_none(qtbot: QtBot, link: DirectLink, one_row: Path) -> None:
    view = make_view(qtbot, link)
    view.open_path(one_row)
    qtbot.waitUntil(view.reading.isVisible)
    assert "keeps its data" not in view.reading.found.text()


def test_what_is_no_table_says_so_in_the_notice(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    view = make_view(qtbot, link, with_iris(Document()))
    (tmp_path / "nothing").mkdir()
    view.open_path(tmp_path / "nothing")
    qtbot.waitUntil(lambda: bool(view.notice.text))
    assert view.notice.text.endswith(KEPT.format("Iris flowers")) and view.unread == "nothing"
    view.notice.clear()
    assert view.unread == ""


def test_the_ways_out_stand_beside_the_refusal_above_the_lines_of_the_file(
    qtbot: QtBot, link: DirectLink, one_row: Path
) -> None:
    view = make_view(qtbot, link, with_iris(Document()), (1000, 560))
    view.open_path(one_row)
    qtbot.waitUntil(view.reading.isVisible)
    QApplication.processEvents()
    port = view.reading.area.viewport()
    for button in (view.reading.again, view.reading.give_up):
        place = QRect(button.mapTo(port, QPoint()), button.size())
        assert port.rect().contains(place) and place.bottom() < view.reading.head.mapTo(port, QPoint()).y()


def test_train_says_what_it_uses(
    window: MainWindow, one_row: Path, monkeypatch: pytest.MonkeyPatch, project_file: Path
) -> None:
    window.files.open(project_file)
    window.show_workspace("data")
    view, controller = window.workbench.panel("data"), window.training.controller
    assert isinstance(view, DataView) and controller is not None
    trained = list[Document]()
    monkeypatch.setattr(controller, "train", lambda document, base: trained.append(document))
    view.recipes.offer(one_row, None, {}, REASON)
    window.commands["train"].trigger()
    (notice,) = window.banners.notices
    assert trained == [window.session.document]
    assert notice.text == f"one.csv could not be read. {KEPT.format('Handwritten digits')}"
    window.show_start()
    assert window.notices == ()
    window.show_workspace("data")
    view.reading.give_up.click()
    window.commands["train"].trigger()
    assert len(trained) == 2 and window.notices == ()
