"""Renaming a layer in the inspector, and the name that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")


def test_renaming_in_the_inspector_and_a_name_that_is_refused(
    window: MainWindow, project_file: Path, qtbot: QtBot
) -> None:
    window.files.open(project_file)
    window.workbench.canvas.select(["conv1"])
    name = window.workbench.inspector.layer.name
    for text, there in (("edges", True), ("2 bad", False)):
        name.setFocus()
        name.selectAll()
        qtbot.keyClicks(name, text)
        qtbot.keyClick(name, Qt.Key.Key_Return)
        assert (text in window.session.document.network) is there
    assert window.workbench.selected == ("edges",)
    assert "cannot name a layer" in window.workbench.inspector.layer.name.fault.text()
    assert name.text() == "2 bad"
    window.workbench.canvas.select(["dense3"])
    assert name.text() == "dense3"
    assert name.fault.text() == ""
    window.workbench.canvas.select(["edges"])
    assert (name.text(), "cannot name a layer" in name.fault.text()) == ("2 bad", True)
    name.setText("good")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "good" in window.session.document.network
    assert name.fault.text() == ""


def test_the_notice_of_a_refusal_goes_with_the_next_edit(window: MainWindow, project_file: Path) -> None:
    window.files.open(project_file)
    window.workbench.canvas.events.statusMessage.emit("This cannot be.")
    assert [notice.text for notice in window.banners.notices if notice.key == "refused"] == ["This cannot be."]
    document = window.session.document
    with document.transaction("Rename conv1"):
        document.rename("conv1", "edges")
    assert not [notice for notice in window.banners.notices if notice.key == "refused"]
