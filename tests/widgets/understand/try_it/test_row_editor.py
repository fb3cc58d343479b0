"""A row is filled in by keys: numbers in the file's spelling, categories that are known and others."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.inference_values import InputForm, NewSample, RowColumn
from app.protocol.values import FieldFacts
from widgets.understand.try_it.row_editor import RowEditor

HOUSE = InputForm(
    field=FieldFacts("features", "vector", (4,)),
    editor="row",
    columns=(
        RowColumn("area", "number", "m²", (), 50.0, 150.0, ",", "the median 80 m² is used"),
        RowColumn("colour", "category", "", ("red", "Green")),
        RowColumn("built", "date"),
    ),
)


@pytest.fixture
def editor(qtbot: QtBot) -> RowEditor:
    made = RowEditor(HOUSE)
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    made.show_sample(NewSample(cells={"features": {"area": "75,5", "colour": "Green"}}))
    return made


def test_a_sample_is_shown_and_a_date_that_is_left_open_is_not_sent(editor: RowEditor) -> None:
    assert editor.cells() == {"features": {"area": "75,5", "colour": "Green"}}
    cell = editor.cells_by_column["area"]
    assert cell.slider is not None and cell.slider.value() == 255


def test_the_slider_writes_numbers_as_the_file_does(qtbot: QtBot, editor: RowEditor) -> None:
    cell = editor.cells_by_column["area"]
    assert cell.slider is not None
    cell.slider.setFocus()
    with qtbot.waitSignal(editor.edited):
        qtbot.keyClick(cell.slider, Qt.Key.Key_Right)
    assert cell.text() == "75,6"
    qtbot.keyClick(cell.slider, Qt.Key.Key_End)
    assert editor.cells()["features"]["area"] == "150"


def test_the_slider_knows_the_sign_of_the_file_before_any_sample_shows_it(qtbot: QtBot) -> None:
    """Where a comma parts decimals, 75.125 would be read as 75 thousand and more."""
    editor = RowEditor(HOUSE)
    qtbot.addWidget(editor)
    editor.show_sample(NewSample(cells={"features": {"area": "75"}}))
    cell = editor.cells_by_column["area"]
    assert cell.slider is not None
    cell.slider.setValue(1)
    assert cell.text() == "50,1"


def test_a_missing_number_is_called_so_and_its_slider_shows_none_until_it_is_pressed(
    qtbot: QtBot, editor: RowEditor
) -> None:
    cell = editor.cells_by_column["area"]
    assert cell.line is not None and cell.slider is not None
    editor.show_sample(NewSample(cells={"features": {"area": "", "colour": "Green"}}))
    assert cell.line.placeholderText() == "missing" and cell.slider.property("noValue")
    with qtbot.waitSignal(editor.edited):  # where it stood, which moves it nowhere
        cell.slider.sliderPressed.emit()
    assert cell.text() == "75,5" and not cell.slider.property("noValue")
    cell.slider.setValue(0)
    assert cell.text() == "50"
    cell.line.clear()
    cell.line.textEdited.emit("")
    assert cell.slider.property("noValue")


def test_a_category_is_typed_though_it_is_not_known(qtbot: QtBot, editor: RowEditor) -> None:
    cell = editor.cells_by_column["colour"]
    assert cell.box is not None
    assert [cell.box.itemText(row) for row in range(cell.box.count())] == ["red", "Green"]
    line = cell.box.lineEdit()
    assert line is not None
    line.setFocus()
    line.selectAll()
    with qtbot.waitSignal(editor.edited):
        qtbot.keyClicks(line, "blue")
    assert editor.cells()["features"]["colour"] == "blue"
    editor.show_notes({"colour": "“blue” is not among the categories of training; it counts as unknown."})
    assert "counts as unknown" in cell.note.text()
    assert cell.field.accessibleDescription() == cell.note.text()
    editor.show_notes({})
    assert cell.note.text() == ""


def test_a_date_that_is_typed_is_sent(qtbot: QtBot, editor: RowEditor) -> None:
    cell = editor.cells_by_column["built"]
    assert cell.line is not None
    qtbot.keyClicks(cell.line, "1.5.2021")
    assert editor.cells()["features"]["built"] == "1.5.2021"


def test_showing_a_sample_edits_nothing(qtbot: QtBot, editor: RowEditor) -> None:
    with qtbot.assertNotEmitted(editor.edited):
        editor.show_sample(NewSample(cells={"features": {"area": "120", "colour": "red"}}))
    assert editor.cells()["features"]["colour"] == "red"


def test_of_a_long_category_the_beginning_is_in_view_and_all_fields_are_as_wide(qtbot: QtBot) -> None:
    place, longest = "bought at the market", "bought at the market on a Saturday, late in the afternoon, from a friend"
    columns = (RowColumn("weight", "number"), RowColumn("remark", "category", "", (place, longest)))
    editor = RowEditor(InputForm(field=FieldFacts("features", "vector", (2,)), editor="row", columns=columns))
    qtbot.addWidget(editor)
    editor.resize(700, 300)
    editor.show()
    box = editor.cells_by_column["remark"].box
    line = box.lineEdit() if box is not None else None
    assert box is not None and line is not None
    editor.show_sample(NewSample(cells={"features": {"remark": longest}}))
    assert line.text() == longest and line.cursorPosition() == 0
    assert line.width() > box.fontMetrics().horizontalAdvance(place)
    editor.show_sample(NewSample(cells={"features": {"remark": place}}))
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert line.text() == longest and line.cursorPosition() == 0
    assert editor.cells_by_column["weight"].field.width() == box.width()
