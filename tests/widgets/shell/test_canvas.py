"""The canvas in the whole window: exported pictures, the outline with its notes, and history without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from graph.network import Matter, Remark
from graph.project import network_json
from widgets.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(("name", "start"), [("net.png", b"\x89PNG"), ("net.svg", b"<svg"), ("net", b"\x89PNG")])
def test_the_view_is_exported_as_pixels_or_lines(
    window: MainWindow, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes
) -> None:
    window.files.open(project_file)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), ""))
    window.commands["export_picture"].trigger()
    path = tmp_path / name if "." in name else tmp_path / f"{name}.png"
    assert path.read_bytes().startswith(start)
    assert path.name in window.banners.notices[0].text


def test_the_outline_lists_notes_and_goes_there(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    assert window.session is not None
    assert window.bench is not None
    document, outline = window.session.document, window.bench.outline
    with document.transaction("Write"):
        document.set_remark("note1", Remark("note1", Matter.NOTE, "Read me\nfirst", (0.0, 900.0, 176.0, 96.0)))
    window.bench.left.setCurrentIndex(1)
    item = outline.topLevelItem(5)
    assert item is not None
    assert (item.text(0), item.text(1)) == ("Read me", "note")
    assert item.data(0, Qt.ItemDataRole.AccessibleTextRole) == "note: Read me\nfirst"
    outline.setFocus()
    outline.setCurrentItem(item)
    qtbot.keyClick(outline, Qt.Key.Key_Return)
    assert window.bench.canvas.selected_remark == "note1"
    assert window.bench.canvas.hasFocus()
    qtbot.keyClick(window.bench.canvas, Qt.Key.Key_Delete)
    assert not document.network.remarks


def test_history_has_no_end_and_is_exact(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    assert window.session is not None
    assert window.bench is not None
    document, canvas = window.session.document, window.bench.canvas
    states = [network_json(document.network)]
    for number in range(300):
        with document.transaction(f"Step {number}"):
            document.move({"conv1": (4.0 * number + 4.0, 0.0)})
            if number % 50 == 0:
                document.add(document.network.layer("conv1"), (0.0, 400.0 + number))
        states.append(network_json(document.network))
    canvas.setFocus()
    for state in reversed(states[:-1]):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, CTRL)
        assert network_json(document.network) == state
    assert document.undo_names == ()
    for state in states[1:]:
        qtbot.keyClick(canvas, Qt.Key.Key_Y, CTRL)
        assert network_json(document.network) == state
