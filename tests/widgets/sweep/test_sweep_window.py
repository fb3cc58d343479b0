"""The window that searches for good settings: what may vary, the trials as they come, and what becomes of the best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.sweep.space import SearchRange, Space, found
from app.training.plan import OPTIMISERS, Plan
from graph.errors import NetloomError
from graph.layers.settings import Setting
from tests.widgets.conftest import digits_project
from widgets.look.theme import ThemeSource
from widgets.shell.actions.import_actions import ImportActions
from widgets.shell.actions.sweep_actions import search_dialog
from widgets.shell.window import MainWindow
from widgets.sweep.space_table import TICK, VALUES, SpaceTable, read, usual, written
from widgets.sweep.sweep_window import SearchDialog
from widgets.sweep.trials_table import Trials

pytestmark = pytest.mark.built("training")

PATIENCE = 120_000
RATE = "plan.learning_rate"
FOUND = Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """The main window with the digits drawn."""
    window.session.start_from(digits_project())
    window.show_workbench("network")
    return window


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SearchDialog:
    """The search, opened from the menu."""
    window.commands["search"].trigger()
    made = window.part(search_dialog)
    qtbot.waitExposed(made)
    return made


def trial(number: int, value: float | None, status: str = "completed", **settings: Any) -> dict[str, Any]:
    told = {"event": "trial", "number": number, "value": value, "status": status, "epochs": 2, "run": f"/runs/{number}"}
    return told | {"settings": settings or {RATE: 0.1 / number}, "reason": None}


def test_the_values_of_what_is_varied_most_are_read_whole(dialog: SearchDialog) -> None:
    tree = dialog.space
    room = tree.columnWidth(VALUES) - 12  # the margins of a cell
    ticked = [item for item in tree.findItems("*", FOUND, TICK) if item.checkState(TICK) is Qt.CheckState.Checked]
    texts = [item.text(VALUES) for item in ticked]
    assert texts and all(tree.fontMetrics().horizontalAdvance(text) <= room for text in texts), (texts, room)


def test_it_searches_and_the_best_is_taken_over(dialog: SearchDialog, window: MainWindow, qtbot: QtBot) -> None:
    dialog.count.setValue(2)
    dialog.epochs.setValue(1)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert dialog.go.text() == "Stop"
    assert not dialog.go.property("primary")
    qtbot.waitUntil(lambda: dialog.go.text() == "Search", timeout=PATIENCE)
    assert dialog.trials.count == 2, dialog.note.text()
    best = dialog.trials.best
    assert best is not None and dialog.trials.current == best
    assert set(Space.of(window.session.project).settings) == set(best["settings"])
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    project = window.session.project
    assert {path: found(project, path)[1] for path in best["settings"]} == best["settings"]
    window.session.document.undo()
    assert window.session.document.undo_names[0] == "Set what a search varies"
    qtbot.mouseClick(dialog.open_run, Qt.MouseButton.LeftButton)
    assert any("unsaved" in notice.text for notice in window.banners.notices)


def test_closing_ends_the_search(dialog: SearchDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    dialog.close()
    assert not dialog._process.running


def test_values_that_cannot_be_are_told_in_place(dialog: SearchDialog, window: MainWindow, qtbot: QtBot) -> None:
    item = dialog.space.item_of(RATE)
    for text, message in (("fast", "cannot be read"), ("3 to 1", "cannot be read"), ("1 to 9999", "at most")):
        item.setText(VALUES, text)
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        assert message in dialog.note.text()
        assert dialog.go.text() == "Search"
    for path in Space.of(digits_project()).settings:
        dialog.space.item_of(path).setCheckState(TICK, Qt.CheckState.Unchecked)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "tick a setting" in dialog.note.text()
    assert "sweep" not in window.session.project.sections


def test_a_setting_is_ticked_by_keyboard(dialog: SearchDialog, qtbot: QtBot) -> None:
    path = "plan.optimiser"
    dialog.space.setCurrentItem(dialog.space.item_of(path))
    dialog.space.setFocus()
    qtbot.keyClick(dialog.space, Qt.Key.Key_Space)
    assert dialog.space.settings()[path] == SearchRange(choices=tuple(OPTIMISERS))


def test_only_settings_with_an_effect_are_offered(qtbot: QtBot) -> None:
    table = SpaceTable()
    qtbot.addWidget(table)
    project = digits_project()
    table.show_space(project, Space.of(project))
    paths = set(table._paths)
    assert {RATE, "conv1.filters", "plan.beta1"} <= paths
    assert not paths & {"plan.momentum", "plan.epochs", "plan.seed", "conv1.padding_size"}


@pytest.mark.parametrize("spec", [one for one in Plan.settings() if one.type in ("int", "float", "bool", "choice")])
def test_usual_values_hold_the_present_one_and_are_read_as_written(spec: Setting) -> None:
    values = usual(spec, spec.default)
    if spec.default not in (0, 0.0):
        assert values.holds(spec.default)
    assert read(written(values), spec, spec.name) == values
    assert all(spec.complaint(end) is None for end in values.ends())


def test_what_is_typed() -> None:
    rate = next(spec for spec in Plan.settings() if spec.name == "learning_rate")
    assert read("0.001 to 0.1 log", rate, RATE) == SearchRange(low=0.001, high=0.1, log=True)
    assert read("0.1, 0.01", rate, RATE) == SearchRange(choices=(0.1, 0.01))
    with pytest.raises(NetloomError, match=r"plan\.learning_rate"):
        read("", rate, RATE)


def test_trials_are_sorted_by_result_with_those_without_one_last(qtbot: QtBot) -> None:
    trials = Trials(ThemeSource())
    qtbot.addWidget(trials)
    trials.clear([RATE], "loss")
    for one in (trial(1, 0.5), trial(2, None, "failed"), trial(3, 10.0), trial(4, 0.25), trial(5, 0.1, "pruned")):
        trials.add(one)
    order = [trials.table.topLevelItem(row) for row in range(5)]
    assert [item.text(0) for item in order if item is not None] == ["5", "4", "1", "3", "2"]
    assert trials.best is not None
    assert trials.best["number"] == 4, "what was ended early is not the best"
    trials.clear([RATE], "accuracy")
    assert trials.best is None
    for one in (trial(1, 0.5), trial(2, None, "failed"), trial(3, 0.75)):
        trials.add(one)
    last = trials.table.topLevelItem(2)
    assert last is not None and last.text(0) == "2"
    assert "0.75, of trial 3" in trials.sentence()


def test_the_plot_takes_words_too(qtbot: QtBot) -> None:
    trials = Trials(ThemeSource())
    qtbot.addWidget(trials)
    trials.clear(["plan.optimiser", RATE], "loss")
    trials.show()
    for number, name in enumerate(("sgd", "adam", "sgd"), 1):
        settings: dict[str, Any] = {"plan.optimiser": name, RATE: 0.1 * number}
        trials.add(trial(number, 1.0 / number, **settings))
    trials.grab()
    assert trials.plot.panel.sides["bottom"].title == "optimiser (0 adam, 1 sgd)"
    trials.across.setCurrentIndex(1)
    trials.grab()
    sides = trials.plot.panel.sides
    assert (sides["bottom"].title, sides["left"].title) == ("learning rate", "loss")


def test_an_import_is_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from graph.build.code import generate

    (tmp_path / "net.py").write_text(generate(digits_project().network), "utf-8")
    window.part(ImportActions).start(tmp_path / "net.py", tmp_path / "net.netloom")
    qtbot.waitUntil(lambda: window.ready and window.session.path is not None, timeout=PATIENCE)
    assert window.session.path == (tmp_path / "net.netloom").resolve()
    assert [node.layer.kind for node in window.session.project.network] == "input conv2d flatten dense output".split()


@pytest.mark.usefixtures("commands_here")
def test_what_is_no_network_is_told(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"no")
    window.part(ImportActions).start(tmp_path / "net.onnx", tmp_path / "net.netloom")
    qtbot.waitUntil(lambda: any("is no ONNX file" in one.text for one in window.banners.notices), timeout=PATIENCE)
    assert not (tmp_path / "net.netloom").exists()
