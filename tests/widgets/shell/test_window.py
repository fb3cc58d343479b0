"""The main window, used by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QCursor, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.protocol.messages import DeviceInfo, Ready, Unfinished
from graph.project import Project, read_project, write_project
from tests.widgets.conftest import digits_project
from tests.widgets.data.conftest import DirectLink
from widgets.data.data_view import READING, DataView
from widgets.look import file_dialogs
from widgets.panels.problems import count_text
from widgets.shell.action_registry import discover
from widgets.shell.actions.view_actions import command_finder
from widgets.shell.banners import Banner
from widgets.shell.canvas_actions import canvas_actions
from widgets.shell.topbar import TopBar
from widgets.shell.window import MainWindow
from widgets.training.worker_link import WorkerLink

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def press(qtbot: QtBot, window: QWidget, name: str) -> None:
    """Click the button called ``name``."""
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    qtbot.mouseClick(button, LEFT)


def choose(qtbot: QtBot, window: MainWindow, title: str) -> None:
    """Click a choice of the topmost banner, or an answer to what is asked."""
    places = (window.banners.sheet, window.banners)
    buttons = (button for place in places for button in place.findChildren(QPushButton) if button.isVisible())
    button = next(button for button in buttons if button.text() == title)
    qtbot.mouseClick(button, LEFT)


def said(window: MainWindow) -> list[str]:
    return [notice.text for notice in window.banners.notices]


def test_the_first_screen_is_the_start_page(window: MainWindow) -> None:
    assert window.start.isVisible()
    assert not window.bar.train.isVisible()
    assert window.start.new.hasFocus()


def test_new_from_the_start_page_then_a_layer_from_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, "startNew")
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = window.findChild(QLineEdit, "paletteSearch")
    assert search is not None
    assert search.hasFocus()
    qtbot.keyClicks(search, "conv2")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert window.session.document.network.ids == ("conv1",)
    assert window.workbench.selected == ("conv1",)
    assert window.session.modified
    assert window.windowTitle() == "Untitled * - Netloom"
    window.commands["undo"].trigger()
    assert window.session.document.network.ids == ()


def test_undo_says_what_it_takes_back(window: MainWindow) -> None:
    window.files.new()
    window.workbench.add_layer("dense")
    assert window.commands["undo"].text() == "Undo Add Dense"
    window.commands["undo"].trigger()
    assert window.commands["redo"].text() == "Redo Add Dense"
    assert not window.commands["undo"].isEnabled()


def test_the_inspector_edits_the_selected_layer_in_one_undo(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["conv1"])
    box = window.workbench.inspector.layer.form.field("filters").editor()
    for _ in range(3):
        qtbot.keyClick(box, Qt.Key.Key_Up)
    assert window.session.document.network.layer("conv1").values()["filters"] == 19
    assert window.session.document.undo_names == ("Set filters of conv1",)
    assert "19 × 8 × 8" in window.workbench.inspector.layer.shapes.accessibleDescription()


def test_a_problem_is_gone_to_and_fixed_by_its_button(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "wrong.netloom"
    write_project(path, digits_project(units=7))
    window.files.open(path)
    assert window.status.problems.text() == "1 problem"
    (row,) = window.workbench.problems.rows
    qtbot.mouseClick(row, LEFT, pos=QPoint(40, 12))
    assert window.workbench.selected == (row.problem.layer,)
    fix = next(button for button in row.buttons if "10" in button.text())
    qtbot.mouseClick(fix, LEFT)
    assert window.status.problems.text() == "No problems"
    window.commands["undo"].trigger()
    assert window.status.problems.text() == "1 problem"


@pytest.fixture
def data_view(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> DataView:
    """The data view of a new project, whose requests are answered at once."""
    link = DirectLink()
    monkeypatch.setattr(WorkerLink, "request", lambda _, *request: link.request(*request))
    window.files.new()
    window.show_workspace("data")
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    return view


def test_undo_takes_back_a_delimiter_that_was_tried_in_vain(
    window: MainWindow, data_view: DataView, tmp_path: Path, qtbot: QtBot
) -> None:
    view = data_view
    (tmp_path / "two.csv").write_text("a,b,y\n" + "1,2,u\n3,4,v\n" * 20)
    view.open_path(tmp_path / "two.csv")
    view.samples.show_first(READING)
    qtbot.waitUntil(lambda: view.preview is not None)
    sections, steps = dict(window.session.document.sections), window.session.document.undo_names
    box = view.reading.form.field("delimiter").editor()
    assert isinstance(box, QComboBox)
    box.setFocus()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box, "semicolon")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert "delimiter semicolon" in view.reading.found.text()
    assert window.commands["undo"].text() == "Undo Set delimiter of the data"
    assert box.hasFocus()
    qtbot.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.reading.found.text().startswith("Found: ")
    assert window.session.document.sections == sections
    assert window.session.document.undo_names == steps
    assert window.commands["undo"].text() == "Undo Choose two"


def test_the_status_line_counts_what_other_data_brings(
    window: MainWindow, data_view: DataView, tmp_path: Path, qtbot: QtBot
) -> None:
    view = data_view
    for name, header in (("two", "a,b,y"), ("three", "a,b,c,y")):
        row = ",".join("12" for _ in header.split(",")[1:])
        (tmp_path / f"{name}.csv").write_text(f"{header}\n" + f"{row},u\n{row},v\n" * 20)
    view.open_path(tmp_path / "two.csv")
    window.workbench.add_layer("input")
    window.workbench.add_layer("output")
    qtbot.waitUntil(lambda: bool(view.offer.text))
    while view.offer.text:
        qtbot.mouseClick(view.offer.findChildren(QPushButton)[0], LEFT)
        qtbot.wait(10)
    shown = window.workbench.problems
    view.open_path(tmp_path / "three.csv")
    qtbot.waitUntil(lambda: bool(view.offer.text))
    listed = count_text([row.problem for row in shown.rows])
    qtbot.waitUntil(lambda: window.status.problems.text().split(",")[0] == listed != "No problems")
    assert any("the data brings a vector of 3" in row.problem.message for row in shown.rows)


def test_the_status_line_goes_to_the_problem(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "wrong.netloom"
    write_project(path, digits_project(units=7))
    window.files.open(path)
    press(qtbot, window, "problemCount")
    assert window.workbench.selected == (window.session.checker.problems[0].layer,)


def test_training_with_a_problem_says_so_in_place(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "wrong.netloom"
    write_project(path, digits_project(units=7))
    window.files.open(path)
    press(qtbot, window, "trainButton")
    assert "cannot train yet" in said(window)[0]
    assert not window.training.active


def test_training_without_data_points_to_the_data(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    press(qtbot, window, "trainButton")
    choose(qtbot, window, "Choose data")
    assert window.workbench.workspace == "data"
    view = window.findChild(QWidget, "datasetView")
    assert view is not None
    assert view.isVisible()


@pytest.mark.parametrize("name", ["data", "network", "train", "understand"])
def test_workspaces_by_mouse_and_key(name: str, window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    tabs = window.bar.spaces
    qtbot.mouseClick(tabs, LEFT, pos=tabs.place_of("train" if name == "data" else "data"))
    qtbot.mouseClick(tabs, LEFT, pos=tabs.place_of(name))
    assert window.workbench.workspace == name
    assert window.workbench.canvas.isVisible() is (name != "data")
    window.commands["network"].trigger()
    assert window.workbench.canvas.isVisible()


def test_saving_clears_the_mark_and_remembers_the_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "mine"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(target), ""))
    window.files.new()
    window.workbench.add_layer("input")
    window.commands["save"].trigger()
    saved = target.with_suffix(".netloom")
    assert read_project(saved).network.ids == ("input1",)
    assert not window.session.modified
    assert window.memory.recent == [saved]


def test_a_save_that_fails_is_told_and_loses_nothing(
    window: MainWindow, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open(project_file)
    window.workbench.add_layer("relu")
    before = project_file.read_bytes()
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(project_file / "no" / "x.netloom"), ""))
    window.commands["save_as"].trigger()
    assert "was not saved" in said(window)[0]
    assert window.session.modified
    assert project_file.read_bytes() == before


def test_a_broken_file_is_refused_in_a_banner(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.netloom"
    path.write_text('{"netloom": 1, "network"', "utf-8")
    window.files.open(path)
    assert "broken or cut short" in said(window)[0]
    assert window.start.isVisible()


def test_unsaved_edits_are_asked_about_before_another_file(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.new()
    window.workbench.add_layer("input")
    window.files.open(project_file)
    assert window.session.path is None
    choose(qtbot, window, "Cancel")
    assert window.session.document.network.ids == ("input1",)
    window.files.open(project_file)
    choose(qtbot, window, "Do not save")
    assert window.session.path == project_file


def test_closing_with_unsaved_edits_asks_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    window.workbench.add_layer("input")
    window.close()
    assert window.isVisible()
    choose(qtbot, window, "Keep working")
    assert window.isVisible()
    window.close()
    choose(qtbot, window, "Close without saving")
    assert not window.isVisible()


def test_a_file_changed_by_someone_else_is_noticed(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.workbench.add_layer("relu")
    write_project(project_file, digits_project(units=12))
    window.commands["save"].trigger()
    assert "changed on the disk" in said(window)[0]
    choose(qtbot, window, "Reload")
    assert window.session.document.network.layer("dense3").values()["units"] == 12
    assert not window.session.modified


def test_a_second_window_on_one_file_is_told(window: MainWindow, project_file: Path, netloom_home: Path) -> None:
    from widgets.shell.project_session import ProjectSession

    other = ProjectSession(netloom_home / "recovery", netloom_home / "locks")
    other.open(project_file)
    window.files.open(project_file)
    assert any("another window" in text for text in said(window))
    other.close()


def test_a_project_dropped_on_the_window_opens(window: MainWindow, project_file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(project_file))])
    event = QDropEvent(QPoint(100, 100), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)
    assert window.session.path == project_file


def test_the_finder_runs_a_command(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.part(command_finder).isVisible()
    qtbot.keyClicks(window.part(command_finder).field, "data work")
    qtbot.keyClick(window.part(command_finder).field, Qt.Key.Key_Return)
    assert not window.part(command_finder).isVisible()
    assert window.workbench.workspace == "data"


def test_every_command_has_a_menu_and_no_key_twice(window: MainWindow) -> None:
    actions = [*discover(), *canvas_actions()]
    keys = [key for action in actions for key in action.keys]
    assert len(keys) == len(set(keys))
    shown = {action.objectName() for menu in window.bar.submenus for action in menu.actions()}
    assert {action.id for action in actions} <= shown


@pytest.mark.built("training")
def test_the_status_line_tells_what_the_worker_is_long_at(window: MainWindow, qtbot: QtBot) -> None:
    assert window.training.controller is not None
    link, status = window.training.controller.link, window.status.training
    before = status.text()
    window.training._forget_wait.setInterval(0)
    link.waits.emit(1, Unfinished(sentence="Decoding pictures 3,200 of 20,000"))
    assert status.text() == "Decoding pictures 3,200 of 20,000"
    qtbot.waitUntil(lambda: status.text() == before)


def test_the_outline_mirrors_and_selects(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.workbench.left.setCurrentIndex(1)
    outline = window.workbench.outline
    names = [item.text(0) for row in range(5) if (item := outline.topLevelItem(row)) is not None]
    assert names == ["input0", "conv1", "flatten2", "dense3", "output4"]
    item = outline.topLevelItem(1)
    assert item is not None
    qtbot.mouseClick(outline.viewport(), LEFT, pos=outline.visualItemRect(item).center())
    assert window.workbench.selected == ("conv1",)
    qtbot.keyClick(outline, Qt.Key.Key_Delete)
    qtbot.wait(20)
    assert outline.topLevelItemCount() == 4


def test_everything_that_can_be_used_has_a_name(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["conv1"])
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for part in (window.bar, window.status, window.workbench.left, window.workbench.inspector, window.start)
        for widget in part.findChildren(QWidget)
        if isinstance(widget, QToolButton | QLineEdit)
        and widget.objectName() not in ("qt_spinbox_lineedit", "ScrollLeftButton", "ScrollRightButton")
        and not widget.accessibleName()
        and not (isinstance(widget, QToolButton) and isinstance(widget.parent(), QLineEdit))
    ]
    assert nameless == []


def test_banners_are_dismissed_by_the_cross(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.files.open(tmp_path / "missing.netloom")
    banner = window.banners.findChild(Banner)
    assert banner is not None
    qtbot.mouseClick(banner.cross, LEFT)
    assert not window.banners.isVisible()


def test_the_window_fits_a_small_screen(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    for name in ("data", "network", "train", "understand"):
        window.show_workspace(name)
        assert window.minimumSizeHint().width() <= 1024, name
        assert window.minimumSizeHint().height() <= 640, name


def test_the_outline_catches_up_when_it_is_looked_at(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["dense3"])
    window.workbench.left.setCurrentIndex(1)
    assert [item.text(0) for item in window.workbench.outline.selectedItems()] == ["dense3"]


def test_help_on_the_selected_layer(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["conv1"])
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.workbench.inspector.layer.form._rows["filters"].help.isVisible()
    assert "small filters over an image" in window.workbench.inspector.layer.teach.text()


@pytest.mark.built("training")
def test_a_device_chosen_in_the_bar_is_part_of_the_plan(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.bar.device.emit("cpu")
    assert window.session.document.sections["plan"] == {"device": "cpu"}
    assert window.bar.devices.text() == "cpu"
    window.commands["undo"].trigger()
    assert window.bar.devices.text() == "auto"


def test_what_is_being_typed_counts_when_a_command_runs(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["dense3"])
    box = window.workbench.inspector.layer.form.field("units").editor()
    box.setFocus()
    box.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(box, "10,0")
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert read_project(project_file).network.layer("dense3").values()["units"] == 100


@pytest.mark.built("training")
def test_a_failure_is_told_once_where_one_looks(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    controller = window.training.controller
    assert controller is not None
    window.show_workspace("train")
    controller.failed.emit("The loss is not a number.")
    assert said(window) == []
    window.show_workspace("network")
    controller.failed.emit("The loss is not a number.")
    assert said(window) == ["The loss is not a number."]


def test_a_preset_opened_as_a_file_is_never_written_over(window: MainWindow) -> None:
    from app.project.presets import FOLDER

    window.files.open(FOLDER / "lenet.netloom")
    assert window.session.path is None
    assert window.session.title == "LeNet-style CNN"
    assert window.memory.recent == []


def test_train_stands_still_when_the_worker_tells_its_devices(window: MainWindow, project_file: Path) -> None:
    def told(bar: TopBar, device: str) -> QRect:
        window.training.devices_told.emit([("auto", "Automatic"), (device, "Device")], "auto", device)
        QApplication.processEvents()
        assert bar.devices.text() == f"auto ({device})"
        return bar.train.geometry()

    window.files.open(project_file)
    QApplication.processEvents()
    before = window.bar.train.geometry()
    assert told(window.bar, "cpu") == before
    wider = told(window.bar, "cuda:0")
    assert window.memory.get("automatic") == "cuda:0"
    window.bar.expect_device("cuda:0")  # as in the next window
    window.training.devices_told.emit([("auto", "Automatic")], "auto", "")
    QApplication.processEvents()
    assert window.bar.devices.text() == "auto"
    assert window.bar.train.geometry() == wider


@pytest.mark.built("training")
def test_the_device_says_what_automatic_means(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    assert window.bar.devices.text() == "auto"
    controller = window.training.controller
    assert controller is not None
    controller._on_ready(Ready(devices=(DeviceInfo(id="cpu", title="CPU, 2 cores"),), torch="0"))
    assert window.bar.devices.text() == "auto (cpu)"
    window.bar.device.emit("cpu")
    assert window.bar.devices.text() == "cpu"


def test_a_plan_that_cannot_be_read_is_a_problem(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "odd.netloom"
    project = digits_project()
    write_project(path, Project(project.network, {**project.sections, "plan": {"epocs": 3}}))
    window.files.open(path)
    (row,) = window.workbench.problems.rows
    assert "epocs" in row.problem.message
    assert window.status.problems.text() == "1 problem"
    press(qtbot, window, "trainButton")
    assert "cannot train yet" in said(window)[0]
    qtbot.mouseClick(row.buttons[0], LEFT)
    assert window.session.document.sections["plan"] == {}
    assert window.status.problems.text() == "No problems"
    window.commands["undo"].trigger()
    assert window.status.problems.text() == "1 problem"


def test_a_data_choice_that_cannot_be_read_is_a_problem(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "odd.netloom"
    project = digits_project()
    write_project(path, Project(project.network, {"data": {"source": "digitz"}}))
    window.files.open(path)
    (row,) = window.workbench.problems.rows
    assert "digitz" in row.problem.message
    assert said(window) == []
    qtbot.mouseClick(next(button for button in row.buttons if "data" in button.text().lower()), LEFT)
    assert window.workbench.workspace == "data"


def test_keys_that_lost_their_widget_go_to_the_canvas_not_to_the_menu(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.show_workspace("network")
    field = QLineEdit(window.workbench)
    field.show()
    field.setFocus()
    assert field.hasFocus()
    field.hide()
    assert window.workbench.canvas.hasFocus()


def test_the_menu_button_is_not_left_hovered(window: MainWindow, qtbot: QtBot) -> None:
    button = window.bar.menu
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    QCursor.setPos(window.mapToGlobal(QPoint(400, 400)))
    button.menu().aboutToHide.emit()
    qtbot.waitUntil(lambda: not button.underMouse())


def test_layers_that_a_repair_adds_come_into_view(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "digits.netloom"
    write_project(path, digits_project(units=7))
    window.files.open(path)
    window.show_workspace("network")
    canvas, others = window.workbench.canvas, set(window.session.document.network.ids) - {"output4"}
    canvas.navigation.center_on(QPointF(-3000, -3000))
    assert not canvas.navigation.visible_region().intersects(canvas.board.cards["output4"].rect)
    (row,) = window.workbench.problems.rows
    qtbot.mouseClick(next(button for button in row.buttons if button.text().startswith("Insert")), LEFT)
    rects = [card.rect for id_, card in canvas.board.cards.items() if id_ not in others]
    qtbot.waitUntil(lambda: [canvas.navigation.visible_region().contains(rect) for rect in rects] == [True, True])


def test_a_window_that_closes_is_gone_before_its_parts_are_ended(window: MainWindow) -> None:
    shown: list[bool] = []
    window.at_close(lambda: shown.append(window.isVisible()))
    window.close_now()
    assert shown == [False]


def test_after_a_click_on_its_tab_the_network_has_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    """As the empty canvas says: press Tab, and type the first layer."""
    window.commands["new"].trigger()
    canvas, tabs = window.workbench.canvas, window.bar.spaces
    for name in ("data", "network"):
        qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.place_of(name))
    assert canvas.hasFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.context.popups.search.isVisible()
