"""Exports from the window: a file is asked for, a process writes it, and a banner tells the outcome.

One of them has a process of its own, as in the program; the others are written in the test's.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.training.plan import Plan
from app.training.runs import Run
from graph.project import read_project
from tests.foreign_process import ForeignProcess
from tests.widgets.conftest import digits_project
from tests.widgets.shell.trained_run import train_file
from widgets.look import file_dialogs
from widgets.shell.actions.export_actions import CODE, ONNX, SCRIPT, Export, ExportActions
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import PRESETS

pytestmark = pytest.mark.built("training")

PATIENCE = 60_000


def answer(monkeypatch: pytest.MonkeyPatch, name: str, kind: str = "") -> list[str]:
    """Answer the next dialogs with ``name`` and the ``kind`` of file; returns proposed names, each before its note."""
    proposed: list[str] = []

    def ask(
        parent: object, title: str, start: str, filters: str, verb: str = "Save", note: str = ""
    ) -> tuple[str, str]:
        proposed.extend((start, note))
        return name, kind

    monkeypatch.setattr(file_dialogs, "ask_save", ask)
    return proposed


def told(window: MainWindow) -> str:
    return " ".join(notice.text for notice in window.banners.notices if notice.key == "export")


@pytest.mark.usefixtures("commands_here")
def test_the_open_project_leaves_as_onnx_with_its_proof(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.session.start_from(digits_project())
    window.show_workbench("network")
    proposed = answer(monkeypatch, str(tmp_path / "net"), ONNX.filter)
    window.commands["export_onnx"].trigger()
    qtbot.waitUntil(lambda: (tmp_path / "net.onnx").exists() and "Checked" in told(window), timeout=PATIENCE)
    assert proposed[0].endswith(".onnx")
    assert "untrained" in told(window)


def test_code_is_headed_by_the_name_under_which_the_project_was_saved(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.session.start_from(read_project(PRESETS / "iris_mlp.netloom"))
    window.show_workbench("network")
    window.session.save(tmp_path / "flowers.netloom")
    answer(monkeypatch, str(tmp_path / "model.py"), CODE.filter)
    window.commands["export_code"].trigger()
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    assert (tmp_path / "model.py").read_text("utf-8").startswith('"""flowers, drawn in Netloom')


@pytest.mark.usefixtures("commands_here")
def test_what_cannot_be_exported_says_why(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, str(tmp_path / "net.onnx"), CODE.filter)
    window.part(ExportActions).ask(tmp_path / "no-run")
    qtbot.waitUntil(lambda: "Nothing was exported" in told(window), timeout=PATIENCE)
    assert not (tmp_path / "net.onnx").exists()


def test_an_export_can_be_called_off(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    window.part(ExportActions).start(tmp_path / "no-run", Export(tmp_path / "net.onnx", ONNX))
    assert "Exporting" in told(window)
    (cancel,) = [each for each in window.banners.findChildren(QPushButton) if each.text() == "Cancel"]
    assert not cancel.property("primary")
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not told(window)
    assert not (tmp_path / "net.onnx").exists()


@pytest.fixture
def trained(window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot) -> Path:
    """The last run of the project that is open."""
    run = netloom_home / "runs" / "digits-20261129-120000"
    train_file(project_file, run)
    window.files.open(project_file)
    controller = window.training.controller
    qtbot.waitUntil(lambda: controller is not None and controller.run == run, timeout=PATIENCE)
    return run


@pytest.mark.usefixtures("commands_here")
def test_code_of_a_trained_project_takes_the_weights_along_and_says_so(
    window: MainWindow,
    trained: Path,
    foreign: ForeignProcess,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    answer(monkeypatch, str(out / "model.py"), CODE.filter)
    window.commands["export_code"].trigger()
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    said = told(window)
    assert said.startswith("Wrote model.py and model.safetensors: the weights of run “digits 12:00”, ")
    assert "on the test set. Checked: the code with its weights and the run give the same outputs for" in said
    load = "from model import load; print(sum(p.numel() for p in load('model.safetensors').parameters()))"
    assert foreign.run(out, load) > 0
    show = next(button for button in window.banners.findChildren(QPushButton) if button.text() == "Show in folder")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert opened == [str(out)]


@pytest.mark.usefixtures("commands_here")
def test_onnx_of_a_trained_project_is_of_its_run(
    window: MainWindow, trained: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = answer(monkeypatch, str(tmp_path / "model.onnx"), ONNX.filter)
    window.commands["export_onnx"].trigger()
    assert asked[-1].startswith("With the weights of run “digits 12:00”, ") and asked[-1].endswith("on the test set.")
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    assert told(window).startswith("Wrote model.onnx: the weights of run “digits 12:00”, ")
    assert "Checked" in told(window)


@pytest.mark.usefixtures("commands_here")
def test_a_training_leaves_as_a_script_with_the_score_of_its_run_unless_a_setting_changed(
    window: MainWindow, trained: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = window.session.document
    with document.transaction("Settings"):
        document.set_section("plan", Run.open(trained).project.sections["plan"])
    asked = answer(monkeypatch, str(tmp_path / "train.py"), SCRIPT.filter)
    window.commands["export_training"].trigger()
    assert asked[-1].startswith("As in run “digits 12:00”, ") and asked[-1].endswith("on the test set.")
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    assert told(window).startswith("Wrote train.py. Start it with: python train.py. It reads train_data.npz")
    assert "On its test set the run reached" in (tmp_path / "train.py").read_text("utf-8")
    with document.transaction("Settings"):
        document.set_section("plan", Plan(epochs=2).to_json())
    asked = answer(monkeypatch, str(tmp_path / "other.ipynb"), SCRIPT.filter)
    window.commands["export_training"].trigger()
    assert asked[-1] == "Without a score: it has changed since run “digits 12:00”."
    qtbot.waitUntil(lambda: "Wrote other" in told(window), timeout=PATIENCE)
    assert "EPOCHS = 2" in (tmp_path / "other.ipynb").read_text("utf-8")


@pytest.mark.usefixtures("commands_here")
def test_a_network_that_has_changed_leaves_without_the_weights_of_its_run(
    window: MainWindow, trained: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = window.session.document
    with document.transaction("More filters"):
        document.set_values("conv1", filters=12)
    answer(monkeypatch, str(tmp_path / "model.py"), CODE.filter)
    window.commands["export_code"].trigger()
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    assert told(window) == ("Wrote model.py, without weights: the network has changed since run “digits 12:00”.")
    assert not (tmp_path / "model.safetensors").exists()
    assert any(button.text() == "Export that run…" for button in window.banners.findChildren(QPushButton))


@pytest.mark.usefixtures("commands_here")
def test_what_was_never_trained_leaves_without_weights_and_says_so(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.session.start_from(digits_project())
    window.show_workbench("network")
    documents = tmp_path / "Documents"
    documents.mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(documents))
    (tmp_path / "out").mkdir()
    proposed = answer(monkeypatch, str(tmp_path / "out" / "model.py"), CODE.filter)
    window.commands["export_code"].trigger()
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    assert told(window) == "Wrote model.py, without weights: not trained yet."
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.py"]
    assert proposed[1] == "Without weights: not trained yet."
    answer_again = answer(monkeypatch, "")
    window.commands["save_as"].trigger()
    assert (Path(proposed[0]).parent, Path(answer_again[0]).parent) == (documents, tmp_path / "out")
