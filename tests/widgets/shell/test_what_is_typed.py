"""What is typed is never lost, and what is refused is told: one rule for every field that commits in place.

However a field is left, what was typed is taken over, once. What is refused stays in its field with the sentence beside
it, or is told in a notice that leads back where the field went out of sight; nothing else changes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.project.project_ids import id_of
from app.system.home import home
from app.training.run_labels import read_labels
from app.training.runs import Run
from graph.network import Annotation, AnnotationKind
from graph.project import project_json, write_project
from tests.widgets.conftest import digits_project
from widgets.data.data_view import DataView
from widgets.look.floating import FieldFault
from widgets.shell.refused_texts import CORRECT, KEY
from widgets.shell.window import MainWindow
from widgets.training.run_columns import NAME, NOTES
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")

Fresh = Callable[[], None]


@pytest.fixture
def fresh(window: MainWindow, tmp_path: Path, netloom_home: Path) -> Fresh:
    """Opens a project with a note and two runs; what was done to it before is undone."""

    def begin() -> None:
        project, path = digits_project(), tmp_path / "typed.netloom"
        project.network.annotations["a1"] = Annotation("a1", AnnotationKind.NOTE, "Look", (0.0, 200.0, 200.0, 120.0))
        project.id = id_of(project, path)
        write_project(path, project)
        shutil.rmtree(netloom_home / "runs", ignore_errors=True)
        for run in ("one", "two"):
            Run.create(netloom_home / "runs" / run, project_json(project), {})
        window.session.open(path)
        window.show_workbench("network")
        for notice in window.banners.notices:
            window.withdraw(notice.key)
        QApplication.processEvents()

    return begin


@pytest.fixture
def opened(window: MainWindow, fresh: Fresh) -> MainWindow:
    """The window with that project."""
    fresh()
    return window


def line_in(widget: QWidget) -> QLineEdit:
    line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    return line


def name(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.workbench.canvas.select(["dense3"])
    return window.workbench.inspector.layer.name


def setting(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.workbench.canvas.select(["dense3"])
    return window.workbench.inspector.layer.form.field("units").editor()


def on_card(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.workbench.canvas.select(["dense3"])
    window.workbench.canvas.run("rename")
    field = window.workbench.canvas.findChild(QLineEdit, "renameField")
    assert field is not None
    return field


def note(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.workbench.go_to_annotation("a1")
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_F2)
    field = window.workbench.canvas.findChild(QPlainTextEdit, "noteField")
    assert field is not None
    return field


def cell(view: QAbstractItemView) -> QWidget:
    (field,) = (line for line in view.viewport().findChildren(QLineEdit) if line.isVisible())
    return field


def in_outline(window: MainWindow, qtbot: QtBot) -> QWidget:
    outline = window.workbench.outline
    window.workbench.left.setCurrentWidget(outline)
    (item,) = outline.findItems("dense3", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    outline.editItem(item, 0)
    return cell(outline)


def description(window: MainWindow, qtbot: QtBot) -> QWidget:
    panel = window.workbench.description
    window.workbench.side_panel.setCurrentWidget(panel)
    panel.edit.setChecked(True)
    return panel.writer


def share(window: MainWindow, qtbot: QtBot) -> QWidget:
    window.show_workspace("data")
    panel = window.workbench.panel("data")
    assert isinstance(panel, DataView)
    return panel.form.split.field("test").editor()


def train_panel(window: MainWindow) -> TrainPanel:
    window.show_workspace("train")
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    return panel


def batch_size(window: MainWindow, qtbot: QtBot) -> QWidget:
    return train_panel(window).plan.forms["Training"].field("batch_size").editor()


def run_cell(window: MainWindow, title: str) -> QWidget:
    panel = train_panel(window)
    panel.show_runs()
    panel.refresh_runs()
    panel.runs.model.read_all()
    panel.runs.wide.setChecked(True)
    QApplication.processEvents()
    titles = [column.title for column in panel.runs.model.columns]
    row = next(row for row, entry in enumerate(panel.runs.model.entries) if entry.path.name == "one")
    panel.runs.table.edit(panel.runs.model.index(row, titles.index(title)))
    return cell(panel.runs.table)


def run_notes(window: MainWindow, qtbot: QtBot) -> QWidget:
    return run_cell(window, NOTES)


def run_name(window: MainWindow, qtbot: QtBot) -> QWidget:
    return run_cell(window, NAME.title)


@dataclass(frozen=True)
class Place:
    """How a field is opened, what it takes, where that is kept, and what it refuses, with a word of the reason."""

    open: Callable[[MainWindow, QtBot], QWidget]
    good: str
    kept: str
    bad: tuple[str, ...] = ()


NAMES = ("2 bad", "conv1")
FIELDS: dict[str, Place] = {
    "name": Place(name, "edges", "edges", NAMES),
    "setting": Place(setting, "321", '"units": 321', ("abc", "-4")),
    "name on the card": Place(on_card, "edges", "edges", NAMES),
    "note": Place(note, "edges", "edges"),
    "name in the outline": Place(in_outline, "edges", "edges", NAMES),
    "description": Place(description, "edges", "edges"),
    "data setting": Place(share, "0.31", "0.31", ("abc", "7")),
    "training setting": Place(batch_size, "37", '"batch_size": 37', ("abc", "-4")),
    "notes of a run": Place(run_notes, "edges", "edges"),
    "name of a run": Place(run_name, "edges", "edges", ("a/b", "two")),
}


def content(window: MainWindow) -> str:
    """Everything that is kept: the project, and the labels and names of runs."""
    runs = [(run.name, read_labels(run).notes) for run in sorted((home() / "runs").iterdir())]
    return json.dumps(project_json(window.session.project)) + json.dumps(runs)


# Ways to leave a field


def by_tab(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Tab)


def by_return(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    long = isinstance(field, QPlainTextEdit)
    qtbot.keyClick(field, Qt.Key.Key_Return, *((Qt.KeyboardModifier.ControlModifier,) if long else ()))


def by_click(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    """On the empty canvas, or on the list of data where there is no canvas."""
    canvas = window.workbench.canvas
    if canvas.isVisible():
        at = canvas.viewport().rect().bottomLeft() + QPoint(12, -12)
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    else:
        line = next(
            line
            for line in window.workbench.middle.findChildren(QLineEdit)
            if line.isVisible() and line is not line_in(field)
        )
        QTest.mouseClick(line, Qt.MouseButton.LeftButton)


def by_other_layer(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    window.workbench.canvas.select(["conv1"])


def by_workspace(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    window.show_workspace("network" if window.workbench.workspace == "data" else "data")


def by_save(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    assert window.files.save()


def by_news(window: MainWindow, qtbot: QtBot, field: QWidget) -> None:
    """The window shows everything anew while one types, and only then the field is left."""
    window.workbench.inspector.refresh()
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    panel.plan.set_devices(["cpu", "cuda:0"])
    for row, entry in enumerate(panel.runs.model.entries):
        panel.runs.model._put(entry, row)
    data = window.workbench.panel("data")
    assert isinstance(data, DataView)
    if data.isVisible():
        data._show()
    QApplication.processEvents()
    window.workbench.commit_typing()


WAYS = {
    "tab": by_tab,
    "return": by_return,
    "click elsewhere": by_click,
    "another layer": by_other_layer,
    "another workspace": by_workspace,
    "save": by_save,
    "news": by_news,
}
OTHERS = {"another layer": ("name", "setting"), "return": tuple(field for field in FIELDS if field != "description")}
"""Ways by which some fields alone are left: Return begins a line of the description."""


def ways(field: str) -> dict[str, Callable[[MainWindow, QtBot, QWidget], None]]:
    """The ways to leave a field."""
    return {way: leave for way, leave in WAYS.items() if field in OTHERS.get(way, FIELDS)}


def type_in(window: MainWindow, qtbot: QtBot, place: Place, text: str) -> QWidget:
    """Type in the same turn in which the field is opened."""
    field = place.open(window, qtbot)
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    return field


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_typed_is_taken_over(opened: MainWindow, fresh: Fresh, qtbot: QtBot, field: str) -> None:
    place = FIELDS[field]
    for way, leave in ways(field).items():
        fresh()
        leave(opened, qtbot, type_in(opened, qtbot, place, place.good))
        QApplication.processEvents()
        assert place.kept in content(opened), f"lost by {way}"


REFUSING = [field for field, place in FIELDS.items() if place.bad]


def faults(window: MainWindow) -> list[FieldFault]:
    return [fault for fault in window.findChildren(FieldFault) if fault.text() and fault.isVisible()]


def told(window: MainWindow) -> list[str]:
    """What is said of refused text: beside a field in sight, or in the notice."""
    notices = [notice.text for notice in window.banners.notices if notice.key == KEY]
    return [*(fault.text() for fault in faults(window)), *notices]


def go_back(window: MainWindow) -> None:
    banners = window.banners.findChildren(QWidget, f"banner-{KEY}")
    for banner in (banner for banner in banners if banner.isVisible()):
        (button,) = [button for button in banner.findChildren(QPushButton) if button.text() == CORRECT]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()


@pytest.mark.parametrize("field", REFUSING)
def test_what_is_refused_is_told_and_stays(opened: MainWindow, fresh: Fresh, qtbot: QtBot, field: str) -> None:
    place = FIELDS[field]
    for text, (way, leave) in product(place.bad, ways(field).items()):
        if text != place.bad[0] and way not in ("return", "click elsewhere"):
            continue  # each way is tried with the first text, and each text by the usual ways
        fresh()
        before = content(opened)
        leave(opened, qtbot, type_in(opened, qtbot, place, text))
        QApplication.processEvents()
        assert content(opened) == before, (text, way)
        assert len(told(opened)) == 1, f"{text} is told once, by {way}"
        go_back(opened)
        assert [line_in(fault.field).text() for fault in faults(opened)] == [text], way


@pytest.mark.parametrize("field", REFUSING)
def test_closing_and_opening_ask_about_what_is_refused(
    opened: MainWindow, fresh: Fresh, qtbot: QtBot, field: str
) -> None:
    for text in FIELDS[field].bad:
        fresh()
        ask_about_what_is_refused(opened, qtbot, FIELDS[field], text)


def ask_about_what_is_refused(opened: MainWindow, qtbot: QtBot, place: Place, text: str) -> None:
    file = opened.session.path
    assert file is not None
    type_in(opened, qtbot, place, text)
    assert not opened.close()
    for key in ("closing", "unsaved"):
        (notice,) = [notice for notice in opened.banners.notices if notice.key == key]
        (fault,) = faults(opened)
        assert fault.text() in notice.text
        opened.withdraw(key)
        opened.files.new()
    assert opened.session.path == file
    (notice,) = [notice for notice in opened.banners.notices if notice.key == "unsaved"]
    dict(notice.choices)["Give it up"]()
    assert opened.session.path is None
    assert not told(opened), "nothing of it reaches another project"


@pytest.mark.parametrize("field", ["name", "setting", "training setting", "data setting"])
def test_escape_gives_up_what_was_refused(opened: MainWindow, qtbot: QtBot, field: str) -> None:
    place = FIELDS[field]
    typed_in = type_in(opened, qtbot, place, place.bad[0])
    before = line_in(typed_in).text()
    qtbot.keyClick(typed_in, Qt.Key.Key_Return)
    assert line_in(typed_in).text() == before and told(opened)
    qtbot.keyClick(typed_in, Qt.Key.Key_Escape)
    assert line_in(typed_in).text() != before and not told(opened)


def test_what_is_refused_for_one_layer_is_not_shown_at_another(opened: MainWindow, qtbot: QtBot) -> None:
    document = opened.session.document
    with document.transaction("Copy"):
        document.add(document.network.layer("dense3"), (0.0, 400.0), "dense9")
    type_in(opened, qtbot, FIELDS["setting"], "abc")
    opened.workbench.canvas.select(["dense9"])
    form = opened.workbench.inspector.layer.form
    assert line_in(form.field("units").editor()).text() == "10" and not faults(opened)
    opened.workbench.canvas.select(["dense3"])
    assert line_in(form.field("units").editor()).text() == "abc"
    (fault,) = faults(opened)
    assert "whole number" in fault.text()


def test_closing_asks_about_what_was_refused_for_a_layer_that_was_left(opened: MainWindow, qtbot: QtBot) -> None:
    by_click(opened, qtbot, type_in(opened, qtbot, FIELDS["name"], "2 bad"))
    assert not faults(opened) and not opened.close()
    (notice,) = [notice for notice in opened.banners.notices if notice.key == "closing"]
    assert "“2 bad”" in notice.text
    dict(notice.choices)[CORRECT]()
    QApplication.processEvents()
    assert [line_in(fault.field).text() for fault in faults(opened)] == ["2 bad"]
