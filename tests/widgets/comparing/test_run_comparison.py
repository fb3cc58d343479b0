"""Two runs side by side, opened from the list and left again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.protocol.evaluation_messages import Evaluate, Evaluated
from app.protocol.messages import Message
from app.training.runs import Run
from graph.project import project_json
from tests.widgets.shell.lost_content import nameless_cards
from tests.widgets.training.finished_run import evaluation, write_log
from widgets.comparing.run_comparison import RunComparison
from widgets.comparing.run_figures import Figure, conclusion, figures
from widgets.shell.window import MainWindow
from widgets.training.run_entries import read_entry
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")


def train(window: MainWindow, run: Path, accuracy: float, **facts: str) -> Path:
    """A run of the project as it is, that a worker would have left."""
    environment = {"created": run.name[-15:], "samples": {"test": 270}, **facts}
    Run.create(run, project_json(window.session.project), environment)
    write_log(run, accuracy)
    return run


@pytest.fixture
def runs(window: MainWindow, project_file: Path, netloom_home: Path) -> tuple[Path, Path]:
    """Two runs of one project, the second with fewer filters and another learning rate."""
    window.files.open(project_file)
    first = train(window, netloom_home / "runs" / "digits-20260101-101500", 0.9)
    document = window.session.document
    with document.transaction("Fewer filters"):
        document.set_layer("conv1", document.network.layer("conv1").changed(filters=2))
        document.set_section("plan", {"learning_rate": 0.01})
    second = train(window, netloom_home / "runs" / "digits-20260101-102500", 0.8)
    return first, second


def compare(window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]) -> RunComparison:
    """Tick both runs, and click Compare."""
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    window.show_workspace("train")
    panel.show_runs()
    panel.refresh_runs()
    panel.runs.model.read_all()
    for run in runs:
        panel.runs.model.tick(run, True)
    qtbot.mouseClick(panel.runs.button("Compare"), Qt.MouseButton.LeftButton)
    page = window.findChild(RunComparison)
    assert page is not None and page.isVisible()
    QApplication.processEvents()
    return page


def test_two_runs_open_as_a_picture_of_what_differs(window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]) -> None:
    page = compare(window, qtbot, runs)
    listed = [page.panel.list.topLevelItem(row) for row in range(page.panel.list.topLevelItemCount())]
    texts = [(item.text(1), item.text(2)) for item in listed if item is not None]
    assert any(name == "conv1" and "→ 2" in text for name, text in texts)
    assert ("training and data", "learning rate 0.001 → 0.01") in texts
    lines = [page.figures.topLevelItem(row) for row in range(page.figures.topLevelItemCount())]
    table = {line.text(0): [line.text(column) for column in (1, 2, 3)] for line in lines if line is not None}
    assert table["Test: Accuracy"] == ["90.0 %", "80.0 %", "−10.0 points, worse\nhardly chance on 270 samples"]
    assert table["Parameters"][2].startswith("−")
    assert page.picture.surface.extras
    qtbot.keyClick(page.picture, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(RunComparison) is None)
    assert window.working and window.workbench.workspace == "train"


def test_the_picture_cannot_be_edited(window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]) -> None:
    page = compare(window, qtbot, runs)
    picture = page.picture
    before = picture.document.network.ids
    at = picture.navigation.from_scene(picture.board.bounds(["conv1"]).center())
    viewport, left = picture.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=at)
    qtbot.mouseMove(viewport, at + QPoint(80, 40))
    qtbot.mouseRelease(viewport, left, pos=at + QPoint(80, 40))
    qtbot.mouseDClick(viewport, left, pos=at)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_D, Qt.Key.Key_H, Qt.Key.Key_F):
        qtbot.keyClick(picture, key)
    assert picture.document.network.ids == before and picture.document.undo_names == ()
    qtbot.mouseClick(page.back, left)
    qtbot.waitUntil(lambda: window.findChild(RunComparison) is None)


def test_another_project_ends_the_comparison(window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]) -> None:
    compare(window, qtbot, runs)
    window.session.document.mark_saved()
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(RunComparison) is None)
    assert window.working


def test_figures_say_what_is_better(window: MainWindow, runs: tuple[Path, Path]) -> None:
    found = figures(read_entry(runs[1]), read_entry(runs[0]))
    assert replace(found[0], verdict=None) == Figure("Test: Accuracy", "80.0 %", "90.0 %", "+10.0 points", True)
    assert found[0].words == "+10.0 points, better\nhardly chance on 270 samples"
    assert replace(found[1], unknown="", short="") == Figure(found[1].name, "0.2000", "0.1000", "−0.1000")
    assert found[1].words == "−0.1000\nchance or not: not known"
    assert found[1].tip.startswith("Neither better nor worse: nothing here tells")
    assert all(figure.verdict is None and figure.better is None for figure in found[1:])
    assert found[2] == Figure("Weights", "best epoch, 5", "best epoch, 5")
    assert [figure.tip.split(",")[0] for figure in found[3:5]] == [
        "Neither better nor worse: the validation set chose the epoch"
    ] * 2
    assert all(figure.words.endswith("\ndoes not decide") for figure in found[3:5])
    told = conclusion(read_entry(runs[1]), read_entry(runs[0]), found)
    assert told == "The test accuracy decides: +10.0 points, better, hardly chance on 270 samples."
    same = figures(read_entry(runs[0]), read_entry(runs[0]))
    assert conclusion(read_entry(runs[0]), read_entry(runs[0]), same) == "The test accuracy decides: same."
    assert {figure.change for figure in same} == {"same", ""} and all(figure.better is None for figure in same)


def test_other_test_sets_are_told_as_what_they_are(window: MainWindow, runs: tuple[Path, Path]) -> None:
    old, new = (read_entry(run) for run in runs)
    fewer = replace(old, test_samples=540)
    told = conclusion(fewer, new, figures(fewer, new))
    assert told.endswith(f"theirs: 540 samples in {old.name}, 270 in {new.name}.") and "on 540 and 270" in told
    parted = replace(old, data_fingerprint="a"), replace(new, data_fingerprint="b")
    assert "may hold other samples" in conclusion(*parted, figures(*parted))
    untested = replace(old, tested={})
    assert conclusion(untested, new, figures(untested, new)).startswith("Nothing here decides")


def test_runs_that_predict_different_things_are_not_compared(window: MainWindow, runs: tuple[Path, Path]) -> None:
    choices = [DataChoice.of("table", path="fruit.csv", target=target) for target in ("kind", "Güte")]
    old, new = (
        replace(entry, settings=replace(entry.settings, data=choice))
        for entry, choice in zip(map(read_entry, runs), choices, strict=True)
    )
    found = figures(old, new)
    told = "The two runs predict different things, “kind” and “Güte”: their figures cannot be compared."
    assert conclusion(old, new, found) == told == found[0].tip
    compared = {figure.name: figure.words for figure in found if figure.words}
    assert compared.pop("Parameters") != "not comparable"
    assert compared and set(compared.values()) == {"not comparable"}


def test_runs_of_different_tasks_are_not_compared(window: MainWindow, runs: tuple[Path, Path]) -> None:
    old, new = (read_entry(run) for run in runs)
    amounts = replace(new, tested={"loss": 0.3, "mae": 0.4})
    told = conclusion(old, amounts, figures(old, amounts))
    assert told.startswith("The two runs solve different tasks, one measured by its accuracy, the other by its ")
    assert told.endswith(": their figures cannot be compared.")


def test_the_columns_of_the_figures_have_room(window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]) -> None:
    window.resize(1440, 900)
    page = compare(window, qtbot, runs)
    across = page.figures.horizontalScrollBar()
    qtbot.waitUntil(lambda: page.figures.width() > 0 and across.maximum() == 0)
    assert page.figures.header().length() <= page.figures.viewport().width()
    assert page.picture.width() > 600
    for size in ((1024, 700), (1440, 900)):
        window.resize(*size)
        qtbot.waitUntil(lambda: across.maximum() == 0)
        assert page.figures.columnWidth(3) >= page.figures.sizeHintForColumn(3), "the words on chance are whole"
    window.preferences.set("projector", True)
    qtbot.waitUntil(lambda: across.maximum() == 0)


def test_on_a_small_projector_figures_are_whole_and_the_picture_stands_above_them(
    window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path]
) -> None:
    window.resize(1024, 700)
    page = compare(window, qtbot, runs)
    qtbot.waitUntil(lambda: page.picture.width() > 100)
    assert page.picture.geometry().right() < page.panel.mapTo(page.panes, QPoint()).x(), "beside them, as usual"
    window.preferences.set("projector", True)
    qtbot.waitUntil(lambda: page.panes.orientation() is Qt.Orientation.Vertical)
    header, across = page.figures.header(), page.figures.horizontalScrollBar()
    qtbot.waitUntil(lambda: across.maximum() == 0)
    assert page.figures.columnWidth(3) >= page.figures.sizeHintForColumn(3)
    assert header.sectionViewportPosition(3) + header.sectionSize(3) <= page.figures.viewport().width()
    assert page.picture.width() == page.panes.width()
    qtbot.waitUntil(lambda: not nameless_cards(page))
    window.preferences.set("projector", False)
    qtbot.waitUntil(lambda: page.panes.orientation() is Qt.Orientation.Horizontal)


def test_a_small_difference_is_neither_better_nor_worse(
    window: MainWindow, qtbot: QtBot, runs: tuple[Path, Path], netloom_home: Path
) -> None:
    near = train(window, netloom_home / "runs" / "digits-20260101-103500", 218 / 270)
    page = compare(window, qtbot, (runs[1], near))
    line = page.figures.topLevelItem(0)
    assert line is not None
    assert line.text(3) == "+0.7 points\nmay be chance on 270 samples"
    assert line.toolTip(3).startswith("By 270 test samples the true difference lies between −6.0 and +7.4 points")
    assert line.foreground(3).style() is Qt.BrushStyle.NoBrush, "neither red nor green"
    whole = page.figures.visualItemRect(line).height()
    assert whole >= 2 * page.figures.fontMetrics().height()


def evaluated(run: Path, right: int) -> Evaluated:
    """A test of 270 samples of which the first ``right`` are right."""
    true, predicted = np.zeros(270, np.int64), (np.arange(270) >= right).astype(np.int64)
    told = evaluation("classification", "accuracy", right / 270, true, predicted)
    losses = np.where(predicted == true, 0.01, 1.0)
    told = replace(told, metrics={**told.metrics, "loss": float(losses.mean())}, losses=losses, loss="cross_entropy")
    return Evaluated(run=str(run), evaluation=told)


def test_both_runs_predict_the_same_samples_where_they_have_the_same_data(
    window: MainWindow, qtbot: QtBot, netloom_home: Path, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.files.open(project_file)
    times = (("101500", 240), ("102500", 248))
    folder = netloom_home / "runs"
    made = [train(window, folder / f"digits-20260101-{time}", right / 270, data="abc") for time, right in times]
    asked: list[Path] = []
    forgotten: list[int] = []
    assert window.training.controller is not None
    link = window.training.controller.link

    def ask(request: Message, *_: object) -> int:
        if isinstance(request, Evaluate):
            asked.append(request.run)
        return len(asked)

    monkeypatch.setattr(link, "request", ask)
    monkeypatch.setattr(link, "forget", forgotten.append)
    page = compare(window, qtbot, (made[0], made[1]))
    line, loss = page.figures.topLevelItem(0), page.figures.topLevelItem(1)
    assert set(asked) == set(made) and line is not None
    assert loss is not None and loss.text(3) == "−0.0296\nchance or not: not known"
    assert loss.foreground(3).style() is Qt.BrushStyle.NoBrush
    assert line.text(3) == "+3.0 points\nmay be chance on 270 samples"
    page.take_evaluation(evaluated(made[0], 240))
    page.take_evaluation(evaluated(made[1], 248))
    line = page.figures.topLevelItem(0)
    assert line is not None
    assert line.text(3) == "+3.0 points, better\nhardly chance on 270 samples", (
        "8 samples are better, and none is worse"
    )
    assert line.toolTip(3).startswith("Of the 270 test samples 8 are right in the newer run alone, 0 in the older.")
    loss = page.figures.topLevelItem(1)
    assert loss is not None and loss.text(3) == "−0.0296, better\nhardly chance on 270 samples"
    assert loss.toolTip(3).startswith("The loss is smaller in the newer run for 8 of the 270 test samples.")
    qtbot.mouseClick(page.back, Qt.MouseButton.LeftButton)
    assert {1, 2} <= set(forgotten)
