"""A table of the user's under real clicks: columns, rows, augmentation, moved files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.protocol.data_messages import PreviewBatch, ReadRows
from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.shapes import vector
from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import choose, press
from widgets.data.data_view import BATCH, ROWS, DataView
from widgets.data.fit_network import OUTPUTS, TITLE
from widgets.look import file_dialogs

CASES = Path("tests/cases")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = "\n".join(
        f"{n},{n * n % 7 if n % 9 else ''},{n % 5}.5,{'even' if n % 2 == 0 else 'odd'},{'ab'[n % 2]}" for n in range(60)
    )
    path = tmp_path / "numbers.csv"
    path.write_text(f"customer id,second,third,parity,letter\n{rows}\n")
    return path


@pytest.fixture
def view(qtbot: QtBot, link: DirectLink) -> DataView:
    return make_view(qtbot, link, size=(1300, 900))


def options(view: DataView) -> dict[str, Any]:
    assert view.section is not None
    found: dict[str, Any] = view.section["options"]
    return found


def opened(qtbot: QtBot, view: DataView, path: Path) -> None:
    view.sources.file_chosen.emit(path)
    qtbot.waitUntil(lambda: view.preview is not None and bool(view.form.columns.names))


def tick(qtbot: QtBot, view: DataView, name: str) -> None:
    """Click a column's box once the rows have their places."""
    box = view.form.columns.row(name).tick
    view._area.ensureWidgetVisible(box)
    qtbot.waitUntil(lambda: box.isVisible() and box.width() < 40)
    qtbot.mouseClick(box, LEFT, pos=box.rect().center())


