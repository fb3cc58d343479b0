"""The samples of a file that was opened are named by that file, and the parts of the data are found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.inference_messages import DescribeInputs, InputsDescribed, ReadSample, SampleRead
from app.protocol.inference_values import InputForm, NewSample, RowColumn
from app.protocol.values import FieldFacts
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.try_it.try_it_tab import TryItTab

FRUIT = InputForm(
    field=FieldFacts("features", "vector", (1,)), editor="row", columns=(RowColumn("ph", "number", "", (), 3.0, 4.0),)
)


def row(place: int, count: int, index: int = -1) -> SampleRead:
    sample = NewSample(cells={"features": {"ph": f"3.{place}"}})
    return SampleRead(sample=sample, place=place, count=count, index=index)


@pytest.fixture
def tab(silent: Silent, tmp_path: Path) -> TryItTab:
    """Try it with the third sample of the data, the first of the test set."""
    silent.panel.show()
    silent.panel.show_run(saved_run(tmp_path / "run", make_document("digits", 1)))
    silent.panel.show_tab("Try it")
    silent.reply(DescribeInputs, InputsDescribed(forms=(FRUIT,), parts={"test": 5, "train": 9}))
    silent.reply(ReadSample, row(0, 5, 2))
    return silent.panel.view(TryItTab)


def listed(tab: TryItTab) -> list[str]:
    return [tab.part.itemText(row) for row in range(tab.part.count())]


def test_the_arrows_walk_the_rows_of_the_file_by_its_name(
    qtbot: QtBot, silent: Silent, tab: TryItTab, tmp_path: Path
) -> None:
    assert tab.part.currentText() == "Test set" and tab.where.text() == "Sample 3"
    tab.take_file(tmp_path / "new_fruit.csv")
    silent.reply(ReadSample, row(0, 12))
    assert tab.part.currentText() == "new_fruit.csv" and tab.where.text() == "Row 1 of 12"
    qtbot.mouseClick(tab.after, Qt.MouseButton.LeftButton)
    asked = silent.request(ReadSample)
    assert (asked.path, asked.place) == (tmp_path / "new_fruit.csv", 1)
    silent.reply(ReadSample, row(1, 12))
    assert tab.where.text() == "Row 2 of 12" and tab.prediction.truth.text() == "new_fruit.csv, row 2 of 12"
    assert tab.where.toolTip() == "2 of 12 in the file new_fruit.csv"


def test_the_test_set_is_found_again_and_the_file_too(
    qtbot: QtBot, silent: Silent, tab: TryItTab, tmp_path: Path
) -> None:
    tab.take_file(tmp_path / "one.csv")
    silent.reply(ReadSample, row(0, 1))
    assert tab.prediction.truth.text() == "one.csv"  # of one row there is no number to tell
    tab.take_file(tmp_path / "two.csv")
    silent.reply(ReadSample, row(0, 12))
    assert listed(tab) == ["Test set", "Training set", "two.csv"]
    tab.part.setFocus()
    qtbot.keyClick(tab.part, Qt.Key.Key_Home)
    asked = silent.request(ReadSample)
    assert (asked.path, asked.part, asked.place) == (None, "test", 0)
    silent.reply(ReadSample, row(0, 5, 2))
    assert tab.part.currentText() == "Test set" and tab.prediction.truth.text() == "Sample 3 (test set)"
    qtbot.keyClick(tab.part, Qt.Key.Key_End)
    assert silent.request(ReadSample).path == tmp_path / "two.csv"


def test_a_file_that_cannot_be_read_leaves_the_sample_and_its_name(
    silent: Silent, tab: TryItTab, tmp_path: Path
) -> None:
    tab.take_file(tmp_path / "two.csv")
    silent.reply(ReadSample, row(0, 12))
    tab.after.click()
    silent.reply(ReadSample, row(1, 12))
    tab.take_file(tmp_path / "bad.csv")
    silent.refuse("ReadSample", "bad.csv has no column “ph”.")
    assert tab.prediction.notes.text() == "bad.csv has no column “ph”."
    assert listed(tab)[-1] == tab.part.currentText() == "two.csv" and tab.where.text() == "Row 2 of 12"
    tab.after.click()
    assert (silent.request(ReadSample).path, silent.request(ReadSample).place) == (tmp_path / "two.csv", 2)
