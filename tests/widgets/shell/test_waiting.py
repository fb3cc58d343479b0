"""With a worker that never answers, every order says within 0.2 s that it is being worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.conftest import digits_project
from widgets.shell.actions.export_actions import ONNX, Export, ExportActions
from widgets.shell.actions.import_actions import ImportActions
from widgets.shell.actions.pack_actions import PackActions
from widgets.shell.window import MainWindow
from widgets.training.busy_covers import QUIET_MS, Cover
from widgets.training.command_process import CommandProcess

PATIENCE_MS = QUIET_MS + 800
"""A machine that is busy with other tests gets more than the 0.2 s."""


def words(window: MainWindow) -> str:
    """What labels, covers and notices say at present."""
    shown = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    return " ".join([*shown, *(notice.text for notice in window.banners.notices)])


def covered(window: MainWindow) -> list[str]:
    return [cover.text() for cover in window.findChildren(Cover) if cover.isVisible()]


def says_soon(qtbot: QtBot, happens: Callable[[], bool]) -> None:
    began = monotonic()
    qtbot.waitUntil(happens, timeout=PATIENCE_MS)
    assert (monotonic() - began) * 1000 <= PATIENCE_MS


@pytest.fixture
def opened(window: MainWindow) -> MainWindow:
    window.session.start_from(digits_project())
    window.show_workbench("network")
    QApplication.processEvents()
    return window


def test_a_training_that_is_ordered_says_that_it_starts(opened: MainWindow, qtbot: QtBot) -> None:
    opened.show_workspace("train")
    assert "Starting" not in words(opened)
    opened.training.train()
    says_soon(qtbot, lambda: "Starting" in words(opened))


def test_data_that_is_read_says_so(opened: MainWindow, qtbot: QtBot) -> None:
    opened.show_workspace("data")
    says_soon(qtbot, lambda: any(covered(opened)))


@pytest.fixture
def slow_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in processes of their own begin and never end."""
    monkeypatch.setattr(CommandProcess, "start", lambda self, arguments: None)


@pytest.mark.usefixtures("slow_process")
def test_files_that_come_in_and_go_out_say_so(opened: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened.part(ExportActions).start(tmp_path / "run", Export(tmp_path / "net.onnx", ONNX))
    says_soon(qtbot, lambda: "Exporting net.onnx…" in words(opened))
    opened.part(ImportActions).start(tmp_path / "other.onnx", tmp_path / "other.netloom")
    says_soon(qtbot, lambda: "Importing other.onnx…" in words(opened))
    opened.part(PackActions).unpack(tmp_path / "all.zip", tmp_path / "all", lambda path: None)
    says_soon(qtbot, lambda: "Unpacking all.zip…" in words(opened))
