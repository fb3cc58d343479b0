"""Exports from the window: a file is asked for, a process writes it, and a banner tells the outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.widgets.conftest import digits_project
from widgets.shell.actions.export_actions import CODE, ONNX, ExportActions
from widgets.shell.window import MainWindow

PATIENCE = 60_000


def answer(monkeypatch: pytest.MonkeyPatch, name: str, kind: str = "") -> list[str]:
    """Answer the next dialogs with ``name`` and the ``kind`` of file; returns the names that are proposed."""
    proposed: list[str] = []

    def ask(parent: object, title: str, start: str, filters: str) -> tuple[str, str]:
        proposed.append(start)
        return name, kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return proposed


def told(window: MainWindow) -> str:
    return " ".join(notice.text for notice in window.banners.notices if notice.key == "export")


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


def test_what_cannot_be_exported_says_why(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, str(tmp_path / "net.onnx"), CODE.filter)
    window.part(ExportActions).ask(tmp_path / "no-run")
    qtbot.waitUntil(lambda: "Nothing was exported" in told(window), timeout=PATIENCE)
    assert not (tmp_path / "net.onnx").exists()


def test_an_export_can_be_called_off(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    window.part(ExportActions).start(tmp_path / "no-run", tmp_path / "net.onnx", ONNX)
    assert "Exporting" in told(window)
    window.part(ExportActions).close()
    assert not (tmp_path / "net.onnx").exists()
