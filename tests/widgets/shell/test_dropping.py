"""Files dropped anywhere on the window, by the events that a drag sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.source_catalogue import file_endings
from widgets.data.data_view import DataView
from widgets.look import file_dialogs
from widgets.shell.banners import Banner
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

ROWS = "a,b,kind\n" + "1,2,x\n2,3,y\n3,4,x\n4,5,y\n" * 5
NOTHING = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def of_files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(place: QWidget, *paths: Path) -> QMimeData:
    """Files come over a widget."""
    data = of_files(*paths)
    QApplication.sendEvent(place, QDragEnterEvent(QPoint(8, 8), COPY, data, LEFT, NOTHING))
    return data


def drop(place: QWidget, *paths: Path) -> str:
    """Files are dropped on a widget; returns what the window said that would do."""
    data = drag(place, *paths)
    window = place.window()
    assert isinstance(window, MainWindow)
    told = window.overlay.label.text() if window.overlay.isVisible() else ""
    QApplication.sendEvent(place, QDropEvent(QPointF(8, 8), COPY, data, LEFT, NOTHING))
    assert not window.overlay.isVisible()
    return told


def looked_at(window: MainWindow) -> str:
    """What the data view says of the file that it has the worker look at."""
    assert window.workbench.workspace == "data"
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    return view.facts.text()


def said(window: MainWindow) -> list[str]:
    return [banner.notice.text for banner in window.banners.findChildren(Banner)]


def choices(window: MainWindow) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.banners.sheet.findChildren(QPushButton) if button.isVisible()}


def test_data_dropped_on_the_start_page_begins_a_project(window: MainWindow, table: Path) -> None:
    window.show_start()
    assert drop(window.start, table) == "Open people.csv as the data of a new project"
    assert looked_at(window) == "Looking at people.csv…"


@pytest.mark.parametrize("workspace", ["network", "train", "data"])
def test_data_dropped_on_a_project_without_data_is_its_data(window: MainWindow, table: Path, workspace: str) -> None:
    window.files.new()
    window.show_workspace(workspace)
    workbench = window.workbench
    place = workbench.canvas.viewport() if workspace == "network" else workbench.panel(workspace)
    assert place is not None
    assert drop(place, table) == "Open people.csv as the data of this project"
    assert looked_at(window) == "Looking at people.csv…"


def test_where_both_make_sense_it_is_asked(window: MainWindow, table: Path, qtbot: QtBot) -> None:
    window.files.new()
    document = window.session.document
    with document.transaction("Choose"):
        document.set_section("data", DataChoice.of("iris").to_json())
    for title, same in (("Use it in this project", True), ("Begin a new project", False)):
        window.show_workspace("network")
        assert drop(window, table) == "Open people.csv as data: of this project, or of a new one"
        assert window.workbench.workspace == "network"
        qtbot.mouseClick(choices(window)[title], LEFT)
        if not same:
            qtbot.mouseClick(choices(window)["Do not save"], LEFT)
        assert looked_at(window) == "Looking at people.csv…"
        assert (window.session.document is document) == same
    assert "data" not in window.session.document.sections


def test_a_project_among_files_is_opened(window: MainWindow, project_file: Path, table: Path) -> None:
    assert drop(window.start, table, project_file) == f"Open the project {project_file.name}"
    assert window.session.path == project_file


def test_a_folder_and_several_files_of_one_are_data(window: MainWindow, tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(6):
            Image.new("L", (8, 8), 40 * number).save(tmp_path / "pets" / name / f"{number}.png")
    window.files.new()
    folders = (tmp_path / "pets" / "cats", tmp_path / "pets" / "dogs")
    assert drop(window, *folders) == "Open the folder pets with these 2 files as the data of this project"
    assert looked_at(window) == "Looking at pets…"


def test_files_of_several_folders_are_told_of(window: MainWindow, table: Path, project_file: Path) -> None:
    (table.parent / "deep").mkdir()
    other = table.parent / "deep" / "other.csv"
    other.write_text(ROWS)
    window.files.new()
    assert "one folder" in drop(window, table, other)
    assert "put them into one to open them as one data set" in said(window)[0]
    assert "data" not in window.session.document.sections


def test_the_overlay_goes_with_the_drag(window: MainWindow, table: Path) -> None:
    drag(window, table)
    assert window.overlay.isVisible()
    assert window.overlay.size() == window.size()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()
    text = QMimeData()
    text.setText("no file")
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(8, 8), COPY, text, LEFT, NOTHING))
    assert not window.overlay.isVisible()


def test_both_dialogs_offer_all_files_that_can_be_read(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[str] = []
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *said: (offered.append(said[3]), ("", ""))[1])
    window.start.wants_data.emit(False)
    window.files.new()
    window.show_workspace("data")
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    menu = view.sources.open.menu()
    assert menu is not None
    menu.actions()[0].trigger()
    assert len(offered) == 2 and offered[0] == offered[1]
    assert all(f"*{ending}" in offered[0] for ending in file_endings())
