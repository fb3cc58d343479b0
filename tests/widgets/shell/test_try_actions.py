"""Predictions for all samples of a file or a folder: asked for by mouse, made by a process, told in a banner."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.shell.trained_run import train_file
from widgets.look import file_dialogs
from widgets.shell.actions import try_actions
from widgets.shell.window import MainWindow
from widgets.understand.try_it.try_it_tab import TryItTab
from widgets.understand.understand_panel import UnderstandPanel

PATIENCE = 60_000


@pytest.fixture
def tab(window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot) -> TryItTab:
    """Try it, with the last run of the project that is open."""
    run = netloom_home / "runs" / "digits-20261129-120000"
    train_file(project_file, run)
    window.files.open(project_file)
    controller = window.training.controller
    qtbot.waitUntil(lambda: controller is not None and controller.run == run, timeout=PATIENCE)
    window.commands["try_it"].trigger()
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    return panel.view(TryItTab)


def told(window: MainWindow) -> str:
    return " ".join(notice.text for notice in window.banners.notices if notice.key == try_actions.KEY)


def test_the_pictures_of_a_folder_are_predicted_and_written(
    window: MainWindow, tab: TryItTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, out = tmp_path / "new", tmp_path / "out.csv"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(np.full((8, 8), 80 * number, np.uint8)).save(folder / f"{number}.png")
    proposed: list[str] = []
    monkeypatch.setattr(file_dialogs, "ask_folder", lambda *_, **__: str(folder))

    def save(_: object, __: str, start: str, ___: str) -> tuple[str, str]:
        proposed.append(start)
        return str(out), ""

    monkeypatch.setattr(file_dialogs, "ask_save", save)
    menu = tab.all_of.menu()
    [_, of_folder] = menu.actions()
    assert of_folder.text() == "A folder…"
    of_folder.trigger()
    assert proposed == [str(tmp_path / "new predictions.csv")]
    assert told(window) == "Predicting the samples of new…"
    qtbot.waitUntil(lambda: "Written" in told(window), timeout=PATIENCE)
    assert "3 samples" in told(window)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["input"] for row in rows] == ["0.png", "1.png", "2.png"]
    assert all(row["predicted digit"] in "0123456789" for row in rows)
    assert any(each.text() == "Show in folder" for each in window.banners.findChildren(QPushButton))


def test_without_a_run_it_says_what_to_do(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, project_file: Path
) -> None:
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_, **__: pytest.fail("there is nothing to predict with"))
    window.files.open(project_file)
    window.commands["predict_file"].trigger()
    assert told(window) == try_actions.NO_RUN
