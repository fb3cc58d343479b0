"""Packs in the window: written by a dialog, and opened on another machine by a drop and a click."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.exchange.pack_format import read_manifest
from graph.project import Project, write_project
from graph.shapes import vector
from tests.widgets.conftest import chain
from tests.widgets.shell.test_dropping import drop
from tests.widgets.shell.test_export_actions import PATIENCE, answer
from tests.widgets.shell.trained_run import train_file
from widgets.shell.actions.pack_actions import PackActions
from widgets.shell.pack_dialog import PackDialog
from widgets.shell.window import MainWindow
from widgets.training.training_panel import TrainPanel

pytestmark = pytest.mark.built("training")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def garden(tmp_path: Path, netloom_home: Path) -> Path:
    """A project on a table outside of its folder, with a run."""
    rng = np.random.default_rng(1)
    rows = [f"{a:.2f},{b:.2f},{'rose' if a > b else 'lily'}" for a, b in rng.normal(size=(60, 2))]
    (tmp_path / "table.csv").write_text("\n".join(["width,length,kind", *rows]))
    (tmp_path / "work").mkdir()
    project = tmp_path / "work" / "garden.netloom"
    network = chain(("input", {"shape": vector(2)}), ("dense", {"units": 2}), ("output", {}))
    data = {"source": "table", "options": {"path": "../table.csv", "target": "kind"}}
    write_project(project, Project(network, {"data": data}, "garden0"))
    train_file(project, netloom_home / "runs" / "garden-20261129-120000")
    return project


def told(window: MainWindow) -> str:
    return " ".join(notice.text for notice in window.banners.notices)


def button(window: MainWindow, text: str) -> QPushButton:
    places = (window.banners.sheet, window.banners)
    return next(each for place in places for each in place.findChildren(QPushButton) if each.text() == text)


def packed(window: MainWindow, target: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> PackDialog:
    """Pack what is open by the dialog."""
    answer(monkeypatch, str(target))
    window.commands["pack"].trigger()
    dialog = window.part(PackActions).dialog
    assert dialog is not None
    qtbot.waitExposed(dialog)
    qtbot.mouseClick(dialog.choose, LEFT)
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    return dialog


def test_a_project_is_handed_on_whole(
    window: MainWindow, garden: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, netloom_home: Path
) -> None:
    window.files.open(garden)
    target = tmp_path / "handed" / "garden.zip"
    target.parent.mkdir()
    packed(window, target, qtbot, monkeypatch)
    assert "the project, its data and 1 run." in told(window)
    window.session.start_new()
    shutil.rmtree(garden.parent)
    (tmp_path / "table.csv").unlink()
    shutil.rmtree(netloom_home / "runs")
    window.show_start()
    assert drop(window.start, target) == "Unpack the project garden.zip and open it"
    assert "the project “garden”, its data" in told(window)
    qtbot.mouseClick(button(window, "Unpack into garden"), LEFT)
    unpacked = target.with_suffix("") / "garden.netloom"
    qtbot.waitUntil(lambda: window.session.path == unpacked, timeout=PATIENCE)
    panel = window.workbench.panel("train")
    assert isinstance(panel, TrainPanel)
    run = unpacked.parent / "runs" / "garden-20261129-120000"
    qtbot.waitUntil(lambda: window.training.controller is not None and window.training.controller.run == run)
    assert window.status.training.text().startswith("Trained")


@pytest.mark.usefixtures("commands_here")
def test_the_dialog_offers_what_there_is(
    window: MainWindow, garden: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.files.open(garden)
    window.commands["pack"].trigger()
    dialog = window.part(PackActions).dialog
    assert dialog is not None
    assert [dialog.data.itemData(row) for row in range(dialog.data.count())] == ["all", "used", "none"]
    assert dialog.which.itemText(0).startswith("The last run")
    dialog.data.setFocus()
    qtbot.keyClick(dialog.data, Qt.Key.Key_End)
    qtbot.keyClick(dialog.which, Qt.Key.Key_End)
    answer(monkeypatch, str(tmp_path / "bare"))
    qtbot.mouseClick(dialog.choose, LEFT)
    qtbot.waitUntil(lambda: "Wrote" in told(window), timeout=PATIENCE)
    manifest = read_manifest(tmp_path / "bare.zip")
    assert (manifest.data, manifest.runs) == ("none", ())
    assert "and no run, without its data." in told(window)


@pytest.mark.usefixtures("commands_here")
def test_runs_that_have_no_weights_are_told_where_others_go_along(qtbot: QtBot, tmp_path: Path) -> None:
    packed = [tmp_path / "a", tmp_path / "b"]
    for folder in packed:
        folder.mkdir()
    for count, words in ((1, "1 run ended before any weights were written, and stays here."), (0, "")):
        dialog = PackDialog("garden", packed, has_data=False, own_data=False, without_weights=count)
        qtbot.addWidget(dialog)
        assert dialog.which.itemText(0).startswith("All 2 runs with weights")
        said = [label.text() for label in dialog.findChildren(QLabel)]
        assert (words in said) if words else not any("stay" in each for each in said)


def test_a_pack_opens_by_its_name_and_a_damaged_one_says_why(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.session.start_new()
    packed(window, tmp_path / "empty.zip", qtbot, monkeypatch)
    content = bytearray((tmp_path / "empty.zip").read_bytes())
    place = content.index(b"PK\x03\x04") + 60
    content[place] ^= 0xFF
    (tmp_path / "bad.zip").write_bytes(bytes(content))
    window.files.open(tmp_path / "bad.zip")
    qtbot.mouseClick(button(window, "Unpack into bad"), LEFT)
    qtbot.waitUntil(lambda: "cannot be unpacked" in told(window), timeout=PATIENCE)
    assert not (tmp_path / "bad").exists()
    window.files.open(tmp_path / "empty.zip")
    before = window.session.path
    qtbot.mouseClick(button(window, "Cancel"), LEFT)
    assert window.session.path == before
