"""The list of runs under real clicks: what differs, sorting, the wide table, notes, tags, moving, deleting, CSV."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.project.project_ids import remember_project
from app.protocol.events import TrainingProgress
from app.system.locks import try_lock
from app.training.run_labels import ProjectKey, RunLabels, owner_of, read_labels, write_labels
from app.training.run_trash import DAYS, deleted_runs, trash_run
from app.training.runs import LOCK, Run
from graph.project import Project, project_json
from graph.shapes import vector
from tests.app.protocol import samples
from tests.widgets.conftest import chain
from tests.widgets.training.drawn_box import drawn_box
from tests.widgets.training.finished_run import write_log
from widgets.look.stylesheet import stylesheet
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource
from widgets.training.run_columns import NAME
from widgets.training.run_deletion import FOR_GOOD, MENU
from widgets.training.run_list import RunList
from widgets.training.run_model import CHANGES

MINE, OTHER = ProjectKey("mine", "load"), ProjectKey("other", "digits")
Trained = Callable[..., Path]
FORMAT = QImage.Format.Format_RGB32


@pytest.fixture
def trained(netloom_home: Path) -> Trained:
    """Makes runs, each a minute after the one before."""
    made: list[Path] = []

    def train(units: int = 8, accuracy: float = 0.9, *, project: str = "mine", **plan: object) -> Path:
        run = netloom_home / "runs" / f"whatever-20260101-10{len(made):02d}00"
        network = chain(("input", {"shape": vector(4)}), ("dense", {"units": units}), ("output", {}))
        content = project_json(Project(network, {"plan": plan}, project))
        Run.create(run, content, {"created": f"2026-01-01T10:{len(made):02d}:00"})
        write_log(run, accuracy)
        made.append(run)
        return run

    return train


@pytest.fixture
def listed(qtbot: QtBot) -> RunList:
    made = RunList(ThemeSource("light"))
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show()
    return made


def read(listed: RunList, key: ProjectKey = MINE) -> RunList:
    listed.model.show_project(key)
    listed.model.refresh()
    listed.model.read_all()
    return listed


def names(listed: RunList) -> list[str]:
    return [entry.path.name[-6:-2] for entry in listed.model.entries]


def press(qtbot: QtBot, parent: QWidget, title: str) -> None:
    button = next(one for one in parent.findChildren(QPushButton) if one.text() == title and one.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_header(qtbot: QtBot, listed: RunList, title: str) -> None:
    header = listed.table.horizontalHeader()
    column = [column.title for column in listed.model.columns].index(title)
    listed.table.scrollTo(listed.model.index(0, column))
    place = header.rect().topLeft()
    place.setX(header.sectionViewportPosition(column) + header.sectionSize(column) // 2)
    place.setY(header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def choose(qtbot: QtBot, listed: RunList, *path: str) -> None:
    """Click More, and choose an entry of its menu, or of a menu in it."""

    def walk() -> None:
        menu = listed._more
        for title in path:
            action = next(each for each in menu.actions() if each.text().startswith(title))
            inner = action.menu()
            if isinstance(inner, QMenu):
                menu = inner
        action.trigger()
        listed._more.close()

    QTimer.singleShot(100, walk)
    qtbot.mouseClick(listed.button("More"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not listed._more.isVisible())


def test_the_list_names_what_differs_from_the_run_before(listed: RunList, trained: Trained) -> None:
    trained(32)
    trained(4)
    trained(4, learning_rate=0.5)
    trained(4, learning_rate=0.5)
    model = read(listed).model
    lines = [model.data(model.index(row, 0), CHANGES) for row in range(4)]
    assert lines == [
        "same settings as the run before",
        "learning rate 0.001 → 0.5",
        "dense1 units 32 → 4; 160 → 20 parameters",
        "160 parameters",
    ]
    assert "dense1 units 32 → 4" in str(model.data(model.index(2, 0), Qt.ItemDataRole.ToolTipRole))


def test_the_project_alone_is_listed_until_all_are_asked_for(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    trained()
    trained(project="other")
    remember_project("other", "digits of mine", None)
    assert names(read(listed)) == ["1000"] and listed.usage.text().startswith("1 run, ")
    qtbot.keyClick(listed.everything, Qt.Key.Key_Space)
    listed.model.read_all()
    assert names(listed) == ["1001", "1000"]
    assert [entry.name for entry in listed.model.entries] == ["digits of mine  10:01", "load  10:00"]
    listed.begin_project()
    assert names(read(listed, OTHER)) == ["1001"] and not listed.everything.isChecked()


def test_a_click_on_a_title_sorts_and_keeps_the_selection(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    for accuracy in (0.7, 0.9, 0.8):
        trained(accuracy=accuracy)
    read(listed)
    assert names(listed) == ["1002", "1001", "1000"]
    listed.select(listed.model.entry(2).path)
    click_header(qtbot, listed, "Test")
    assert names(listed) == ["1001", "1002", "1000"]
    assert listed.current is not None and listed.current.test == 0.7
    click_header(qtbot, listed, "Test")
    assert names(listed) == ["1000", "1002", "1001"] and listed.current.test == 0.7


def test_the_wide_table_has_every_metric_beside_the_settings_that_differ(
    listed: RunList, trained: Trained, qtbot: QtBot, tmp_path: Path
) -> None:
    trained(32, 0.7)
    trained(4, 0.9)
    read(listed)
    qtbot.mouseClick(listed.wide, Qt.MouseButton.LeftButton)
    titles = [column.title for column in listed.model.columns]
    assert titles[:3] == ["Run", "Test accuracy", "Test loss"] and titles[-2:] == ["Tags", "Notes"]
    assert "dense1 units" in titles and "dense1 bias" not in titles and "Parameters" in titles
    click_header(qtbot, listed, "dense1 units")
    assert names(listed) == ["1000", "1001"]
    listed.export_table(tmp_path / "runs.csv")
    rows = list(csv.DictReader((tmp_path / "runs.csv").read_text("utf-8").splitlines()))
    assert [(row["dense1 units"], row["Test accuracy"], row["Parameters"]) for row in rows] == [
        ("32", "0.7", "160"),
        ("4", "0.9", "20"),
    ]
    assert "Written to" in listed.notice.text
    qtbot.mouseClick(listed.wide, Qt.MouseButton.LeftButton)
    assert [column.title for column in listed.model.columns][:2] == ["Run", "Validation"]


def test_names_stay_in_view_while_the_wide_table_is_scrolled(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    for units in (8, 16, 32):
        trained(units, weight_decay=units / 1000)
    qtbot.mouseClick(read(listed).wide, Qt.MouseButton.LeftButton)
    listed.resize(420, 300)
    table = listed.table
    bar, frozen = table.horizontalScrollBar(), table.frozen
    name = QRect(0, 0, table.columnWidth(0) - 1, table.rowHeight(0) * 3)  # without the edge of what stays
    path = listed.model.entry(1).path
    box = drawn_box(table, listed.model, path)
    before = table.viewport().grab(name).toImage()
    assert not frozen.isVisible() and bar.maximum() > 0
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_End)
    assert bar.value() == bar.maximum() and frozen.isVisible()
    place = name.translated(table.viewport().mapTo(table, QPoint(0, 0)))
    assert table.grab(place).toImage().convertToFormat(FORMAT) == before.convertToFormat(FORMAT)

    qtbot.mouseClick(frozen.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert listed.model.hue(path) is not None
    qtbot.mouseClick(frozen.viewport(), Qt.MouseButton.LeftButton, pos=box.center() + QPoint(80, 0))
    assert listed.current is not None and listed.current.path == path

    table.setCurrentIndex(listed.model.index(1, 1))
    assert table.visualRect(listed.model.index(1, 1)).left() >= table.columnWidth(0)
    qtbot.mouseClick(listed.back, Qt.MouseButton.LeftButton)
    assert not frozen.isVisible()


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE, 2.0])
@pytest.mark.parametrize("wide", [False, True], ids=["list", "table"])
def test_a_click_on_the_tick_box_as_it_is_drawn_ticks_the_run(
    listed: RunList, trained: Trained, qtbot: QtBot, scale: float, wide: bool
) -> None:
    listed.setStyleSheet(stylesheet(ThemeSource("light", scale).theme))
    listed.table.setFont(ThemeSource("light", scale).theme.font())
    runs = [trained(), trained(units=16)]
    read(listed).wide.setChecked(wide)
    box = drawn_box(listed.table, listed.model, runs[0])
    for within in (box.center(), box.topLeft() + QPoint(1, 1), box.bottomRight() - QPoint(1, 1)):
        before = listed.model.hue(runs[0])
        qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=within)
        assert (listed.model.hue(runs[0]) is None) != (before is None)
    ticked = listed.model.hue(runs[0])
    qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=box.bottomLeft() + QPoint(4, 4))
    assert listed.model.hue(runs[0]) == ticked and listed.model.hue(runs[1]) is None


def test_a_selected_run_that_is_not_shown_says_how_it_is(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    older, newer = trained(), trained(units=16)
    read(listed).model.tick(newer, True)
    table, row = listed.table, listed.model.row_of(older)
    assert row is not None
    line = table.visualRect(table.model().index(row, 0))
    line.setLeft(table.viewport().width() // 2)
    line.setRight(table.viewport().width() - 1)
    line.setTop(line.center().y() + 4)
    picture = [table.viewport().grab(line).toImage()]
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=line.center())
    assert table.asks_for_tick(row)
    picture.append(table.viewport().grab(line).toImage())
    listed.model.tick(older, True)
    assert not table.asks_for_tick(row)
    picture.append(table.viewport().grab(line).toImage())
    assert inks(picture[1]) > inks(picture[2]) and inks(picture[0]) == inks(picture[2])


def inks(picture: QImage) -> int:
    """How many colours a picture has: one where nothing is written on its ground."""
    return len({picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())})


@pytest.mark.parametrize("wide", [False, True], ids=["list", "table"])
def test_headings_stand_over_their_cells_and_rows_reach_the_frame(
    listed: RunList, trained: Trained, wide: bool
) -> None:
    listed.setStyleSheet(stylesheet(ThemeSource("light").theme))
    listed.resize(1600, 300)
    trained(units=16, epochs=5)
    trained(epochs=60)
    read(listed).wide.setChecked(wide)
    table, header = listed.table, listed.table.horizontalHeader()
    titles = [column.title for column in listed.model.columns]
    assert [title.lower() for title in titles].count("epochs") == 1
    assert header.length() == table.viewport().width()
    for number, column in enumerate(listed.model.columns):
        cell = table.visualRect(listed.model.index(0, number))
        text = listed.model.data(listed.model.index(0, number))
        if not text or column.title == "Run":
            continue
        cell.setHeight(cell.height() // 2)
        head = QRect(cell)
        head.setTop(4)
        head.setHeight(header.height() - 8)
        over, under = (
            inked(view.grab(part).toImage()) for view, part in ((header.viewport(), head), (table.viewport(), cell))
        )
        side = 1 if column.right else 0
        assert abs(over[side] - under[side]) <= 2, column.title


def inked(picture: QImage) -> tuple[int, int]:
    """The first and the last column of pixels on which something is written."""
    ground = picture.pixel(picture.width() // 2, 0)
    columns = [
        x
        for x in range(1, picture.width() - 1)
        if any(picture.pixel(x, y) != ground for y in range(1, picture.height() - 1))
    ]
    return columns[0], columns[-1]


def test_notes_and_tags_are_typed_and_kept(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    run = trained()
    read(listed).select(run)
    for title, text in (("Tags", "small, lab 2"), ("Notes", "better than ever")):
        choose(qtbot, listed, title)
        editor = listed.table.findChild(QLineEdit)
        assert editor is not None and editor.text() == "" and editor.placeholderText().startswith(title)
        assert not listed.wide.isChecked(), "the view stays as it is"
        qtbot.keyClicks(editor, text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: listed.table.state() != listed.table.State.EditingState)
        QApplication.processEvents()
    labels = read_labels(run)
    assert (labels.notes, labels.tags) == ("better than ever", ("small", "lab 2"))
    assert run.is_dir() and listed.model.edits is NAME
    listed._rename()
    (editor,) = (line for line in listed.table.findChildren(QLineEdit) if line.isVisible())
    assert editor.text() == "load  10:00"
    line = listed.model.data(listed.model.index(0, 0), CHANGES)
    assert str(line).startswith("#small #lab 2  ·  ")


def test_notes_of_a_run_in_progress_are_typed_in_the_list(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    run = trained()
    read(listed).select(run)
    listed.set_busy(run)
    choose(qtbot, listed, "Notes")
    editor = listed.table.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "warm")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: read_labels(run).notes == "warm")


def test_the_table_gives_way_to_the_curves_by_its_button_and_in_the_next_project(
    listed: RunList, trained: Trained, qtbot: QtBot
) -> None:
    trained()
    read(listed)
    assert not listed.back.isVisible()
    qtbot.mouseClick(listed.wide, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(listed.widened) as seen:
        press(qtbot, listed, "Curves")
    assert seen.args == [False] and not listed.model.is_wide and not listed.back.isVisible()
    listed.wide.setChecked(True)
    listed.begin_project()
    assert not listed.wide.isChecked() and not listed.model.is_wide


def test_notes_are_read_without_the_table_and_layers_keep_their_names(listed: RunList, trained: Trained) -> None:
    trained(8)
    write_labels(trained(4, learning_rate=0.5), RunLabels(notes="better than ever"))
    model = read(listed).model
    assert "\nbetter than ever\n" in str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    model.show_wide(True)
    across = Qt.Orientation.Horizontal
    headings = [model.headerData(column, across) for column in range(model.columnCount())]
    assert "dense1 units" in headings and "Learning rate" in headings


def test_a_run_is_moved_to_another_project(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    run = trained()
    remember_project("other", "digits of mine", None)
    remember_project("mine", "load", None)
    read(listed).select(run)
    choose(qtbot, listed, "Move to", "digits of mine")
    listed.model.read_all()
    assert owner_of(run).id == "other" and listed.model.rowCount() == 0
    assert listed.notice.text == "“load  10:00” moved to digits of mine."
    assert names(read(listed, OTHER)) == ["1000"]


def test_several_runs_are_deleted_at_once_and_come_back_as_they_were(
    listed: RunList, trained: Trained, qtbot: QtBot
) -> None:
    runs = [trained() for _ in range(3)]
    write_labels(runs[1], RunLabels(notes="the best"))
    read(listed).model.tick(runs[0], True)
    before = names(listed)
    listed.activateWindow()
    listed.table.setFocus()
    listed.table.selectAll()
    qtbot.keyClick(listed.table, Qt.Key.Key_Delete)
    assert listed.notice.text.startswith("Deleted 3 runs (") and listed._empty.isVisible()
    assert not any(run.exists() for run in runs) and listed.model.rowCount() == 0
    assert listed.trash.text().endswith(" deleted") and listed.usage.text() == ""
    press(qtbot, listed.notice, "Undo")
    assert names(listed) == before and dict(listed.model.shown) == {runs[0]: 0}
    assert read_labels(runs[1]).notes == "the best" and listed.usage.text().startswith("3 runs, ")
    assert listed.trash.text() == ""
    qtbot.waitUntil(lambda: listed.current is not None and listed.current.path == runs[2])


def test_a_deleted_run_comes_back_from_the_menu_also_after_a_restart(
    listed: RunList, trained: Trained, qtbot: QtBot
) -> None:
    run = trained()
    read(listed).select(run)
    press(qtbot, listed, "Delete")
    again = RunList(ThemeSource("light"))
    qtbot.addWidget(again)
    again.resize(900, 420)
    again.show()
    assert names(read(again, OTHER)) == [] and not again.button("More").isVisible()
    read(again)
    assert again.button("More").isVisible() and again.model.rowCount() == 0
    choose(qtbot, again, MENU, "Put back load  10:00")
    assert run.is_dir() and names(again) == ["1000"]


def test_deleting_for_good_asks_first(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    runs = [trained() for _ in range(2)]
    read(listed).select(runs[0])
    press(qtbot, listed, "Delete")
    choose(qtbot, listed, MENU, FOR_GOOD)
    assert "This cannot be undone" in listed.notice.text
    press(qtbot, listed.notice, "Dismiss")
    assert len(deleted_runs(runs[0].parent)) == 1
    choose(qtbot, listed, MENU, FOR_GOOD)
    press(qtbot, listed.notice, "Delete for good")
    assert deleted_runs(runs[0].parent) == [] and names(listed) == ["1001"]
    assert listed.trash.text() == ""


def test_what_was_deleted_long_ago_goes_when_a_project_opens(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    old, young = trained(), trained()
    for run in (old, young):
        place = trash_run(run).path.parent
        days = DAYS + 1 if run is old else DAYS - 1
        os.utime(place, (time.time() - days * 24 * 3600,) * 2)
    read(listed)
    assert [deleted.original for deleted in deleted_runs(old.parent)] == [young]


def test_a_run_that_another_program_trains_is_not_deleted(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    free, taken = trained(), trained()
    lock = try_lock(taken / LOCK)
    assert lock is not None
    read(listed).table.selectAll()
    press(qtbot, listed, "Delete")
    lock.release()
    assert taken.is_dir() and not free.exists()
    assert "another program trains it" in listed.notice.text and "Deleted “load  10:00”" in listed.notice.text
    press(qtbot, listed.notice, "Undo")
    assert free.is_dir()


def test_two_runs_are_compared_the_older_first(listed: RunList, trained: Trained, qtbot: QtBot) -> None:
    first, second, third = (trained() for _ in range(3))
    read(listed)
    asked: list[tuple[Path, Path]] = []
    listed.compare_wanted.connect(lambda old, new: asked.append((old, new)))
    assert not listed.button("Compare").isEnabled()
    listed.select(third)
    row = listed.model.row_of(first)
    assert row is not None
    place = listed.table.visualRect(listed.model.index(row, 2)).center()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, control, pos=place)
    press(qtbot, listed, "Compare")
    listed.table.clearSelection()
    for run in (second, third):
        listed.model.tick(run, True)
    press(qtbot, listed, "Compare")
    assert asked == [(first, third), (second, third)]


def test_a_run_in_progress_says_how_far_it_is(listed: RunList, trained: Trained) -> None:
    run = trained(accuracy=0.5)
    read(listed).set_busy(run)
    status = [column.title for column in listed.model.columns].index("Status")
    assert listed.model.data(listed.model.index(0, status)) == "in progress"
    listed.model.on_progress(run, TrainingProgress(2, 5, 10, 100.0, 3.0), 4)
    listed.model.on_epoch(run, samples.epoch(epoch=2, epochs=4, validation={"accuracy": 0.8}))
    entry = listed.model.entry(0)
    assert (entry.progress, entry.epoch, entry.validated) == ("training, 38 %", 2, 0.8)
    worse = samples.epoch(epoch=3, epochs=4, validation={"accuracy": 0.9, "loss": 2.0}, best=False)
    listed.model.on_epoch(run, worse)
    entry = listed.model.entry(0)
    assert (entry.epoch, entry.validated, entry.weights_of) == (3, 0.8, "best epoch, 2"), "its weights are not kept"
    assert not listed.model.flags(listed.model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable


def test_a_list_without_runs_says_what_to_do(listed: RunList) -> None:
    read(listed)
    assert listed.model.rowCount(QModelIndex()) == 0 and listed._empty.isVisible()
