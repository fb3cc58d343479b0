"""A network that the real worker trained is used by mouse and keys: drawn, typed, filled in, dropped."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel, train
from widgets.training.training_controller import TrainingController
from widgets.understand.try_it.picture_editor import PictureEditor
from widgets.understand.try_it.row_editor import RowEditor
from widgets.understand.try_it.try_it_tab import TryItTab
from widgets.understand.try_it.values_editor import ValuesEditor
from widgets.understand.understand_panel import UnderstandPanel


def settled(tab: TryItTab) -> bool:
    """Whether a prediction is there of what is in the editors now."""
    idle = not tab.latest.waiting and all(request is None for request in tab._requests.values())
    return bool(tab.editors) and idle and bool(tab.prediction.outputs)


def ready(qtbot: QtBot, controller: TrainingController, kind: str, epochs: int = 2) -> tuple[UnderstandPanel, TryItTab]:
    """The tab with the first sample of the test set, and what the trained network predicts of it."""
    panel = make_panel(qtbot, controller)
    panel.show_tab("Try it")
    train(qtbot, controller, kind, epochs)
    tab = panel.view(TryItTab)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    return panel, tab


def said(tab: TryItTab) -> str:
    return tab.prediction.outputs[0].words.text()


def stroke(board: QWidget, *shares: tuple[float, float]) -> None:
    """Draw from point to point with the left button, in shares of the board."""
    places = [QPoint(round(x * board.width()), round(y * board.height())) for x, y in shares]
    QTest.mousePress(board, Qt.MouseButton.LeftButton, pos=places[0])
    for before, after in pairwise(places):
        for step in range(1, 9):
            QTest.mouseMove(board, before + (after - before) * step / 8)
    QTest.mouseRelease(board, Qt.MouseButton.LeftButton, pos=places[-1])


def test_without_a_run_the_tab_says_what_to_do(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Try it")
    assert panel.views.nothing.isVisible() and panel.views.nothing.text() == TryItTab.no_run
    assert not panel.view(TryItTab).isVisible()


def test_a_digit_is_drawn_and_the_prediction_follows(qtbot: QtBot, controller: TrainingController) -> None:
    lit: list[dict[str, object]] = []
    panel, tab = ready(qtbot, controller, "digits", 40)
    panel.subject.activated.connect(lit.append)
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    assert tab._read is not None
    number = f"Sample {tab._read.index + 1}"
    assert tab._read.index > 0 and f"{number} (test set); true:" in tab.prediction.truth.text()
    assert tab.where.text() == number
    place = tab.after.pos()
    assert editor.centre.isVisibleTo(editor)
    qtbot.mouseClick(editor.clear, Qt.MouseButton.LeftButton)
    assert editor.is_blank() and tab.prediction.says.text() == "Draw something."
    stroke(editor.board, (0.5, 0.15), (0.5, 0.85))
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert said(tab) == "1"
    assert tab.prediction.truth.text() == "Your own drawing"
    assert tab.where.text() == tab.where.toolTip() == "" and tab.after.pos() == place
    assert "sure" in tab.prediction.outputs[0].sure.text()
    assert set(lit[-1]) == {"input1", "conv1", "flatten1", "dense1"}
    assert set(tab.layers._strips) == set(lit[-1])
    qtbot.mouseClick(editor.clear, Qt.MouseButton.LeftButton)
    stroke(editor.board, (0.5, 0.15), (0.3, 0.3), (0.3, 0.7), (0.5, 0.85), (0.7, 0.7), (0.7, 0.3), (0.5, 0.15))
    qtbot.waitUntil(lambda: settled(tab) and said(tab) == "0", timeout=PATIENCE)


def test_the_board_is_covered_until_the_first_sample_is_there(
    qtbot: QtBot, controller: TrainingController, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, tab = ready(qtbot, controller, "digits")
    fetch, covered = tab._fetch, list[bool]()

    def is_covered() -> bool:
        return any(tab.place_for_editor in covers.covered for covers in panel.busy)

    def spied() -> None:
        fetch()
        covered.append(is_covered())

    monkeypatch.setattr(tab, "_fetch", spied)
    tab._forget()
    shown = [view for view in tab.prediction.outputs if view.isVisible()]
    assert tab.prediction.truth.text() == "" and shown == []  # nothing of the run before
    tab.on_shown()
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert covered == [True] and not is_covered()
    qtbot.mouseClick(tab.after, Qt.MouseButton.LeftButton)
    assert covered == [True, False]  # the sample before stays in view until the next one is there
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)


def test_only_the_latest_drawing_is_asked_for(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits")
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    before = tab.latest.sent
    editor.clear.click()
    with qtbot.waitSignal(editor.edited):
        stroke(editor.board, (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))  # 25 changes without the event loop
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert tab.latest.sent - before == 1


def test_a_stroke_on_a_sample_changes_no_other_pixel(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits")
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    before = editor.arrays()["image"]
    assert tab._read is not None
    np.testing.assert_array_equal(before, tab._read.sample.arrays["image"])
    stroke(editor.board, (0.05, 0.95), (0.1, 0.95))
    after = editor.arrays()["image"]
    changed = np.argwhere(after != before)
    assert len(changed) and changed[:, 1].min() >= 6 and changed[:, 2].max() <= 1
    assert "changed by you" in tab.prediction.truth.text()
    qtbot.keyClick(editor.board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(editor.arrays()["image"], before)


def test_the_board_is_used_by_keys_alone(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits")
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    editor.board.setFocus()
    qtbot.keyClick(editor.board, Qt.Key.Key_Delete)
    assert editor.is_blank()
    for _step in range(3):
        qtbot.keyClick(editor.board, Qt.Key.Key_Left)
    qtbot.keyClick(editor.board, Qt.Key.Key_Space)
    editor.centre.setChecked(False)
    drawn = editor.arrays()["image"][0]
    assert drawn[:, :3].max() > 0.2 and drawn[:, 3:].max() == 0
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)


def test_eraser_width_and_inverting(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits")
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    editor.clear.click()
    editor.centre.setChecked(False)
    stroke(editor.board, (0.1, 0.5), (0.9, 0.5))
    thin = float(editor.arrays()["image"].sum())
    editor.width_slider.setFocus()
    for _step in range(10):
        qtbot.keyClick(editor.width_slider, Qt.Key.Key_Right)
    stroke(editor.board, (0.1, 0.5), (0.9, 0.5))
    assert float(editor.arrays()["image"].sum()) > 1.2 * thin
    qtbot.mouseClick(editor.tools.findChild(QWidget, "eraser"), Qt.MouseButton.LeftButton)
    stroke(editor.board, (0.0, 0.5), (1.0, 0.5))
    assert float(editor.arrays()["image"].sum()) < 0.1 * thin
    qtbot.mouseClick(editor.invert, Qt.MouseButton.LeftButton)
    assert float(editor.arrays()["image"].mean()) > 0.9


def test_a_picture_is_pasted_and_dropped(qtbot: QtBot, controller: TrainingController, tmp_path: Path) -> None:
    _, tab = ready(qtbot, controller, "digits")
    [editor] = tab.editors
    assert isinstance(editor, PictureEditor)
    white = QImage(20, 20, QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(white)
    qtbot.mouseClick(editor.paste, Qt.MouseButton.LeftButton)
    editor.centre.setChecked(False)
    assert editor.arrays()["image"].min() == 1.0
    editor.clear.click()
    qtbot.keyClick(editor.board, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor.arrays()["image"].min() == 1.0
    white.fill(Qt.GlobalColor.darkGray)
    white.save(str(tmp_path / "grey.png"))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "grey.png"))])
    event = QDropEvent(
        QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    editor.dropEvent(event)
    qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    assert editor.arrays()["image"].max() == pytest.approx(128 / 255, abs=0.02)
    assert "grey.png" in tab.prediction.truth.text()
    tab.take_file(tmp_path / "none.png")
    qtbot.waitUntil(lambda: "none.png" in tab.prediction.notes.text(), timeout=PATIENCE)


def test_the_next_sample_is_one_further(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits")
    assert tab.where.toolTip().startswith("1 of ")
    qtbot.mouseClick(tab.after, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: settled(tab) and tab.where.toolTip().startswith("2 of "), timeout=PATIENCE)
    for _step in range(2):
        qtbot.mouseClick(tab.before, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: settled(tab), timeout=PATIENCE)
    count = tab.where.toolTip().split()[2]
    assert tab.where.toolTip() == f"{count} of {count} in the test set"


def test_a_row_is_edited_and_odd_cells_are_told_beside_them(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "diabetes")
    [editor] = tab.editors
    assert isinstance(editor, RowEditor)
    first, cell = said(tab), editor.cells_by_column["body mass index"]
    assert cell.line is not None and cell.slider is not None
    cell.line.setFocus()
    cell.line.selectAll()
    qtbot.keyClicks(cell.line, "39.5")
    qtbot.waitUntil(lambda: settled(tab) and said(tab) != first, timeout=PATIENCE)
    assert cell.note.text() == ""
    cell.line.selectAll()
    qtbot.keyClicks(cell.line, "400")
    qtbot.waitUntil(lambda: "Beyond training" in cell.note.text(), timeout=PATIENCE)
    cell.line.selectAll()
    qtbot.keyClicks(cell.line, "fat")
    qtbot.waitUntil(lambda: "is no number" in cell.note.text(), timeout=PATIENCE)
    cell.slider.setFocus()
    qtbot.keyClick(cell.slider, Qt.Key.Key_Home)
    assert cell.column.low is not None
    assert float(cell.line.text()) == pytest.approx(cell.column.low, rel=1e-3)
    qtbot.waitUntil(lambda: settled(tab) and cell.note.text() == "", timeout=PATIENCE)


def test_a_sequence_is_drawn_and_edited_number_by_number(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "sine", 1)
    [editor] = tab.editors
    assert isinstance(editor, ValuesEditor)
    assert editor.curves.isVisible() and "predicted" in editor.curves.view.curves
    before = said(tab)
    last = editor.model.index(editor.model.rowCount() - 1, 0)
    assert editor.model.setData(last, "5")
    assert not editor.model.setData(last, "much")
    qtbot.waitUntil(lambda: settled(tab) and said(tab) != before, timeout=PATIENCE)
    assert "changed by you" in tab.prediction.truth.text()


def test_a_training_in_progress_predicts_anew_after_each_epoch(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    panel.show_tab("Try it")
    controller.train(make_document("digits", 100_000))
    tab = panel.view(TryItTab)
    qtbot.waitUntil(lambda: bool(tab.prediction.outputs), timeout=PATIENCE)
    sent = tab.latest.sent
    qtbot.waitUntil(lambda: tab.latest.sent > sent + 2, timeout=PATIENCE)
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active and settled(tab), timeout=PATIENCE)


def test_another_run_has_other_editors(qtbot: QtBot, controller: TrainingController) -> None:
    _, tab = ready(qtbot, controller, "digits", 1)
    train(qtbot, controller, "diabetes", 1)
    qtbot.waitUntil(lambda: settled(tab) and isinstance(tab.editors[0], RowEditor), timeout=PATIENCE)
    assert tab.place_for_editor.column.count() == 1