def test_columns_say_what_is_in_them(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    assert view.form.columns.names == ["customer id", "second", "third", "parity", "letter"]
    rows = [view.form.columns.row(name) for name in view.form.columns.names]
    assert [row.tick.isChecked() for row in rows] == [False, True, True, True, False]
    assert [row.star.isChecked() for row in rows] == [False, False, False, False, True]
    assert "7 missing" in rows[1].toolTip() and rows[1].toolTip().startswith("number")
    assert "only numbers the rows" in view.notes.text()
    assert "holds the target" not in view.notes.text()


def test_a_tick_leaves_a_column_out_and_takes_it_in(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    view._area.ensureWidgetVisible(view.form.columns.row("second"))
    tick(qtbot, view, "second")
    qtbot.waitUntil(lambda: options(view)["ignore"] == ["customer id", "second"])
    qtbot.waitUntil(lambda: view.preview is not None and "second" not in view.preview.info.input_field.names)
    qtbot.keyClick(view.form.columns.row("second").tick, Qt.Key.Key_Space)
    assert options(view)["ignore"] == ["customer id"]
    document = view._document
    assert document is not None
    document.undo()
    assert options(view)["ignore"] == ["customer id", "second"]
    assert not view.form.columns.row("second").tick.isChecked()


def test_a_star_picks_the_target_and_with_ctrl_another(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    qtbot.mouseClick(view.form.columns.row("parity").star, LEFT)
    assert options(view)["target"] == "parity"
    qtbot.waitUntil(lambda: view.preview is not None and list(view.preview.info.classes) == ["even", "odd"])
    qtbot.mouseClick(view.form.columns.row("parity").star, LEFT)
    assert view.form.columns.row("parity").star.isChecked()
    qtbot.mouseClick(view.form.columns.row("letter").star, LEFT, Qt.KeyboardModifier.ControlModifier)
    assert options(view)["target"] == "parity, letter"
    qtbot.waitUntil(lambda: view.preview is not None and len(view.preview.info.fields) == 3)


def test_columns_that_nothing_answers_get_an_output(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    document = view._document
    assert document is not None
    with document.transaction("Draw"):
        start, head, end = document.add(Input(shape=vector(4))), document.add(Dense(units=2)), document.add(Output())
        document.connect(Connection(start, "out", head, "in"))
        document.connect(Connection(head, "out", end, "in"))
    qtbot.mouseClick(view.form.columns.row("second").star, LEFT, Qt.KeyboardModifier.ControlModifier)
    assert options(view)["target"] == "letter, second"
    qtbot.waitUntil(lambda: view.preview is not None and len(view.preview.info.fields) == 3)
    for _ in range(3):
        if view.offer.text and "no output" not in view.offer.text:
            press(qtbot, view, TITLE)
    assert view.offer.text == "The network has no output for “second”, which is to be predicted too."
    press(qtbot, view, OUTPUTS)
    outputs = [layer for node in document.network if isinstance(layer := node.layer, Output)]
    assert [one.target for one in outputs] == ["", "second"]
    assert not view.offer.text
    assert all(problem.severity is not Severity.ERROR for problem in Checker(document).problems)
    document.undo()
    assert len([node for node in document.network if isinstance(node.layer, Output)]) == 1


def test_the_answer_among_the_features_is_told(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    # “letter” and “parity” say the same in other words; as numbers that is found.
    text = table.read_text().replace("even,a", "1,a").replace("odd,b", "2,b")
    table.with_name("leak.csv").write_text(text)
    view.sources.file_chosen.emit(table.with_name("leak.csv"))
    qtbot.waitUntil(lambda: "holds the target itself" in view.notice.text)


def test_rows_stand_as_in_the_file(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    tabs = view.samples.tabs
    assert tabs.tabText(tabs.currentIndex()) == ROWS
    model = view.rows.held
    assert (model.rowCount(), model.columnCount()) == (60, 5)
    assert model.headerData(1, Qt.Orientation.Horizontal) == "second\nnumber, 7 missing"
    assert [model.data(model.index(0, column)) for column in range(5)] == ["0", "missing", "0.5", "even", "a"]


def test_all_rows_can_be_scrolled_to(qtbot: QtBot, view: DataView, link: DirectLink, tmp_path: Path) -> None:
    """Rows are fetched in pages as they come into view, wherever that is, and few are kept."""
    path = tmp_path / "long.csv"
    path.write_text("number,half,kind\n" + "\n".join(f"{n},{n / 2},{'ab'[n % 2]}" for n in range(30_000)))
    opened(qtbot, view, path)
    model, bar = view.rows.held, view.rows.verticalScrollBar()
    assert model.rowCount() == 30_000
    qtbot.keyClick(view.rows, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    last = model.index(29_999, 0)
    qtbot.waitUntil(lambda: model.data(last) == "29999")
    bar.setValue(bar.maximum() // 2)
    top = model.index(view.rows.rowAt(0), 0)
    qtbot.waitUntil(lambda: model.data(top) == str(top.row()))
    fetched = [request.start for request in link.asked if isinstance(request, ReadRows)]
    assert 2 <= len(fetched) <= 4 and all(start % 200 == 0 for start in fetched)


def test_a_page_that_cannot_be_read_is_asked_for_again(
    qtbot: QtBot, view: DataView, link: DirectLink, tmp_path: Path
) -> None:
    path = tmp_path / "gone.csv"
    path.write_text("number,half,kind\n" + "\n".join(f"{n},{n / 2},{'ab'[n % 2]}" for n in range(1000)))
    opened(qtbot, view, path)
    text = path.read_text()
    path.unlink()
    model = view.rows.held
    view.rows.scrollToBottom()
    before = len(link.asked)
    qtbot.waitUntil(lambda: len(link.asked) > before)
    assert model.data(model.index(999, 0)) == "…"
    path.write_text(text)
    qtbot.waitUntil(lambda: model.data(model.index(999, 0)) == "999")


def test_a_choice_that_cannot_be_used_still_shows_its_columns(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    view.form.options.edited.emit("task", "regression")
    qtbot.waitUntil(lambda: view.preview is None and "does not hold numbers" in view.notice.text)
    assert view.form.columns.isVisible()
    qtbot.mouseClick(view.form.columns.row("third").star, LEFT)
    qtbot.waitUntil(lambda: view.preview is not None)


def test_one_batch_is_shown_as_it_is_altered(qtbot: QtBot, view: DataView, link: DirectLink) -> None:
    choose(qtbot, view, "digits")
    tabs = view.samples.tabs
    place = next(index for index in range(tabs.count()) if tabs.tabText(index) == BATCH)
    assert not any(isinstance(request, PreviewBatch) for request in link.asked)
    qtbot.mouseClick(tabs.tabBar(), LEFT, pos=tabs.tabBar().tabRect(place).center())
    qtbot.waitUntil(lambda: "not altered" in view.batch.summary.text())
    field = view.form.altering.field("rotate").editor()
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, "25")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "altered at random" in view.batch.summary.text())
    assert view.section is not None and view.section["augment"] == {"rotate": 25.0}


def test_only_what_suits_the_data_is_offered(qtbot: QtBot, view: DataView) -> None:
    choose(qtbot, view, "digits")
    assert "rotate" in view.form.altering._rows and "jitter" not in view.form.altering._rows
    choose(qtbot, view, "sine")
    assert "rotate" not in view.form.altering._rows and "jitter" in view.form.altering._rows


def test_data_that_moved_is_found_again(
    qtbot: QtBot, view: DataView, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, view, table)
    moved = table.with_name("elsewhere.csv")
    table.rename(moved)
    view._ask()
    qtbot.waitUntil(lambda: "is not there" in view.notice.text)
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_: (str(moved), ""))
    press(qtbot, view.notice, "Find it…")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert "is not there" not in view.notice.text
    assert Path(options(view)["path"]) == moved and options(view)["target"] == "letter"


def test_a_folder_that_moved_is_found_as_one(
    qtbot: QtBot, view: DataView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its name has a dot, as those of files have."""
    for number in range(12):
        path = tmp_path / "pets.v2" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5), 20 * number, np.uint8)).save(path)
    view.open_path(tmp_path / "pets.v2")
    qtbot.waitUntil(lambda: view.preview is not None)
    (tmp_path / "pets.v2").rename(tmp_path / "pets.v3")
    view._ask()
    qtbot.waitUntil(lambda: "is not there" in view.notice.text)
    monkeypatch.setattr(file_dialogs, "ask_folder", lambda *_: str(tmp_path / "pets.v3"))
    press(qtbot, view.notice, "Find it…")
    qtbot.waitUntil(lambda: view.preview is not None)
    assert Path(options(view)["path"]) == tmp_path / "pets.v3"


def test_data_that_changed_is_told_and_taken(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    table.write_text(table.read_text() + "60,1,2.5,even,a\n")
    view._ask()
    qtbot.waitUntil(lambda: "has changed" in view.notice.text)
    before = options(view)["sha256"]
    press(qtbot, view.notice, "Use the changed data")
    qtbot.waitUntil(lambda: "has changed" not in view.notice.text and options(view)["sha256"] != before)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.preview is not None and view.preview.info.samples == 61


def test_a_table_is_read_as_a_series(qtbot: QtBot, view: DataView, table: Path) -> None:
    opened(qtbot, view, table)
    box = view.form.read_as.box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: view.section is not None and view.section["source"] == "series")
    assert box.currentText() == "Time series" and options(view)["target"] == "third"
    below = view.form.options.field("target").editor()  # in the columns of the form that it belongs to
    assert box.mapTo(view, QPoint()).x() == below.mapTo(view, QPoint()).x() and box.width() == below.width()
    row = view.form.columns.row("parity")
    assert not row.tick.isEnabled() and "numbers" in row.tick.toolTip()
    assert options(view)["columns"] == ["second", "third"], "what only numbers the rows is left out"
    tick(qtbot, view, "customer id")
    assert options(view)["columns"] == []
    choose(qtbot, view, "digits")
    assert not view.form.read_as.isVisible() and not view.form.columns.isVisible()


def test_columns_of_sequences_and_of_times_say_what_they_are_for(qtbot: QtBot, view: DataView) -> None:
    opened(qtbot, view, CASES / "long_sequences.csv")
    assert view.section is not None and view.section["source"] == "sequences"
    assert view.form.read_as.box.currentText() == "Labelled sequences"
    rows = {name: view.form.columns.row(name) for name in view.form.columns.names}
    assert [name for name, row in rows.items() if row.tick.isChecked()] == ["ax", "ay"]
    assert rows["activity"].star.isChecked()
    assert "sequence" in rows["sequence"].tick.toolTip() and "time" in rows["step"].tick.toolTip()
    tick(qtbot, view, "ax")
    assert options(view)["columns"] == ["ay"]
    opened(qtbot, view, CASES / "air_date_time_simple.csv")
    qtbot.waitUntil(lambda: view.form.columns.names == ["Date", "Time", "load"])
    assert [view.form.columns.row(name).tick.isEnabled() for name in ("Date", "Time")] == [False, False]


def test_a_kind_that_does_not_fit_is_refused_and_nothing_changes(qtbot: QtBot, view: DataView, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("x,y\n" + "".join(f"{n}.5,{n * n}.25\n" for n in range(40)))
    opened(qtbot, view, path)
    box = view.form.read_as.box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: "no column of text" in view.reading.found.text())
    assert not view.notice.text, "it is said once"
    assert box.currentText() == "Table" and view.section is not None and view.section["source"] == "table"
