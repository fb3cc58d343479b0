"""The training panel under real clicks, on the fake worker."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QCheckBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.protocol.events import Points
from app.protocol.training_messages import Resume
from app.training import runs
from app.training.run_labels import ProjectKey
from app.training.runs import CHECKPOINT
from graph.document import Document
from tests.app.protocol import samples
from tests.graph.networks import section
from tests.widgets.training.advice_scene import Scene
from tests.widgets.training.conftest import MakeController
from tests.widgets.training.drawn_box import drawn_box
from widgets.look.theme import ThemeSource
from widgets.training import busy_covers, run_entries, status_strip
from widgets.training.curve_feed import BEGUN
from widgets.training.run_list import RunList
from widgets.training.training_panel import TrainPanel
from widgets.training.training_state import State


@pytest.fixture
def document() -> Document:
    return Document(sections={"about": {"title": "Two spirals"}})


def make_panel(make_controller: MakeController, qtbot: QtBot, document: Document, mode: str = "good") -> TrainPanel:
    panel = TrainPanel(ThemeSource("light"), make_controller(mode))
    qtbot.addWidget(panel)
    panel.set_document(document)
    panel.resize(1500, 360)
    panel.show_runs()
    panel.show()
    return panel


def train(panel: TrainPanel, document: Document, qtbot: QtBot, end: State = State.FINISHED) -> Path:
    controller = panel._controller
    controller.train(document)
    qtbot.waitUntil(lambda: controller.state is end, timeout=20_000)
    panel.runs.model.read_all()
    assert controller.run is not None
    return controller.run


def press(qtbot: QtBot, parent: QWidget, title: str) -> None:
    button = next(one for one in parent.findChildren(QPushButton) if one.text() == title and one.isVisible())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def tick(qtbot: QtBot, panel: TrainPanel, row: int) -> None:
    """Click the check box of a run."""
    table, model = panel.runs.table, panel.runs.model
    place = drawn_box(table, model, model.entry(row).path).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_training_draws_its_curves(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    loss, metric = panel.curves.loss.view.curves, panel.curves.metric.view.curves
    assert len(loss[f"{run}|train"]) == 40
    assert len(loss[f"{run}|validation"]) == 4
    assert len(metric[f"{run}|validation"]) == 4
    assert panel.curves.shown == "accuracy"
    assert panel.strip.epoch.text() == "Epoch 4 of 4"
    assert "97.5 %" in panel.strip.figures.text()
    assert panel.runs.model.entry(0).name.startswith("Two spirals ")
    assert panel.runs.model.entry(0).test == 0.95


def test_the_strip_tells_what_training_waits_for_and_cancels_it(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document, "endless")
    strip, controller = panel.strip, panel._controller
    controller.train(document)
    qtbot.waitUntil(lambda: strip.epoch.text() == "3 of 4", timeout=20_000)
    assert strip.state.text().startswith("Decoding pictures") and strip.bar.value() == 750
    assert strip.bar.isVisible() and strip.cancel.accessibleName() == "Cancel decoding pictures"
    press(qtbot, strip, "Cancel")
    qtbot.waitUntil(lambda: controller.state is State.IDLE, timeout=20_000)
    assert strip.state.text() == "Not trained yet"
    assert not (strip.bar.isVisible() or strip.epoch.isVisible() or strip.cancel.isVisible())


def test_a_training_that_is_awaited_is_told_with_its_seconds(
    make_controller: MakeController, qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = 0.0
    for module in (status_strip, busy_covers):
        monkeypatch.setattr(module, "monotonic", lambda: monotonic() + later)
    panel = make_panel(make_controller, qtbot, document, "endless")
    panel._controller.link._write = lambda *_: None  # type: ignore[method-assign]
    assert "Press Train" in panel.curves.loss.view.empty_text
    panel._controller.train(document)
    assert panel.strip.state.text() == "Starting…"
    qtbot.waitUntil(lambda: len(covers(panel)) >= 2 and all(covers(panel)))
    assert {words.split("  ")[0] for words in covers(panel)} <= {"Starting PyTorch…", "Starting the training…"}
    later = 100.0
    qtbot.waitUntil(lambda: seconds(panel.strip.state.text()) >= 100 and seconds(covers(panel)[0]) >= 100)
    panel._controller.stop()
    assert panel.strip.state.text() == "Stopping after this step…"
    later = 300.0
    qtbot.waitUntil(lambda: 200 <= seconds(panel.strip.state.text()) < 300)
    assert panel.strip.state.text().startswith("Stopping after this step…")


def seconds(words: str) -> int:
    """How many seconds a wait is said to last, 0 where nothing is said of that."""
    found = re.search(r"  (\d+) s$", words)
    return int(found[1]) if found else 0


def covers(panel: TrainPanel) -> list[str]:
    """What the covers of empty views say."""
    return [cover.text() for cover in panel.findChildren(busy_covers.Cover) if cover.isVisible()]


def test_a_training_that_has_begun_asks_for_no_press(scene: Scene, qtbot: QtBot) -> None:
    loss = scene.panel.curves.loss.view
    assert loss.empty_text.startswith("Press Train")
    scene.begin()
    assert loss.is_empty() and loss.empty_text == BEGUN
    scene.say(samples.finished(run=str(scene.controller.run), status="failed", reason="No memory."))
    assert loss.empty_text != BEGUN


def test_plots_line_up_at_every_width(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    train(panel, document, qtbot)
    curves, lines = panel.curves, set()
    for width in (*range(940, 1500, 70), 1024, 1300):
        panel.resize(width, 360)
        QApplication.processEvents()
        QApplication.processEvents()
        views = [plot.view for plot in (curves.loss, curves.metric, curves.rate) if plot.isVisible()]
        assert len({view.mapTo(panel, QPoint()).y() for view in views}) == 1, width
        assert curves.loss.header.height() >= curves.loss.header.heightForWidth(curves.loss.header.width())
        lines.add(curves.loss.header.height() // curves.loss.header.line)
    assert lines == {1, 2}


def test_another_metric(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    qtbot.keyClick(panel.curves.chooser, Qt.Key.Key_Home)
    assert panel.curves.shown == "loss"
    assert panel.curves.metric.view.curves[f"{run}|train"].values[0] == pytest.approx(0.1)


def test_a_ticked_run_is_laid_over(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    first = train(panel, document, qtbot)
    second = train(panel, document, qtbot)
    curves = panel.curves.loss.view.curves
    row = panel.runs.model.row_of(first)
    assert row is not None
    tick(qtbot, panel, row)
    assert f"{first}|train" not in curves
    tick(qtbot, panel, row)
    assert len(curves[f"{first}|train"]) == 40
    assert curves[f"{first}|train"].run != curves[f"{second}|train"].run


def test_the_run_before_stays_drawn_beside_a_new_one_and_no_more_of_them(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    first, second = (train(panel, document, qtbot) for _ in range(2))
    model, curves = panel.runs.model, panel.curves.loss.view.curves
    assert list(model.shown) == [first, second]
    assert len(curves[f"{first}|train"]) == len(curves[f"{second}|train"]) == 40
    assert curves[f"{first}|train"].run != curves[f"{second}|train"].run
    third = train(panel, document, qtbot)
    assert list(model.shown) == [second, third] and f"{first}|train" not in curves
    model.tick(first, True)
    model.tick(third, False)
    fourth = train(panel, document, qtbot)
    assert list(model.shown) == [first, fourth], "what a person ticked stays so, and what one unticked too"


def test_a_run_that_diverged_leaves_its_room_to_the_new_one(
    make_controller: MakeController, qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    train(panel, document, qtbot)
    monkeypatch.setattr(run_entries, "divergence", lambda found: 2)
    model = panel.runs.model
    model._stamps.clear()
    model.refresh_again()
    model.read_all()
    second = train(panel, document, qtbot)
    assert list(model.shown) == [second]


def test_list_headline_and_notice_call_a_run_alike(
    make_controller: MakeController, qtbot: QtBot, netloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document()
    panel = make_panel(make_controller, qtbot, document)
    panel._controller.open_project(ProjectKey("5", "Untitled"))
    named = iter(("untitled-20261130-064912", "untitled-20261130-064949"))
    monkeypatch.setattr(runs, "fresh_folder", lambda _: runs.runs_folder() / next(named))
    first, second = (train(panel, document, qtbot) for _ in range(2))
    model = panel.runs.model
    rows = [row for run in (first, second) if (row := model.row_of(run)) is not None]
    assert [model.entry(row).name for row in rows] == ["Untitled  06:49:12", "Untitled  06:49:49"]
    panel.runs.select(first)
    assert panel.strip.state.text().startswith("Untitled  06:49:49")
    panel.rename_project(ProjectKey("5", "mlp"))
    assert panel.strip.state.text().startswith("mlp  06:49:49")
    panel.runs._deletion.delete([model.entry(rows[0])])
    model.read_all()
    assert "“mlp  06:49:12”" in panel.runs.notice.text
    assert [entry.name for entry in model.entries] == ["mlp  06:49:49"]
    assert panel._controller.run_name(second) == "mlp  06:49:49"


def test_plots_without_a_ticked_run_ask_for_a_tick_where_there_are_runs(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    loss = panel.curves.loss.view
    assert loss.is_empty() and loss.empty_text.startswith("Press Train")
    first, second = (train(panel, document, qtbot) for _ in range(2))
    rows = [panel.runs.model.row_of(run) for run in (first, second)]
    assert rows[0] is not None and rows[1] is not None
    for row in (rows[0], rows[1]):
        tick(qtbot, panel, row)
    assert loss.is_empty() and loss.empty_text == loss.accessibleDescription() == "Tick a run to see its curves."
    tick(qtbot, panel, rows[0])
    assert not loss.is_empty() and not loss.accessibleDescription()


def test_a_crash_offers_to_resume(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document, "crash")
    run = train(panel, document, qtbot, State.FAILED)
    assert "killed" in panel.notice.text
    press(qtbot, panel.notice, "Resume")
    qtbot.waitUntil(lambda: panel._controller.state is State.FINISHED, timeout=20_000)
    assert panel.notice.text == ""
    steps = panel.curves.loss.view.curves[f"{run}|train"].steps.tolist()
    assert steps == sorted(set(steps))
    assert steps[-1] == 40


def test_a_run_that_cannot_go_on_is_not_offered_again(
    make_controller: MakeController, qtbot: QtBot, document: Document, tmp_path: Path
) -> None:
    panel = make_panel(make_controller, qtbot, document, "refuse")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"pretended")
    controller = panel._controller
    controller.resume(tmp_path / "run")
    qtbot.waitUntil(lambda: controller.state is State.FAILED, timeout=20_000)
    assert controller.resumable and controller.refused
    assert panel.notice.text == "The fake refuses."
    assert [button.text() for button in panel.notice._buttons] == ["Dismiss"]


def test_a_run_that_is_done_trains_as_many_epochs_again(
    make_controller: MakeController, qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    with document.transaction("Plan"):
        document.set_section("plan", {"epochs": 7})
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    panel.runs.select(run)
    asked: list[Resume] = []
    monkeypatch.setattr(panel._controller.link, "request", lambda request, *_: asked.append(request))
    assert panel._controller.complete
    press(qtbot, panel.runs, "Train more")
    assert asked[0].epochs == 4 + 7


def test_a_run_is_called_by_its_project_and_the_time(
    make_controller: MakeController, qtbot: QtBot, netloom_home: Path
) -> None:
    document = Document()
    panel = make_panel(make_controller, qtbot, document)
    panel._controller.open_project(ProjectKey("5", "lenet"))
    panel._controller.train(document)
    qtbot.waitUntil(lambda: panel._controller.state is State.FINISHED, timeout=20_000)
    panel.runs.model.read_all()
    name = panel.runs.model.entry(0).name
    assert re.fullmatch(r"lenet  \d\d:\d\d", name)


@pytest.mark.parametrize("width", [300, 380, 620])
def test_the_list_of_runs_is_never_wider_than_its_place(
    width: int, make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    train(panel, document, qtbot)
    listed = RunList(ThemeSource("light"))
    qtbot.addWidget(listed)
    listed.model.refresh()
    listed.model.read_all()
    listed.resize(width, 200)
    listed.show()
    qtbot.wait(20)
    header = listed.table.horizontalHeader()
    assert header.length() <= listed.table.viewport().width()
    assert header.sectionSize(0) >= 100
    assert listed.table.isColumnHidden(5) is (width < 600)


def test_renaming_in_the_list(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    panel.runs.select(run)
    press(qtbot, panel.runs, "Rename")
    editor = panel.runs.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "wide net")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil((run.parent / "wide net").is_dir)
    assert panel.runs.model.entry(0).name == "wide net"
    assert f"{run.parent / 'wide net'}|train" in panel.curves.loss.view.curves


def test_deleting_can_be_undone_in_place(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    panel.runs.select(run)
    press(qtbot, panel.runs, "Delete")
    assert not run.exists()
    assert panel.runs.model.rowCount() == 0
    assert panel.curves.loss.view.curves == {}
    press(qtbot, panel.runs.notice, "Undo")
    assert run.is_dir() and panel.runs.model.rowCount() == 1
    assert set(panel.curves.loss.view.curves) == {f"{run}|train", f"{run}|validation"}


def test_a_damaged_run_is_listed_with_its_fault(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    run = train(panel, document, qtbot)
    shutil.copytree(run, run.with_name("copy"))
    (run.with_name("copy") / "metrics.jsonl").write_text('{"event": 3}\n')
    panel.refresh_runs()
    panel.runs.model.read_all()
    problems = [panel.runs.model.entry(row).problem for row in range(2)]
    assert sorted(bool(problem) for problem in problems) == [False, True]
    tick(qtbot, panel, [bool(problem) for problem in problems].index(True))
    assert "altered" in panel.notice.text


def test_the_plan_is_edited_through_the_document(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    panel.show_plan()
    editor = panel.plan.forms["Training"].field("epochs").editor()
    assert isinstance(editor, QAbstractSpinBox)
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "7")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert section(document, "plan")["epochs"] == 7
    assert document.undo_names == ("Set epochs",)
    document.undo()
    assert panel.plan.plan.epochs == 20
    assert "plan" not in document.sections


def test_what_rivals_need_is_offered_only_to_them(make_controller: MakeController, qtbot: QtBot) -> None:
    document = Document(sections={"plan": {"objective": "adversarial"}})
    panel = make_panel(make_controller, qtbot, document)
    panel.show_plan()
    rivals, stopping = panel.plan.forms["Two rivals"], panel.plan.forms["When to stop"]
    assert (rivals.isVisible(), stopping.isVisible()) == (True, False)
    with document.transaction("Choose"):
        document.set_section("plan", {"objective": "supervised"})
    assert (rivals.isVisible(), stopping.isVisible()) == (False, True)


def test_a_second_loss_has_a_curve_of_its_own(
    make_controller: MakeController, qtbot: QtBot, document: Document, tmp_path: Path
) -> None:
    controller = make_controller("good")
    panel = make_panel(lambda _mode: controller, qtbot, document)
    others = {"generator_loss": np.array([np.nan, 1.0, np.nan, 2.0])}
    run = tmp_path / "run"
    panel.curves.add_run(run, "run", 0)
    controller.link.training_event.emit(samples.started(run=str(run)))
    controller.link.points.emit(Points(np.arange(1, 5), np.full(4, 0.7), others))
    curves = panel.curves.loss.view.curves
    labels = {curve.label: curve.steps.tolist() for curve in curves.values() if len(curve)}
    assert labels == {"discriminator": [1, 2, 3, 4], "generator": [2, 4]}
    panel.curves.remove_run(run)
    assert not curves


def test_a_plan_that_cannot_be_read_says_so(make_controller: MakeController, qtbot: QtBot) -> None:
    panel = make_panel(make_controller, qtbot, Document(sections={"plan": {"epochs": -3}}))
    panel.show_plan()
    assert "epochs" in panel.plan._fault.text()
    assert panel.plan._fault.isVisible()


def test_everything_usable_has_a_name(make_controller: MakeController, qtbot: QtBot, document: Document) -> None:
    panel = make_panel(make_controller, qtbot, document)
    nameless = [
        one
        for one in panel.findChildren(QWidget)
        if isinstance(one, QPushButton | QCheckBox | QLineEdit)
        and not one.objectName().startswith("qt_")
        and not (one.accessibleName() or one.text())
    ]
    assert nameless == []
    for name in ("lossPlot", "metricPlot", "runs"):
        assert panel.findChild(QWidget, name).accessibleName()


def test_plots_follow_until_one_zooms_and_a_new_run_follows_again(
    make_controller: MakeController, qtbot: QtBot, document: Document
) -> None:
    panel = make_panel(make_controller, qtbot, document)
    loss, metric = panel.curves.chips
    assert not loss.isVisible()  # nothing to follow yet
    train(panel, document, qtbot)
    assert (loss.text(), metric.text(), loss.isEnabled()) == ("All in view", "All in view", False)
    plot = panel.curves.loss.view
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert (loss.text(), metric.text()) == ("Show all", "Show all")  # steps are shared
    assert not plot.fit_button.isVisible()
    qtbot.mouseClick(metric, Qt.MouseButton.LeftButton)
    assert (loss.text(), metric.text()) == ("All in view", "All in view")
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    train(panel, document, qtbot)
    qtbot.wait(100)
    assert loss.text() == "All in view" and plot.panel.x_range.high == 40
