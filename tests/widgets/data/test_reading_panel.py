"""The reading recipe in the data view, under real clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.readers.date_parsing import shown_format
from app.data.readers.recipe import ColumnRecipe
from app.data.sources.table_source import TableSource
from graph.document import Document
from tests.graph.networks import section
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.data_view import READING, DataView
from widgets.data.reading_panel import OTHERWISE

COLOURS = "colour,size,kind\n" + "Red,1,a\nred,2,b\nBlue,3,a\nGreen,4,b\nblue,5,a\n" * 4
DATES = "day,size,kind\n" + "03/04/2021,1,a\n05/06/2021,2,b\n07/08/2021,3,a\n01/02/2022,4,b\n" * 5

Opened = Callable[[str], DataView]


@pytest.fixture
def document() -> Document:
    """An empty project."""
    return Document()


@pytest.fixture
def opened(qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path) -> Opened:
    """Opens a file of this text in a data view."""

    def open_text(text: str) -> DataView:
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8")
        view = make_view(qtbot, link, document, (1400, 1000))
        view.open_path(path)
        qtbot.waitUntil(lambda: view.preview is not None or bool(view.notice.text or view.recipes.refused))
        return view

    return open_text


def recipe_of(document: Document, name: str) -> ColumnRecipe:
    source = DataChoice.parse(section(document, "data")).source
    assert isinstance(source, TableSource)
    recipe = source.how_read().recipe
    assert recipe is not None
    return recipe.by_name[name]


def show(qtbot: QtBot, view: DataView, column: str = "") -> None:
    """Click the tab “Reading”, and a column in it."""
    bar = view.samples.tabs.tabBar()
    place = next(index for index in range(bar.count()) if bar.tabText(index) == READING)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
    qtbot.waitUntil(view.reading.isVisible)
    if column:
        table = view.reading.table
        cell = table.visualRect(table.model().index(view.reading.model.row_of(column), 0))
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
        assert view.reading.editor.heading.text() == column


def pick(qtbot: QtBot, box: QComboBox, data: str) -> None:
    """Open the list of a box and choose an item by the keys."""
    place = box.findText(data) if box.isEditable() else box.findData(data)
    assert place >= 0
    box.showPopup()
    steps = place - box.view().currentIndex().row()
    for _ in range(abs(steps)):
        qtbot.keyClick(box.view(), Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)


def type_into(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def press(qtbot: QtBot, parent: QWidget, title: str) -> None:
    (button,) = [one for one in parent.findChildren(QPushButton) if one.text() == title and one.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def field(view: DataView, name: str) -> Any:
    return view.reading.form.field(name).editor()


def row(view: DataView, column: str) -> list[str]:
    model = view.reading.model
    return [model.data(model.index(model.row_of(column), place)) for place in range(model.columnCount())]


def test_the_panel_says_what_was_found(qtbot: QtBot, opened: Opened) -> None:
    view = opened(COLOURS)
    show(qtbot, view)
    assert view.reading.found.text() == (
        "Found: UTF-8, comma between columns, point before decimals, names in one line."
    )
    assert view.reading.head.toPlainText().startswith("colour,size,kind\nRed,1,a\n")
    assert row(view, "size") == ["size", "number", "sure", "1", ""]
    assert row(view, "colour") == ["colour", "category", "undecided", "Red", "5: Blue, blue, Green, Red, …"]


@pytest.mark.parametrize(
    ("text", "above", "names", "below"),
    [
        (COLOURS, "auto (0)", "auto (1)", "auto (0)"),
        ("Logger 7\nsite: north\n\n" + COLOURS + "\nSource: the shop\nTotal,60,\n", "auto (3)", "auto (1)", "auto (2)"),
    ],
)
def test_lines_above_and_below_are_counted_where_they_are_found(
    qtbot: QtBot, opened: Opened, text: str, above: str, names: str, below: str
) -> None:
    view = opened(text)
    show(qtbot, view)
    boxes = {name: field(view, name).findChild(QLineEdit) for name in ("skip", "header_rows", "footer")}
    qtbot.waitUntil(lambda: boxes["footer"].placeholderText() == below)
    assert boxes["skip"].placeholderText() == above
    assert boxes["header_rows"].placeholderText() == names
    assert [box.text() for box in boxes.values()] == ["", "", ""]
    type_into(qtbot, boxes["footer"], "0")
    qtbot.waitUntil(lambda: boxes["footer"].text() == "0")


def test_lines_of_names_are_stated_and_found_again(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    show(qtbot, view)
    box = field(view, "header_rows").findChild(QLineEdit)
    type_into(qtbot, box, "2")
    qtbot.waitUntil(lambda: section(document, "data")["options"]["header_rows"] == 2)
    type_into(qtbot, box, "")
    qtbot.waitUntil(lambda: section(document, "data")["options"]["header_rows"] == 0)
    qtbot.waitUntil(lambda: box.placeholderText() == "auto (1)")
    assert box.text() == ""


def test_nothing_is_counted_in_a_file_that_is_refused(qtbot: QtBot, opened: Opened) -> None:
    view = opened("a\n1\n2\n3\n")
    assert field(view, "skip").findChild(QLineEdit).placeholderText() == "auto"


def test_variants_are_merged_by_one_click_and_undone(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    show(qtbot, view, "colour")
    assert "“Blue” and “blue”; “Red” and “red” differ by case alone" in view.reading.editor.why.text()
    press(qtbot, view.reading.editor, "Merge variants")
    assert recipe_of(document, "colour").categories == ("Blue", "Green", "Red")
    assert document.undo_names[0] == "Set merged of “colour”"
    assert row(view, "colour")[2] == "your choice"
    assert view.asking.text == ""
    qtbot.waitUntil(lambda: view.preview is not None and "colour = blue" not in str(view.preview.info))
    document.undo()
    assert len(recipe_of(document, "colour").categories) == 5
    assert row(view, "colour")[2] == "undecided"


def test_two_readings_stand_side_by_side_and_the_notice_stays(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(DATES)
    assert "“day” may be read in two ways" in view.asking.text
    assert "could also be" not in view.notes.text()
    used = recipe_of(document, "day").date_format
    sentence = view.asking.text
    press(qtbot, view.asking, "Choose…")
    qtbot.waitUntil(view.reading.isVisible)
    assert view.reading.question.sentence.text() == sentence
    assert "the likelier one, used until you choose" in view.reading.question.answers[0].toolTip()
    first, second = view.reading.question.answers[:2]
    assert {first.text().split("\n")[0], second.text().split("\n")[0]} == {
        "Day first: DD/MM/YYYY",
        "Month first: MM/DD/YYYY",
    }
    assert shown_format(used) in first.text()
    assert "“03/04/2021” is 3 April 2021" in first.text() + second.text()
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert recipe_of(document, "day").date_format != used
    assert view.reading.question.name == ""
    assert view.asking.text == ""
    document.undo()
    assert recipe_of(document, "day").date_format == used
    assert view.reading.question.name == "day"
    assert "“day” may be read in two ways" in view.asking.text


def test_every_part_of_a_column_can_be_changed(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    show(qtbot, view, "size")
    editor = view.reading.editor
    type_into(qtbot, editor.unit, "cm")
    assert recipe_of(document, "size").unit == "cm"
    type_into(qtbot, editor.missing, "1, 2")
    assert recipe_of(document, "size").missing == ("1", "2")
    pick(qtbot, editor.type, "category")
    assert recipe_of(document, "size").categories == ("3", "4", "5")
    assert editor.type.currentText() == "category"
    assert not editor.unit.isEnabled()
    press(qtbot, editor, "Find it again")
    assert recipe_of(document, "size") == ColumnRecipe("size", recipe_of(document, "size").type)
    assert row(view, "size")[1] == "number"


def test_what_a_column_cannot_be_is_said_in_place(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    show(qtbot, view, "colour")
    before = section(document, "data")
    pick(qtbot, view.reading.editor.type, "number")
    assert (
        view.reading.editor.fault_of(view.reading.editor.type).text()
        == "Column “colour” holds no numbers, such as “Red”."
    )
    assert view.reading.editor.type.currentText() == "category"
    assert section(document, "data") == before
    show(qtbot, view, "size")
    assert not view.reading.editor.fault_of(view.reading.editor.type).isVisible()


def test_a_column_is_left_out_and_taken_back(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    show(qtbot, view, "size")
    pick(qtbot, view.reading.editor.type, "left out")
    assert section(document, "data")["options"]["ignore"] == ["size"]
    assert row(view, "size")[1] == "left out"
    pick(qtbot, view.reading.editor.type, "text")
    assert section(document, "data")["options"]["ignore"] == []
    assert row(view, "size")[1] == "text"


def test_another_delimiter_is_one_step_with_its_own_recipe(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened("a,b;y\n" + "1,5;u\n2,5;v\n3,5;u\n4,5;v\n" * 4)
    show(qtbot, view)
    before = section(document, "data")
    pick(qtbot, field(view, "delimiter"), "comma")
    after = section(document, "data")
    assert after["options"]["delimiter"] == "comma"
    assert [column["name"] for column in after["options"]["reading"]["columns"]] == ["a", "b;y"]
    assert after["options"]["target"] == "b;y"
    qtbot.waitUntil(lambda: view.preview is not None)
    document.undo()
    assert section(document, "data") == before


def test_a_refused_setting_is_kept_for_the_next_try(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened("größe;y\n" + "1;u\n2;v\n3;u\n4;v\n" * 4)
    show(qtbot, view)
    before = section(document, "data")
    pick(qtbot, field(view, "encoding"), "utf-16")
    assert "is not written in utf-16" in view.reading.found.text()
    assert section(document, "data") == before
    assert field(view, "encoding").currentText() == "utf-16"
    pick(qtbot, field(view, "encoding"), "cp1252")
    assert section(document, "data")["options"]["encoding"] == "cp1252"
    assert recipe_of(document, "grÃ¶ÃŸe").name


def test_a_refused_file_is_left_alone(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened('a,b\n"1,x\n2,y\n' + "3,x\n4,y\n" * 4)
    qtbot.waitUntil(view.reading.isVisible)
    assert "cannot be read" in view.reading.found.text() and not view.notice.text
    assert OTHERWISE in view.reading.found.text()
    assert view.reading.head.toPlainText().startswith('a,b\n"1,x')
    assert view.reading.read_as.isVisible()
    assert not document.undo_names
    pick(qtbot, field(view, "delimiter"), "semicolon")
    assert "cannot be read" in view.reading.found.text()
    assert not document.undo_names
    press(qtbot, view.reading, "Leave this file")
    assert "data" not in document.sections
    assert READING not in [view.samples.tabs.tabText(place) for place in range(view.samples.tabs.count())]


@pytest.mark.parametrize("rows", [1, 2])
def test_too_few_rows_are_told_once_with_the_remedy(
    qtbot: QtBot, opened: Opened, document: Document, tmp_path: Path, rows: int
) -> None:
    view = opened("width,kind\n" + "1,a\n2,b\n"[: 4 * rows])
    qtbot.waitUntil(view.reading.isVisible)
    QApplication.processEvents()
    labels = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    (told,) = (text for text in labels if "at least 3 usable rows" in text)
    assert f"found: {rows}. Add rows to the file." in told
    (tmp_path / "t.csv").write_text("width,kind\n" + "1,a\n2,b\n3,a\n4,b\n" * 5)
    press(qtbot, view.reading, "Try again")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert not view.recipes.refused and not view.reading.again.isVisible()


def test_a_refused_file_is_chosen_in_one_step_once_it_reads(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened("x|y,z\n" + "1|a,b\n2|c,d\n" * 1500 + "3|a,b,c\n")
    assert view.preview is None
    qtbot.waitUntil(view.reading.isVisible)
    pick(qtbot, field(view, "delimiter"), "semicolon")
    assert not document.undo_names
    pick(qtbot, field(view, "delimiter"), "bar")
    assert document.undo_names == ("Choose t",)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert section(document, "data")["options"]["delimiter"] == "bar"
    assert [column["name"] for column in section(document, "data")["options"]["reading"]["columns"]] == ["x", "y,z"]
    assert "cannot be read" not in view.notice.text
    assert view.reading.editor.isVisibleTo(view.reading)


@pytest.mark.parametrize("rules", [1, 2])
def test_a_project_of_before_gets_its_recipe_once(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path, rules: int
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("code,a,y\n" + "007,?,u\n012,2,v\n033,3,u\n007,4,v\n" * 5)
    source = suggest(path, target="y").source.changed(rules=rules, reading=None)
    with document.transaction("Open"):
        document.set_section("data", DataChoice(source=source).to_json())
    view = make_view(qtbot, link, document, (1400, 1000))
    assert document.undo_names[0] == "Write down how people.csv is read"
    before = ", as Netloom read it before" if rules == 1 else ""
    assert view.asking.text.startswith(f"How people.csv is read was written down{before}.")
    if rules == 2:
        return
    assert str(recipe_of(document, "code").type) == "number"
    press(qtbot, view.asking, "Read it by today's rules")
    assert "“code”: number before, category now." in view.asking.text
    assert section(document, "data")["options"]["rules"] == 1
    press(qtbot, view.asking, "Take it")
    assert section(document, "data")["options"]["rules"] == 2
    assert str(recipe_of(document, "code").type) == "category"
    document.undo()
    document.undo()
    assert "reading" not in section(document, "data")["options"]


def test_an_edited_setting_keeps_the_keys_when_its_samples_arrive(
    qtbot: QtBot, opened: Opened, document: Document
) -> None:
    view = opened("Station\nOperator\n\n" + COLOURS)
    show(qtbot, view)
    before = view.preview
    box = field(view, "skip")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "2")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.preview is not before)
    assert box.hasFocus()
    assert view.reading.isVisible()
    assert section(document, "data")["options"]["skip"] == 2


def test_a_question_has_the_keys_until_it_is_answered(qtbot: QtBot, opened: Opened) -> None:
    view = opened(DATES)
    before = view.preview
    press(qtbot, view.asking, "Choose…")
    answer = view.reading.question.answers[1]
    qtbot.keyClick(view.window().focusWidget(), Qt.Key.Key_Tab)
    assert answer.hasFocus()
    qtbot.keyClick(answer, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.preview is not before)
    assert view.reading.question.name == ""
    assert view.reading.table.hasFocus()


def test_opening_the_file_that_is_open_shows_it_again(qtbot: QtBot, opened: Opened, document: Document) -> None:
    view = opened(COLOURS)
    facts, steps = view.facts.text(), document.undo_names
    assert "samples" in facts
    options = section(document, "data")["options"]
    view.open_path(Path(str(options["path"])))
    assert view.facts.text() == facts
    assert document.undo_names == steps


def test_a_wrong_delimiter_is_named_and_the_last_reading_comes_back(
    qtbot: QtBot, opened: Opened, document: Document
) -> None:
    view = opened(COLOURS)
    show(qtbot, view)
    before, found = section(document, "data"), view.reading.found.text()
    tried: list[str] = []
    view.recipes.tried.connect(tried.append)
    pick(qtbot, field(view, "delimiter"), "semicolon")
    assert "t.csv has one column only with the delimiter semicolon;" in view.reading.found.text()
    assert tried == ["Set delimiter of the data"]
    press(qtbot, view.reading, "Back to the last reading")
    assert tried[-1] == ""
    assert view.reading.found.text() == found
    assert field(view, "delimiter").currentText() == "auto"
    assert section(document, "data") == before


def test_how_a_column_is_read_stands_whole_where_there_is_room(qtbot: QtBot, opened: Opened) -> None:
    view = opened(COLOURS.replace("Green", "A green that is called by a long name"))
    show(qtbot, view, "colour")
    press(qtbot, view.reading.editor, "Merge variants")
    table = view.reading.table
    last = table.model().columnCount() - 1
    assert "2 merged" in row(view, "colour")[last]
    view.resize(1500, 1000)
    panes = view.findChildren(QSplitter)[0]
    panes.setSizes([200, 1000, 300])  # under the style sheet of a window names of columns take more room
    qtbot.waitUntil(lambda: table.columnWidth(last) >= table.sizeHintForColumn(last))
    qtbot.waitUntil(lambda: table.horizontalHeader().length() <= table.viewport().width())
